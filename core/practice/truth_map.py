"""The map of the synthetic practice as somebody who knows it would confirm it.

Rule of the house: the generator knows what its own columns mean, so every one has an answer here;
proposals are measured against it, and the demo's admin answers from it.
"""

from dataclasses import dataclass, field

from core.crosswalk.mapping import ColumnMap, Decisions, SchemaMap, TableMap
from core.errors import SettingMissing
from core.practice.conventions import CONVENTIONS
from core.practice.conventions.panda import PANDA
from core.practice.derived_map import derived_map

SITES = ("MB", "B", "DB", "ML", "L", "DL")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one table holds: `Column=field/reading` per word, the reading `text` when not said."""

    table: str
    entity: str
    key: tuple[str, ...]
    carried: str
    left: dict[str, str] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)


_PERSON_NAMES = "LastName=last_name/person_name FirstName=first_name/person_name "
_STREETS = (
    "Street=street/underscored Street2=street_2/underscored City=city/underscored "
    "State=state Zip=zip_code "
)

_PANDA = (
    _Answer(
        "Provider",
        "provider",
        ("ProvID",),
        "ProvID=provider_key Abbr=abbreviation " + _PERSON_NAMES + "Credentials=credentials "
        "NPI=npi Specialty=specialty Email=email IsActive=is_active/flag",
    ),
    _Answer(
        "Account",
        "account",
        ("AccountNO",),
        "AccountNO=account_key Title=title " + _PERSON_NAMES + "MiddleInitial=middle_initial "
        "Suffix=suffix " + _STREETS + "HomePhone=home_phone/phone WorkPhone=work_phone/phone",
    ),
    _Answer(
        "Refdr",
        "referring_doctor",
        ("RefdrID",),
        "RefdrID=doctor_key " + _PERSON_NAMES + "MiddleInitial=middle_initial Title=title "
        "PracticeName=practice_name/underscored " + _STREETS + "WorkPhone=phone/phone "
        "Fax=fax/phone Email=email Specialty=specialty SourceType=source_type",
    ),
    _Answer(
        "Patient",
        "patient",
        ("PatID",),
        "PatID=patient_key AccountNO=account_key ChartNo=chart_number Title=title "
        + _PERSON_NAMES
        + "MiddleInitial=middle_initial NickName=preferred_name/person_name Sex=sex "
        "BirthDate=birth_date/date HomePhone=home_phone/phone WorkPhone=work_phone/phone "
        "WorkPhoneExt=work_phone_extension CellPhone=cell_phone/phone Email=email "
        "PrimaryProvID=provider_key Status=status FirstVisitDate=first_visit_on/date",
        left={
            "SSN": "Social security numbers are not carried into the destination.",
            "MedAlert": "Medical history stays in the practice's own record.",
            "RowVer": "Counts the row's changes; read to find them, not carried.",
        },
    ),
    _Answer(
        "PatientRefdr",
        "referral",
        ("PatRefID",),
        "PatRefID=referral_key PatID=patient_key RefdrID=doctor_key RefDate=referred_on/date "
        "Direction=direction/option ItemOrder=position/integer",
        options={"Direction": {"FROM": "from", "TO": "to"}},
    ),
    _Answer(
        "TreatPlan",
        "treatment_plan",
        ("PlanID",),
        "PlanID=plan_key PatID=patient_key PlanName=title PlanDate=planned_on/date "
        "Status=status/option Phase=phase EstValue=estimated_value/decimal Currency=currency "
        "ProvID=provider_key Note=note",
        options={
            "Status": {
                "PROPOSED": "proposed",
                "ACCEPTED": "accepted",
                "COMPLETED": "completed",
                "DECLINED": "declined",
            }
        },
    ),
    _Answer(
        "PlanProc",
        "planned_procedure",
        ("PlanProcID",),
        "PlanProcID=procedure_key PlanID=plan_key LineNo=position/integer ProcCode=code "
        "Descript=description Tooth=tooth Quad=quadrant Fee=fee/decimal Phase=phase "
        "ProcStatus=status",
    ),
    _Answer(
        "Visit",
        "visit",
        ("VisitID",),
        "VisitID=visit_key PatID=patient_key PlanID=plan_key ProvID=provider_key "
        "VisitDate=visited_on/date VisitTime=visited_at/time DurationMin=duration_min/integer "
        "VisitType=visit_type Kind=kind/option Subject=written_subject Note=remark "
        "Completed=is_done/flag",
        options={
            "Kind": {"VISIT": "visit", "CALL": "call", "EMAIL": "email", "MEETING": "meeting"}
        },
    ),
    _Answer(
        "PerioExam",
        "perio_exam",
        ("ExamID",),
        "ExamID=exam_key PatID=patient_key ExamDate=examined_on/date ProvID=provider_key Note=note",
    ),
    _Answer(
        "PerioTooth",
        "tooth_finding",
        ("ExamID", "Tooth"),
        "ExamID=exam_key Tooth=tooth Missing=is_missing/flag Implant=is_implant/flag "
        "Mobility=mobility FurcB=furcation_b FurcL=furcation_l FurcM=furcation_m "
        "FurcD=furcation_d FurcScale=furcation_scale Note=note",
    ),
    _Answer(
        "Radiograph",
        "radiograph",
        ("RadID",),
        "RadID=radiograph_key PatID=patient_key PlanID=plan_key TakenOn=taken_on/date "
        "RadType=kind Findings=findings Teeth=teeth FilePath=file_path "
        "FileSize=size_bytes/integer",
    ),
    _Answer(
        "Diagnosis",
        "diagnosis",
        ("DiagID",),
        "DiagID=diagnosis_key PatID=patient_key PlanID=plan_key DiagDate=diagnosed_on/date "
        "DiagText=classification ICD10=icd_10",
    ),
    _Answer(
        "Insurance",
        "coverage",
        ("InsID",),
        "InsID=coverage_key PatID=patient_key Ordinal=position/integer Carrier=carrier "
        "PayerID=payer_id GroupName=group_name GroupNo=group_number "
        "SubscriberName=subscriber_name/person_name SubscriberID=subscriber_id "
        "Relationship=relationship PlanType=plan_type EffectiveDate=effective_on/date "
        "TermDate=terminated_on/date",
    ),
    _Answer(
        "Letter",
        "letter",
        ("LetterID",),
        "LetterID=letter_key PatID=patient_key RefdrID=doctor_key LetterDate=written_on/date "
        "LetterType=kind Subject=subject BodyFormat=body_format FilePath=file_path",
    ),
    _Answer(
        "LetterTemplate",
        "letter_template",
        ("TemplateID",),
        "TemplateID=template_key TemplateName=name Body=body/verbatim",
    ),
    _Answer(
        "ClinNote",
        "note",
        ("NoteID",),
        "NoteID=note_key PatID=patient_key PlanID=plan_key NoteDate=written_on/date "
        "Author=author NoteType=kind Body=body/verbatim",
    ),
    _Answer(
        "Document",
        "attachment",
        ("DocID",),
        "DocID=attachment_key PatID=patient_key Description=description FilePath=file_path "
        "MimeType=mime_type CreatedOn=created_on/date",
    ),
    _Answer(
        "xPracticeFinding",
        "custom_finding",
        ("FindID",),
        "FindID=finding_key ExamID=exam_key PatID=patient_key FindDate=found_on/date "
        "FindName=name ToothNo=tooth FindValue=value_text",
    ),
)

_PERIO_MEASURE = TableMap(
    "PerioMeasure",
    entity="site_reading",
    layout="tooth_measures",
    key=("MeasureID",),
    measures={"1": "probing_depth", "2": "gingival_margin", "3": "mgj", "4": "bits"},
    columns=(
        ColumnMap("MeasureID", left="Numbers the source's rows; exam, tooth and site tell apart."),
        ColumnMap("ExamID", "exam_key"),
        ColumnMap("Tooth", "tooth"),
        ColumnMap("MeasureType", "measure"),
        *(ColumnMap(site, "value", "integer", site=site) for site in SITES),
    ),
)

_NOBODY_KNOWS = "Nobody at the practice knows it; nothing refers to it."
_UNEXPLAINED = TableMap(
    "ZTBL_88",
    left=_NOBODY_KNOWS,
    columns=tuple(ColumnMap(name, left=_NOBODY_KNOWS) for name in ("K1", "V1", "V2", "V3")),
)


def confirmed_map(convention: str = "panda") -> SchemaMap:
    """The complete and correct map of the practice in one naming convention.

    Raises:
        SettingMissing: there is no such convention.
    """
    if convention not in CONVENTIONS:
        message = f"There is no confirmed map of the convention '{convention}'."
        known = ", ".join(sorted(CONVENTIONS))
        raise SettingMissing(message, next_step=f"Use one of: {known}.")
    if convention != PANDA.name:
        return derived_map(CONVENTIONS[convention])
    tables = (*(_table_map(answer) for answer in _PANDA), _PERIO_MEASURE, _UNEXPLAINED)
    return SchemaMap(Decisions(), {}, tuple(sorted(tables, key=lambda table: table.name)))


def _table_map(answer: _Answer) -> TableMap:
    columns = []
    for word in answer.carried.split():
        name, _, place = word.partition("=")
        target, _, reading = place.partition("/")
        options = answer.options.get(name, {})
        columns.append(ColumnMap(name, target, reading or "text", options=options))
    columns += [ColumnMap(name, left=reason) for name, reason in answer.left.items()]
    return TableMap(answer.table, answer.entity, key=answer.key, columns=tuple(columns))
