"""What dental programs call entities and fields, in the words of `core.discovery.words`.

Rule of the house: words only; no table or column of any one practice or product is named here.
"""

from core.discovery.words import ABBREVIATIONS, GENERIC_WORDS, TECHNICAL_PHRASES

ENTITY_PHRASES: dict[str, tuple[str, ...]] = {
    entity: tuple(text.split("; "))
    for entity, text in {
        "patient": "patient; client; person; patient master; patient demographics",
        "account": "account; guarantor; responsible party; family; account master",
        "referring_doctor": "referring doctor; referring office; referrer; referral source; "
        "outside doctor; "
        "referring practice; referral doctor; referring provider",
        "referral": "referral; patient referring doctor; patient referral; referral attachment; "
        "referral report; referral history",
        "provider": "provider; doctor; staff; professional; periodontist; employee; hygienist",
        "treatment_plan": "treatment plan; plan; treatment plan header; case; proposal; budget",
        "planned_procedure": "plan procedure; treatment plan item; treatment plan detail; "
        "treatment plan procedure; planned procedure; plan item; plan line; plan detail",
        "visit": "visit; patient visit; visit schedule; schedule; contact log",
        "perio_exam": "perio exam; exam; perio chart; perio header; periodontogram; periogram; "
        "perio",
        "site_reading": "perio measure; perio site; perio detail; probing; exam detail; "
        "site reading; perio reading; pocket depth; perio probing; surface measure; perio data",
        "tooth_finding": "perio tooth; tooth finding; tooth evaluation; exam tooth; tooth chart; "
        "tooth status; perio tooth status",
        "radiograph": "radiograph; patient radiograph; radiograph file",
        "diagnosis": "diagnosis; patient diagnosis; perio diagnosis; aap classification; "
        "classification",
        "coverage": "insurance; coverage; patient insurance; policy; patient plan; subscriber; "
        "insurance coverage",
        "letter": "letter; patient letter; letter log; communication log",
        "letter_template": "letter template; template; form letter; report template",
        "note": "clinical note; note; progress note; chart note; patient note; note history",
        "attachment": "document; attachment; patient document; patient file; file; "
        "document attachment",
        "custom_finding": "practice finding; custom finding; finding; user finding; "
        "exam finding; practice field",
    }.items()
}
"""Entity -> what its table is called, in the words of `ABBREVIATIONS`."""

_PERSON = {
    "title": "courtesy title; prefix",
    "last_name": "last; family name",
    "first_name": "first",
    "middle_initial": "middle name; middle; initial",
}
_PLACE = {
    "street": "address; street address; address 1; address line 1; street 1; home address",
    "street_2": "address 2; address line 2; suite; suite number",
    "city": "",
    "state": "state code; region",
    "zip_code": "zip; zip number",
}
_PATIENT_KEY = {"patient_key": "patient"}
_PLAN_KEY = {"plan_key": "treatment plan; plan; case"}
_PROVIDER_KEY = {"provider_key": "provider; doctor; staff; primary provider; preferred provider"}
_DOCTOR_KEY = {"doctor_key": "referring doctor; referrer; referral source; recipient"}
_EXAM_KEY = {"exam_key": "perio exam; exam; perio; perio chart; perio header"}

