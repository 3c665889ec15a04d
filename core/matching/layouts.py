"""Tables of readings with a column a site: one row is one measure of one tooth.

Rule of the house: a measure code that the values do not explain leaves the measure column open.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from core.crosswalk.mapping import ColumnMap, TableMap
from core.discovery.evidence import Readings
from core.discovery.measures import Measure, measures_of
from core.discovery.shapes import Kind
from core.matching.charts import numbering, places_of
from core.matching.columns import TECHNICAL, is_technical
from core.matching.facts import ColumnFacts, TableFacts
from core.matching.ranking import Known, Ranking, rank
from core.matching.targets import practice_targets

LAYOUT = "tooth_measures"
_GRADES = {f"furcation.{place}": grade for place, grade in enumerate(("I", "II", "III", "IV"), 1)}
"""How a grade of furcation is read, where a person says that a code stands for it."""


def tooth_measures(
    table: TableFacts,
    frame: pl.DataFrame,
    readings: Readings,
    known: Ranking | Mapping[str, str],
) -> TableMap:
    """The map of such a table.

    Args:
        table: The table.
        frame: Its rows as text; six columns are `value`, each with its site.
        readings: Its six columns and the one that says which measure.
        known: What the whole source was ranked as; or table -> entity, as a person has said.
    """
    ranking = known if isinstance(known, Ranking) else _ranked(table, known)
    sites = {column: site for site, column in readings.sites.items()}
    places = places_of(ranking, table, ("exam_key", "tooth"), {*sites, readings.measure})
    _add_tooth(table, places, {*sites, readings.measure})
    measures = measures_of(frame, readings.measure, list(sites))
    may_grade = not all(one.measure for one in measures)
    answered = {
        **{name: _site_column(name, site, may_grade=may_grade) for name, site in sites.items()},
        **{one.name: one for one in places.values()},
        readings.measure: _measure_column(readings.measure, measures),
    }
    columns = tuple(answered.get(column.name) or _other(column, table) for column in table.columns)
    return TableMap(
        table.name,
        "site_reading",
        LAYOUT,
        table.key or (*(one.name for one in places.values()), readings.measure),
        {one.code: one.measure for one in measures if one.measure},
        columns=columns,
    )


def _ranked(table: TableFacts, entity_of: Mapping[str, str]) -> Ranking:
    tables = {name: TableFacts(name, 0, False, ()) for name in entity_of} | {table.name: table}  # noqa: FBT003 - no view
    said = {name: held for name, held in entity_of.items() if held} | {table.name: "site_reading"}
    return rank(tables, practice_targets(), Known(said))


def _add_tooth(table: TableFacts, places: dict[str, ColumnMap], taken: set[str]) -> None:
    """Where no name says tooth, the one column whose values are teeth."""
    if "tooth" in places:
        return
    used = taken | {one.name for one in places.values()}
    teeth = [one.name for one in table.columns if one.kind is Kind.TOOTH and one.name not in used]
    if len(teeth) == 1:
        reasons = "the only column with tooth numbers"
        places["tooth"] = ColumnMap(teeth[0], "tooth", score=0.6, reasons=reasons)


def _site_column(name: str, site: str, *, may_grade: bool) -> ColumnMap:
    reasons = "one of six columns named for the six sites of a tooth"
    options = _GRADES if may_grade else {}
    return ColumnMap(name, "value", "integer", site, options, score=0.99, reasons=reasons)


def _measure_column(name: str, measures: Sequence[Measure]) -> ColumnMap:
    evidence = "; ".join(
        f"{one.code}: {one.measure or 'open'} ({one.evidence})" for one in measures
    )
    if all(one.measure for one in measures):
        return ColumnMap(name, "measure", score=0.9, reasons=evidence)
    return ColumnMap(name, reasons=evidence, alternatives=("measure",))


def _other(column: ColumnFacts, table: TableFacts) -> ColumnMap:
    if table.key == (column.name,):
        return numbering(column.name)
    if is_technical(column):
        return ColumnMap(column.name, left=TECHNICAL, score=0.8, reasons="the name says so")
    return ColumnMap(column.name, reasons="A table of readings has no place for it.")
