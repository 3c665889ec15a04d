"""The tables of the conventions that differ in their charts only: plain names, one key a table.

Rule of the house: charts are added by the convention; everything else is declared once, here.
"""

PLAIN = """
provider Provider
    ProvID=provider_key Initials=abbreviation LastName=last_name FirstName=first_name
    Credentials=credentials NPI=npi Specialty=specialty EMail=email Active=is_active
account Guarantor
    GuarantorID=account_key Title=title LastName=last_name FirstName=first_name
    MidInitial=middle_initial Suffix=suffix Address1=street Address2=street_2 City=city
    State=state Zip=zip_code HomePhone=home_phone WorkPhone=work_phone
referring_doctor Dentist
    DentistID=doctor_key LastName=last_name FirstName=first_name MidInitial=middle_initial
    Title=title PracticeName=practice_name Address1=street Address2=street_2 City=city
    State=state Zip=zip_code Phone=phone Fax=fax EMail=email Specialty=specialty
    SourceType=source_type
patient Patient
    PatID=patient_key GuarantorID=account_key ChartNo=chart_number Title=title
    LastName=last_name FirstName=first_name MidInitial=middle_initial NickName=preferred_name
    Sex=sex BirthDate=birth_date HomePhone=home_phone WorkPhone=work_phone
    WorkExt=work_phone_extension CellPhone=cell_phone EMail=email SSN=social_security_number
    ProvID=provider_key Status=status MedAlert=medical_alert FirstVisit=first_visit_on
    Revision=row_version
referral PatientDentist
    PatDentID=referral_key PatID=patient_key DentistID=doctor_key ReferredOn=referred_on
    Direction=direction Seq=position
treatment_plan TxPlan
    PlanID=plan_key PatID=patient_key PlanName=title PlanDate=planned_on Status=status
    Phase=phase Estimate=estimated_value Currency=currency ProvID=provider_key Note=note
planned_procedure TxPlanItem
    ItemID=procedure_key PlanID=plan_key ItemNo=position ProcCode=code Descript=description
    Tooth=tooth Quad=quadrant Fee=fee Phase=phase Status=status
visit Encounter
    EncounterID=visit_key PatID=patient_key PlanID=plan_key ProvID=provider_key
    VisitDate=visited_on VisitTime=visited_at Minutes=duration_min VisitType=visit_type
    Kind=kind Subject=written_subject Note=remark Done=is_done
radiograph Image
    ImageID=radiograph_key PatID=patient_key PlanID=plan_key TakenOn=taken_on ImageType=kind
    Findings=findings Teeth=teeth FilePath=file_path FileSize=size_bytes
diagnosis Diagnosis
    DiagID=diagnosis_key PatID=patient_key PlanID=plan_key DiagDate=diagnosed_on
    DiagText=classification ICD10=icd_10
coverage Policy
    PolicyID=coverage_key PatID=patient_key Ordinal=position Carrier=carrier PayerID=payer_id
    GroupName=group_name GroupNo=group_number Subscriber=subscriber_name
    SubscriberNo=subscriber_id Relation=relationship PlanType=plan_type Effective=effective_on
    Terminated=terminated_on
letter Letter
    LetterID=letter_key PatID=patient_key DentistID=doctor_key LetterDate=written_on
    LetterType=kind Subject=subject Format=body_format FilePath=file_path
letter_template LetterForm
    FormID=template_key FormName=name FormText:TEXT=body
note ChartNote
    NoteID=note_key PatID=patient_key PlanID=plan_key NoteDate=written_on Author=author
    NoteType=kind NoteText=body
attachment StoredFile
    FileID=attachment_key PatID=patient_key Descript=description FilePath=file_path
    MimeType=mime_type CreatedOn=created_on
custom_finding ExamFinding
    FindingID=finding_key ExamID=exam_key PatID=patient_key FoundOn=found_on Finding=name
    Tooth=tooth FindingText=value_text
- Scratch
    C1=k1 C2=v1 C3=v2 C4=v3
"""

EXAM = """
perio_exam PerioExam
    ExamID=exam_key PatID=patient_key ExamDate=examined_on ProvID=provider_key Note=note
"""
"""The exam's own row, without any reading."""
