"""Convention A, like Open Dental: `<Table>Num` keys, codes for words, a row a tooth and measure.

Rule of the house: -1 is not measured, 100 + n is n mm coronal, and no date is year one.

Source:
    Open Dental's table types (periomeasure, perioexam, patient ...); what our model has besides
    has invented columns.
"""

from core.practice.conventions.a_charts import MeasureCharts
from core.practice.conventions.a_style import STYLE
from core.practice.conventions.convention import Convention, Json
from core.practice.conventions.declared import declared

LAYOUTS = declared(
    """
provider provider
    ProvNum=provider_key Abbr=abbreviation LName=last_name FName=first_name Suffix=credentials
    NationalProvID=npi Specialty=specialty EmailAddress=email IsActive=is_active StateLicense
account guarantor
    GuarNum=account_key Title=title LName=last_name FName=first_name MiddleI=middle_initial
    Suffix=suffix Address=street Address2=street_2 City=city State=state Zip=zip_code
    HmPhone=home_phone WkPhone=work_phone
referring_doctor referral
    ReferralNum=doctor_key LName=last_name FName=first_name MName=middle_initial Title=title
    BusinessName=practice_name Address=street Address2=street_2 City=city ST=state Zip=zip_code
    Telephone=phone Fax=fax EMail=email Specialty=specialty SourceType=source_type Note
patient patient
    PatNum=patient_key Guarantor=account_key ChartNumber=chart_number Title=title LName=last_name
    FName=first_name MiddleI=middle_initial Preferred=preferred_name Gender:TINYINT=sex
    Birthdate=birth_date HmPhone=home_phone WkPhone=work_phone WkExt=work_phone_extension
    WirelessPhone=cell_phone Email=email SSN=social_security_number PriProv=provider_key
    PatStatus:TINYINT=status MedUrgNote=medical_alert DateFirstVisit=first_visit_on
    EditCount=row_version Position County
referral refattach
    RefAttachNum=referral_key PatNum=patient_key ReferralNum=doctor_key RefDate=referred_on
    RefType:TINYINT=direction ItemOrder=position Note
treatment_plan treatplan
    TreatPlanNum=plan_key PatNum=patient_key Heading=title DateTP=planned_on
    TPStatus:TINYINT=status TPType=phase PlanFee=estimated_value Currency=currency
    ProvNum=provider_key Note=note Signature
planned_procedure proctp
    ProcTPNum=procedure_key TreatPlanNum=plan_key ItemOrder=position ProcCode=code
    Descript=description ToothNumTP=tooth ToothRange=quadrant FeeAmt=fee Priority=phase
    ProcStatus:TINYINT=status Dx
visit appointment
    AptNum=visit_key PatNum=patient_key TreatPlanNum=plan_key ProvNum=provider_key
    AptDate=visited_on AptTime=visited_at Minutes=duration_min ProcDescript=visit_type
    AptType:TINYINT=kind Subject=written_subject Note=remark IsComplete=is_done
radiograph imagedoc
    ImageNum=radiograph_key PatNum=patient_key TreatPlanNum=plan_key DateCreated=taken_on
    ImgType=kind Description=findings ToothNumbers=teeth FileName=file_path FileSize=size_bytes
diagnosis disease
    DiseaseNum=diagnosis_key PatNum=patient_key TreatPlanNum=plan_key DateStart=diagnosed_on
    PatNote=classification Icd10Code=icd_10
coverage patplan
    PatPlanNum=coverage_key PatNum=patient_key Ordinal=position CarrierName=carrier ElectID=payer_id
    GroupName=group_name GroupNum=group_number SubscriberName=subscriber_name
    SubscriberID=subscriber_id Relationship:TINYINT=relationship PlanType=plan_type
    DateEffective=effective_on DateTerm=terminated_on
letter letterout
    LetterNum=letter_key PatNum=patient_key ReferralNum=doctor_key DateWritten=written_on
    LetterType=kind Description=subject BodyType=body_format FileName=file_path
letter_template lettermerge
    LetterMergeNum=template_key Description=name BodyText=body
note procnote
    ProcNoteNum=note_key PatNum=patient_key TreatPlanNum=plan_key EntryDate=written_on
    UserName=author NoteType=kind Note=body
attachment document
    DocNum=attachment_key PatNum=patient_key Description=description FileName=file_path
    MimeType=mime_type DateCreated=created_on
custom_finding examfield
    ExamFieldNum=finding_key PerioExamNum=exam_key PatNum=patient_key DateFound=found_on
    FieldName=name ToothNum=tooth FieldValue=value_text
perio_exam perioexam
    PerioExamNum=exam_key PatNum=patient_key ExamDate=examined_on ProvNum=provider_key Note=note
- zzmisc4
    K1=k1 V1=v1 V2=v2 V3=v3
""",
    STYLE,
)

SETTINGS: Json = {
    "tooth_numbering": "universal",
    "margin_sign": "recession positive",
    "not_measured": -1,
    "coronal_margin_from": 100,
    "bit_sum": {"bleeding": 1, "suppuration": 2, "plaque": 4, "calculus": 8},
    "furcation_scale": "Glickman",
    "unknown_birth_date": "0001-01-01",
    "zone": "America/New_York",
    "not_recorded": ["tooth_finding.note"],
}

A = Convention(
    name="a",
    tables=(*(layout.table for layout in LAYOUTS), MeasureCharts.table),
    layouts=LAYOUTS,
    charts=MeasureCharts,
    settings=SETTINGS,
    key=STYLE.key_text,
)
