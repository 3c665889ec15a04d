"""Cases a diff is judged by: true losses of a migration, and re-encodings that lose nothing.

Rule of the house: a case is a cell of a declared field; what the comparison should say of it is
derived from what the value means to a clinic, never from what the comparison says.
"""

from datetime import date, time
from decimal import Decimal

import polars as pl

from core.compare import DiffClass, severity
from core.compare.classes import Severity
from core.vocabulary import CrmObject
from deployments.bench.fidelity_case import Case, ChartCase

_ORG, _PERSON, _DEAL = CrmObject.ORGANIZATION, CrmObject.PERSON, CrmObject.DEAL
_ACTIVITY, _NOTE, _FILE = CrmObject.ACTIVITY, CrmObject.NOTE, CrmObject.FILE

_DOCTORS = "7 | Dr. Ann Example | phone 555-0101\n9 | Dr. Bo Example | phone 555-0102"
_DOCTORS_TURNED = "\n".join(reversed(_DOCTORS.split("\n")))
_SOAP = "S: bleeds\nO: pocket of 6 mm at 14 MB\nA: Stage III\nP: scaling"
_SOAP_TURNED = "S: bleeds\nA: Stage III\nO: pocket of 6 mm at 14 MB\nP: scaling"
_LONG = "Depth and margin were taken at six sites. " * 9
_JSON = '{"v":1,"teeth":{"3":{"pd":[3,2,4,null,2,3]}}}'
_JSON_AGAIN = '{ "teeth": { "3": { "pd": [3, 2, 4, null, 2, 3] } },\n  "v": 1 }'

LOSSES: tuple[Case | ChartCase, ...] = (
    ChartCase(
        "a tooth's number never translated",
        {"tooth": 31, "probing_depth_mm": [3, 2, 4, 3, 2, 5]},
        {"tooth": 47, "probing_depth_mm": [3, 2, 4, 3, 2, 5]},
        DiffClass.NUMBERING,
    ),
    ChartCase(
        "a tooth's sites mirrored",
        {"probing_depth_mm": [3, 2, 6, 3, 2, 5]},
        {"probing_depth_mm": [6, 2, 3, 5, 2, 3]},
        DiffClass.ORDER_LOST,
    ),
    ChartCase("a margin's sign flipped", {"recession_mm": 2}, {"recession_mm": -2}, DiffClass.SIGN),
    ChartCase(
        "a coronal margin left in its program's sign",
        {"recession_mm": -5},
        {"recession_mm": 105},
        DiffClass.SENTINEL,
    ),
    ChartCase(
        "not measured read as a depth",
        {"probing_depth_mm": None},
        {"probing_depth_mm": -1},
        DiffClass.SENTINEL,
    ),
    Case("text cut", _NOTE, "note.content", _LONG, _LONG[:255], DiffClass.TRUNCATED),
    Case(
        "markup eaten",
        *(_NOTE, "note.content"),
        "Pockets <3 mm at 14, >5 mm at 3",
        "Pockets 5 mm at 3",
        DiffClass.MARKUP,
    ),
    Case(
        "a nought for nothing recorded",
        *(_DEAL, "chart_record.sites_ge_6", None, 0),
        DiffClass.NULL_OR_ZERO,
    ),
    Case(
        "another option",
        *(_DEAL, "diagnosis.classification"),
        "Periodontitis, Stage III, Grade B",
        "Periodontitis, Stage II, Grade B",
        DiffClass.WRONG_CODE,
    ),
    Case(
        "a time in the wrong zone",
        *(_ACTIVITY, "visit.due_at", time(17, 30), time(9, 30)),
        DiffClass.TIME_ZONE,
    ),
    Case(
        "a birthday a day early",
        *(_PERSON, "patient.birth_date", date(1961, 4, 1), date(1961, 3, 31)),
        DiffClass.DAY_OFF,
    ),
    Case(
        "an amount rounded",
        *(_DEAL, "treatment_plan.estimated_value", Decimal("1300.55"), Decimal("1300.60")),
        DiffClass.PRECISION,
    ),
    Case(
        "a long integer through a float",
        *(_FILE, "attachment.size_bytes", 2**53 + 1, 2**53),
        DiffClass.PRECISION,
    ),
    Case(
        "letters mistaken",
        _PERSON,
        "patient.last_name",
        "Zoë Ünal",
        "ZoÃ« Ãœnal",
        DiffClass.ENCODING,
    ),
    Case(
        "lines of a note turned", _NOTE, "note.content", _SOAP, _SOAP_TURNED, DiffClass.ORDER_LOST
    ),
    Case("the wrong patient", _NOTE, "note.patient_key", "m7", "m8", DiffClass.WRONG_LINK),
)
"""Sixteen ways in which a value is lost."""

