"""The confirmed map of a convention that was declared column by column.

Rule of the house: what a column means was said where it was declared; this only puts it into the
crosswalk's words. The layouts of charts are described in the README of the conventions.
"""

from collections.abc import Iterator

from core.crosswalk.mapping import ColumnMap, Decisions, SchemaMap, TableMap
from core.practice.conventions.convention import Charts, ChartTable, Convention, Meaning
from core.practice.conventions.layout import Layout
from core.practice.conventions.style import FLAGS, MONEY, WHOLE, is_date
from core.vocabulary import ENTITIES

NOT_CARRIED = {
    "social_security_number": "Social security numbers are not carried into the destination.",
    "medical_alert": "Medical history stays in the practice's own record.",
    "row_version": "Counts the row's changes; read to find them, not carried.",
}
"""Fields of the model that no field of the vocabulary is for, and why their columns are left."""
NOBODY_KNOWS = "Nobody at the practice knows it; nothing refers to it."
CHART_KEY = "Numbers the source's rows; exam, tooth and site tell apart."

_CHART_READINGS = {
    "bits": "integer",
    "bleeding": "option",
    "gingival_margin": "integer",
    "is_implant": "flag",
    "is_missing": "flag",
    "mgj": "integer",
    "plaque": "option",
    "probing_depth": "integer",
    "site": "option",
    "suppuration": "option",
    "value": "integer",
}
"""Role in a chart -> how its column is read; packed texts are read as text."""
_READINGS = {
    "body": "verbatim",
    "cell_phone": "phone",
    "city": "underscored",
    "fax": "phone",
    "first_name": "person_name",
    "home_phone": "phone",
    "last_name": "person_name",
    "phone": "phone",
    "practice_name": "underscored",
    "street": "underscored",
    "street_2": "underscored",
    "subscriber_name": "person_name",
    "visited_at": "time",
    "work_phone": "phone",
}


def derived_map(convention: Convention) -> SchemaMap:
    """The complete and correct map of the practice in this convention."""
    charts = convention.charts((), (), 1)
    tables = [_table_map(one) for one in convention.layouts if not one.is_beside]
    tables += [_chart_map(one, charts) for one in charts.tables()]
    ordered = tuple(sorted(tables, key=lambda table: table.name))
    return SchemaMap(_decisions(convention), {}, ordered)


def _decisions(convention: Convention) -> Decisions:
    said = convention.settings
    sentinel = said["not_measured"]
    sentinels = (str(sentinel),) if isinstance(sentinel, int) else ()
    return Decisions(
        zone=str(said["zone"]),
        tooth_numbering=str(said["tooth_numbering"]),
        margin_sign=str(said["margin_sign"]).removeprefix("recession "),
        margin_offset=int(str(said["coronal_margin_from"] or 0)),
        sentinels=sentinels,
        margin_sentinels=sentinels,
        furcation_scale=str(said["furcation_scale"]) if _is_unsaid(convention) else "",
        unknown_dates=(str(said["unknown_birth_date"]),),
    )


def _is_unsaid(convention: Convention) -> bool:
    """Whether no column of the charts names the scale of furcation grades."""
    charts = convention.charts((), (), 1)
    fields = {one.field for one in charts.meanings()}
    fields |= {name for layout in convention.layouts for name in layout.fields}
    return "furcation_scale" not in fields


def _table_map(layout: Layout) -> TableMap:
    if not layout.entity:
        columns = tuple(ColumnMap(name, left=NOBODY_KNOWS) for name in layout.table.names)
        return TableMap(layout.table.name, left=NOBODY_KNOWS, columns=columns)
    return TableMap(
        layout.table.name,
        layout.entity,
        str(layout.shape),
        layout.key_columns,
        columns=tuple(_columns(layout)),
    )


def _columns(layout: Layout) -> Iterator[ColumnMap]:
    for name, place in zip(layout.table.names, layout.fields, strict=True):
        options = dict(layout.options.get(name, {}))
        why = NOT_CARRIED.get(place, "") if place else layout.left[name]
        if why:
            yield ColumnMap(name, options=options, left=why)
            continue
        reading, codes = _reading(layout, name, place)
        yield ColumnMap(name, place, reading, options=options | codes)


def _reading(layout: Layout, name: str, place: str) -> tuple[str, dict[str, str]]:
    """How a field's column is read, and the meaning of its codes."""
    field = ENTITIES[layout.entity].fields()[place]
    if codes := layout.codes.get(name):
        return "option", dict(codes)
    if field.options:
        return "option", {word: word for word in field.options}
    if is_date(place):
        return "date", {}
    if place in FLAGS:
        return "flag", {}
    if place in WHOLE:
        return "integer", {}
    return ("decimal" if place in MONEY else _READINGS.get(place, "text")), {}


def _chart_map(table: ChartTable, charts: Charts) -> TableMap:
    columns = tuple(_chart_column(one) for one in charts.meanings() if one.table == table.name)
    return TableMap(
        table.name,
        table.entity,
        str(table.layout),
        table.key,
        dict(table.measures),
        columns=columns,
    )


def _chart_column(meaning: Meaning) -> ColumnMap:
    options = dict(meaning.options)
    if not meaning.field:
        return ColumnMap(meaning.column, options=options, left=meaning.note or CHART_KEY)
    reading = "text" if "order" in options else _CHART_READINGS.get(meaning.field, "text")
    return ColumnMap(meaning.column, meaning.field, reading, site=meaning.site, options=options)
