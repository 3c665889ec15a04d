"""What a person may choose for a table and its columns: layouts, places, readings, sites, options.

Rule of the house: nothing is offered that conform would refuse.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.clinical.site import Aspect, PackedOrder
from core.clinical.tooth import ALL_TEETH, Numbering
from core.crosswalk.layout_cells import ALL_MARKS, LENGTHS, MARKS
from core.crosswalk.layout_charts import JOINED_TOOTH, PACKED, SITE_ROWS, TOOTH_ROW, WIDE_EXAM
from core.crosswalk.layout_joined import JOINED
from core.crosswalk.layout_teeth import OF_TOOTH, TOOTH_VALUE, has_teeth
from core.crosswalk.mapping import ColumnMap, TableMap
from core.crosswalk.measures import MEASURES, PLACES, SITES
from core.crosswalk.practice import CHARTS, TOOTH_MEASURES
from core.crosswalk.reading import READINGS
from core.crosswalk.rules import is_tooth
from core.vocabulary.chart import SiteReading, ToothFinding
from core.vocabulary.field import ENTITIES, Field, Sensitivity

VALUE = "value"
"""The place of a reading at one site, in the layout of tooth measures."""

MEASURE_KINDS = (*MEASURES, *OF_TOOTH)
"""What a code of a measure may mean."""

WHERE = frozenset(
    {
        *("aspect", "joins", "no_tooth", "numbering", "only"),
        *("order", "tooth", "unmeasured", "width", "with"),
    }
)
"""Options that say where and how a value is found; all others are codes and what they mean."""

_ROWS = "rows"
_LAYOUTS: Mapping[str, str] = {
    _ROWS: "A row is one of them.",
    JOINED: "A row completes a row of another table of the same kind.",
    TOOTH_MEASURES: "A row is one measure of one tooth, with a column for each site.",
    SITE_ROWS: "A row is one site of one tooth.",
    TOOTH_ROW: "A row is one tooth, with columns for each site.",
    WIDE_EXAM: "A row is one exam, with columns for each tooth and site.",
    PACKED: "A row is one exam, with texts of many readings.",
}
_TELLING: Mapping[str, str] = {
    "exam_key": "The exam.",
    "tooth": "The tooth.",
    "site": "The site, by a code.",
    "measure": "Which measure the row is of.",
    JOINED_TOOTH: "Leads to the row that tells exam and tooth.",
}
_ROLES: Mapping[str, str] = {
    "probing_depth": "Probing depth.",
    "gingival_margin": "Gingival margin.",
    "mgj": "Distance to the mucogingival junction.",
    "bleeding": "Bleeding on probing.",
    "suppuration": "Suppuration.",
    "plaque": "Plaque.",
}
_EVERY_MARK = {ALL_MARKS: "All marks of a site, as letters."}
_LISTS: Mapping[str, str] = {
    "missing_teeth": "Missing teeth, a list of numbers.",
    "implants": "Implants, a list of numbers.",
    "mobility": "Mobility of tooth 1 to 32, apart by commas.",
    "furcation": "Furcations, as tooth:entrance=grade.",
}
_FINDINGS: Mapping[str, str] = {
    name: field.text
    for name, field in ToothFinding.fields().items()
    if name not in {"exam_key", "tooth"}
}
_FLAGS = ("is_missing", "is_implant")
_EXAM, _TOOTH = {"exam_key": _TELLING["exam_key"]}, {"tooth": _TELLING["tooth"]}
_AT_SITES = {**_ROLES, **_EVERY_MARK}
_CHART_PLACES: Mapping[str, Mapping[str, str]] = {
    TOOTH_MEASURES: {
        **{name: _TELLING[name] for name in PLACES},
        VALUE: "The reading at one site.",
        TOOTH_VALUE: "What the row tells of the tooth itself.",
    },
    SITE_ROWS: {
        **{name: text for name, text in _TELLING.items() if name != "measure"},
        **_AT_SITES,
        **_FINDINGS,
    },
    TOOTH_ROW: {**_EXAM, **_TOOTH, **_AT_SITES, **_FINDINGS},
    WIDE_EXAM: {**_EXAM, **_AT_SITES, **_FINDINGS},
    PACKED: {**_EXAM, **_ROLES, **_LISTS},
}
"""Layout of a chart -> the places of its columns, with their meaning."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An option that a person is asked for.

    Attributes:
        name: The option.
        meaning: What it says, for the person.
        able: What it may be; empty for any text.
        is_required: Whether the column cannot be read without it.
    """

    name: str
    meaning: str
    able: tuple[str, ...] = ()
    is_required: bool = False


def layouts(entity: str) -> dict[str, str]:
    """How rows of a table that holds an entity may be laid out, with their meaning."""
    able = CHARTS if entity == SiteReading.key else (_ROWS, JOINED)
    return {name: _LAYOUTS[name] for name in able}


def places(table: TableMap) -> dict[str, str]:
    """Places a column of the table may go to, with their meaning, in the order of declaration."""
    if table.layout in _CHART_PLACES:
        able = dict(_CHART_PLACES[table.layout])
        if table.measures and not has_teeth(table):
            able.pop(TOOTH_VALUE, None)
        return able
    entity = ENTITIES.get(table.entity)
    fields = entity.fields() if entity else {}
    return {name: field.text for name, field in fields.items()}


def field_of(table: TableMap, name: str) -> Field | None:
    """The declared field behind a place; None where the layout names a place of its own."""
    if table.layout in _CHART_PLACES:
        if name in {"exam_key", "tooth"}:
            return SiteReading.fields()[name]
        return ToothFinding.fields().get(name) if name in _FINDINGS else None
    entity = ENTITIES.get(table.entity)
    return entity.fields().get(name) if entity else None


def readings(table: TableMap, name: str) -> tuple[str, ...]:
    """Readings that make what a place holds, the usual one first."""
    if table.layout in _CHART_PLACES:
        return _chart_readings(table.layout, name)
    field = field_of(table, name)
    if field is None:
        return tuple(READINGS)
    if field.options:
        return ("option", "text")
    if is_tooth(field):
        return ("text",)
    able = [name for name, reading in READINGS.items() if reading.suits(field.dtype)]
    # codes of words are read where a word is wanted, but last: most words are no codes
    usual = sorted(
        (name for name in able if name != "option"),
        key=lambda name: READINGS[name].makes != field.dtype,
    )
    return (*usual, "option") if "option" in able else tuple(usual)


def _chart_readings(layout: str, name: str) -> tuple[str, ...]:
    if layout == PACKED:
        return ("text",)
    if name == VALUE or name in LENGTHS:
        return ("integer",)
    if name in MARKS or name == "site":
        return ("option",)
    return ("flag",) if name in _FLAGS else ("text",)


def sites(table: TableMap, name: str) -> tuple[str, ...]:
    """Sites a place is at; empty where it is not at one, or the row tells it."""
    has_sites = {
        TOOTH_MEASURES: (VALUE,),
        TOOTH_ROW: tuple(_AT_SITES),
        WIDE_EXAM: tuple(_AT_SITES),
    }
    return tuple(SITES) if name in has_sites.get(table.layout, ()) else ()


def meanings(table: TableMap, name: str) -> tuple[str, ...]:
    """What each code of a place's column may mean; empty for any words, or where codes are none."""
    if table.layout in _CHART_PLACES:
        if name == "site":
            return tuple(SITES)
        if name in MARKS:
            return ("yes", "no")
        if name == ALL_MARKS:
            return (*MARKS, "none")
    field = field_of(table, name)
    return tuple(field.options) if field is not None else ()


