"""Convention B, like R4: probes without patient or date, keys of several columns, repeated rows.

Rule of the house: a probe belongs to the exam whose transaction carries its number; 255 is not
measured, and points are numbered around the tooth.

Source:
    Public notes on an R4 database (PerioProbe, Transactions.RefId, TreatmentPlans); what our model
    has besides has invented columns.
"""

from dataclasses import replace

from core.practice.conventions import b_records
from core.practice.conventions.convention import Convention, Json
from core.practice.conventions.declared import Apart, declared
from core.practice.conventions.encoding import Encoding
from core.practice.conventions.grid import Grain, Shape, grid
from core.practice.conventions.grid_charts import MakesGridCharts
from core.practice.conventions.layout import plain
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.style import Style, number_key

STYLE = Style(
    date=lambda day: f"{day.isoformat()} 00:00:00.000",
    unknown_date="1899-12-31 00:00:00.000",
    date_type="DATETIME",
    is_date_text=False,
    flag_type="BIT",
    key=number_key,
    key_type="INT",
    money_type="MONEY",
    whole_type="INT",
    codes={
        "treatment_plan.status": {"proposed": 1, "accepted": 2, "completed": 3, "declined": 4},
        "referral.direction": {"from": "IN", "to": "OUT"},
        "visit.kind": {"visit": "APT", "call": "TEL", "email": "EML", "meeting": "MTG"},
    },
    unknown_code=12,
)
_PLAN = {"TPNumber": {"with": "PatientCode"}}
_PART = {"PatientCode": "First part of the plan's key."}

LAYOUTS = declared(
    """
provider Users
    UserCode=provider_key Initials=abbreviation Surname=last_name Forename=first_name
    Qualifications=credentials NPI=npi Speciality=specialty Email=email Current=is_active
account AccountHolders
    AccountCode=account_key Title=title Surname=last_name Forename=first_name
    Initial=middle_initial Suffix=suffix Address1=street Address2=street_2 Town=city
    County=state Postcode=zip_code HomeTel=home_phone WorkTel=work_phone
referring_doctor Referrers
    ReferrerCode=doctor_key Surname=last_name Forename=first_name Initial=middle_initial
    Title=title Practice=practice_name Address1=street Address2=street_2 Town=city County=state
    Postcode=zip_code Tel=phone FaxNo=fax Email=email Speciality=specialty Source=source_type
patient Patients
    PatientCode=patient_key AccountCode=account_key ChartNumber=chart_number Title=title
    Surname=last_name Forename=first_name Initial=middle_initial KnownAs=preferred_name
    Sex=sex DOB=birth_date HomeTel=home_phone WorkTel=work_phone WorkExt=work_phone_extension
    Mobile=cell_phone Email=email NationalNo=social_security_number DentistCode=provider_key
    Status=status MedicalWarning=medical_alert FirstSeen=first_visit_on Revision=row_version
treatment_plan TreatmentPlans
    PatientCode=patient_key TPNumber:INT=plan_key@plan_number/as_is Description=title
    CreationDate=planned_on StatusCode:SMALLINT=status PhaseName=phase
    EstimateValue=estimated_value CurrencyCode=currency UserCode=provider_key Notes=note IsMaster
planned_procedure TreatmentPlanItems
    TPItemKey=procedure_key PatientCode:INT=@plan_patient/patient
    TPNumber:INT=plan_key@plan_number/as_is TPItem=position CodeID=code Description=description
    Tooth=tooth Quadrant=quadrant PatientCost=fee PhaseName=phase ItemStatus=status
perio_exam Transactions
    PatientCode=patient_key TransNo:INT=@number/as_is TransType:VARCHAR(2)=@kind/as_is
    RefId=exam_key TransDate=examined_on UserCode=provider_key Notes=note
    Amount:MONEY=@amount/as_is
referral PatientReferrals
    ReferralKey=referral_key PatientCode=patient_key ReferrerCode=doctor_key
    ReferralDate=referred_on Direction=direction ItemNo=position
visit Appts
    ApptCode=visit_key PatientCode=patient_key TPNumber:INT=plan_key@plan_number/as_is
    ProviderCode=provider_key ApptDate=visited_on ApptTime=visited_at Duration=duration_min
    ApptType=visit_type ContactType=kind Subject=written_subject ApptNotes=remark
    Completed=is_done
radiograph Xrays
    XrayCode=radiograph_key PatientCode=patient_key TPNumber:INT=plan_key@plan_number/as_is
    DateTaken=taken_on XrayType=kind Report=findings Teeth=teeth ImagePath=file_path
    ImageSize=size_bytes
diagnosis Diagnoses
    DiagnosisCode=diagnosis_key PatientCode=patient_key TPNumber:INT=plan_key@plan_number/as_is
    DiagnosisDate=diagnosed_on DiagnosisText=classification ICD10=icd_10
coverage PatientPolicies
    PolicyKey=coverage_key PatientCode=patient_key Sequence=position Company=carrier
    PayerCode=payer_id Scheme=group_name SchemeNo=group_number HolderName=subscriber_name
    HolderNo=subscriber_id Relationship=relationship SchemeType=plan_type StartDate=effective_on
    EndDate=terminated_on
letter Letters
    LetterCode=letter_key PatientCode=patient_key ReferrerCode=doctor_key LetterDate=written_on
    LetterType=kind Heading=subject DocFormat=body_format DocPath=file_path
letter_template FixedLetters
    FixedLetterCode=template_key LetterName=name LetterText:NTEXT=body
note PatientNotes
    PatientCode=patient_key NoteNumber=note_key TPNumber:INT=plan_key@plan_number/as_is
    NoteDate=written_on UserName=author Category=kind Note=body
attachment PatientDocuments
    DocCode=attachment_key PatientCode=patient_key Description=description DocPath=file_path
    DocType=mime_type DateAdded=created_on
custom_finding ExamFindings
    FindingKey=finding_key RefId=exam_key PatientCode=patient_key FindingDate=found_on
    FindingName=name Tooth=tooth Finding=value_text
- sysTmp3
    F1=k1 F2=v1 F3=v2 F4=v3
""",
    STYLE,
    hows={"as_is": plain, "patient": STYLE.render_of("patient", "patient_key")},
    apart={
        "TreatmentPlans": Apart(
            key=("PatientCode", "TPNumber"), records=b_records.with_plan("plans"), options=_PLAN
        ),
        "TreatmentPlanItems": Apart(
            records=b_records.with_plan("procedures"), options=_PLAN, left=_PART
        ),
        "Transactions": Apart(
            key=("PatientCode", "TransNo"),
            records=b_records.exams,
            options={"TransType": {"only": b_records.EXAM}},
            left={
                "TransNo": "Numbers the transactions of a patient.",
                "TransType": "Tells exams from other transactions.",
                "Amount": "What a treatment cost; the plan's own line has it.",
            },
        ),
        "Appts": Apart(records=b_records.with_plan("visits"), options=_PLAN),
        "Xrays": Apart(records=b_records.with_plan("radiographs"), options=_PLAN),
        "Diagnoses": Apart(records=b_records.with_plan("diagnoses"), options=_PLAN),
        "PatientNotes": Apart(
            key=("PatientCode", "NoteNumber"), records=b_records.with_plan("notes"), options=_PLAN
        ),
    },
)
_EXAMS = next(layout for layout in LAYOUTS if layout.table.name == "Transactions")
BESIDE = replace(_EXAMS, records=b_records.others, is_beside=True)
"""Transactions that are no exams; some carry an exam's number all the same."""

