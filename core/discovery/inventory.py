"""The inventory of a source: every table and column with what can be said of it without a value.

Rule of the house: the digest is of the catalogue alone, so that new rows do not undo a signature
and a new column does.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from core.discovery.entities import ENOUGH, looks
from core.discovery.looking import Looked, look, of_sample
from core.discovery.profiles import PROFILE_SCHEMA, Profile, profiles
from core.discovery.relations import Relation, inferred_key, relations
from core.discovery.shapes import Kind
from core.errors import NoPractice
from core.ports import Source, Table

TABLES_SCHEMA = {
    "table": pl.String(),
    "rows": pl.Int64(),
    "sampled": pl.Int64(),
    "columns": pl.Int64(),
    "key": pl.String(),
    "flags": pl.String(),
    "explanation": pl.String(),
    "decision": pl.String(),
}
"""One row a table; `sampled` is how many of its rows were looked at, `explanation` and
`decision` are a person's, empty until given."""

COLUMNS_SCHEMA = PROFILE_SCHEMA | {
    "key_position": pl.Int64(),
    "refers_to": pl.String(),
    "orphans": pl.Int64(),
}
"""One row a column; `key_position` is 0 outside the key, `refers_to` is a table's name or empty."""

UNCOUNTED = "rows not known"
"""How a flag begins that says that a view was not counted."""

_A_PRACTICE = frozenset({"patient", "perio_exam", "site_reading", "tooth_finding"})
_FREE_KINDS = frozenset({Kind.TEXT, Kind.NAME, Kind.CODE, Kind.FREE_TEXT, Kind.WHOLE, Kind.DEPTH})


@dataclass(frozen=True, slots=True)
class Inventory:
    """What was found in a source.

    Attributes:
        tables: `TABLES_SCHEMA`, by table.
        columns: `COLUMNS_SCHEMA`, by table, columns in their order.
        digest: Hash of tables, columns, types, keys and references.
    """

    tables: pl.DataFrame
    columns: pl.DataFrame
    digest: str


def discover(source: Source) -> Inventory:
    """Look at a source and take its inventory; no large table is read."""
    return inventory_of(look(source))


def take_inventory(catalogue: Sequence[Table], frames: Mapping[str, pl.DataFrame]) -> Inventory:
    """The inventory of tables already read.

    Shape:
        One frame a table, every column as text -> one row a table and one row a column.
    """
    return inventory_of(Looked(catalogue, frames))


def inventory_of(looked: Looked) -> Inventory:
    """The inventory of what was looked at.

    Shape:
        -> one row a table and one row a column.
    """
    catalogue, frames = looked.catalogue, looked.frames
    tables = {table.name: table for table in sorted(catalogue, key=lambda table: table.name)}
    found = {name: profiles(table, frames[name]) for name, table in tables.items()}
    keys = {
        name: table.key or inferred_key(table, looked, found[name])
        for name, table in tables.items()
    }
    links = relations(tables, looked, keys, found)
    table_rows = [
        _table_row(table, frames[name], keys[name], found[name], links)
        for name, table in tables.items()
    ]
    column_rows = [
        profile.row | _place(name, profile.column, keys[name], links)
        for name in tables
        for profile in found[name]
    ]
    return Inventory(
        pl.DataFrame(table_rows, schema=TABLES_SCHEMA),
        pl.DataFrame(column_rows, schema=COLUMNS_SCHEMA),
        catalogue_digest(catalogue),
    )


def catalogue_digest(catalogue: Sequence[Table]) -> str:
    """Hash of tables, columns, types, keys and references; of no count and no value."""
    shapes = [
        [
            table.name,
            [[column.name, column.declared_type] for column in table.columns],
            list(table.key),
            [[list(link.columns), link.to_table, list(link.to_columns)] for link in table.links],
            table.is_view,
        ]
        for table in sorted(catalogue, key=lambda table: table.name)
    ]
    return hashlib.sha256(json.dumps(shapes, ensure_ascii=False).encode()).hexdigest()


