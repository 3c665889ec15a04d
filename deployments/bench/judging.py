"""One tool judged on one source: what it proposed beside what is right.

Rule of the house: a proposal is judged as a person would meet it, ticks and all.
"""

import time
import tomllib
from collections.abc import Callable
from dataclasses import replace

from core.crosswalk.mapping import ColumnMap, SchemaMap
from core.discovery import decisions_proposed
from core.matching import Known, agreement, propose
from core.matching.answers import TICKED
from core.matching.bands import is_individual
from core.matching.model import Model
from core.matching.ranking import Ranking, rank
from deployments.bench.cases import HERE, Case, Practice
from deployments.bench.rivals import NoRivalError, Ranked
from deployments.bench.scoring import Judged, Verdict

_FIVE = 5


def judged(case: Case, model: Model) -> Judged:
    """The proposer on a labelled schema."""
    begun = time.perf_counter()
    guessed = rank(case.tables, case.targets, Known(model=model))
    seconds = time.perf_counter() - begun
    told = rank(case.tables, case.targets, Known(case.said(), model=model))
    tables = (_tables_right(case, guessed), len(guessed.sheet.tables))
    before, after = _verdicts(case, guessed), _verdicts(case, told)
    return Judged("perio", case.name, before, after, tables, seconds)


def _tables_right(case: Case, ranking: Ranking) -> int:
    right = 0
    for place, table in enumerate(ranking.sheet.tables):
        best = int(ranking.tables[place].argmax())
        entity = ranking.sheet.entities[best] if best < len(ranking.sheet.entities) else ""
        is_known = entity in case.targets.offered_entities
        right += (entity if is_known else "") in case.entities[table]
    return right


def _verdicts(case: Case, ranking: Ranking) -> list[Verdict]:
    fields = case.targets.fields
    individual = _individual(case)
    found = []
    for row, column in enumerate(ranking.sheet.columns):
        gold = case.gold.get((column.table, column.facts.name), frozenset())
        order = (-ranking.fields[row, :-1]).argsort(kind="stable")
        able = [fields[place].path for place in order if fields[place].is_offered][:_FIVE]
        sure = float(ranking.sure[row])
        found.append(
            Verdict(
                bool(gold),
                able[0] in gold,
                bool(set(able) & gold),
                sure,
                is_ticked=sure >= TICKED and able[0] not in individual,
                is_certain=sure >= TICKED,
            )
        )
    return found


def _individual(case: Case) -> frozenset[str]:
    """The fields that name or reach a patient, in the case's words."""
    words = tomllib.loads((HERE / "canonical.toml").read_text(encoding="utf-8"))
    found = set()
    for one in case.targets.fields:
        entity = words["entities"].get(one.entity, one.entity)
        names = words["fields"].get(entity, {}).get(one.field, one.field).split()
        if any(is_individual(entity, name) for name in names):
            found.add(one.path)
    return frozenset(found)


def judged_practice(practice: Practice, model: Model) -> Judged:
    """The proposer on the practice in one convention: whole maps against the confirmed one."""
    decisions = decisions_proposed(practice.inventory, practice.frames)

    def proposed(known: Known) -> SchemaMap:
        return propose(practice.inventory, practice.frames, decisions=decisions, known=known)

    begun = time.perf_counter()
    guessed = proposed(Known(model=model))
    seconds = practice.inventory_s + time.perf_counter() - begun
    said = {table.name: table.entity for table in practice.truth.tables}
    before = _compared(guessed, practice.truth)
    after = _compared(proposed(Known(said, model=model)), practice.truth)
    found = agreement(guessed, practice.truth)
    tables = (found.tables_right, found.tables)
    made = Judged("perio", practice.name, before, after, tables, seconds, note="with values")
    return replace(made, wrong=found.proposed_wrong, silent=found.abstained)


def _compared(proposal: SchemaMap, truth: SchemaMap) -> list[Verdict]:
    offered = {table.name: table for table in proposal.tables}
    found = []
    for table in truth.tables:
        known = offered[table.name]
        is_same = known.entity == table.entity
        columns = {column.name: column for column in known.columns}
        found += [
            _compared_column(columns[answer.name], answer, is_same=is_same)
            for answer in table.columns
        ]
    return found


def _compared_column(offer: ColumnMap, answer: ColumnMap, *, is_same: bool) -> Verdict:
    names = [name for name in (offer.field, *offer.alternatives) if name][:_FIVE]
    is_left = bool(offer.left)
    first = is_same and names[:1] == [answer.field] and offer.site == answer.site and not is_left
    is_proposed = bool(offer.field) and not is_left
    is_ticked = is_proposed and offer.score >= TICKED
    return Verdict(
        bool(answer.field),
        first,
        first or (is_same and answer.field in names),
        offer.score if is_proposed else 0.0,
        is_ticked=is_ticked,
        is_certain=is_ticked,
    )


def rivalled(tool: str, case: Case, ranks: Callable[[Case], Ranked]) -> Judged:
    """A rival on the same names: it proposes its best, and is as sure as its score."""
    begun = time.perf_counter()
    try:
        ranked = ranks(case)
    except NoRivalError as error:
        return Judged(tool, case.name, note=str(error))
    seconds = time.perf_counter() - begun
    verdicts = [_rival_verdict(ranked, place, gold) for place, gold in case.gold.items()]
    return Judged(tool, case.name, verdicts, seconds=seconds)


def _rival_verdict(ranked: Ranked, place: tuple[str, str], gold: frozenset[str]) -> Verdict:
    able = ranked.get(place, [])[:_FIVE]
    paths = [path for _, path in able]
    sure = min(1.0, able[0][0]) if able else 0.0
    return Verdict(bool(gold), bool(gold & set(paths[:1])), bool(gold & set(paths)), sure)