def has_codes(table: TableMap, name: str, reading: str) -> bool:
    """Whether each code of a place's column has a meaning: of a closed list, or any words."""
    is_chart = table.layout in _CHART_PLACES
    return bool(meanings(table, name)) if is_chart else reading == "option"


def asked(table: TableMap, name: str) -> tuple[Asked, ...]:
    """The options that say where and how a place's values are found."""
    found: list[Asked] = []
    if table.layout == WIDE_EXAM and name != "exam_key":
        teeth = tuple(str(tooth) for tooth in ALL_TEETH)
        found.append(Asked("tooth", "The column's tooth, Universal.", teeth, is_required=True))
    if table.layout == PACKED and name in _ROLES:
        found += _PACKED
    field = field_of(table, name)
    if field is not None and (is_tooth(field) or field.name in {"tooth", "teeth"}):
        numberings = tuple(one.value for one in Numbering)
        found.append(Asked("numbering", "Where teeth are numbered otherwise here.", numberings))
    if name == JOINED_TOOTH:
        found.append(Asked("joins", "Table.Column of the tooth's row.", is_required=True))
    if table.layout in _CHART_PLACES and name == "exam_key":
        found.append(Asked("joins", "Table.Column that holds the exam's key there."))
    if table.layout in {_ROWS, JOINED}:
        found += _OF_ROWS
    return tuple(found)


_SIDES = tuple(side.value for side in Aspect)
_PACKED = (
    Asked("order", "How the text runs.", tuple(one.value for one in PackedOrder), is_required=True),
    Asked(
        "aspect",
        "Which sides it holds.",
        (*_SIDES, ",".join(_SIDES), ",".join(_SIDES[::-1])),
        is_required=True,
    ),
    Asked("width", "Signs of one reading.", ("1", "2")),
    Asked("no_tooth", "The sign where there is no tooth."),
    Asked("unmeasured", "The sign where there is no reading."),
)
_OF_ROWS = (
    Asked("with", "A column whose text stands before this one's in a key of two parts."),
    Asked("only", "Rows with another text here are of something else."),
    Asked("joins", "Table.Column where the value or the completed row stands."),
)


def names_a_patient(table: TableMap, column: ColumnMap) -> bool:
    """Whether a column goes to a field that says something of a patient.

    Such a column is confirmed by itself, never together with others.
    """
    if column.left or not column.field:
        return False
    field = field_of(table, column.field)
    return field is None or field.sensitivity is not Sensitivity.OPERATIONAL


def entities() -> dict[str, str]:
    """Entities a table may hold, with their meaning."""
    return {key: entity.meaning for key, entity in ENTITIES.items() if not entity.is_derived}