HARMLESS: tuple[Case | ChartCase, ...] = (
    Case(
        "a space behind",
        _DEAL,
        "treatment_plan.title",
        "Quadrant 2",
        "Quadrant 2 ",
        DiffClass.PADDING,
    ),
    Case(
        "padded to a width", _PERSON, "patient.chart_number", "A12       ", "A12", DiffClass.PADDING
    ),
    Case(
        "spaces that do not break",
        _ORG,
        "referring_practice.name",
        "Example Dental",
        "Example\u00a0Dental",
        DiffClass.PADDING,
    ),
    Case(
        "a nought behind the point",
        _DEAL,
        "treatment_plan.estimated_value",
        Decimal("12.50"),
        Decimal("12.5"),
        None,
    ),
    Case(
        "a nought behind, in words",
        _DEAL,
        "treatment_plan.note",
        "12.50",
        "12.5",
        DiffClass.NOTATION,
    ),
    Case(
        "letters decomposed",
        _PERSON,
        "patient.last_name",
        "Zoë",
        "Zoe\u0308",
        DiffClass.UNICODE_FORM,
    ),
    Case(
        "capitals of an address",
        _PERSON,
        "patient.email",
        "Ann.Example@Example.com",
        "ann.example@example.com",
        DiffClass.NOTATION,
    ),
    Case(
        "a phone set otherwise",
        _PERSON,
        "patient.home_phone",
        "(503) 555-0123 x4",
        "+1 503.555.0123 ext. 4",
        DiffClass.NOTATION,
    ),
    Case(
        "line ends",
        _NOTE,
        "note.content",
        "S: bleeds\r\nO: 6 mm",
        "S: bleeds\nO: 6 mm",
        DiffClass.LINE_ENDS,
    ),
    Case(
        "an instant in another zone",
        _DEAL,
        "treatment_plan.note",
        "2024-03-04T17:30:00Z",
        "2024-03-04 09:30:00-08:00",
        DiffClass.NOTATION,
    ),
    Case("an empty phone", _PERSON, "patient.work_phone", "", None, DiffClass.EMPTY),
    Case(
        "signs by their names",
        _NOTE,
        "note.content",
        "O'Neil: depth < 3 & > 2",
        "O&#39;Neil: depth &lt; 3 &amp; &gt; 2",
        DiffClass.ENTITIES,
    ),
    Case(
        "items in another order",
        _ORG,
        "referring_practice.doctors",
        _DOCTORS,
        _DOCTORS_TURNED,
        DiffClass.ORDER,
    ),
    Case(
        "options in another order",
        _DEAL,
        "chart_record.custom_findings",
        "Abfraction; Tori",
        "Tori; Abfraction",
        DiffClass.ORDER,
    ),
    Case(
        "a JSON set out", _DEAL, "chart_record.chart_json", _JSON, _JSON_AGAIN, DiffClass.NOTATION
    ),
)
"""Fifteen ways in which a value is written otherwise and says the same."""


def is_loss(said: DiffClass | None) -> bool:
    """Whether the comparison calls a case a loss."""
    frame = pl.DataFrame({"diff_class": [said]}, schema={"diff_class": pl.String()})
    return bool(frame.select(severity() == Severity.LOSS.value).item())


def figures() -> dict[str, int]:
    """Losses caught, with the right class; harmless cases taken for losses."""
    return {
        "losses": len(LOSSES),
        "caught": sum(is_loss(case.said()) for case in LOSSES),
        "right_class": sum(case.said() is case.diff_class for case in LOSSES),
        "harmless": len(HARMLESS),
        "false_alarms": sum(is_loss(case.said()) for case in HARMLESS),
    }
