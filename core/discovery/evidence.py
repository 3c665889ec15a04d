"""Proposes what holds for the whole practice, from its values, each with its evidence.

Rule of the house: what the values do not decide stays as it was and says so; a person decides.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from core.clinical.furcation import detect_scale
from core.clinical.reading import MarginSign, detect_margin_sign, whole_number
from core.clinical.tooth import Numbering, detect_numbering
from core.crosswalk.mapping import Decisions
from core.discovery.entities import ENOUGH, looks, site_columns
from core.discovery.inventory import Inventory
from core.discovery.looking import Cells, Looked
from core.discovery.measures import GINGIVAL_MARGIN, measures_of
from core.discovery.profiles import LITERAL_NULLS, UNKNOWN_DATES, counted_values
from core.discovery.shapes import Kind

_UNDECIDED = "Not decided by the values: a person has to say it."
_RARE = 0.002
"""A number this seldom is a slip of the pen, not a way of writing "not measured"."""
_MEASURE_KINDS = (Kind.CODE, Kind.STAGE, Kind.WHOLE, Kind.FLAG, Kind.DEPTH, Kind.READING, Kind.TEXT)
_HOLDS_WORDS = re.compile(r"char|text|^$", re.IGNORECASE)
"""Declared types of columns that may hold a word."""
_CHARTS = frozenset({"site_reading", "tooth_finding"})


@dataclass(frozen=True, slots=True)
class Readings:
    """One table of readings: six columns by site, and the column that says which measure."""

    table: str
    sites: Mapping[str, str]
    measure: str


def decisions_proposed(inventory: Inventory, frames: Mapping[str, pl.DataFrame]) -> Decisions:
    """What the values say of numbering, signs, sentinels, unknown dates and words for nothing.

    Shape:
        One frame a table, every column as text.
    """
    return weighed(inventory, Looked((), frames))[0]


def decision_evidence(inventory: Inventory, frames: Mapping[str, pl.DataFrame]) -> dict[str, str]:
    """For each decision that was looked at: one sentence with its counts, no value of a patient."""
    return weighed(inventory, Looked((), frames))[1]


def readings_of(inventory: Inventory) -> tuple[Readings, ...]:
    """The tables whose rows are one measure of one tooth, with a column a site."""
    found = []
    for (table,), columns in inventory.columns.group_by("table", maintain_order=True):
        sites = site_columns(columns["column"].to_list())
        measure = _measure_column(columns, sites)
        if sites and measure:
            found.append(Readings(str(table), sites, measure))
    return tuple(found)


def _measure_column(columns: pl.DataFrame, sites: Mapping[str, str]) -> str:
    able = columns.filter(
        ~pl.col("column").is_in(list(sites.values()))
        & pl.col("recogniser").is_in([kind.value for kind in _MEASURE_KINDS])
        & pl.col("distinct").is_between(2, 12)
        & (pl.col("refers_to") == "")
    )
    named = able.filter(pl.col("column").str.to_lowercase().str.contains("type|measure|code|kind"))
    best = named if not named.is_empty() else able
    return str(best["column"][0]) if best.height == 1 or not named.is_empty() else ""


def weighed(inventory: Inventory, looked: Looked) -> tuple[Decisions, dict[str, str]]:
    """Both of the above for what was looked at of a source.

    What needs every reading (numbering, margins, sentinels) is counted inside the database where
    the table was not looked at whole; a sentence that rests on a sample says so.
    """
    cells = Cells(looked)
    readings = readings_of(inventory)
    decisions, evidence = Decisions(), dict[str, str]()
    for decide in (_numbering, _margins, _sentinels, _scale, _dates, _nulls, _currency):
        found, said = decide(inventory, cells, readings)
        decisions = replace(decisions, **found)  # type: ignore[arg-type] # names of Decisions
        sampled = cells.said()
        evidence |= {name: sentence + sampled for name, sentence in said.items()}
    return decisions, evidence


_Found = tuple[dict[str, object], dict[str, str]]


def _numbering(inventory: Inventory, cells: Cells, _: Sequence[Readings]) -> _Found:
    """The numbering of the charts; every column of teeth is looked at by itself besides."""
    teeth = inventory.columns.filter(pl.col("recogniser") == Kind.TOOTH.value)
    texts = {
        (table, column): cells.column(table, column)
        for table, column in teeth.select("table", "column").iter_rows()
    }
    charted = [text for (table, _), text in texts.items() if _is_chart(inventory, table)]
    if not charted:
        return {}, {"tooth_numbering": f"No column of teeth was found in a chart. {_UNDECIDED}"}
    seen = detect_numbering(pl.concat([text.alias("tooth") for text in charted]))
    others = _numbered_otherwise(texts, seen.answer)
    if seen.answer is None:
        return {}, {"tooth_numbering": f"{seen.evidence}{others} {_UNDECIDED}"}
    return {"tooth_numbering": seen.answer.value}, {"tooth_numbering": f"{seen.evidence}{others}"}


def _numbered_otherwise(texts: Mapping[tuple[str, str], pl.Series], usual: Numbering | None) -> str:
    """A sentence for the columns whose values say another numbering than the charts'."""
    found = {place: detect_numbering(text).answer for place, text in texts.items()}
    others = [
        f"{table}.{column} reads as {answer.value}"
        for (table, column), answer in found.items()
        if answer is not None and answer is not usual
    ]
    if not others:
        return ""
    return f" But {'; '.join(others)}: give such a column the option `numbering`."


