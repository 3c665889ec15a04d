"""Convention D, GUID keys: person and patient apart, and an older key that few rows have.

Rule of the house: recession is negative here; a site hangs on its tooth, the tooth on its exam.
"""

from zlib import crc32

from core.practice.conventions.convention import Convention, Json
from core.practice.conventions.declared import Apart, declared
from core.practice.conventions.encoding import Encoding
from core.practice.conventions.grid import Grain, Shape, grid
from core.practice.conventions.grid_charts import MakesGridCharts
from core.practice.conventions.layout import Cell
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.style import Style, guid, guid_key

_LEGACY = "The key of an earlier program; most rows have none."
_EVERY = 3

STYLE = Style(
    date=lambda day: f"{day.isoformat()}T00:00:00",
    unknown_date="1753-01-01T00:00:00",
    date_type="DATETIME2",
    is_date_text=False,
    flag_type="BIT",
    key=guid_key,
    key_type="UNIQUEIDENTIFIER",
    money_type="DECIMAL(18,2)",
    whole_type="INT",
    text_type="NVARCHAR(255)",
    long_type="NTEXT",
)


def _legacy(value: object) -> Cell:
    """The earlier key, where there is one; some rows have it empty, most not at all."""
    place = crc32(str(value).encode()) % _EVERY
    return str(value) if place == 0 else ("" if place == 1 else None)


def _person(value: object) -> Cell:
    return guid("person", value)


_TABLES = """
provider Provider
    RecordID=provider_key PMSRecordID=@provider_key/legacy Code=abbreviation LastName=last_name
    FirstName=first_name Credentials=credentials NationalId=npi Specialty=specialty Email=email
    IsActive=is_active
account Account
    RecordID=account_key PMSRecordID=@account_key/legacy Title=title LastName=last_name
    FirstName=first_name MiddleInitial=middle_initial Suffix=suffix AddressLine1=street
    AddressLine2=street_2 City=city StateCode=state PostalCode=zip_code HomePhone=home_phone
    WorkPhone=work_phone
referring_doctor ReferralSource
    RecordID=doctor_key PMSRecordID=@doctor_key/legacy LastName=last_name FirstName=first_name
    MiddleInitial=middle_initial Title=title OrganizationName=practice_name AddressLine1=street
    AddressLine2=street_2 City=city StateCode=state PostalCode=zip_code Phone=phone Fax=fax
    Email=email Specialty=specialty SourceType=source_type
patient Person
    RecordID=@patient_key/person PMSRecordID=@patient_key/legacy Title=title LastName=last_name
    FirstName=first_name MiddleInitial=middle_initial PreferredName=preferred_name Gender=sex
    BirthDate=birth_date HomePhone=home_phone WorkPhone=work_phone
    WorkExtension=work_phone_extension MobilePhone=cell_phone Email=email
    SSN=social_security_number
patient Patient
    RecordID=patient_key PersonID:UNIQUEIDENTIFIER=@patient_key/person
    PMSRecordID=@patient_key/legacy AccountID=account_key ChartNumber=chart_number
    ProviderID=provider_key PatientStatus=status MedicalAlert=medical_alert
    FirstVisitDate=first_visit_on Revision=row_version
referral Referral
    RecordID=referral_key PatientID=patient_key ReferralSourceID=doctor_key
    ReferralDate=referred_on Direction=direction Sequence=position
treatment_plan TreatmentPlan
    RecordID=plan_key PMSRecordID=@plan_key/legacy PatientID=patient_key PlanName=title
    PlanDate=planned_on PlanStatus=status PhaseName=phase EstimatedAmount=estimated_value
    CurrencyCode=currency ProviderID=provider_key Comment=note
planned_procedure TreatmentPlanItem
    RecordID=procedure_key TreatmentPlanID=plan_key ItemNumber=position ProcedureCode=code
    ProcedureName=description Tooth=tooth Quadrant=quadrant Amount=fee PhaseName=phase
    ItemStatus=status
visit Appointment
    RecordID=visit_key PMSRecordID=@visit_key/legacy PatientID=patient_key
    TreatmentPlanID=plan_key ProviderID=provider_key ScheduledDate=visited_on
    ScheduledTime=visited_at DurationMinutes=duration_min AppointmentType=visit_type
    ContactKind=kind Subject=written_subject Comment=remark IsCompleted=is_done
radiograph ImageRecord
    RecordID=radiograph_key PatientID=patient_key TreatmentPlanID=plan_key AcquiredDate=taken_on
    Modality=kind Interpretation=findings ToothList=teeth StoragePath=file_path
    ByteCount=size_bytes
diagnosis PatientDiagnosis
    RecordID=diagnosis_key PatientID=patient_key TreatmentPlanID=plan_key
    DiagnosedDate=diagnosed_on DiagnosisText=classification Icd10=icd_10
coverage PatientInsurance
    RecordID=coverage_key PatientID=patient_key Priority=position CarrierName=carrier
    CarrierPayerId=payer_id GroupName=group_name GroupNumber=group_number
    SubscriberName=subscriber_name SubscriberNumber=subscriber_id
    SubscriberRelationship=relationship PlanType=plan_type EffectiveDate=effective_on
    ExpirationDate=terminated_on
letter Correspondence
    RecordID=letter_key PatientID=patient_key ReferralSourceID=doctor_key SentDate=written_on
    CorrespondenceType=kind Subject=subject FileFormat=body_format StoragePath=file_path
letter_template CorrespondenceTemplate
    RecordID=template_key TemplateName=name TemplateBody:NTEXT=body
note ClinicalNote
    RecordID=note_key PatientID=patient_key TreatmentPlanID=plan_key NoteDate=written_on
    AuthorName=author NoteType=kind NoteText=body
attachment PatientFile
    RecordID=attachment_key PatientID=patient_key FileDescription=description
    StoragePath=file_path ContentType=mime_type CreatedDate=created_on
custom_finding ExamObservation
    RecordID=finding_key ExamID=exam_key PatientID=patient_key ObservedDate=found_on
    ObservationName=name Tooth=tooth ObservationValue=value_text
perio_exam PerioExam
    RecordID=exam_key PMSRecordID=@exam_key/legacy PatientID=patient_key ExamDate=examined_on
    ProviderID=provider_key Comment=note
- StagingRow
    KeyText=k1 Value1=v1 Value2=v2 Value3=v3
"""

