"""A person's answers to the map, one by one or together, and what follows from them.

Rule of the house: an answer names who gave it; a map that says something else is signed again.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.crosswalk.choices import WHERE, asked, has_codes, layouts, places, readings, sites
from core.crosswalk.decisions import require_decided
from core.crosswalk.layout_charts import PACKED, WIDE_EXAM
from core.crosswalk.layout_joined import JOINED
from core.crosswalk.mapping import ColumnMap, Decisions, SchemaMap, TableMap, load, save
from core.errors import MapGap, PlanStale, StepNotAllowed
from core.lifecycle import LEADS_TO, NEXT_STEP, Gate, Stage
from core.ports import Ledger

_SHARED_PLACES = (JOINED, PACKED, WIDE_EXAM)
"""Layouts in which columns may share a place: several teeth, sides or rows stand side by side."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a person does to the map.

    Attributes:
        make: Old map -> new map.
        what: The table, column or setting, for the audit log; no value.
        by: Who does it.
        seen: Digest of the map that was on the person's screen.
    """

    make: Callable[[SchemaMap], SchemaMap]
    what: str
    by: str
    seen: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says of one column.

    Attributes:
        table: The table.
        column: The column.
        by: Who says it.
        field: The place it goes to; "" where it is left.
        reading: How it is read.
        site: At which site, for a reading.
        options: Code -> what it means; and, under their own names, the options of the place.
        measures: Code -> measure, for the column that tells measures apart.
        left: Why it is left; "" where it is carried.
    """

    table: str
    column: str
    by: str
    field: str = ""
    reading: str = "text"
    site: str = ""
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    measures: Mapping[str, str] | None = None
    left: str = ""


def may_change(stage: Stage) -> bool:
    """Whether the map may be changed at a stage: where it may be presented again."""
    return Stage.MAP_PROPOSED in LEADS_TO[stage]


def change_map(ledger: Ledger, path: Path, change: Change) -> None:
    """Change the map's file, note it, and present what it says now.

    Args:
        ledger: Gates and the audit log.
        path: The map's file.
        change: What a person does to it.

    Raises:
        StepNotAllowed: the migration is past the point where the map may change.
        PlanStale: the map changed since the screen was opened.
        MapGap: the change does not fit.
    """
    stage = ledger.stage()
    if not may_change(stage):
        message = f"The map cannot be changed while the migration is at '{stage}'."
        raise StepNotAllowed(message, next_step=NEXT_STEP[stage])
    before = load(path)
    if before.digest() != change.seen:
        message = "The map has changed since you opened this screen; nothing was saved."
        raise PlanStale(message, next_step="Look at it again, then answer once more.")
    after = change.make(before)
    if after == before:
        return
    beside = path.with_name(f"{path.name}.new")
    save(after, beside)
    load(beside)
    beside.replace(path)
    says_else = after.digest() != change.seen
    ledger.audit("change map" if says_else else "confirm map", actor=change.by, subject=change.what)
    if says_else or stage is Stage.INVENTORY_SIGNED:
        ledger.present(Gate.MAP, after.digest())
        if stage is not Stage.MAP_PROPOSED:
            ledger.advance(Stage.MAP_PROPOSED, actor=change.by, reason="the map was changed")


def answered(schema_map: SchemaMap, answer: Answer) -> SchemaMap:
    """The map with one column answered.

    Raises:
        MapGap: place, reading and site do not go together, or another column has the place.
    """
    table = table_of(schema_map, answer.table)
    old = next((column for column in table.columns if column.name == answer.column), None)
    if old is None:
        message = f"The map has no column {answer.table}.{answer.column}."
        raise MapGap(message, next_step="Run `./perio discover` again.")
    new = _answered(table, old, answer)
    columns = tuple(new if column is old else column for column in _freed(table, new))
    measures = table.measures if answer.measures is None else dict(answer.measures)
    return schema_map.replace_table(replace(table, columns=columns, measures=measures))


def table_of(schema_map: SchemaMap, name: str) -> TableMap:
    """A table's entry.

    Raises:
        MapGap: there is none.
    """
    for table in schema_map.tables:
        if table.name == name:
            return table
    message = f"The map has no table {name}."
    raise MapGap(message, next_step="Run `./perio discover` again.")


