"""Charts whose rows are sites, teeth or exams: what is wrong with a row, a site, a tooth.

Rule of the house: what is wrong with a row sets the row aside, what is wrong in a cell sets the
cell aside; everything else is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.clinical.tooth import universal_from
from core.crosswalk.conform import key_expr, require_columns
from core.crosswalk.layout_cells import FINDINGS, READINGS_OF, RULE
from core.crosswalk.layout_sheet import chart_sheet
from core.crosswalk.layout_spots import ROW, Spots, carried, finding_spots, reading_spots
from core.crosswalk.mapping import ColumnMap, TableMap
from core.crosswalk.outcome import REJECTED_SCHEMA, SOURCE_KEY, Conformed, Surroundings
from core.crosswalk.reading import cleaned, numbering_of
from core.errors import MapGap
from core.vocabulary.chart import SiteReading, ToothFinding

SITE_ROWS, TOOTH_ROW, WIDE_EXAM = "site_rows", "tooth_row", "wide_exam"
PACKED = "packed"
TELLS = {
    SITE_ROWS: ("exam_key", "tooth", "site"),
    TOOTH_ROW: ("exam_key", "tooth"),
    WIDE_EXAM: ("exam_key",),
    PACKED: ("exam_key",),
}
"""Layout -> what tells its rows apart."""
JOINED_TOOTH = "tooth_row"
"""The role of a column that leads to the row which tells exam and tooth."""
_VALUES = {name for names in READINGS_OF.values() for name in names}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row tells its exam, tooth or site.

    Attributes:
        column: The column that is read.
        named: The column that is named when it is wrong.
        how: Its entry in the map.
    """

    column: str
    named: str
    how: ColumnMap


def conform_chart(frame: pl.DataFrame, table: TableMap, around: Surroundings) -> Conformed:
    """Translate the rows of a chart into one row a site, and what they tell of teeth beside.

    Args:
        frame: Every row of the table, every column as text; where the table's rows join a tooth,
            its exam and tooth as `tooth_row:exam_key` and `tooth_row:tooth`.
        table: Names exam, tooth and site, and what is read there.
        around: Decisions and parents' keys.

    Returns:
        Site readings; `source_key` is `exam|tooth|site`. Findings of teeth are beside them.

    Raises:
        SourceShapeChanged: the table lacks a column the map names.
        MapGap: the map does not say which columns are which.

    Shape:
        (n, source columns) -> accepted (sites, 9 + 1), beside (teeth, 11 + 1).
    """
    require_columns(frame, table)
    rows, named = rows_of(frame, table, around)
    broken = row_rules(rows, named, around)
    good = rows.join(broken.select(ROW).unique(), on=ROW, how="anti", maintain_order="left")
    readings = reading_spots(good, table, around.decisions)
    findings = finding_spots(good, table, around.decisions)
    told = findings
    if table.layout == WIDE_EXAM:
        looked_at = _looked_at(readings, findings)
        told = Spots(findings.frame.join(looked_at, on=[ROW, "tooth"], how="semi"), findings.slots)
    spoilt = pl.concat([broken, cell_rules(readings), cell_rules(findings)])
    rejected = as_rejected(spoilt.join(rows, on=ROW, maintain_order="left"), table)
    sheet = chart_sheet(frame, table, good, (readings, findings))
    return Conformed(site_readings(readings), rejected, sheet, frame.height, tooth_findings(told))


def _places(table: TableMap, beside: tuple[str, ...]) -> dict[str, _Place]:
    read = (*READINGS_OF, *FINDINGS, *beside)
    named = {one.field: one for one in carried(table) if one.field not in read}
    places = {name: _Place(one.name, one.name, one) for name, one in named.items()}
    if joined := places.pop(JOINED_TOOTH, None):
        for name in ("exam_key", "tooth"):
            places[name] = _Place(f"{JOINED_TOOTH}:{name}", joined.named, joined.how)
    wanted = TELLS[table.layout]
    gaps = [name for name in wanted if name not in places]
    strange = sorted(set(places) - set(wanted))
    what = f"does not name {', '.join(gaps)}" if gaps else ""
    if strange:
        what = f"names '{strange[0]}', which is no reading, finding or place of '{table.layout}'"
    cells = [
        (one.field, one.site, one.options.get("tooth", ""))
        for one in carried(table)
        if one.field in read and not one.options.get("aspect")
    ]
    fields = [(name, *rest) for field, *rest in cells for name in READINGS_OF.get(field, (field,))]
    if not what and len(set(fields)) < len(fields):
        what = "names a place twice"
    if what:
        message = f"The map of {table.name} {what}."
        raise MapGap(message, next_step="Answer these columns in map.toml and sign again.")
    return places


