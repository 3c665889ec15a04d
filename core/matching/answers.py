"""A person's answers over a proposal, and how often the proposal was right.

Rule of the house: an answer always wins; what was proposed is kept beside it only as evidence.
"""

from dataclasses import dataclass, replace

from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a proposal compares with the answers, in columns of tables both know.

    Attributes:
        proposed_right: Proposed, and the answer says the same.
        proposed_wrong: Proposed, and the answer says something else.
        abstained: Not proposed, and answered by a person.
        answered: Columns answered in all.
        ticked: Proposed with at least `TICKED`.
        ticked_wrong: Of these, wrong.
        tables_right: Tables whose entity (or whose being left) was proposed right.
        tables: Tables answered.
    """

    proposed_right: int
    proposed_wrong: int
    abstained: int
    answered: int
    ticked: int = 0
    ticked_wrong: int = 0
    tables_right: int = 0
    tables: int = 0


TICKED = 0.99
"""From this score on a proposal is ticked beforehand."""


def merge_answers(proposal: SchemaMap, answers: SchemaMap, *, decided_by: str) -> SchemaMap:
    """The answers, with the scores and reasons of what was proposed, decided by a person.

    Tables and columns that are not answered stay as proposed. The digest of a fully answered
    proposal is that of the answers, brought into the proposal's order.
    """
    answered = {table.name: table for table in answers.tables}
    tables = tuple(
        _merged_table(table, answered[table.name], decided_by)
        if table.name in answered and answered[table.name].is_answered
        else table
        for table in proposal.tables
    )
    return SchemaMap(answers.decisions, dict(answers.users), tables)


def agreement(proposal: SchemaMap, answers: SchemaMap) -> Agreement:
    """How often the proposal was right, wrong or silent."""
    proposed = {table.name: table for table in proposal.tables}
    right = wrong = abstained = ticked = ticked_wrong = tables_right = tables = 0
    for answer in answers.tables:
        if answer.name not in proposed:
            continue
        table = proposed[answer.name]
        tables += 1
        tables_right += table.entity == answer.entity
        columns = {column.name: column for column in table.columns}
        for column in answer.columns:
            offer = columns.get(column.name)
            if not column.is_answered:
                continue
            if offer is None or not offer.is_answered:
                abstained += 1
                continue
            is_right = table.entity == answer.entity and _is_same(offer, column)
            right += is_right
            wrong += not is_right
            ticked += offer.score >= TICKED
            ticked_wrong += offer.score >= TICKED and not is_right
    answered = right + wrong + abstained
    return Agreement(right, wrong, abstained, answered, ticked, ticked_wrong, tables_right, tables)


def _is_same(offer: ColumnMap, answer: ColumnMap) -> bool:
    same_place = offer.field == answer.field and offer.site == answer.site
    return same_place and bool(offer.left) == bool(answer.left)


def _merged_table(table: TableMap, answer: TableMap, decided_by: str) -> TableMap:
    answers = {column.name: column for column in answer.columns}
    columns = tuple(
        _merged_column(column, answers[column.name], decided_by)
        if column.name in answers
        else column
        for column in table.columns
    )
    return replace(
        answer,
        score=table.score,
        reasons=table.reasons,
        decided_by=decided_by,
        columns=columns,
    )


def _merged_column(offer: ColumnMap, answer: ColumnMap, decided_by: str) -> ColumnMap:
    return replace(
        answer,
        score=offer.score,
        reasons=offer.reasons,
        alternatives=offer.alternatives,
        decided_by=decided_by,
    )