def is_practice(inventory: Inventory) -> None:
    """Refuse a source that holds no patients and no charts.

    Raises:
        NoPractice: every table is empty, or none looks like patients or charts.
    """
    filled = inventory.tables.filter(pl.col("rows") > 0)
    next_step = "Check that `source` names the practice's database and not another one."
    if filled.is_empty():
        message = f"All {inventory.tables.height} tables of the source are empty."
        raise NoPractice(message, next_step=next_step)
    for (name,), columns in inventory.columns.group_by("table", maintain_order=True):
        if name not in filled["table"]:
            continue
        best = looks(str(name), columns["column"].to_list())[0]
        if best.entity in _A_PRACTICE and best.score >= ENOUGH:
            return
    message = (
        f"None of the {filled.height} tables with rows looks like patients or periodontal charts."
    )
    raise NoPractice(message, next_step=next_step)


def _place(
    table: str, column: str, key: tuple[str, ...], links: Sequence[Relation]
) -> dict[str, object]:
    link = next((one for one in links if (one.table, one.column) == (table, column)), None)
    return {
        "key_position": key.index(column) + 1 if column in key else 0,
        "refers_to": link.to_table if link else "",
        "orphans": link.orphans if link else 0,
    }


def _table_row(
    table: Table,
    frame: pl.DataFrame,
    key: tuple[str, ...],
    found: Sequence[Profile],
    links: Sequence[Relation],
) -> dict[str, object]:
    flags = _table_flags(table, frame, key, found)
    flags += [
        f"{link.orphans:,} orphans{link.of}: {link.column} without a row in {link.to_table}"
        for link in links
        if link.table == table.name and link.orphans
    ]
    flags += [
        f"{profile.column}: {flag}"
        for profile in found
        for flag in str(profile.row["flags"]).split("; ")
        if flag
    ]
    return {
        "table": table.name,
        "rows": max(table.rows, frame.height),
        "sampled": frame.height,
        "columns": len(table.columns),
        "key": ", ".join(key),
        "flags": "; ".join(flags),
        "explanation": "",
        "decision": "",
    }


def _table_flags(
    table: Table, frame: pl.DataFrame, key: tuple[str, ...], found: Sequence[Profile]
) -> list[str]:
    flags = ["view"] if table.is_view else []
    of = of_sample(frame.height, is_sample=frame.height < table.rows)
    if not table.is_counted:
        flags.append(f"{UNCOUNTED}: it cannot be read, or took too long to count")
    elif frame.is_empty() and not table.rows:
        flags.append("empty")
    elif not table.key:
        flags.append(
            f"no key declared, {', '.join(key)} would do{of}"
            if key
            else "no key: rows are not told apart"
        )
    if repeated := _repeated_rows(frame, key):
        flags.append(f"{repeated:,} rows repeat another{' but for the key' if key else ''}{of}")
    best = looks(table.name, [column.name for column in table.columns])[0]
    if best.score < ENOUGH:
        flags.append("unexplained: nothing it could be was recognised")
    if _looks_like_findings(found):
        flags.append("looks like findings of the practice's own")
    return flags


def _repeated_rows(frame: pl.DataFrame, key: tuple[str, ...]) -> int:
    rest = frame.drop(key) if len(key) == 1 else frame
    if rest.width < 2 or frame.is_empty():  # noqa: PLR2004 - one column repeats by its nature
        return 0
    return frame.height - rest.hash_rows().n_unique()


def _looks_like_findings(found: Sequence[Profile]) -> bool:
    """A column for the name, one for the value and one for the tooth, whatever the table."""
    names = {profile.column.casefold(): profile.kind for profile in found}
    has_tooth = any("tooth" in name or kind is Kind.TOOTH for name, kind in names.items())
    has_name = any(name.endswith("name") and kind in _FREE_KINDS for name, kind in names.items())
    has_value = any("value" in name or "result" in name for name in names)
    return has_tooth and has_name and has_value
