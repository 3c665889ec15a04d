"""Which field each column of a table is, one to one, and which are left to a person.

Rule of the house: silence is better than a guess; what is unsure is offered, not proposed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from core.crosswalk.mapping import ColumnMap, Decisions
from core.discovery.naming import likeness, phrase_words
from core.discovery.shapes import Kind
from core.discovery.words import TECHNICAL_PHRASES
from core.matching.bands import INDIVIDUAL, is_individual
from core.matching.facts import ColumnFacts, TableFacts
from core.matching.ranking import Known, Ranking, rank
from core.matching.readings import unknown_codes, with_reading
from core.matching.targets import TECHNICAL as TECHNICAL_ENTITY
from core.matching.targets import practice_targets
from core.matching.wording import doubt, question, why
from core.vocabulary import ENTITIES, Field, Sensitivity

THRESHOLD = 0.5
"""Below it nothing is proposed."""

MOST_ALTERNATIVES = 5
TECHNICAL = "Technical: it serves the program, not the practice."
"""Why such a column is left."""
EMPTY = "Empty in every row that was looked at."
OPAQUE = "Opaque: bytes of a format that nobody explained. Nothing is guessed; a person decides."
ONE_BY_ONE = "; it names or reaches a person: decide it by itself"
"""Why a sure proposal is not ticked beforehand."""

_WORTH_OFFERING = 0.0005
_ALL_OF_IT = 0.95
_LEFT = 0.8
_CONTRADICTED = 0.7
"""The most that is said for a field whose kind of values is another."""
_STAMPS = frozenset({"version", "created", "created_by", "changed", "changed_by"})
"""What a program keeps of its rows' changes."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one column may be, in a table that holds one entity.

    Attributes:
        field: Place of the likeliest field among the targets.
        score: How sure it is.
        others: Names of further fields, best first.
    """

    column: int
    field: int
    score: float
    others: tuple[str, ...]


def column_maps(
    table: TableFacts,
    frame: pl.DataFrame,
    entity: str,
    entity_of: Mapping[str, str],
    decisions: Decisions,
) -> tuple[ColumnMap, ...]:
    """A map for every column of a table that a person says holds an entity.

    Shape:
        The table's rows as text; one map a column, in the table's order.
    """
    tables = {name: TableFacts(name, 0, False, ()) for name in entity_of} | {table.name: table}  # noqa: FBT003 - no view
    said = {name: held for name, held in entity_of.items() if held} | {table.name: entity}
    ranking = rank(tables, practice_targets(), Known(said))
    return ranked_maps(ranking, table.name, entity, frame, decisions)


def ranked_maps(
    ranking: Ranking, table: str, entity: str, frame: pl.DataFrame, decisions: Decisions
) -> tuple[ColumnMap, ...]:
    """A map for every column: a field, a reason to leave it, or a question."""
    offers = offers_of(ranking, table, entity)
    chosen = _one_to_one(offers)
    fields = ENTITIES[entity].fields()
    maps = []
    for offer in offers:
        made = _offered(ranking, offer, is_chosen=offer.column in chosen)
        if made.field:
            made = _carried(made, fields[made.field], frame[made.name], decisions)
        maps.append(made)
    return tuple(maps)


def offers_of(ranking: Ranking, table: str, entity: str) -> list[Offer]:
    """For every column of a table its fields of one entity, and how sure the best is."""
    sheet = ranking.sheet
    able = np.array([one.is_offered and one.entity == entity for one in sheet.targets.fields])
    places = np.flatnonzero(able)
    offers = []
    for column in sheet.rows_of(sheet.tables.index(table)):
        chance = ranking.fields[column, places]
        order = np.argsort(-chance, kind="stable")
        ranked = [int(places[place]) for place in order if chance[place] >= _WORTH_OFFERING]
        first = int(places[order[0]])
        is_first = first == ranking.first[column]
        score = float(ranking.sure[column] if is_first else chance[order[0]])
        if sheet.kinds[column, first] < 0:
            score = min(score, _CONTRADICTED)
        names = [sheet.targets.fields[place].field for place in ranked]
        others = tuple(name for name in names if name != sheet.targets.fields[first].field)
        offers.append(Offer(int(column), first, score, others))
    return offers


def _one_to_one(offers: list[Offer]) -> frozenset[int]:
    """The columns that may have their field: the surest of those that want the same."""
    taken: dict[int, int] = {}
    for offer in sorted(offers, key=lambda one: (-one.score, one.column)):
        if offer.score >= THRESHOLD:
            taken.setdefault(offer.field, offer.column)
    return frozenset(taken.values())


def _offered(ranking: Ranking, offer: Offer, *, is_chosen: bool) -> ColumnMap:
    column = ranking.sheet.columns[offer.column].facts
    if not is_chosen or (is_technical(column) and offer.score < _ALL_OF_IT):
        return _not_proposed(ranking, offer)
    target = ranking.sheet.targets.fields[offer.field]
    reasons = why(ranking, offer.column, offer.field) + doubt(ranking, offer.column, offer.field)
    score = offer.score
    if is_individual(target.entity, target.field) and score > INDIVIDUAL:
        score, reasons = INDIVIDUAL, reasons + ONE_BY_ONE
    return ColumnMap(
        column.name,
        target.field,
        score=round(score, 4),
        reasons=reasons,
        alternatives=offer.others[:MOST_ALTERNATIVES],
    )


def _not_proposed(ranking: Ranking, offer: Offer) -> ColumnMap:
    """A column for which no field is proposed: to be left for a plain reason, or a question."""
    signs = ranking.sheet.columns[offer.column]
    column = signs.facts
    target = ranking.sheet.targets.fields[offer.field]
    first = (target.field,) if offer.score >= _WORTH_OFFERING else ()
    made = ColumnMap(column.name, alternatives=(*first, *offer.others)[:MOST_ALTERNATIVES])
    if is_technical(column) or _serves_the_program(ranking, offer.column):
        return replace(made, left=TECHNICAL, score=_LEFT, reasons="the name says so")
    if column.kind is Kind.EMPTY and ranking.sheet.facts[signs.table].rows:
        return replace(made, left=EMPTY, score=_LEFT, reasons="no row says anything here")
    if column.kind is Kind.OPAQUE:
        return replace(made, reasons=OPAQUE)
    against = doubt(ranking, offer.column, offer.field).replace("; ", " But ", 1)
    score = round(min(offer.score, THRESHOLD), 4)
    reasons = question(ranking, offer.column, offer.field) + against
    return replace(made, score=score, reasons=reasons)


def _serves_the_program(ranking: Ranking, column: int) -> bool:
    """Whether a column is most likely one that counts or stamps the row's changes."""
    likeliest = int(ranking.fields[column].argmax())
    fields = ranking.sheet.targets.fields
    if likeliest >= len(fields) or ranking.sheet.columns[column].refers_to:
        return False
    target = fields[likeliest]
    is_sure = float(ranking.fields[column, likeliest]) >= _ALL_OF_IT
    return is_sure and target.entity == TECHNICAL_ENTITY and target.field in _STAMPS


def _carried(offer: ColumnMap, field: Field, cells: pl.Series, decisions: Decisions) -> ColumnMap:
    alternatives = (field.name, *offer.alternatives)[:MOST_ALTERNATIVES]
    if field.sensitivity is Sensitivity.RESTRICTED and field.path not in decisions.restricted:
        left = f"{field.text} Not carried unless asked for."
        return replace(offer, field="", left=left, alternatives=alternatives)
    read = with_reading(offer, field, cells)
    if unknown := unknown_codes(read, field, cells):
        # A code that nobody explained would set its rows aside.
        reasons = f"Perhaps {field.name}, but {unknown}: {offer.reasons}."
        return ColumnMap(
            offer.name, options=read.options, reasons=reasons, alternatives=alternatives
        )
    return read


def is_technical(column: ColumnFacts) -> bool:
    """Whether a column's name says that it serves the program."""
    return any(
        likeness(column.words, phrase_words(phrase)) >= _ALL_OF_IT for phrase in TECHNICAL_PHRASES
    )
