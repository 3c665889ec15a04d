"""Charts whose rows are sites, teeth or exams: columns named for a measure and where it was taken.

Rule of the house: what a name does not say is left to a person; a mark's code is read only where it
is a word for yes or no.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import polars as pl

from core.crosswalk.mapping import ColumnMap, TableMap
from core.discovery.shapes import Kind
from core.matching.columns import TECHNICAL, is_technical
from core.matching.facts import ColumnFacts, TableFacts
from core.matching.ranking import Ranking
from core.matching.spots import (
    LENGTHS,
    MARKS,
    Spot,
    finding_of,
    numbered_role,
    spot_of,
    tooth_spot_of,
)

SITE_ROWS, TOOTH_ROW, WIDE_EXAM = "site_rows", "tooth_row", "wide_exam"

_ROLE_OF = {
    "probing_depth_mm": "probing_depth",
    "recession_mm": "gingival_margin",
    "mgj_mm": "mgj",
    "is_bleeding": "bleeding",
    "is_suppurating": "suppuration",
    "has_plaque": "plaque",
}
"""Field of a reading -> what a chart's column holds."""
_PAIRS = {"0": "1", "N": "Y", "F": "T", "FALSE": "TRUE", "NO": "YES", "-": "+"}
"""No -> the yes that usually stands beside it."""
_YES = frozenset(_PAIRS.values()) | {"-1"}
_ALL_SITES, _WIDE = 6, 60
_SCORE, _MARK_SCORE = 0.99, 0.95
_ENOUGH, _NAMED = 0.3, 0.9
_TELLING = frozenset({"site_reading", "tooth_finding", "perio_exam"})
"""Entities whose exam or tooth is the chart's."""
_COUNTED = "The name counts sites from 1 to 6; in which order, a person has to say."
_PACKED = "Several readings stand in one cell; in which order, a person has to say."


def chart_of(table: TableFacts, frame: pl.DataFrame, ranking: Ranking) -> TableMap | None:
    """The map of a chart with a column a measure and site; None for other tables."""
    wide = {one.name: spot for one in table.columns if (spot := tooth_spot_of(one.name))}
    if len(wide) >= _WIDE and len(set(wide.values())) == len(wide):
        return _map(table, frame, ranking, WIDE_EXAM, wide)
    sheet = ranking.sheet
    rows = sheet.rows_of(sheet.tables.index(table.name))
    spots = {
        sheet.columns[row].facts.name: spot
        for row in rows
        if (spot := spot_of(sheet.columns[row].facts.name, sheet.columns[row].ways))
    }
    sites = {spot.site for spot in spots.values() if spot.role == "probing_depth"}
    if len(sites) == _ALL_SITES and len(set(spots.values())) == len(spots):
        return _map(table, frame, ranking, TOOTH_ROW, spots)
    counted = [one.name for one in table.columns if numbered_role(one.name) == "probing_depth"]
    return _map(table, frame, ranking, TOOTH_ROW, {}) if len(counted) == _ALL_SITES else None


def _map(
    table: TableFacts,
    frame: pl.DataFrame,
    ranking: Ranking,
    layout: str,
    spots: Mapping[str, Spot],
) -> TableMap:
    asked = ("exam_key",) if layout == WIDE_EXAM else ("exam_key", "tooth")
    counted = {one.name for one in table.columns if numbered_role(one.name)} - set(spots)
    places = places_of(ranking, table, asked, {*spots, *counted})
    used = {*spots, *counted, *(one.name for one in places.values())}
    codes = _codes(frame, spots)
    found = [] if layout == WIDE_EXAM else _findings(ranking, table, used)
    answered = {
        **{name: _spot_column(name, spot, codes[spot.role]) for name, spot in spots.items()},
        **{name: _counted(name) for name in counted},
        **{one.name: one for one in (*places.values(), *found)},
    }
    has_exam = "exam_key" in places
    columns = tuple(
        answered.get(one.name) or _other(one, table, has_exam=has_exam) for one in table.columns
    )
    key = table.key or tuple(one.name for one in places.values())
    reasons = f"{len(spots) or len(counted)} of its columns are named for a measure and a site"
    return TableMap(
        table.name, "site_reading", layout, key, score=_SCORE, reasons=reasons, columns=columns
    )


def site_rows(table: TableFacts, frame: pl.DataFrame, offers: Sequence[ColumnMap]) -> TableMap:
    """The map of a chart whose rows are sites, from the fields proposed for its columns."""
    columns = []
    for offer in offers:
        made = offer
        if offer.field in _ROLE_OF:
            codes = codes_of(frame[offer.name])
            made = _read(replace(offer, field=_ROLE_OF[offer.field]), codes)
        elif not offer.is_answered and table.key == (offer.name,):
            made = numbering(offer.name)
        columns.append(made)
    tells = {"exam_key", "tooth", "site"}
    key = table.key or tuple(one.name for one in columns if one.field in tells)
    return TableMap(table.name, "site_reading", SITE_ROWS, key, columns=tuple(columns))


def without_packed(table: TableFacts, offers: Sequence[ColumnMap]) -> tuple[ColumnMap, ...]:
    """The columns of a chart, those open again whose cells hold several readings."""
    packed = {one.name for one in table.columns if one.kind is Kind.PACKED}
    return tuple(
        ColumnMap(one.name, reasons=_PACKED, alternatives=(_ROLE_OF.get(one.field, one.field),))
        if one.name in packed and one.field
        else one
        for one in offers
    )


