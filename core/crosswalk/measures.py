"""Charts kept as one row a tooth and measure, with a column for each of the six sites.

Rule of the house: what is wrong with a row sets the row aside, what is wrong at a site sets the
site aside; everything else of the tooth is kept.
"""

from collections.abc import Mapping

import polars as pl

from core.clinical.reading import MarginSign, bits, depth_mm, margin_mm, whole_number
from core.clinical.tooth import universal_from
from core.crosswalk.conform import key_expr, require_columns
from core.crosswalk.decisions import MARGIN, sentinels_of
from core.crosswalk.mapping import ColumnMap, TableMap
from core.crosswalk.measured_sheet import MARKS, measured_sheet
from core.crosswalk.outcome import REJECTED_SCHEMA, SOURCE_KEY, Conformed, Surroundings
from core.crosswalk.reading import cleaned, numbering_of
from core.crosswalk.rules import RAW
from core.errors import MapGap
from core.vocabulary.chart import SiteReading

MEASURES = ("probing_depth", "gingival_margin", "mgj", "bits")
"""What a measure code may stand for."""

SITES = SiteReading.site.options
"""The six sites, as the vocabulary names them."""

PLACES = ("exam_key", "tooth", "measure")
"""What a row's columns besides the sites tell."""

_FIELD_OF = {
    "probing_depth": "probing_depth_mm",
    "gingival_margin": "recession_mm",
    "mgj": "mgj_mm",
}
_BITS_WITHIN = (0, 15)


def conform_measures(frame: pl.DataFrame, table: TableMap, around: Surroundings) -> Conformed:
    """Translate tooth-measure rows into one row a site, and set aside what does not fit.

    Args:
        frame: Every row of the table, every column as text.
        table: Names the columns `exam_key`, `tooth`, `measure` and six `value` columns by site.
        around: Decisions and parents' keys.

    Returns:
        Site readings; `source_key` is `exam|tooth|site`. `rows` counts the measured cells.

    Raises:
        SourceShapeChanged: the table lacks a column the map names.
        MapGap: the map does not say which columns are which.

    Shape:
        (n, source columns) -> accepted (sites, 9 + 1); rejected rows have no site, cells have one.
    """
    require_columns(frame, table)
    places = _places(table)
    rows = _rows(frame, table, places, around)
    row_rules = _row_rules(rows, places, around)
    good = rows.join(row_rules.select("_row").unique(), on="_row", how="anti")
    cells = _measured(good, table, around)
    bad_cells = cells.filter(pl.col("rule").is_not_null())
    accepted = _by_site(cells.filter(pl.col("rule").is_null()))
    rejected = pl.concat(
        [
            _as_rejected(row_rules.join(rows, on="_row", maintain_order="left"), table),
            _as_rejected(bad_cells, table),
        ]
    )
    sheet = measured_sheet(frame, table, good, cells)
    return Conformed(accepted, rejected, sheet, frame.height)


def _places(table: TableMap) -> dict[str, ColumnMap]:
    carried = [column for column in table.columns if column.field and not column.left]
    named = [column for column in carried if not column.site]
    once = {column.field: column for column in named}
    wanting = [name for name in PLACES if name not in once]
    sites = [column.site for column in carried if column.site]
    unknown = sorted(
        {*set(table.measures.values()).difference(MEASURES), *set(sites).difference(SITES)}
        | set(once).difference(PLACES)
    )
    what = ""
    if wanting:
        what = f"does not name {', '.join(wanting)}"
    elif not sites or not table.measures:
        what = f"names no {'site column' if table.measures else 'measure'}"
    elif len(once) < len(named) or len(set(sites)) < len(sites):
        what = "names a place twice"
    elif unknown:
        what = f"names '{unknown[0]}', which is no measure, site or place"
    if what:
        message = f"The map of {table.name} {what}."
        raise MapGap(message, next_step="Answer these columns in map.toml and sign again.")
    return once


def _site_columns(table: TableMap) -> dict[str, str]:
    return {column.site: column.name for column in table.columns if column.site and not column.left}


def _rows(
    frame: pl.DataFrame, table: TableMap, places: Mapping[str, ColumnMap], around: Surroundings
) -> pl.DataFrame:
    """Key, places and sites of each row; the places as written too, as `raw:<place>`."""
    numbering = numbering_of(places["tooth"], around.decisions)
    code = cleaned(pl.col(places["measure"].name), around.decisions)
    measure = code.replace_strict(dict(table.measures), default=None, return_dtype=pl.String())
    return frame.select(
        key_expr(table).alias(SOURCE_KEY),
        cleaned(pl.col(places["exam_key"].name), around.decisions).alias("exam_key"),
        universal_from(pl.col(places["tooth"].name), numbering).cast(pl.Int64).alias("tooth"),
        measure.alias("measure"),
        *(pl.col(places[place].name).alias(RAW + place) for place in PLACES),
        *(pl.col(name).alias(site) for site, name in _site_columns(table).items()),
    ).with_row_index("_row")