def _is_chart(inventory: Inventory, table: str) -> bool:
    columns = inventory.columns.filter(pl.col("table") == table)["column"].to_list()
    best = looks(table, columns)[0]
    return best.entity in _CHARTS and best.score >= ENOUGH


def _margins(inventory: Inventory, cells: Cells, readings: Sequence[Readings]) -> _Found:
    margins = _margin_values(inventory, cells, readings)
    if margins.is_empty():
        said = f"No column of gingival margins was recognised. {_UNDECIDED}"
        return {}, {"margin_sign": said, "margin_offset": said}
    numbers = margins.to_frame("raw").select(whole_number(pl.col("raw"))).to_series()
    high = int(((numbers >= 100) & (numbers < 120)).sum())  # noqa: PLR2004 - 100 + n is n mm of overgrowth
    offset = (
        f"{high:,} margins are 100 to 119: overgrowth counted from 100."
        if high
        else "No margin is 100 or more."
    )
    seen = detect_margin_sign(margins)
    found: dict[str, object] = {"margin_offset": 100 if high else 0}
    if seen.answer is None:
        return found, {"margin_sign": f"{seen.evidence} {_UNDECIDED}", "margin_offset": offset}
    sign = "positive" if seen.answer is MarginSign.RECESSION_POSITIVE else "negative"
    return found | {"margin_sign": sign}, {"margin_sign": seen.evidence, "margin_offset": offset}


def _margin_values(inventory: Inventory, cells: Cells, readings: Sequence[Readings]) -> pl.Series:
    """Every cell that is a gingival margin, as text."""
    found = [pl.Series("margin", [], pl.String())]
    for one in readings:
        # One site under the other: which code means a margin shows in how they are spread.
        rows = pl.concat(
            cells.rows(one.table, [one.measure, site]).select(
                one.measure, pl.col(site).alias("margin")
            )
            for site in one.sites.values()
        )
        codes = [
            measure.code
            for measure in measures_of(rows, one.measure, ["margin"])
            if measure.measure == GINGIVAL_MARGIN
        ]
        found.append(rows.filter(pl.col(one.measure).str.strip_chars().is_in(codes))["margin"])
    named = inventory.columns.filter(
        pl.col("recogniser").is_in(
            [Kind.READING.value, Kind.WHOLE.value, Kind.CODE.value, Kind.DEPTH.value]
        )
        & pl.col("column").str.to_lowercase().str.contains("recession|margin|^i?rec|_gm|^gm")
    )
    for table, column in named.select("table", "column").iter_rows():
        found.append(cells.column(table, column).alias("margin"))
    return pl.concat(found)


def _sentinels(inventory: Inventory, cells: Cells, readings: Sequence[Readings]) -> _Found:
    """What means "not measured", of margins apart: there -1 may be a millimeter."""
    places = [(one.table, site) for one in readings for site in one.sites.values()]
    depths = inventory.columns.filter(pl.col("recogniser") == Kind.DEPTH.value)
    places += [
        place for place in depths.select("table", "column").iter_rows() if place not in places
    ]
    of_readings: tuple[str, ...] = ()
    evidence = {"sentinels": f"No readings were recognised. {_UNDECIDED}"}
    if places:
        values = [cells.column(table, column).alias("value") for table, column in places]
        of_readings, said = _seen_sentinels(pl.concat(values), "readings")
        evidence = {"sentinels": said}
    found: dict[str, object] = {"sentinels": of_readings} if places else {}
    margins = _margin_values(inventory, cells, readings)
    if margins.is_empty():
        said = f"No column of gingival margins was recognised. {_UNDECIDED}"
        return found, evidence | {"margin_sentinels": said}
    kept, said = _seen_sentinels(margins.alias("value"), "gingival margins")
    # a margin is seldom left out by itself: what means it at a depth means it here
    kept = tuple(dict.fromkeys([*of_readings, *kept]))
    numbers = margins.to_frame("raw").select(whole_number(pl.col("raw"))).to_series()
    if "-1" in kept and bool((numbers < -1).any()):
        kept = tuple(one for one in kept if one != "-1")
        said += " Others are below -1, so -1 is a margin like them."
    return found | {"margin_sentinels": kept}, evidence | {"margin_sentinels": said}


