"""Reads a convention's declaration of its tables: which column of which table holds which field.

Rule of the house: one line declares a column; type, spelling, key and truth follow from it.

A declaration is lines: `entity Table` begins a table (`-` for rows nobody can explain), indented
lines hold its columns, apart by blanks, or by commas where names hold blanks. A column is

    Name                     empty in every row
    Name=field               the field, typed and spelled as the style says
    Name:TYPE=field          with a type of its own
    Name=field@attribute     read from another attribute of the record
    Name=field/how           spelled by a named way of its own
    Name=@attribute/how      derived from an attribute, and holding no field
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from core.practice.conventions.layout import Layout, Records, Render, key_field
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.schema import Table
from core.practice.conventions.style import KEY_FIELDS, Style

EMPTY = "Empty in every row."
"""Why a column without a field is left."""

RECORDS = {
    "": "puzzles",
    "account": "accounts",
    "attachment": "documents",
    "coverage": "coverages",
    "custom_finding": "findings",
    "diagnosis": "diagnoses",
    "letter": "letters",
    "letter_template": "templates",
    "note": "notes",
    "patient": "patients",
    "perio_exam": "listed_exams",
    "planned_procedure": "procedures",
    "provider": "providers",
    "radiograph": "radiographs",
    "referral": "referrals",
    "referring_doctor": "doctors",
    "treatment_plan": "plans",
    "visit": "visits",
}
"""Entity -> the attribute of the practice that lists its records."""

_PARENTS_FIRST = (
    "provider",
    "account",
    "referring_doctor",
    "patient",
    "treatment_plan",
    "perio_exam",
)
_DANGLING = frozenset(
    {
        "attachment.patient_key",
        "coverage.patient_key",
        "custom_finding.exam_key",
        "diagnosis.patient_key",
        "letter.patient_key",
        "note.patient_key",
        "perio_exam.patient_key",
        "planned_procedure.plan_key",
        "radiograph.patient_key",
        "referral.doctor_key",
        "treatment_plan.patient_key",
        "visit.patient_key",
    }
)
"""References that some row breaks, so that no database can declare them."""


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column."""

    name: str
    kind: str
    field: str
    attribute: str
    how: str


@dataclass(frozen=True, slots=True)
class Apart:
    """What sets one table apart from the others of its convention.

    Attributes:
        key: The primary key, where it is not the first column.
        tells: What tells rows apart, where no key is declared.
        records: What makes the list of records.
        options: Column -> what the map says of it besides its field.
        left: Column -> why it holds no field.
        shape: How a row becomes one of the entity.
        links: Foreign keys besides those that follow from the fields.
        is_beside: The rows stand beside those of another layout.
    """

    key: tuple[str, ...] | None = None
    tells: tuple[str, ...] = ()
    records: Records = ""
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)
    shape: MapLayout = MapLayout.ROWS
    links: tuple[tuple[str, str, str], ...] = ()
    is_beside: bool = False


def declared(
    text: str,
    style: Style,
    *,
    apart: Mapping[str, Apart] | None = None,
    hows: Mapping[str, Render] | None = None,
) -> tuple[Layout, ...]:
    """The layouts of a declaration, parents first."""
    found = []
    for entity, name, columns in _blocks(text):
        one = (apart or {}).get(name, Apart())
        found.append(_layout(entity, name, columns, (style, one, hows or {})))
    found.sort(key=lambda layout: _rank(layout.entity))
    return tuple(_linked(found)) if style.has_links else tuple(found)


def column_words(text: str) -> list[str]:
    """The columns of a line, apart by commas if it has any, else by blanks."""
    return [word.strip() for word in (text.split(",") if "," in text else text.split())]


def column(word: str, style: Style) -> Column:
    """One declared column."""
    head, _, tail = word.partition("=")
    name, _, kind = head.partition(":")
    tail, _, how = tail.partition("/")
    place, _, attribute = tail.partition("@")
    return Column(name, kind or style.type_of(place), place, attribute or place, how)


def _rank(entity: str) -> int:
    return _PARENTS_FIRST.index(entity) if entity in _PARENTS_FIRST else len(_PARENTS_FIRST)


def _blocks(text: str) -> Iterator[tuple[str, str, list[str]]]:
    head, words = "", list[str]()
    for line in (*text.splitlines(), "end"):
        if line.startswith(" "):
            words += [word for word in column_words(line.strip()) if word]
        elif line:
            if head:
                entity, _, name = head.partition(" ")
                yield entity.strip("-"), name.strip(), words
            head, words = line, []


def _layout(
    entity: str, name: str, words: list[str], how: tuple[Style, Apart, Mapping[str, Render]]
) -> Layout:
    style, apart, hows = how
    columns = [column(word, style) for word in words]
    key = apart.key
    if key is None:
        key = (columns[0].name,) if entity and not apart.tells else ()
    return Layout(
        table=Table(name, tuple((one.name, one.kind) for one in columns), key, apart.links),
        entity=entity,
        records=apart.records or RECORDS[entity],
        fields=tuple(one.field for one in columns),
        attributes=tuple(one.attribute for one in columns),
        render={
            one.name: hows[one.how] if one.how else style.render_of(entity, one.field)
            for one in columns
        },
        takes=style.takes(entity),
        key=apart.tells,
        shape=apart.shape,
        is_beside=apart.is_beside,
        options=apart.options,
        codes=_codes(entity, columns, style),
        left={one.name: EMPTY for one in columns if not one.field} | dict(apart.left),
    )


def _codes(entity: str, columns: list[Column], style: Style) -> dict[str, dict[str, str]]:
    named = ((one.name, style.codes.get(f"{entity}.{one.field}")) for one in columns)
    return {
        name: {str(code): value for value, code in codes.items()} for name, codes in named if codes
    }


def _linked(layouts: Iterable[Layout]) -> Iterator[Layout]:
    """The same layouts with the foreign keys that every row keeps."""
    parents: dict[str, tuple[str, str]] = {}
    for one in layouts:
        own = key_field(one.entity)
        if own in one.fields and one.table.key == (one.column_of(own),):
            parents.setdefault(one.entity, (one.table.name, one.table.key[0]))
        links = tuple(
            (name, *parents[KEY_FIELDS[place]])
            for name, place in zip(one.table.names, one.fields, strict=True)
            if place != own
            and KEY_FIELDS.get(place) in parents
            and f"{one.entity}.{place}" not in _DANGLING
        )
        yield replace(one, table=replace(one.table, foreign=one.table.foreign + links))
