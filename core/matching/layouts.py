"""Tables of readings with a column a site: one row is one measure of one tooth.

Rule of the house: a measure code that the values do not explain leaves the measure column open.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from core.crosswalk.mapping import ColumnMap, TableMap
from core.discovery.evidence import Readings
from core.discovery.measures import Measure, measures_of
from core.discovery.shapes import Kind
from core.matching.columns import TECHNICAL, is_technical
from core.matching.facts import ColumnFacts, TableFacts
from core.matching.fit import Fit, fits

LAYOUT = "tooth_measures"
_ENOUGH = 0.5


def tooth_measures(
    table: TableFacts, frame: pl.DataFrame, readings: Readings, entity_of: Mapping[str, str]
) -> TableMap:
    """The map of such a table.

    Shape:
        The table's rows as text; six columns are `value`, each with its site.
    """
    sites = {column: site for site, column in readings.sites.items()}
    ranked = fits(table, "site_reading", entity_of)
    taken = {*sites, readings.measure}
    chosen = [_best(table, ranked, name, taken) for name in ("exam_key", "tooth")]
    places = {fit.column: fit for fit in chosen if fit}
    measures = measures_of(frame, readings.measure, list(sites))
    answered = {
        **{name: _site_column(name, site) for name, site in sites.items()},
        **{name: _place_column(fit) for name, fit in places.items()},
        readings.measure: _measure_column(readings.measure, measures),
    }
    columns = tuple(
        answered.get(column.name) or _other_column(column, table) for column in table.columns
    )
    return TableMap(
        table.name,
        "site_reading",
        LAYOUT,
        table.key or (*places, readings.measure),
        {one.code: one.measure for one in measures if one.measure},
        columns=columns,
    )


def _site_column(name: str, site: str) -> ColumnMap:
    reasons = "one of six columns named for the six sites of a tooth"
    return ColumnMap(name, "value", "integer", site, score=0.99, reasons=reasons)


def _place_column(fit: Fit) -> ColumnMap:
    return ColumnMap(fit.column, fit.field, score=round(fit.score, 4), reasons=fit.reasons)


def _measure_column(name: str, measures: Sequence[Measure]) -> ColumnMap:
    evidence = "; ".join(
        f"{one.code}: {one.measure or 'open'} ({one.evidence})" for one in measures
    )
    if all(one.measure for one in measures):
        return ColumnMap(name, "measure", score=0.9, reasons=evidence)
    return ColumnMap(name, reasons=evidence, alternatives=("measure",))


def _other_column(column: ColumnFacts, table: TableFacts) -> ColumnMap:
    if table.key == (column.name,):
        left = "Numbers the source's rows; exam, tooth and site tell readings apart."
        return ColumnMap(column.name, left=left, score=0.9, reasons="it is the table's key")
    if is_technical(column):
        return ColumnMap(column.name, left=TECHNICAL, score=0.8, reasons="the name says so")
    return ColumnMap(column.name, reasons="A table of readings has no place for it.")


def _best(table: TableFacts, ranked: Sequence[Fit], name: str, taken: set[str]) -> Fit | None:
    """The column for a field: the surest by name and reference, for teeth also by values."""
    able = [fit for fit in ranked if fit.field == name and fit.column not in taken]
    if able and able[0].score >= _ENOUGH:
        return able[0]
    teeth = {one.name for one in table.columns if one.kind is Kind.TOOTH}
    if name == "tooth" and len(teeth) == 1:
        return next((fit for fit in able if fit.column in teeth), None)
    return None