def _seen_sentinels(cells: pl.Series, what: str) -> tuple[tuple[str, ...], str]:
    """Numbers that stand for "not measured" often enough to be meant, and their counts."""
    counted = counted_values(cells)
    total = int(counted["count"].sum())
    seen = dict(counted.filter(pl.col("value").is_in(["-1", "99", "255"])).iter_rows())
    kept = tuple(value for value, count in seen.items() if count >= _RARE * total)
    counts = ", ".join(f"{value} {count:,} times" for value, count in seen.items()) or "none"
    said = f"Of {total:,} {what}: {counts}."
    return kept, said if len(kept) == len(seen) else f"{said} {_UNDECIDED}"


def _scale(inventory: Inventory, cells: Cells, _: Sequence[Readings]) -> _Found:
    """The scale of furcation grades, from columns that are named for them."""
    named = inventory.columns.filter(
        pl.col("column").str.to_lowercase().str.contains("furc")
        & ~pl.col("column").str.to_lowercase().str.contains("scale")
    )
    places = named.select("table", "column").rows()
    if not places:
        said = f"No column of furcation grades was recognised. {_UNDECIDED}"
        return {}, {"furcation_scale": said}
    seen = detect_scale(pl.concat([cells.column(*place).alias("grade") for place in places]))
    if seen.answer is None:
        return {}, {"furcation_scale": f"{seen.evidence} {_UNDECIDED}"}
    return {"furcation_scale": seen.answer.value}, {"furcation_scale": seen.evidence}


def _dates(inventory: Inventory, cells: Cells, _: Sequence[Readings]) -> _Found:
    dates = inventory.columns.filter(
        pl.col("recogniser").is_in([Kind.DATE.value, Kind.DATE_TIME.value])
    )
    days: dict[str, int] = {}
    for table, column in dates.select("table", "column").iter_rows():
        day = cells.column(table, column).str.strip_chars().str.slice(0, 10)
        for known in UNKNOWN_DATES:
            count = int((day == known).sum())
            days |= {known: days.get(known, 0) + count} if count else {}
    said = ", ".join(f"{day} {count:,} times" for day, count in sorted(days.items())) or "none"
    evidence = f"Dates that stand for none in {dates.height} columns of dates: {said}."
    # The usual ones stay: a date that stands for none may come in with later work.
    kept = {*Decisions().unknown_dates, *days}
    return {"unknown_dates": tuple(sorted(kept))}, {"unknown_dates": evidence}


def _nulls(inventory: Inventory, cells: Cells, _: Sequence[Readings]) -> _Found:
    # Where every value is a code of two letters, NA may be one of them.
    able = inventory.columns.filter(
        ~pl.col("recogniser").is_in([Kind.STATE.value, Kind.FREE_TEXT.value, Kind.RTF.value])
    )
    words: dict[str, int] = {}
    elsewhere: set[str] = set()
    for table, column, declared in able.select("table", "column", "declared_type").iter_rows():
        seen = cells.column(table, column, is_all=False).str.strip_chars()
        for word in LITERAL_NULLS:
            count = int((seen == word).sum())
            words |= {word: words.get(word, 0) + count} if count else {}
        if _HOLDS_WORDS.search(declared):
            unseen = [word for word in LITERAL_NULLS if word not in {*words, *elsewhere}]
            elsewhere |= cells.held(table, column, unseen)
    said = ", ".join(f"{word} {count:,} times" for word, count in sorted(words.items())) or "none"
    if elsewhere - set(words):
        said += f"; in rows that were not counted: {', '.join(sorted(elsewhere - set(words)))}"
    return (
        {"literal_nulls": tuple(sorted({*words, *elsewhere}))},
        {"literal_nulls": f"Cells that say nothing in words: {said}."},
    )


def _currency(inventory: Inventory, cells: Cells, _: Sequence[Readings]) -> _Found:
    columns = inventory.columns.filter(pl.col("recogniser") == Kind.CURRENCY.value)
    named = [
        cells.column(table, column, is_all=False)
        for table, column in columns.select("table", "column").iter_rows()
    ]
    if not named:
        return {}, {"currency": f"No column names a currency. {_UNDECIDED}"}
    counted = counted_values(pl.concat([cell.alias("value") for cell in named]))
    most = counted.sort("count", "value", descending=[True, False])
    said = ", ".join(f"{value} {count:,} times" for value, count in most.iter_rows())
    return {"currency": str(most["value"][0])}, {"currency": f"Named in the source: {said}."}
