"""The statements that look at an SQLite table without reading all of it.

Rule of the house: every identifier comes from the catalogue and is quoted; values are parameters.
"""

from collections.abc import Sequence

from core.ports import Table

STRIDES = 20
"""Places of a table that rows are taken from, beside its first and its last."""
SAMPLE_LETTERS = 4_000
"""Letters of a text that a sample keeps."""
MOST_DIFFERENT = 100_000
"""Different rows that are counted; of a column with more, nobody wants to know."""
_SPARE = 4


def quoted(name: str) -> str:
    """A name as it stands in a statement."""
    return '"' + name.replace('"', '""') + '"'


def as_text(cell: str) -> str:
    """A cell as text that loses nothing; what is not text, whole number or bytes as it is."""
    # A number with a fraction comes as it is: SQLite's own text of it is not always exact.
    return (
        f"CASE typeof({cell}) WHEN 'integer' THEN CAST({cell} AS TEXT) "
        f"WHEN 'blob' THEN 'blob:' || length({cell}) ELSE {cell} END"
    )


def cells(table: Table, names: Sequence[str], *, is_cut: bool = False) -> str:
    """Columns of a table as they are asked for."""
    place = quoted(table.name)
    # With the table before it, a name that is gone is an error; alone it would be read as text.
    texts = [as_text(f"{place}.{quoted(name)}") for name in names]
    if is_cut:
        texts = [
            _cut(text, f"{place}.{quoted(name)}") for text, name in zip(texts, names, strict=True)
        ]
    return ", ".join(texts)


def sample_of(table: Table, rows: int, ends: tuple[int, int] | None) -> str:
    """Rows from all over a table.

    Args:
        table: The table.
        rows: How many at most.
        ends: The first and the last number of a row; None where its rows have none.
    """
    place = quoted(table.name)
    names = [column.name for column in table.columns]
    # Names come from the catalogue and are quoted; the numbers are ours.
    select = f"SELECT {cells(table, names, is_cut=True)} FROM {place}"  # noqa: S608
    if table.rows <= rows:
        return select
    if ends is not None:
        return f"{select} WHERE {place}._rowid_ IN ({_numbers(place, rows, *ends)})"
    if not table.key:
        return f"{select} LIMIT {rows}"
    first = ", ".join(f"{place}.{quoted(name)}" for name in table.key)
    last = ", ".join(f"{place}.{quoted(name)} DESC" for name in table.key)
    return (
        f"SELECT * FROM ({select} ORDER BY {first} LIMIT {rows // 2}) "  # noqa: S608 - as above
        f"UNION SELECT * FROM ({select} ORDER BY {last} LIMIT {rows - rows // 2})"
    )


def _numbers(place: str, rows: int, first: int, last: int) -> str:
    """Row numbers: a quarter from either end, the rest from places in equal steps."""
    step = max(1, (last - first) // STRIDES)
    each, end = max(1, rows // (2 * STRIDES)), max(1, rows // _SPARE)
    starts = [(first + step * number, each) for number in range(1, STRIDES)]
    listed = [
        f"SELECT * FROM (SELECT _rowid_ FROM {place} WHERE _rowid_ >= {start} "  # noqa: S608 - as above
        f"ORDER BY _rowid_ LIMIT {most})"
        for start, most in [(first, end), *starts]
    ]
    listed.append(f"SELECT * FROM (SELECT _rowid_ FROM {place} ORDER BY _rowid_ DESC LIMIT {end})")  # noqa: S608 - as above
    return " UNION ".join(listed)


def ends_of(table: Table) -> str:
    """The first and the last number of a table's rows, each found without a scan."""
    place = quoted(table.name)
    return f"SELECT (SELECT min(_rowid_) FROM {place}), (SELECT max(_rowid_) FROM {place})"  # noqa: S608 - as above


def counts_of(table: Table, names: Sequence[str]) -> str:
    """Each different row of some columns, and how many there are of it."""
    place = quoted(table.name)
    listed = ", ".join(f"{place}.{quoted(name)}" for name in names)
    return (
        f"SELECT {cells(table, names)}, count(*) FROM {place} "  # noqa: S608 - as above
        f"GROUP BY {listed} LIMIT {MOST_DIFFERENT + 1}"
    )


def known_of(table: Table, column: str, values: int) -> str:
    """Those of some values that a column holds; they are the parameters."""
    cell = f"{quoted(table.name)}.{quoted(column)}"
    places = ", ".join("?" * values)
    return (
        f"SELECT DISTINCT {as_text(cell)} FROM {quoted(table.name)} "  # noqa: S608 - as above
        f"WHERE {cell} IN ({places})"
    )


def repeats_of(table: Table, names: Sequence[str]) -> str:
    """A row where two rows are alike in some columns, none where no two are."""
    listed = ", ".join(f"{quoted(table.name)}.{quoted(name)}" for name in names)
    return (
        f"SELECT 1 FROM {quoted(table.name)} "  # noqa: S608 - as above
        f"GROUP BY {listed} HAVING count(*) > 1 LIMIT 1"
    )


def orphans_of(table: Table, column: str, to_table: Table, to_column: str) -> str:
    """How many rows hold a value that another table's column does not."""
    cell, key = f"t.{quoted(column)}", f"p.{quoted(to_column)}"
    return (
        f"SELECT count(*) FROM {quoted(table.name)} AS t "  # noqa: S608 - as above
        f"WHERE trim({cell}) <> '' AND NOT EXISTS "
        f"(SELECT 1 FROM {quoted(to_table.name)} AS p WHERE {key} = {cell})"
    )


def _cut(text: str, cell: str) -> str:
    return (
        f"CASE typeof({cell}) WHEN 'text' THEN substr({cell}, 1, {SAMPLE_LETTERS}) ELSE {text} END"
    )
