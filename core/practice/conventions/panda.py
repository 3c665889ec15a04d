"""The PANDA-like convention: every record of the model as rows of its tables.

Rule of the house: this module decides names, keys and spellings; it invents nothing.
"""

from core.practice.conventions import panda_tables as t
from core.practice.conventions.convention import Convention, Json
from core.practice.conventions.layout import layout
from core.practice.conventions.panda_charts import PandaCharts

LAYOUTS = (
    layout(
        t.PROVIDER,
        "provider",
        "providers",
        "provider_key abbreviation last_name first_name credentials npi specialty email is_active",
    ),
    layout(
        t.ACCOUNT,
        "account",
        "accounts",
        "account_key title last_name first_name middle_initial suffix street street_2 city state "
        "zip_code home_phone work_phone",
    ),
    layout(
        t.REFDR,
        "referring_doctor",
        "doctors",
        "doctor_key last_name first_name middle_initial title practice_name street street_2 city "
        "state zip_code phone fax email specialty source_type",
    ),
    layout(
        t.PATIENT,
        "patient",
        "patients",
        "patient_key account_key chart_number title last_name first_name middle_initial "
        "preferred_name sex birth_date home_phone work_phone work_phone_extension cell_phone "
        "email social_security_number provider_key status medical_alert first_visit_on "
        "row_version",
    ),
    layout(
        t.PATIENT_REFDR,
        "referral",
        "referrals",
        "referral_key patient_key doctor_key referred_on direction position",
        Direction=str.upper,
    ),
    layout(
        t.TREAT_PLAN,
        "treatment_plan",
        "plans",
        "plan_key patient_key title planned_on status phase estimated_value currency "
        "provider_key note",
        Status=str.upper,
    ),
    layout(
        t.PLAN_PROC,
        "planned_procedure",
        "procedures",
        "procedure_key plan_key position code description tooth quadrant fee phase status",
    ),
    layout(
        t.VISIT,
        "visit",
        "visits",
        "visit_key patient_key plan_key provider_key visited_on visited_at duration_min "
        "visit_type kind written_subject remark is_done",
        Kind=str.upper,
    ),
    layout(
        t.RADIOGRAPH,
        "radiograph",
        "radiographs",
        "radiograph_key patient_key plan_key taken_on kind findings teeth file_path size_bytes",
    ),
    layout(
        t.DIAGNOSIS,
        "diagnosis",
        "diagnoses",
        "diagnosis_key patient_key plan_key diagnosed_on classification icd_10",
    ),
    layout(
        t.INSURANCE,
        "coverage",
        "coverages",
        "coverage_key patient_key position carrier payer_id group_name group_number "
        "subscriber_name subscriber_id relationship plan_type effective_on terminated_on",
    ),
    layout(
        t.LETTER,
        "letter",
        "letters",
        "letter_key patient_key doctor_key written_on kind subject body_format file_path",
        BodyFormat=str.upper,
    ),
    layout(t.LETTER_TEMPLATE, "letter_template", "templates", "template_key name body"),
    layout(
        t.CLIN_NOTE,
        "note",
        "notes",
        "note_key patient_key plan_key written_on author kind body",
    ),
    layout(
        t.DOCUMENT,
        "attachment",
        "documents",
        "attachment_key patient_key description file_path mime_type created_on",
    ),
    layout(
        t.FINDING,
        "custom_finding",
        "findings",
        "finding_key exam_key patient_key found_on name tooth value_text",
    ),
    layout(
        t.PERIO_EXAM,
        "perio_exam",
        "listed_exams",
        "exam_key patient_key examined_on provider_key note",
    ),
    layout(t.UNEXPLAINED, "", "puzzles", "k1 v1 v2 v3"),
)
"""Every table whose rows are one record each."""

SETTINGS: Json = {
    "tooth_numbering": "universal",
    "margin_sign": "recession positive",
    "not_measured": -1,
    "coronal_margin_from": 100,
    "bit_sum": {"bleeding": 1, "suppuration": 2, "plaque": 4},
    "furcation_scale": "Glickman",
    "unknown_birth_date": "1900-01-01",
    "zone": "America/New_York",
}
"""How the numbers in the tables are meant."""

PANDA = Convention("panda", t.TABLES, LAYOUTS, PandaCharts, SETTINGS)


def ddl() -> tuple[str, ...]:
    """Every CREATE TABLE statement, parents first."""
    return PANDA.ddl()