def _row_rules(
    rows: pl.DataFrame, places: Mapping[str, ColumnMap], around: Surroundings
) -> pl.DataFrame:
    parents = around.parents["perio_exam"]
    tests = [
        ("exam_key", "orphan", ~pl.col("exam_key").is_in(parents.implode())),
        ("exam_key", "missing_required", pl.col("exam_key").is_null()),
        ("tooth", "unknown_tooth", pl.col("tooth").is_null()),
        ("measure", "unknown_option", pl.col("measure").is_null()),
    ]
    broken = [
        rows.filter(test.fill_null(value=False)).select(
            "_row",
            pl.lit(places[place].name).alias("column"),
            pl.lit(None, dtype=pl.String()).alias("site"),
            pl.lit(rule).alias("rule"),
        )
        for place, rule, test in tests
    ]
    fit = rows.filter(pl.col("tooth").is_not_null() & pl.col("measure").is_not_null())
    later = pl.struct(PLACES).is_first_distinct().not_()
    broken.append(
        fit.filter(later).select(
            "_row",
            pl.lit(None, dtype=pl.String()).alias("column"),
            pl.lit(None, dtype=pl.String()).alias("site"),
            pl.lit("duplicate").alias("rule"),
        )
    )
    return pl.concat(broken)


def _measured(good: pl.DataFrame, table: TableMap, around: Surroundings) -> pl.DataFrame:
    """One row a measured cell: value columns, and the rule it broke or null."""
    sites = _site_columns(table)
    index = ["_row", SOURCE_KEY, *PLACES]
    long = good.unpivot(list(sites), index=index, variable_name="site", value_name="raw")
    # few texts stand in many cells: each is decoded once
    texts = long.select("measure", "raw").unique().with_columns(*_decoded(around))
    decoded = texts.with_columns(_rule(around).alias("rule"))
    return long.join(
        decoded, on=["measure", "raw"], how="left", nulls_equal=True, maintain_order="left"
    ).with_columns(pl.col("site").replace_strict(sites, return_dtype=pl.String()).alias("column"))


def _decoded(around: Surroundings) -> list[pl.Expr]:
    decisions = around.decisions
    of_readings, of_margins = (sentinels_of(decisions, one) for one in (MEASURES[0], MARGIN))
    sign = MarginSign(f"recession {decisions.margin_sign}")
    offset = decisions.margin_offset or None
    text = cleaned(pl.col("raw"), decisions)
    return [
        depth_mm(text, of_readings).alias("_depth"),
        margin_mm(text, sign, offset, of_margins).alias("_margin"),
        whole_number(text).alias("_number"),
        *bits(pl.when(~whole_number(text).is_in(of_readings)).then(text)),
    ]


def _rule(around: Surroundings) -> pl.Expr:
    fields = SiteReading.fields()
    number, measure = pl.col("_number"), pl.col("measure")
    is_said = cleaned(pl.col("raw"), around.decisions).is_not_null()
    means_nothing = (
        pl.when(measure == MARGIN)
        .then(number.is_in(sentinels_of(around.decisions, MARGIN)))
        .otherwise(number.is_in(sentinels_of(around.decisions, MEASURES[0])))
    )
    is_measured = is_said & ~means_nothing.fill_null(value=False)
    in_range = (
        pl.when(measure == MARGIN)
        .then(pl.col("_margin").is_between(*(fields["recession_mm"].within or (-15, 20))))
        .when(measure == "bits")
        .then(number.is_between(*_BITS_WITHIN))
        .otherwise(pl.col("_depth").is_between(*(fields["probing_depth_mm"].within or (0, 20))))
    )
    return (
        pl.when(is_measured & number.is_null())
        .then(pl.lit("unreadable"))
        .when(is_measured & ~in_range)
        .then(pl.lit("out_of_range"))
    )


def _by_site(cells: pl.DataFrame) -> pl.DataFrame:
    measure = pl.col("measure")
    values = [
        pl.when(measure == kind).then("_margin" if kind == MARGIN else "_depth").alias(name)
        for kind, name in _FIELD_OF.items()
    ]
    marks = [pl.when(measure == "bits").then(mark).alias(mark) for mark in MARKS]
    names = [*_FIELD_OF.values(), *MARKS]
    return (
        cells.select("exam_key", "tooth", "site", *values, *marks)
        .group_by("exam_key", "tooth", "site")
        # one row a tooth and measure is left: of each value there is one at most
        .agg(pl.col(names).max())
        .filter(pl.any_horizontal(pl.col(name).is_not_null() for name in names))
        .with_columns(pl.concat_str(["exam_key", "tooth", "site"], separator="|").alias(SOURCE_KEY))
        .select(SOURCE_KEY, *SiteReading.schema())
        .sort("exam_key", "tooth", "site")
    )


def _as_rejected(broken: pl.DataFrame, table: TableMap) -> pl.DataFrame:
    return broken.select(
        pl.lit(table.name).alias("table"),
        SOURCE_KEY,
        "column",
        "site",
        pl.lit(table.entity).alias("entity"),
        "rule",
    ).cast(REJECTED_SCHEMA)  # type: ignore[arg-type]
