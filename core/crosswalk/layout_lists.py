"""What a packed chart lists of teeth: missing ones, implants, mobility and furcation.

Rule of the house: a list with a word that nobody can read sets its row aside; no tooth is guessed.
"""

import polars as pl

from core.crosswalk.layout_cells import FINDINGS
from core.crosswalk.layout_spots import ROW, SLOT, Spots, carried
from core.crosswalk.mapping import TableMap

LISTS = ("missing_teeth", "implants", "mobility", "furcation")
"""Roles of the lists."""
_TOOTH = r"0*(?:[1-9]|[12]\d|3[0-2])"
_SHAPES = {
    "missing_teeth": rf"^\s*(?:{_TOOTH}\s*(?:,\s*{_TOOTH}\s*)*)?$",
    "implants": rf"^\s*(?:{_TOOTH}\s*(?:,\s*{_TOOTH}\s*)*)?$",
    "mobility": r"^(?:[^,]*(?:,[^,]*){31})?$",
    "furcation": rf"^\s*(?:{_TOOTH}:[BLMD]=[^;=:]+(?:;\s*{_TOOTH}:[BLMD]=[^;=:]+)*;?\s*)?$",
}
"""What each list looks like."""
_ENTRANCES = {letter: f"furcation_{letter.lower()}" for letter in "BLMD"}
_WHERE = (ROW, "exam_key", "tooth")


def broken_lists(rows: pl.DataFrame, table: TableMap) -> list[pl.DataFrame]:
    """Rows with a list that cannot be read: `_row`, `column`, `site`, `rule`."""
    return [
        rows.filter(~pl.col(name).str.contains(_SHAPES[role])).select(
            ROW,
            pl.lit(name).alias("column"),
            pl.lit(None, dtype=pl.String()).alias("site"),
            pl.lit("unreadable").alias("rule"),
        )
        for role, name in _lists(table).items()
    ]


def listed_findings(good: pl.DataFrame, table: TableMap, spots: pl.DataFrame) -> Spots | None:
    """One row a tooth that any text or list tells of; None where the table has no lists.

    Shape:
        (n, columns) -> (n times 32 at most, findings).
    """
    lists = _lists(table)
    if not lists:
        return None
    seen = [good.select(*_WHERE[:2], "tooth").clear()]
    if spots.width:
        seen.append(spots.select(_WHERE))
    told = {role: _told(good, role, name) for role, name in lists.items()}
    teeth = pl.concat([*seen, *(found.select(_WHERE) for found in told.values())]).unique()
    for role, found in told.items():
        teeth = teeth.join(found.drop("exam_key"), on=[ROW, "tooth"], how="left")
        if role in {"missing_teeth", "implants"}:
            name = "is_missing" if role == "missing_teeth" else "is_implant"
            teeth = teeth.with_columns(pl.col(name).fill_null(value=False))
    absent = [pl.lit(None, dtype=pl.Int64()).alias(SLOT), pl.lit(None).alias("site")]
    columns = {one.name: one for one in carried(table)}
    slots = {0: {role: columns[name] for role, name in lists.items()}}
    kept = [name for name in FINDINGS if name in teeth.columns]
    return Spots(teeth.select(*_WHERE, *absent, *kept), slots)


def _lists(table: TableMap) -> dict[str, str]:
    return {one.field: one.name for one in carried(table) if one.field in LISTS}


def _told(good: pl.DataFrame, role: str, name: str) -> pl.DataFrame:
    """Row, exam and tooth of every entry of a list, with what it says."""
    sign = ";" if role == "furcation" else ","
    entries = good.select(ROW, "exam_key", pl.col(name).str.split(sign).alias("entry"))
    entries = entries.with_columns(pl.int_ranges(1, pl.col("entry").list.len() + 1).alias("place"))
    entry = pl.col("entry").str.strip_chars()
    said = entries.explode("entry", "place").filter(entry.fill_null("") != "").with_columns(entry)
    if role == "mobility":
        return said.select(*_WHERE[:2], pl.col("place").alias("tooth"), mobility="entry")
    if role == "furcation":
        return _grades(said)
    flag = "is_missing" if role == "missing_teeth" else "is_implant"
    tooth = pl.col("entry").cast(pl.Int64).alias("tooth")
    return said.select(*_WHERE[:2], tooth, pl.lit(value=True).alias(flag)).unique()


def _grades(said: pl.DataFrame) -> pl.DataFrame:
    """The grade at each entrance of a tooth."""
    apart = said.select(
        *_WHERE[:2],
        pl.col("entry").str.extract(r"^(\d+):").cast(pl.Int64).alias("tooth"),
        pl.col("entry").str.extract(r":([BLMD])=").alias("entrance"),
        pl.col("entry").str.extract(r"=(.+)$").str.strip_chars().alias("grade"),
    )
    return apart.group_by(_WHERE).agg(
        pl.col("grade").filter(pl.col("entrance") == letter).first().alias(name)
        for letter, name in _ENTRANCES.items()
    )