def rows_of(
    frame: pl.DataFrame, table: TableMap, around: Surroundings, beside: tuple[str, ...] = ()
) -> tuple[pl.DataFrame, dict[str, str]]:
    """Key and places of each row beside its columns, and the column that is named for each place.

    The places stand as written too, as `raw:<place>`.

    Args:
        frame: Every row of the table.
        table: Names its places.
        around: Decisions.
        beside: Roles that the layout has besides readings and findings.
    """
    places = _places(table, beside)
    decisions = around.decisions
    nothing = pl.lit(None, dtype=pl.String())
    told = {name: cleaned(pl.col(place.column), decisions) for name, place in places.items()}
    tooth = nothing.cast(pl.Int64)
    if "tooth" in told:
        tooth = universal_from(told["tooth"], numbering_of(places["tooth"].how, decisions))
        tooth = tooth.cast(pl.Int64)
    site = nothing
    if "site" in told:
        codes = {
            code: name
            for code, name in places["site"].how.options.items()
            if name in SiteReading.site.options
        }
        site = told["site"].replace_strict(codes, default=None, return_dtype=pl.String())
    rows = frame.with_row_index(ROW).with_columns(
        key_expr(table).alias(SOURCE_KEY),
        told["exam_key"].alias("exam_key"),
        tooth.alias("tooth"),
        site.alias("site"),
        *(pl.col(place.column).alias(f"raw:{name}") for name, place in places.items()),
    )
    return rows, {name: place.named for name, place in places.items()}


def row_rules(rows: pl.DataFrame, named: dict[str, str], around: Surroundings) -> pl.DataFrame:
    """What is wrong with rows: `_row`, `column` (null: the whole row), `site`, `rule`."""
    parents = around.parents["perio_exam"]
    no_exam = "orphan" if named["exam_key"] == named.get("tooth") else "missing_required"
    tests = [
        ("exam_key", "orphan", ~pl.col("exam_key").is_in(parents.implode())),
        ("exam_key", no_exam, pl.col("exam_key").is_null()),
        ("tooth", "unknown_tooth", pl.col("tooth").is_null()),
        ("site", "unknown_option", pl.col("site").is_null()),
    ]
    broken = [
        _broken(rows.filter(test.fill_null(value=False)), named[place], rule)
        for place, rule, test in tests
        if place in named
    ]
    told = list(named)
    fit = rows.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in told))
    broken.append(_broken(fit.filter(~pl.struct(told).is_first_distinct()), None, "duplicate"))
    return pl.concat(broken)


def _broken(rows: pl.DataFrame, column: str | None, rule: str) -> pl.DataFrame:
    return rows.select(
        ROW,
        pl.lit(column, dtype=pl.String()).alias("column"),
        pl.lit(None, dtype=pl.String()).alias("site"),
        pl.lit(rule).alias("rule"),
    )


def cell_rules(spots: Spots) -> pl.DataFrame:
    """What is wrong in cells: `_row`, `column`, `site` (of a finding: the tooth), `rule`."""
    empty = pl.DataFrame(
        schema={ROW: pl.UInt32(), "column": pl.String(), "site": pl.String(), "rule": pl.String()}
    )
    found = [empty]
    for role in spots.roles:
        names = {slot: held[role].name for slot, held in spots.slots.items() if role in held}
        found.append(
            spots.frame.filter(pl.col(RULE + role).is_not_null()).select(
                ROW,
                pl.col("_slot").replace_strict(names, return_dtype=pl.String()).alias("column"),
                pl.coalesce("site", pl.col("tooth").cast(pl.String)).alias("site"),
                pl.col(RULE + role).alias("rule"),
            )
        )
    return pl.concat(found)


def _looked_at(*several: Spots) -> pl.DataFrame:
    """Row and tooth of what any column tells something of."""
    found = [pl.DataFrame(schema={ROW: pl.UInt32(), "tooth": pl.Int64()})]
    for spots in several:
        names = [
            name
            for name in (*_VALUES, *FINDINGS, *(RULE + role for role in spots.roles))
            if name in spots.frame.columns
        ]
        said = [pl.col(name).is_not_null() for name in names]
        if said:
            found.append(spots.frame.filter(pl.any_horizontal(said)).select(ROW, "tooth"))
    return pl.concat(found).unique()


def site_readings(spots: Spots) -> pl.DataFrame:
    """Accepted rows, one a site that anything was read at."""
    parts = ("exam_key", "tooth", "site")
    names = [name for name in SiteReading.schema() if name not in parts]
    there = [name for name in names if name in spots.frame.columns]
    if not there:
        return pl.DataFrame(schema={SOURCE_KEY: pl.String(), **SiteReading.schema()})
    read = spots.frame.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in there))
    return _finished(read, SiteReading.schema(), parts)


def tooth_findings(spots: Spots) -> pl.DataFrame | None:
    """Accepted rows, one a tooth that a row tells of; None where no column does."""
    if not spots.roles:
        return None
    return _finished(spots.frame, ToothFinding.schema(), ("exam_key", "tooth"))


def _finished(
    read: pl.DataFrame,
    schema: Mapping[str, pl.DataType | type[pl.DataType]],
    parts: tuple[str, ...],
) -> pl.DataFrame:
    absent = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in schema.items()
        if name not in read.columns
    ]
    key = pl.concat_str(parts, separator="|").alias(SOURCE_KEY)
    return read.with_columns(key, *absent).select(SOURCE_KEY, *schema).sort(parts)


def as_rejected(broken: pl.DataFrame, table: TableMap) -> pl.DataFrame:
    """What was set aside, as the practice lists it."""
    return broken.select(
        pl.lit(table.name).alias("table"),
        SOURCE_KEY,
        "column",
        "site",
        pl.lit(table.entity).alias("entity"),
        "rule",
    ).cast(REJECTED_SCHEMA)  # type: ignore[arg-type]
