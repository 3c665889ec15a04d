"""Which field each column of a table is, one to one, and which are left to a person.

Rule of the house: silence is better than a guess; what is unsure is offered, not proposed.
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from core.crosswalk.mapping import ColumnMap, Decisions
from core.discovery.naming import likeness, phrase_words
from core.discovery.words import TECHNICAL_PHRASES
from core.matching.facts import ColumnFacts, TableFacts
from core.matching.fit import Fit, fits
from core.matching.readings import with_reading
from core.vocabulary import ENTITIES, Field, Sensitivity

THRESHOLD = 0.5
"""Below it nothing is proposed."""

MOST_ALTERNATIVES = 5
TECHNICAL = "Technical: it serves the program, not the practice."
"""Why such a column is left."""

_WORTH_OFFERING = 0.02
_ALL_OF_IT = 0.95
_CLOSE = 0.3
"""A rival within this lowers the score, by half of what is missing."""


def column_maps(
    table: TableFacts,
    frame: pl.DataFrame,
    entity: str,
    entity_of: Mapping[str, str],
    decisions: Decisions,
) -> tuple[ColumnMap, ...]:
    """A map for every column: a field, a reason to leave it, or a question.

    Shape:
        The table's rows as text; one map a column, in the table's order.
    """
    ranked = fits(table, entity, entity_of)
    chosen = _one_to_one(ranked)
    fields = ENTITIES[entity].fields()
    maps = []
    for column in table.columns:
        offer = _offer(column, ranked, chosen.get(column.name))
        if offer.field:
            offer = _carried(offer, fields[offer.field], frame[column.name], decisions)
        maps.append(offer)
    return tuple(maps)


def _one_to_one(ranked: list[Fit]) -> dict[str, Fit]:
    """Column -> its fit: the surest pair first, each column and each field once."""
    chosen: dict[str, Fit] = {}
    taken: set[str] = set()
    for fit in ranked:
        if fit.score < THRESHOLD:
            break
        if fit.column not in chosen and fit.field not in taken:
            chosen[fit.column] = fit
            taken.add(fit.field)
    return chosen


def _offer(column: ColumnFacts, ranked: list[Fit], chosen: Fit | None) -> ColumnMap:
    own = [fit for fit in ranked if fit.column == column.name]
    offered = tuple(fit.field for fit in own if fit.score >= _WORTH_OFFERING)
    score, doubt = _with_doubt(chosen, own, ranked) if chosen else (0.0, "")
    if is_technical(column) and score < _ALL_OF_IT:
        return ColumnMap(
            column.name,
            left=TECHNICAL,
            score=0.8,
            reasons="the name says so",
            alternatives=offered[:MOST_ALTERNATIVES],
        )
    if chosen is None or score < THRESHOLD:
        return ColumnMap(
            column.name,
            score=round(own[0].score, 4),
            reasons=_question(column, own[0], doubt),
            alternatives=offered[:MOST_ALTERNATIVES],
        )
    others = tuple(name for name in offered if name != chosen.field)
    return ColumnMap(
        column.name,
        chosen.field,
        score=round(score, 4),
        reasons=chosen.reasons + doubt,
        alternatives=others[:MOST_ALTERNATIVES],
    )


def _carried(offer: ColumnMap, field: Field, cells: pl.Series, decisions: Decisions) -> ColumnMap:
    if field.sensitivity is Sensitivity.RESTRICTED and field.path not in decisions.restricted:
        left = f"{field.text} Not carried unless asked for."
        alternatives = (field.name, *offer.alternatives)[:MOST_ALTERNATIVES]
        return replace(offer, field="", left=left, alternatives=alternatives)
    read = with_reading(offer, field, cells)
    if field.options and not read.options and cells.drop_nulls().len():
        # None of its codes is a word for an option: it is another list.
        alternatives = (field.name, *offer.alternatives)[:MOST_ALTERNATIVES]
        reasons = f"Perhaps {field.name}, but none of its codes is known: {offer.reasons}."
        return ColumnMap(offer.name, score=0.0, reasons=reasons, alternatives=alternatives)
    return read


def _with_doubt(chosen: Fit, own: list[Fit], ranked: list[Fit]) -> tuple[float, str]:
    """The score, lowered where another field of the column or another column is close."""
    rivals = [
        *(fit for fit in own if fit.field != chosen.field),
        *(fit for fit in ranked if fit.field == chosen.field and fit.column != chosen.column),
    ]
    if not rivals:
        return chosen.score, ""
    rival = max(rivals, key=lambda fit: fit.score)
    gap = chosen.score - rival.score
    if gap >= _CLOSE:
        return chosen.score, ""
    name = rival.field if rival.column == chosen.column else f"column {rival.column}"
    lowered = chosen.score - (_CLOSE - gap) / 2
    return lowered, f"; {name} is close"


def is_technical(column: ColumnFacts) -> bool:
    """Whether a column's name says that it serves the program."""
    return any(
        likeness(column.words, phrase_words(phrase)) >= _ALL_OF_IT for phrase in TECHNICAL_PHRASES
    )


def _question(column: ColumnFacts, best: Fit, doubt: str) -> str:
    if column.refers_to:
        return f"It refers to {column.refers_to}, for which this table has no field."
    if best.score < _WORTH_OFFERING:
        return "Nothing in the vocabulary looks like it."
    if doubt:
        return f"Unsure{doubt}: {best.reasons}."
    return f"Perhaps {best.field}: {best.reasons}."