def _codes(frame: pl.DataFrame, spots: Mapping[str, Spot]) -> dict[str, frozenset[str]]:
    """Every text that stands anywhere for a mark; nothing for what is measured or said of teeth."""
    found: dict[str, frozenset[str]] = {spot.role: frozenset() for spot in spots.values()}
    for name, spot in spots.items():
        if spot.role in MARKS:
            found[spot.role] |= codes_of(frame[name])
    return found


def codes_of(cells: pl.Series) -> frozenset[str]:
    """The different texts of a column, blanks aside."""
    return frozenset(cells.drop_nulls().str.strip_chars().unique().to_list()) - {""}


def _read(column: ColumnMap, codes: Collection[str]) -> ColumnMap:
    """The column with its reading; a mark's codes only where each is a word for yes or no."""
    if column.field not in MARKS:
        return replace(column, reading="integer" if column.field in LENGTHS else "text")
    known = {code: "yes" for code in codes if code.upper() in _YES}
    known |= {code: "no" for code in codes if code.upper() in _PAIRS}
    if len(known) < len(codes):
        why = f"Perhaps {column.field}, but not each of its codes is known: {column.reasons}."
        return ColumnMap(column.name, options=known, reasons=why, alternatives=(column.field,))
    options = {**column.options, **dict(sorted(_in_pairs(known or {"0": "no"}).items()))}
    return replace(column, reading="option", options=options)


def _in_pairs(known: Mapping[str, str]) -> dict[str, str]:
    """Codes of a mark; where no row has it, with the yes that will stand there."""
    if "yes" in known.values():
        return dict(known)
    yes = {code: _PAIRS[code.upper()] for code in known}
    as_written = [word if code.isupper() else word.lower() for code, word in yes.items()]
    return {**known, **dict.fromkeys(as_written, "yes")}


def _spot_column(name: str, spot: Spot, codes: Collection[str]) -> ColumnMap:
    where = f" at {spot.site}" if spot.site else ""
    of = f" of tooth {spot.tooth}" if spot.tooth else ""
    made = ColumnMap(
        name,
        spot.role,
        site=spot.site,
        options={"tooth": str(spot.tooth)} if spot.tooth else {},
        score=_MARK_SCORE if spot.role in MARKS else _SCORE,
        reasons=f"the name says {spot.role.replace('_', ' ')}{where}{of}",
    )
    if not spot.site:
        return replace(made, reading=_reading_of_finding(spot.role))
    return _read(made, codes)


def _counted(name: str) -> ColumnMap:
    return ColumnMap(name, reasons=_COUNTED, alternatives=(numbered_role(name),))


def places_of(
    ranking: Ranking, table: TableFacts, names: Sequence[str], taken: Collection[str]
) -> dict[str, ColumnMap]:
    """The columns that tell a row's exam and tooth: the likeliest that is no reading."""
    sheet = ranking.sheet
    rows = sheet.rows_of(sheet.tables.index(table.name))
    found: dict[str, ColumnMap] = {}
    for name in names:
        places = [
            place
            for place, one in enumerate(sheet.targets.fields)
            if one.field == name and one.entity in _TELLING
        ]
        used = {*taken, *(one.name for one in found.values())}
        able = [row for row in rows if sheet.columns[row].facts.name not in used]
        chances = {int(row): float(ranking.fields[row, places].sum()) for row in able}
        best = max(chances, key=lambda row: (chances[row], -row), default=-1)
        if best >= 0 and chances[best] >= _ENOUGH:
            column = sheet.columns[best]
            reasons = "the name fits"
            if column.refers_to:
                reasons += f"; it refers to {column.refers_to}"
            score = round(chances[best], 4)
            found[name] = ColumnMap(column.facts.name, name, score=score, reasons=reasons)
    return found


def _findings(ranking: Ranking, table: TableFacts, taken: Collection[str]) -> list[ColumnMap]:
    """What is said of the tooth beside its readings."""
    sheet = ranking.sheet
    fields = {
        place: one.field
        for place, one in enumerate(sheet.targets.fields)
        if one.entity == "tooth_finding"
        and one.is_offered
        and one.field.startswith(("is_", "mobility", "furcation_"))
    }
    found: dict[str, ColumnMap] = {}
    for row in sheet.rows_of(sheet.tables.index(table.name)):
        column = sheet.columns[row]
        chances = {name: float(ranking.fields[row, place]) for place, name in fields.items()}
        if name := finding_of(column.facts.name, column.ways):
            chances = {name: max(chances[name], _NAMED)}
        name = max(chances, key=lambda one: chances[one])
        if column.facts.name in taken or chances[name] < _ENOUGH or name in found:
            continue
        found[name] = ColumnMap(
            column.facts.name,
            name,
            _reading_of_finding(name),
            score=round(chances[name], 4),
            reasons="the name fits; it is said of the tooth",
        )
    return list(found.values())


def _reading_of_finding(field: str) -> str:
    return "flag" if field.startswith("is_") else "text"


def _other(column: ColumnFacts, table: TableFacts, *, has_exam: bool) -> ColumnMap:
    if table.key == (column.name,) and has_exam:
        return numbering(column.name)
    if is_technical(column):
        return ColumnMap(column.name, left=TECHNICAL, score=0.8, reasons="the name says so")
    return ColumnMap(column.name, reasons="A chart has no place for it.")


def numbering(name: str) -> ColumnMap:
    """The column that only numbers a chart's rows."""
    left = "Numbers the source's rows; exam, tooth and site tell readings apart."
    return ColumnMap(name, left=left, score=0.9, reasons="it is the table's key")
