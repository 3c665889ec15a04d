"""Charts of one row a tooth and measure where some measures are of the tooth, not of its sites.

Rule of the house: readings are read as everywhere; what a row tells of the tooth stands beside.
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from core.clinical.reading import whole_number
from core.clinical.tooth import universal_from
from core.crosswalk.conform import key_expr, require_columns
from core.crosswalk.decisions import sentinels_of
from core.crosswalk.layout_charts import as_rejected, row_rules
from core.crosswalk.layout_spots import ROW, carried
from core.crosswalk.mapping import ColumnMap, TableMap
from core.crosswalk.measures import MEASURES, PLACES, conform_measures
from core.crosswalk.outcome import CELLS_SCHEMA, SOURCE_KEY, Conformed, Surroundings
from core.crosswalk.reading import READINGS, cleaned, numbering_of
from core.errors import MapGap
from core.vocabulary.chart import ToothFinding

TOOTH_VALUE = "tooth_value"
_OF_TEETH = ("is_missing", "is_implant", "mobility")
"""Measures whose value stands in the column `tooth_value`."""
_FURCATION = "furcation"
OF_TOOTH = (*_OF_TEETH, _FURCATION)
"""Measures that a row may be of, besides those at sites."""
_ENTRANCES = {"B": "furcation_b", "L": "furcation_l", "ML": "furcation_m", "DL": "furcation_d"}
"""Site beside an entrance -> the field of its grade."""
_GRADES = "furcation."
_ALONE = "of measures without sites"


def has_teeth(table: TableMap) -> bool:
    """Whether any measure of the table is of a tooth."""
    return not set(table.measures.values()).isdisjoint(OF_TOOTH)


def conform_teeth(frame: pl.DataFrame, table: TableMap, around: Surroundings) -> Conformed:
    """Translate rows of measures into one row a site, and those of teeth into one row a tooth.

    Args:
        frame: Every row of the table, every column as text.
        table: Names exam, tooth, measure, `tooth_value` and the sites.
        around: Decisions and parents' keys.

    Raises:
        SourceShapeChanged: the table lacks a column the map names.
        MapGap: the map does not say which columns are which.

    Shape:
        (n, source columns) -> accepted (sites, 9 + 1), findings (teeth, 11 + 1).
    """
    require_columns(frame, table)
    places = {one.field: one for one in carried(table) if not one.site}
    if gaps := [name for name in (*PLACES, TOOTH_VALUE) if name not in places]:
        message = f"The map of {table.name} does not name {', '.join(gaps)}."
        raise MapGap(message, next_step="Answer these columns in map.toml and sign again.")
    code = cleaned(pl.col(places["measure"].name), around.decisions)
    of_teeth = [code for code, meant in table.measures.items() if meant in OF_TOOTH]
    is_finding = code.is_in(of_teeth).fill_null(value=False)
    sites = conform_measures(frame.filter(~is_finding), _of_sites(table), around)
    rows = _rows(frame.filter(is_finding), table, places, around)
    broken = row_rules(rows, {name: places[name].name for name in PLACES}, around)
    good = rows.join(broken.select(ROW).unique(), on=ROW, how="anti", maintain_order="left")
    told = good.with_columns(*_values(table, places[TOOTH_VALUE], around))
    spoilt = _spoilt(told, table, places[TOOTH_VALUE])
    every = pl.concat([broken, spoilt]).join(rows, on=ROW, maintain_order="left")
    return Conformed(
        sites.accepted,
        pl.concat([sites.rejected, as_rejected(every, table)]),
        _cells(sites.cells, (rows.height, good.height), table, spoilt),
        frame.height,
        _findings(told, sites.accepted),
    )


def _rows(
    found: pl.DataFrame, table: TableMap, places: Mapping[str, ColumnMap], around: Surroundings
) -> pl.DataFrame:
    """Key and places of each row that tells of a tooth, beside its columns."""
    decisions = around.decisions
    numbering = numbering_of(places["tooth"], decisions)
    code = cleaned(pl.col(places["measure"].name), decisions)
    measure = code.replace_strict(dict(table.measures), default=None, return_dtype=pl.String())
    return found.with_row_index(ROW).with_columns(
        key_expr(table).alias(SOURCE_KEY),
        cleaned(pl.col(places["exam_key"].name), decisions).alias("exam_key"),
        universal_from(pl.col(places["tooth"].name), numbering).cast(pl.Int64).alias("tooth"),
        measure.alias("measure"),
    )


def _of_sites(table: TableMap) -> TableMap:
    """The table as its rows of readings are read: nothing else stands in them."""
    measures = {code: meant for code, meant in table.measures.items() if meant in MEASURES}
    columns = tuple(
        replace(one, field="", left=_ALONE) if one.field == TOOTH_VALUE else one
        for one in table.columns
    )
    return replace(table, measures=measures, columns=columns)


def _values(table: TableMap, value: ColumnMap, around: Surroundings) -> list[pl.Expr]:
    """What each row tells of its tooth, and `bad:<column>` where it cannot be read."""
    decisions = around.decisions
    measure = pl.col("measure")
    said = cleaned(pl.col(value.name), decisions)
    flag = READINGS["flag"].value(said, value)
    is_flag = measure.is_in(["is_missing", "is_implant"])
    made = [
        *(flag.and_(measure == name).alias(name) for name in ("is_missing", "is_implant")),
        pl.when(measure == "mobility").then(said).alias("mobility"),
        (is_flag & said.is_not_null() & flag.is_null()).alias(f"bad:{value.name}"),
    ]
    for one in _site_columns(table):
        grades = {
            code.removeprefix(_GRADES): grade
            for code, grade in one.options.items()
            if code.startswith(_GRADES)
        }
        text = cleaned(pl.col(one.name), decisions)
        sentinels = sentinels_of(decisions, _FURCATION)
        is_said = text.is_not_null() & ~whole_number(text).is_in(sentinels).fill_null(value=False)
        grade = pl.when(is_said).then(
            text.replace_strict(grades, default=None, return_dtype=pl.String())
        )
        is_furcation = measure == _FURCATION
        is_entrance = pl.lit(one.site in _ENTRANCES)
        if one.site in _ENTRANCES:
            made.append(pl.when(is_furcation).then(grade).alias(_ENTRANCES[one.site]))
        is_read = is_furcation & is_entrance & grade.is_not_null()
        made.append((is_said & ~is_read).alias(f"bad:{one.name}"))
    return made


def _site_columns(table: TableMap) -> list[ColumnMap]:
    return [one for one in carried(table) if one.site]


def _spoilt(told: pl.DataFrame, table: TableMap, value: ColumnMap) -> pl.DataFrame:
    """Cells that cannot be read: `_row`, `column`, `site`, `rule`."""
    return pl.concat(
        told.filter(pl.col(f"bad:{one.name}")).select(
            ROW,
            pl.lit(one.name).alias("column"),
            pl.lit(one.site).alias("site")
            if one.site
            else pl.col("tooth").cast(pl.String).alias("site"),
            pl.lit("unknown_option" if one.site else "unreadable").alias("rule"),
        )
        for one in (value, *_site_columns(table))
    )


def _findings(told: pl.DataFrame, readings: pl.DataFrame) -> pl.DataFrame:
    """One row a tooth that any row tells of: what no row says it has, it has not."""
    schema = ToothFinding.schema()
    names = [name for name in schema if name in told.columns and name not in {"exam_key", "tooth"}]
    flags = ("is_missing", "is_implant")
    of_teeth = told.select("exam_key", "tooth", *names)
    every = pl.concat([of_teeth, readings.select("exam_key", "tooth")], how="diagonal")
    found = every.group_by("exam_key", "tooth").agg(
        *(pl.col(name).fill_null(value=False).any() for name in flags),
        *(pl.col(name).drop_nulls().first() for name in names if name not in flags),
    )
    absent = [
        pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in found
    ]
    key = pl.concat_str("exam_key", "tooth", separator="|").alias(SOURCE_KEY)
    return found.with_columns(key, *absent).select(SOURCE_KEY, *schema).sort("exam_key", "tooth")


def _cells(
    sheet: pl.DataFrame, counts: tuple[int, int], table: TableMap, spoilt: pl.DataFrame
) -> pl.DataFrame:
    """The sheet of the readings, with the rows of teeth added to every column."""
    total, kept = counts
    bad = dict(spoilt["column"].value_counts().iter_rows())
    left = [one.name for one in table.columns if one.left or not one.field]
    is_left = pl.col("column").is_in(left) | ~pl.col("column").is_in(
        [one.name for one in table.columns]
    )
    worse = pl.col("column").replace_strict(bad, default=0, return_dtype=pl.Int64)
    read = pl.when(is_left).then(0).otherwise(kept - worse)
    why = pl.when(pl.col("why") == "").then(pl.lit("decoded")).otherwise("why")
    return sheet.with_columns(
        pl.col("total") + total,
        pl.col("transformed") + read,
        pl.col("left") + pl.when(is_left).then(total).otherwise(0),
        pl.col("rejected") + pl.when(is_left).then(0).otherwise(total - kept + worse),
        pl.when(read > 0).then(why).otherwise("why").alias("why"),
    ).cast(CELLS_SCHEMA)  # type: ignore[arg-type]
