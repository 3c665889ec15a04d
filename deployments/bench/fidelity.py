"""Cases a diff is judged by: true losses of a migration, and re-encodings that lose nothing.

Rule of the house: a case is a cell of a declared field; what the comparison should say of it is
derived from what the value means to a clinic, never from what the comparison says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

import polars as pl

from core.compare import Charts, DiffClass, compare, compare_charts, severity
from core.compare.classes import Severity
from core.vocabulary import CrmObject, SiteReading, ToothFinding
from core.vocabulary.record import record_schema

_ORG, _PERSON, _DEAL = CrmObject.ORGANIZATION, CrmObject.PERSON, CrmObject.DEAL
_ACTIVITY, _NOTE, _FILE = CrmObject.ACTIVITY, CrmObject.NOTE, CrmObject.FILE
_SITES = ("MB", "B", "DB", "ML", "L", "DL")


@dataclass(frozen=True, slots=True)
class Case:
    """One unequal cell.

    Attributes:
        name: What happened.
        crm_object: The record's object.
        path: The field.
        wanted: The value to be there.
        found: The value that is.
        diff_class: What the comparison should say; None for nothing at all.
    """

    name: str
    crm_object: CrmObject
    path: str
    wanted: object
    found: object
    diff_class: DiffClass | None

    def said(self) -> DiffClass | None:
        """What the comparison says of it; None when it calls the cell equal."""
        cells = compare(
            self.crm_object,
            record(self.crm_object, {self.path: self.found}, record_id=1),
            record(self.crm_object, {self.path: self.wanted}),
        ).cells
        return DiffClass(cells["diff_class"][0]) if cells.height else None


@dataclass(frozen=True, slots=True)
class ChartCase:
    """One tooth of a chart, with a row of readings a site."""

    name: str
    wanted: Mapping[str, object]
    found: Mapping[str, object]
    diff_class: DiffClass | None

    def said(self) -> DiffClass | None:
        """What the comparison says of it; None when it calls the charts equal."""
        cells = compare_charts(_chart(self.found), _chart(self.wanted))
        kinds = set(cells["diff_class"].to_list()) - {DiffClass.MISSING_RECORD}
        return DiffClass(min(kinds - _ALONE or kinds)) if cells.height else None


_ALONE = {DiffClass.UNEXPECTED_RECORD}


def record(
    crm_object: CrmObject, cells: Mapping[str, object], *, record_id: int | None = None
) -> pl.DataFrame:
    """A record frame of one record with these cells."""
    row = {"ref": "m1", "source_key": "case|1", **cells}
    schema = record_schema(crm_object)
    frame = pl.DataFrame(
        [pl.Series(name, [row.get(name)], dtype=dtype) for name, dtype in schema.items()]
    )
    if record_id is None:
        return frame
    return frame.with_columns(pl.lit(record_id, pl.Int64()).alias("record_id"))


def _chart(tooth: Mapping[str, object]) -> Charts:
    columns: dict[str, object] = {"exam_key": "e1", "tooth": 18, "site": list(_SITES), **tooth}
    lists = {name: each for name, each in columns.items() if isinstance(each, list)}
    rows = [
        columns | {name: each[place] for name, each in lists.items()}
        for place in range(len(_SITES))
    ]
    readings = [
        pl.Series(name, [row.get(name) for row in rows], dtype=dtype)
        for name, dtype in SiteReading.schema().items()
    ]
    return Charts(pl.DataFrame(readings), pl.DataFrame(schema=ToothFinding.schema()))


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
