"""The tables of the PANDA-like convention.

Rule of the house: names follow the vendor's public bridge file; the rest is invented, and said so.

Source:
    `PatID`, `AccountNO`, `RefdrID`: the bridge file. The real schema is not public.
"""

from core.practice.conventions.schema import Table, columns

SITE_COLUMNS = ("MB", "B", "DB", "ML", "L", "DL")

_DATE = "VARCHAR(10)"
_KEY = "INTEGER"

PATIENT = Table(
    "Patient",
    columns(
        "PatID:VARCHAR(20) AccountNO:VARCHAR(20) ChartNo:VARCHAR(20) Title:VARCHAR(20) LastName "
        "FirstName MiddleInitial:VARCHAR(10) NickName:VARCHAR(60) Sex:VARCHAR(2) "
        "BirthDate:VARCHAR(10) HomePhone:VARCHAR(30) WorkPhone:VARCHAR(30) "
        "WorkPhoneExt:VARCHAR(10) CellPhone:VARCHAR(30) Email SSN:VARCHAR(11) "
        "PrimaryProvID:VARCHAR(10) Status:VARCHAR(20) MedAlert FirstVisitDate:VARCHAR(10) "
        "RowVer:INTEGER"
    ),
    ("PatID",),
    (("AccountNO", "Account", "AccountNO"), ("PrimaryProvID", "Provider", "ProvID")),
)
ACCOUNT = Table(
    "Account",
    columns(
        "AccountNO:VARCHAR(20) Title:VARCHAR(20) LastName FirstName MiddleInitial:VARCHAR(10) "
        "Suffix:VARCHAR(10) Street Street2 City:VARCHAR(100) State:VARCHAR(2) Zip:VARCHAR(10) "
        "HomePhone:VARCHAR(30) WorkPhone:VARCHAR(30)"
    ),
    ("AccountNO",),
)
REFDR = Table(
    "Refdr",
    columns(
        "RefdrID:VARCHAR(9) LastName FirstName MiddleInitial:VARCHAR(10) Title:VARCHAR(20) "
        "PracticeName Street Street2 City:VARCHAR(100) State:VARCHAR(2) Zip:VARCHAR(10) "
        "WorkPhone:VARCHAR(30) Fax:VARCHAR(30) Email Specialty:VARCHAR(60) SourceType:VARCHAR(60)"
    ),
    ("RefdrID",),
)
PATIENT_REFDR = Table(
    "PatientRefdr",
    columns(
        f"PatRefID:{_KEY} PatID:VARCHAR(20) RefdrID:VARCHAR(9) RefDate:{_DATE} "
        "Direction:VARCHAR(4) ItemOrder:INTEGER"
    ),
    ("PatRefID",),
    (("PatID", "Patient", "PatID"),),
)
PROVIDER = Table(
    "Provider",
    columns(
        "ProvID:VARCHAR(10) Abbr:VARCHAR(10) LastName FirstName Credentials:VARCHAR(60) "
        "NPI:VARCHAR(10) Specialty:VARCHAR(60) Email IsActive:INTEGER"
    ),
    ("ProvID",),
)
TREAT_PLAN = Table(
    "TreatPlan",
    columns(
        f"PlanID:{_KEY} PatID:VARCHAR(20) PlanName:VARCHAR(500) PlanDate:{_DATE} "
        "Status:VARCHAR(20) Phase:VARCHAR(60) EstValue:REAL Currency:VARCHAR(3) "
        "ProvID:VARCHAR(10) Note:TEXT"
    ),
    ("PlanID",),
    (("ProvID", "Provider", "ProvID"),),
)
PLAN_PROC = Table(
    "PlanProc",
    columns(
        f"PlanProcID:{_KEY} PlanID:{_KEY} LineNo:INTEGER ProcCode:VARCHAR(20) Descript "
        "Tooth:VARCHAR(20) Quad:VARCHAR(4) Fee:REAL Phase:VARCHAR(60) ProcStatus:VARCHAR(20)"
    ),
    ("PlanProcID",),
)
VISIT = Table(
    "Visit",
    columns(
        f"VisitID:{_KEY} PatID:VARCHAR(20) PlanID:{_KEY} ProvID:VARCHAR(10) VisitDate:{_DATE} "
        "VisitTime:VARCHAR(5) DurationMin:INTEGER VisitType:VARCHAR(60) Kind:VARCHAR(10) "
        "Subject Note:TEXT Completed:INTEGER"
    ),
    ("VisitID",),
    (("PlanID", "TreatPlan", "PlanID"), ("ProvID", "Provider", "ProvID")),
)
PERIO_EXAM = Table(
    "PerioExam",
    columns(
        f"ExamID:{_KEY} PatID:VARCHAR(20) ExamDate:{_DATE} ProvID:VARCHAR(10) Note:TEXT",
    ),
    ("ExamID",),
    (("ProvID", "Provider", "ProvID"),),
)
# The site cells are text, as in the programs whose cells came to hold things like '<3 mm'.
PERIO_MEASURE = Table(
    "PerioMeasure",
    columns(
        f"MeasureID:{_KEY} ExamID:{_KEY} Tooth:VARCHAR(3) MeasureType:INTEGER "
        + " ".join(f"{site}:VARCHAR(8)" for site in SITE_COLUMNS)
    ),
    ("MeasureID",),
)
PERIO_TOOTH = Table(
    "PerioTooth",
    columns(
        f"ExamID:{_KEY} Tooth:VARCHAR(3) Missing:INTEGER Implant:INTEGER Mobility:VARCHAR(4) "
        "FurcB:VARCHAR(4) FurcL:VARCHAR(4) FurcM:VARCHAR(4) FurcD:VARCHAR(4) "
        "FurcScale:VARCHAR(20) Note"
    ),
    ("ExamID", "Tooth"),
)
RADIOGRAPH = Table(
    "Radiograph",
    columns(
        f"RadID:{_KEY} PatID:VARCHAR(20) PlanID:{_KEY} TakenOn:{_DATE} RadType:VARCHAR(10) "
        "Findings:TEXT Teeth:VARCHAR(100) FilePath FileSize:INTEGER"
    ),
    ("RadID",),
    (("PlanID", "TreatPlan", "PlanID"),),
)
DIAGNOSIS = Table(
    "Diagnosis",
    columns(
        f"DiagID:{_KEY} PatID:VARCHAR(20) PlanID:{_KEY} DiagDate:{_DATE} DiagText ICD10:VARCHAR(10)"
    ),
    ("DiagID",),
)
INSURANCE = Table(
    "Insurance",
    columns(
        f"InsID:{_KEY} PatID:VARCHAR(20) Ordinal:INTEGER Carrier PayerID:VARCHAR(10) GroupName "
        "GroupNo:VARCHAR(20) SubscriberName SubscriberID:VARCHAR(20) Relationship:VARCHAR(20) "
        f"PlanType:VARCHAR(20) EffectiveDate:{_DATE} TermDate:{_DATE}"
    ),
    ("InsID",),
)
LETTER = Table(
    "Letter",
    columns(
        f"LetterID:{_KEY} PatID:VARCHAR(20) RefdrID:VARCHAR(9) LetterDate:{_DATE} "
        "LetterType:VARCHAR(20) Subject BodyFormat:VARCHAR(4) FilePath"
    ),
    ("LetterID",),
    (("RefdrID", "Refdr", "RefdrID"),),
)
LETTER_TEMPLATE = Table(
    "LetterTemplate", columns(f"TemplateID:{_KEY} TemplateName Body:TEXT"), ("TemplateID",)
)
CLIN_NOTE = Table(
    "ClinNote",
    columns(
        f"NoteID:{_KEY} PatID:VARCHAR(20) PlanID:{_KEY} NoteDate:{_DATE} Author:VARCHAR(100) "
        "NoteType:VARCHAR(20) Body:TEXT"
    ),
    ("NoteID",),
)
DOCUMENT = Table(
    "Document",
    columns(
        f"DocID:{_KEY} PatID:VARCHAR(20) Description FilePath MimeType:VARCHAR(60) "
        f"CreatedOn:{_DATE}"
    ),
    ("DocID",),
)
FINDING = Table(
    "xPracticeFinding",
    columns(
        f"FindID:{_KEY} ExamID:{_KEY} PatID:VARCHAR(20) FindDate:{_DATE} FindName:VARCHAR(60) "
        "ToothNo:VARCHAR(10) FindValue"
    ),
    ("FindID",),
    (("PatID", "Patient", "PatID"),),
)
UNEXPLAINED = Table("ZTBL_88", columns("K1 V1 V2 V3", "VARCHAR(50)"))

TABLES = (
    PROVIDER,
    ACCOUNT,
    REFDR,
    PATIENT,
    PATIENT_REFDR,
    TREAT_PLAN,
    PLAN_PROC,
    VISIT,
    PERIO_EXAM,
    PERIO_MEASURE,
    PERIO_TOOTH,
    RADIOGRAPH,
    DIAGNOSIS,
    INSURANCE,
    LETTER,
    LETTER_TEMPLATE,
    CLIN_NOTE,
    DOCUMENT,
    FINDING,
    UNEXPLAINED,
)