def _answered(table: TableMap, old: ColumnMap, answer: Answer) -> ColumnMap:
    where = {name: told for name, told in old.options.items() if name in WHERE}
    if answer.left.strip():
        left = answer.left.strip()
        plain = replace(old, field="", reading="text", site="", options=where)
        return replace(plain, left=left, decided_by=answer.by)
    is_as_proposed = (answer.field, answer.reading, answer.site) == (
        old.field,
        old.reading,
        old.site,
    ) and not old.left
    if not is_as_proposed or not answer.field:
        _require_fitting(table, answer)
    given = {code: option for code, option in answer.options.items() if option}
    told = {one.name: given.pop(one.name, "") for one in asked(table, answer.field)}
    kept = where | {name: said for name, said in told.items() if said}
    if not has_codes(table, answer.field, answer.reading):
        given = dict(old.options) if answer.field == old.field else {}
    options = {code: option for code, option in given.items() if code not in WHERE} | kept
    return replace(
        old,
        field=answer.field,
        reading=answer.reading,
        site=answer.site,
        options=options,
        left="",
        decided_by=answer.by,
    )


def _require_fitting(table: TableMap, answer: Answer) -> None:
    where = f"{answer.table}.{answer.column}"
    if not answer.field:
        message = f"{where} has neither a place nor a reason."
        raise MapGap(message, next_step="Choose a field, or say why the column is left.")
    able = answer.field in places(table) and answer.reading in readings(table, answer.field)
    needed = sites(table, answer.field)
    if not able or (needed and answer.site not in needed):
        message = f"{where} cannot become '{answer.field}' as '{answer.reading}'."
        raise MapGap(message, next_step="Choose a place, a reading and a site that go together.")
    for one in asked(table, answer.field):
        said = answer.options.get(one.name, "")
        if (one.is_required and not said) or (said and one.able and said not in one.able):
            message = f"{where} does not say '{one.name}': {one.meaning}"
            raise MapGap(message, next_step="Choose it, then confirm again.")


def _freed(table: TableMap, new: ColumnMap) -> tuple[ColumnMap, ...]:
    """The table's columns; one that was only proposed for the same place is open again."""
    if table.layout in _SHARED_PLACES:
        return table.columns
    columns = []
    for column in table.columns:
        is_rival = (
            column.name != new.name
            and bool(new.field)
            and not column.left
            and (column.field, column.site) == (new.field, new.site)
        )
        if is_rival and column.decided_by:
            message = f"{table.name}.{column.name} becomes '{new.field}' already."
            raise MapGap(message, next_step="Change that column first.")
        columns.append(replace(column, field="", site="", options={}) if is_rival else column)
    return tuple(columns)


def confirmed(schema_map: SchemaMap, table: str, columns: Collection[str], by: str) -> SchemaMap:
    """The map with some proposals of a table confirmed as they are, and the table with them."""
    old = table_of(schema_map, table)
    made = tuple(
        replace(column, decided_by=by) if column.name in columns and column.is_answered else column
        for column in old.columns
    )
    decided_by = old.decided_by or by
    return schema_map.replace_table(replace(old, columns=made, decided_by=decided_by))


def laid_out(schema_map: SchemaMap, table: str, layout: str, by: str) -> SchemaMap:
    """The map with a table's rows laid out otherwise, as a person says.

    A column whose place the other layout does not have is open again.

    Raises:
        MapGap: what the table holds is not laid out like that.
    """
    old = table_of(schema_map, table)
    if layout not in layouts(old.entity):
        message = f"{table} cannot be laid out as '{layout}'."
        raise MapGap(message, next_step=f"Choose one of: {', '.join(layouts(old.entity))}.")
    if layout == old.layout:
        return schema_map.replace_table(replace(old, decided_by=by))
    made = replace(old, layout=layout, measures={}, decided_by=by)
    able = places(made)
    columns = tuple(
        column if column.left or _still_fits(made, column, able) else ColumnMap(column.name)
        for column in old.columns
    )
    return schema_map.replace_table(replace(made, columns=columns))


def _still_fits(table: TableMap, column: ColumnMap, able: Collection[str]) -> bool:
    needed = sites(table, column.field)
    has_site = column.site in needed if needed else not column.site
    told = all(one.name in column.options for one in asked(table, column.field) if one.is_required)
    is_read = column.field in able and column.reading in readings(table, column.field)
    return is_read and has_site and told


def table_left(schema_map: SchemaMap, table: str, reason: str, by: str) -> SchemaMap:
    """The map with a whole table left.

    Raises:
        MapGap: no reason was given.
    """
    if not reason.strip():
        message = f"No reason was given for leaving {table}."
        raise MapGap(message, next_step="Say in a few words why it is not carried.")
    old = table_of(schema_map, table)
    return schema_map.replace_table(replace(old, left=reason.strip(), decided_by=by))


def decided(schema_map: SchemaMap, decisions: Decisions) -> SchemaMap:
    """The map with other decisions for the whole practice.

    Raises:
        MapGap: one of them cannot be carried out.
    """
    try:
        require_decided(decisions)
    except ValueError as error:
        message = f"A setting cannot be carried out: {error}."
        raise MapGap(message, next_step="Mend it, then save again.") from None
    return replace(schema_map, decisions=decisions)