ENCODING = Encoding(
    sites={site: place for place, site in enumerate(("MB", "B", "DB", "DL", "L", "ML"), 1)},
    unmeasured=255,
)

TEETH = grid(
    "ToothChart",
    """
    TransId:INT=exam_key Tooth:SMALLINT=tooth Missing:BIT=is_missing Implant:BIT=is_implant
    Mobility:VARCHAR(4)=mobility FurcationB:VARCHAR(4)=furcation_b
    FurcationL:VARCHAR(4)=furcation_l FurcationM:VARCHAR(4)=furcation_m
    FurcationD:VARCHAR(4)=furcation_d FurcationScale:VARCHAR(20)=furcation_scale
    """,
    ENCODING,
    Shape(
        Grain.TOOTH,
        MapLayout.ROWS,
        ("TransId", "Tooth"),
        options={"exam_key": {"joins": "Transactions.RefId"}},
    ),
)
PROBES = grid(
    "PerioProbe",
    """
    TransId:INT=exam_key Tooth:SMALLINT=tooth ProbingPoint:TINYINT=site
    Depth:SMALLINT=probing_depth Recession:SMALLINT=gingival_margin Bleeding:TINYINT=bleeding
    Suppuration:TINYINT=suppuration Plaque:TINYINT=plaque
    """,
    ENCODING,
    Shape(
        Grain.SITE,
        MapLayout.SITE_ROWS,
        ("TransId", "Tooth", "ProbingPoint"),
        is_declared=False,
        options={"exam_key": {"joins": "Transactions.RefId"}},
    ),
)

SETTINGS: Json = {
    "tooth_numbering": "universal",
    "margin_sign": "recession positive",
    "not_measured": 255,
    "coronal_margin_from": None,
    "marks": {"0": "no", "1": "yes"},
    "furcation_scale": "Glickman",
    "unknown_birth_date": "1899-12-31",
    "zone": "America/New_York",
    "not_recorded": ["site_reading.mgj_mm", "tooth_finding.note"],
}

B = Convention(
    name="b",
    tables=(*(layout.table for layout in LAYOUTS), TEETH.table, PROBES.table),
    layouts=(*LAYOUTS, BESIDE),
    charts=MakesGridCharts(STYLE, ENCODING, TEETH, PROBES),
    settings=SETTINGS,
    key=STYLE.key_text,
)