_FIELDS: dict[str, dict[str, str]] = {
    "patient": {
        "patient_key": "id; patient id; patient number",
        "account_key": "account; guarantor; responsible party; family",
        **_PROVIDER_KEY,
        "chart_number": "chart; chart id; medical record number; mrn; file number",
        **_PERSON,
        "preferred_name": "nickname; preferred; goes by; known as",
        "sex": "",
        "birth_date": "born; date of birth",
        "home_phone": "phone; phone home",
        "work_phone": "office phone; phone work",
        "work_phone_extension": "extension; phone extension",
        "cell_phone": "cell; phone cell",
        "email": "email address; e mail",
        "status": "patient status; active; inactive flag",
        "first_visit_on": "first visit date; date first visit; first seen; first visit; new date",
        "social_security_number": "social security; tax id",
        "medical_alert": "alert; medical note; allergy; allergies; medical history; premed",
    },
    "account": {
        "account_key": "id; account id; account number",
        **_PERSON,
        "suffix": "",
        **_PLACE,
        "home_phone": "phone; phone home",
        "work_phone": "office phone; phone work",
    },
    "referring_doctor": {
        "doctor_key": "id; referring doctor id; referral id",
        **_PERSON,
        "title": "credentials; suffix",
        "practice_name": "practice; office name; clinic name; company; work name",
        **_PLACE,
        "phone": "work phone; office phone; phone 1",
        "fax": "fax number; office fax; work fax",
        "email": "email address; e mail; office email",
        "specialty": "specialty name",
        "source_type": "referral source type; source; referral type; category",
    },
    "referral": {
        "referral_key": "id; referral id; patient referral id; referral attachment id",
        **_PATIENT_KEY,
        **_DOCTOR_KEY,
        "referred_on": "date; referral date; date referral",
        "direction": "in out; from to; referral type; type",
        "position": "order; item order; order number; rank; priority",
    },
    "provider": {
        "provider_key": "id; provider id; doctor id; staff id; code",
        "abbreviation": "short name; short; provider code",
        **{name: words for name, words in _PERSON.items() if name.endswith("_name")},
        "credentials": "title; suffix; designation",
        "npi": "npi number; national provider id; national provider identifier",
        "specialty": "",
        "email": "email address; e mail",
        "is_active": "active; is active; active flag; status",
    },
    "treatment_plan": {
        "plan_key": "id; plan id; treatment plan id; case id",
        **_PATIENT_KEY,
        **_PROVIDER_KEY,
        "title": "name; plan name; heading; description; case name",
        "planned_on": "date; plan date; date presented; presented; date created; created",
        "status": "plan status; case status",
        "phase": "treatment phase; plan phase",
        "estimated_value": "estimated amount; total fee; amount; total; value; total amount; "
        "estimated",
        "currency": "currency code",
        "note": "plan note",
    },
    "planned_procedure": {
        "procedure_key": "id; item id; plan procedure id; line id",
        **_PLAN_KEY,
        "position": "order; line number; line; item order; order number; item number",
        "code": "procedure code; ada code; cdt code; service code; procedure; cdt; ada",
        "description": "procedure description",
        "tooth": "tooth number; tooth or region",
        "quadrant": "area; arch",
        "fee": "amount; fee amount; price; cost",
        "phase": "treatment phase; visit number",
        "status": "procedure status; item status; decision",
    },
    "visit": {
        "visit_key": "id; visit id; visit number",
        **_PATIENT_KEY,
        **_PLAN_KEY,
        **_PROVIDER_KEY,
        "visited_on": "date; visit date; service date; start date; date time; start",
        "visited_at": "time; visit time; start time",
        "duration_min": "duration; duration minutes; minutes; time units",
        "kind": "contact kind; contact type; channel; mode",
        "visit_type": "type; reason; procedure; procedure description; chief complaint",
        "written_subject": "subject; title; heading",
        "remark": "note; visit note; clinical note",
        "is_done": "completed; done; is completed; completed flag; kept; status",
    },
    "perio_exam": {
        "exam_key": "id; exam id; perio exam id; perio id",
        **_PATIENT_KEY,
        "provider_key": "provider; examiner; doctor; hygienist; staff",
        "examined_on": "date; exam date; chart date; perio date; date charted; recorded date",
        "note": "exam note",
    },
    "site_reading": {
        **_EXAM_KEY,
        "tooth": "tooth number; tooth id",
        "site": "site code; surface; location; probing point; point; tooth order",
        "probing_depth_mm": "probing depth; pocket depth; pd; depth; probing; probing mm; pocket",
        "recession_mm": "recession; gingival margin; gm; margin; recession mm",
        "mgj_mm": "mgj; mucogingival junction; keratinized tissue",
        "is_bleeding": "bleeding; bleeding on probing; bleeding indicator; bleeding score",
        "is_suppurating": "suppuration; suppuration indicator",
        "has_plaque": "plaque; plaque indicator; plaque score",
    },
    "tooth_finding": {
        **_EXAM_KEY,
        "tooth": "tooth number; tooth id",
        "is_missing": "missing; missing flag; extracted",
        "is_implant": "implant; implant flag",
        "mobility": "mobility grade",
        "furcation_b": "furcation b; furcation buccal; furcation facial; furcation",
        "furcation_l": "furcation l; furcation lingual; furcation palatal",
        "furcation_m": "furcation m; furcation mesial",
        "furcation_d": "furcation d; furcation distal",
        "furcation_scale": "furcation classification; furcation type; scale",
        "note": "tooth note",
    },
    "radiograph": {
        "radiograph_key": "id; radiograph id; document id",
        **_PATIENT_KEY,
        **_PLAN_KEY,
        "taken_on": "date; taken; date taken; radiograph date; exposure date; "
        "date created; created",
        "kind": "type; radiograph type; category; modality",
        "findings": "finding; findings text; description; interpretation; note",
        "teeth": "tooth; tooth list; tooth number; tooth range",
        "file_path": "path; file; file name; radiograph path; file reference",
        "size_bytes": "size; file size; bytes",
    },
    "diagnosis": {
        "diagnosis_key": "id; diagnosis id",
        **_PATIENT_KEY,
        **_PLAN_KEY,
        "diagnosed_on": "date; diagnosis date; diagnosed",
        "classification": "diagnosis; diagnosis text; description; text; aap classification; "
        "diagnosis description; case type",
        "icd_10": "icd; icd code; icd 10 code; diagnosis code",
        "stage": "aap stage; perio stage",
        "grade": "aap grade; perio grade",
        "extent": "distribution",
    },
    "coverage": {
        "coverage_key": "id; insurance id; policy id; coverage id; patient insurance id",
        **_PATIENT_KEY,
        "position": "order; priority; primary secondary; rank",
        "carrier": "carrier name; insurance company; insurance name; payer; payer name; insurer",
        "payer_id": "payer number; electronic id; carrier id; edi payer id",
        "group_name": "employer",
        "group_number": "group id; group; policy number",
        "subscriber_name": "subscriber; policy holder; holder name",
        "subscriber_id": "subscriber number; policy id; medicaid id",
        "relationship": "relationship to subscriber; relationship code",
        "plan_type": "type; insurance type; policy type",
        "effective_on": "effective date; date effective; start date; from date; effective",
        "terminated_on": "termination date; date termination; end date; until; termination",
    },
    "letter": {
        "letter_key": "id; letter id",
        **_PATIENT_KEY,
        **_DOCTOR_KEY,
        "written_on": "date; letter date; date sent; sent; created; date written",
        "kind": "type; letter type; category",
        "subject": "title; re; heading",
        "body_format": "format; file format; text format",
        "file_path": "path; file; file name; document path",
    },
    "letter_template": {
        "template_key": "id; template id",
        "name": "template name; title; description",
        "body": "text; template text; content; body text; template body",
    },
    "note": {
        "note_key": "id; note id",
        **_PATIENT_KEY,
        **_PLAN_KEY,
        "written_on": "date; note date; entry date; created; date written",
        "author": "user; created by; written by; entered by; provider; signed by",
        "kind": "type; note type; category",
        "body": "text; note text; note; content; note body; body text",
    },
    "attachment": {
        "attachment_key": "id; document id; file id; attachment id",
        **_PATIENT_KEY,
        **_PLAN_KEY,
        "description": "title; name; caption; document name",
        "created_on": "created; date; date created; created date; document date; scan date",
        "mime_type": "mime; content type; file type; type",
        "file_path": "path; file; file name; document path",
        "size_bytes": "size; file size; bytes",
    },
    "custom_finding": {
        "finding_key": "id; finding id",
        **_PATIENT_KEY,
        **_EXAM_KEY,
        "found_on": "date; finding date; recorded date",
        "name": "finding name; label; finding; item; finding type",
        "tooth": "tooth number",
        "value_text": "value; finding value; result; value text; answer; score",
    },
}

FIELD_PHRASES: dict[str, dict[str, tuple[str, ...]]] = {
    entity: {
        name: tuple(
            phrase
            for phrase in (name.removesuffix("_key").replace("_", " "), *words.split("; "))
            if phrase
        )
        for name, words in named.items()
    }
    for entity, named in _FIELDS.items()
}
"""Entity -> field that a source may hold -> what its column is called, in the same words."""

_SAID = (
    *(phrase for group in ENTITY_PHRASES.values() for phrase in group),
    *(p for named in FIELD_PHRASES.values() for group in named.values() for p in group),
    *TECHNICAL_PHRASES,
    *GENERIC_WORDS,
    *(word for words in ABBREVIATIONS.values() for word in words),
)
KNOWN_WORDS = frozenset(word for phrase in _SAID for word in phrase.split())
"""Every word of the phrases above."""
