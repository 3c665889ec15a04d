"""Charts packed into texts: an exam a row, a text for each measure and side of the mouth.

Rule of the house: a text runs as the map says, never as is usual; a sign that nobody can read
spoils its site, never the sites beside it.
"""

import polars as pl

from core.clinical.site import Aspect, PackedOrder, Site, packed_order
from core.crosswalk.conform import require_columns
from core.crosswalk.layout_cells import LENGTHS, READINGS_OF, RULE, reading_of
from core.crosswalk.layout_charts import (
    as_rejected,
    row_rules,
    rows_of,
    site_readings,
    tooth_findings,
)
from core.crosswalk.layout_lists import LISTS, broken_lists, listed_findings
from core.crosswalk.layout_sheet import packed_sheet
from core.crosswalk.layout_spots import ROW, SLOT, Slots, Spots, carried
from core.crosswalk.mapping import ColumnMap, Decisions, TableMap
from core.crosswalk.outcome import Conformed, Surroundings
from core.errors import MapGap

_LETTERS = {letter: str(10 + place) for place, letter in enumerate("ABCDEF")}
_MEND = "Mend the column's entry in map.toml and sign again."
_WIDEST = 2


def conform_packed(frame: pl.DataFrame, table: TableMap, around: Surroundings) -> Conformed:
    """Translate packed rows into one row a site, and what they list of teeth beside.

    Args:
        frame: Every row of the table, every column as text.
        table: Names the exam, the packed columns with how they run, and the lists.
        around: Decisions and parents' keys.

    Returns:
        Site readings and findings of teeth; a spoilt place is listed with the site `tooth:site`.

    Raises:
        SourceShapeChanged: the table lacks a column the map names.
        MapGap: the map does not say how a text runs.

    Shape:
        (n, source columns) -> accepted (n times 192 at most, 9 + 1).
    """
    require_columns(frame, table)
    rows, named = rows_of(frame, table, around, beside=LISTS)
    packed = [one for one in carried(table) if one.field in READINGS_OF]
    broken = pl.concat(
        [row_rules(rows, named, around), *_too_long(rows, packed), *broken_lists(rows, table)]
    )
    good = rows.join(broken.select(ROW).unique(), on=ROW, how="anti", maintain_order="left")
    spots = _spots(good, packed, around.decisions)
    spoilt = _spoilt(spots)
    rejected = as_rejected(
        pl.concat([broken, spoilt]).join(rows, on=ROW, maintain_order="left"), table
    )
    findings = listed_findings(good, table, spots.frame)
    sheet = packed_sheet(frame, table, good, spoilt)
    told = None if findings is None else tooth_findings(findings)
    return Conformed(site_readings(spots), rejected, sheet, frame.height, told)


def _too_long(rows: pl.DataFrame, packed: list[ColumnMap]) -> list[pl.DataFrame]:
    """Rows with a text of more readings than a mouth has: nobody knows which is which."""
    return [
        rows.filter(pl.col(one.name).str.len_chars() > len(_places(one)) * _width(one)).select(
            ROW,
            pl.lit(one.name).alias("column"),
            pl.lit(None, dtype=pl.String()).alias("site"),
            pl.lit("unreadable").alias("rule"),
        )
        for one in packed
    ]


def _places(column: ColumnMap) -> tuple[tuple[int, Site], ...]:
    """(tooth, site) of every reading of a text, in its order."""
    sides = [side.strip() for side in column.options.get("aspect", "").split(",")]
    known = {aspect.value: aspect for aspect in Aspect}
    orders = {order.value: order for order in PackedOrder}
    order = orders.get(column.options.get("order", ""))
    if order is None or not all(side in known for side in sides):
        message = f"The map does not say how the text in {column.name} runs."
        raise MapGap(message, next_step=_MEND)
    return tuple(place for side in sides for place in packed_order(order, known[side]))


def _width(column: ColumnMap) -> int:
    """How many signs a reading has."""
    text = column.options.get("width", "1")
    if text.isdecimal() and 1 <= int(text) <= _WIDEST:
        return int(text)
    message = f"The map gives readings in {column.name} a width that they cannot have."
    raise MapGap(message, next_step=_MEND)


def _spots(good: pl.DataFrame, packed: list[ColumnMap], decisions: Decisions) -> Spots:
    """Every place of every text, decoded; a place where every text shows no tooth is none."""
    where = {one.name: {place: n for n, place in enumerate(_places(one))} for one in packed}
    places = sorted({place for found in where.values() for place in found})
    frames, slots = [pl.DataFrame()], dict[int, dict[str, ColumnMap]]()
    for slot, (tooth, site) in enumerate(places):
        here = [one for one in packed if (tooth, site) in where[one.name]]
        texts = {one.field: _text(one, where[one.name][tooth, site]) for one in here}
        decoded = [
            expr for one in here for expr in reading_of(one.field, one, texts[one.field], decisions)
        ]
        there = pl.any_horizontal(_is_tooth(one, where[one.name][tooth, site]) for one in here)
        base = [
            pl.col(ROW),
            pl.col("exam_key"),
            pl.lit(tooth, dtype=pl.Int64()).alias("tooth"),
            pl.lit(site.value).alias("site"),
            pl.lit(slot, dtype=pl.Int64()).alias(SLOT),
        ]
        frames.append(good.filter(there).select(*base, *decoded))
        slots[slot] = {one.field: one for one in here}
    return Spots(pl.concat(frames, how="diagonal"), slots)


def _sign(column: ColumnMap, place: int) -> pl.Expr:
    """The signs of one reading, as they stand; blanks where the text ends before."""
    width = _width(column)
    return pl.col(column.name).str.slice(place * width, width).fill_null("").str.pad_end(width)


def _is_tooth(column: ColumnMap, place: int) -> pl.Expr:
    nobody = column.options.get("no_tooth", " ")
    return _sign(column, place).str.strip_chars() != nobody.strip()


def _text(column: ColumnMap, place: int) -> pl.Expr:
    """One reading as other charts write it: a decimal number, or a mark; null for nothing."""
    nothing = {column.options.get("no_tooth", " ").strip(), ""}
    if "unmeasured" in column.options:
        nothing.add(column.options["unmeasured"].strip())
    sign = _sign(column, place).str.strip_chars()
    text = pl.when(~sign.is_in(sorted(nothing))).then(sign)
    if column.field in LENGTHS and _width(column) == 1:
        return text.str.to_uppercase().replace(_LETTERS)
    return text


def _spoilt(spots: Spots) -> pl.DataFrame:
    """Places that cannot be read: `_row`, `column`, `site` as `tooth:site`, `rule`."""
    empty = {ROW: pl.UInt32(), "column": pl.String(), "site": pl.String(), "rule": pl.String()}
    found = [pl.DataFrame(schema=empty)]
    slots: Slots = spots.slots
    for role in spots.roles:
        names = {slot: held[role].name for slot, held in slots.items() if role in held}
        found.append(
            spots.frame.filter(pl.col(RULE + role).is_not_null()).select(
                ROW,
                pl.col(SLOT).replace_strict(names, return_dtype=pl.String()).alias("column"),
                pl.concat_str([pl.col("tooth").cast(pl.String), "site"], separator=":").alias(
                    "site"
                ),
                pl.col(RULE + role).alias("rule"),
            )
        )
    return pl.concat(found)
