"""How convention A spells: whole numbers for every key, codes for words, year one for no date.

Rule of the house: every code is listed here once, and the confirmed map reads it from here.
"""

from core.practice.conventions.style import Style, number_key

STYLE = Style(
    no_date="0001-01-01",
    unknown_date="0001-01-01",
    date_type="DATE",
    is_date_text=False,
    no_text="",
    key=number_key,
    key_type="INTEGER",
    flag_type="TINYINT",
    money_type="DOUBLE",
    codes={
        "patient.sex": {"M": 0, "F": 1},
        "patient.status": {
            "ACTIVE": 0,
            "INACTIVE": 2,
            "ARCHIVED": 3,
            "DECEASED": 5,
            "PROSPECT": 6,
        },
        "referral.direction": {"to": 0, "from": 1},
        "treatment_plan.status": {"proposed": 0, "accepted": 1, "completed": 2, "declined": 3},
        "planned_procedure.status": {"TP": 1, "C": 2, "R": 5},
        "visit.kind": {"visit": 1, "call": 2, "email": 3, "meeting": 4},
        "coverage.relationship": {"SELF": 0, "SPOUSE": 1, "CHILD": 2},
    },
    unknown_code=77,
    has_links=False,
)