LAYOUTS = declared(
    _TABLES,
    STYLE,
    hows={"legacy": _legacy, "person": _person},
    apart={
        "Person": Apart(
            shape=MapLayout.JOINED,
            options={"RecordID": {"joins": "Patient.PersonID"}},
            left={"RecordID": "Joins the person to the patient.", "PMSRecordID": _LEGACY},
        ),
        "Patient": Apart(
            left={"PersonID": "Joins the patient to the person.", "PMSRecordID": _LEGACY},
            links=(("PersonID", "Person", "RecordID"),),
        ),
    }
    | {
        name: Apart(left={"PMSRecordID": _LEGACY})
        for name in (
            "Provider",
            "Account",
            "ReferralSource",
            "TreatmentPlan",
            "Appointment",
            "PerioExam",
        )
    },
)

ENCODING = Encoding(
    tooth=str,
    sites={
        "MB": "MesioBuccal",
        "B": "Buccal",
        "DB": "DistoBuccal",
        "ML": "MesioLingual",
        "L": "Lingual",
        "DL": "DistoLingual",
    },
    recession=-1,
)

TEETH = grid(
    "PerioTooth",
    """
    RecordID:UNIQUEIDENTIFIER=tooth_guid ExamID:UNIQUEIDENTIFIER=exam_key
    ToothNumber:NVARCHAR(3)=tooth IsMissing:BIT=is_missing IsImplant:BIT=is_implant
    Mobility:NVARCHAR(4)=mobility FurcationBuccal:NVARCHAR(4)=furcation_b
    FurcationLingual:NVARCHAR(4)=furcation_l FurcationMesial:NVARCHAR(4)=furcation_m
    FurcationDistal:NVARCHAR(4)=furcation_d FurcationScale:NVARCHAR(20)=furcation_scale
    Comment:NVARCHAR(255)=note
    """,
    ENCODING,
    Shape(Grain.TOOTH, MapLayout.ROWS, ("RecordID",)),
)
SITES = grid(
    "PerioSite",
    """
    RecordID:UNIQUEIDENTIFIER=guid ToothID:UNIQUEIDENTIFIER=tooth_row Surface:NVARCHAR(20)=site
    ProbingDepth=probing_depth GingivalMargin=gingival_margin MucogingivalJunction=mgj
    IsBleeding:BIT=bleeding IsSuppurating:BIT=suppuration HasPlaque:BIT=plaque
    """,
    ENCODING,
    Shape(
        Grain.SITE,
        MapLayout.SITE_ROWS,
        ("RecordID",),
        foreign=(("ToothID", "PerioTooth", "RecordID"),),
        options={"tooth_row": {"joins": "PerioTooth.RecordID"}},
    ),
)

SETTINGS: Json = {
    "tooth_numbering": "universal",
    "margin_sign": "recession negative",
    "not_measured": None,
    "coronal_margin_from": None,
    "marks": {"0": "no", "1": "yes"},
    "furcation_scale": "Glickman",
    "unknown_birth_date": "1753-01-01",
    "zone": "America/New_York",
    "not_recorded": [],
}

D = Convention(
    name="d",
    tables=(*(layout.table for layout in LAYOUTS), TEETH.table, SITES.table),
    layouts=LAYOUTS,
    charts=MakesGridCharts(STYLE, ENCODING, TEETH, SITES),
    settings=SETTINGS,
    key=STYLE.key_text,
)
