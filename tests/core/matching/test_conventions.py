"""In every convention a proposal, its questions answered, becomes what the truth becomes."""

from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap
from core.crosswalk.practice import ConformedPractice
from core.discovery import decisions_proposed, take_inventory
from core.matching import propose
from core.matching.columns import EMPTY
from core.practice.conventions import CONVENTIONS
from core.practice.truth_map import confirmed_map
from tests.core.crosswalk.practices import Told, told

PATIENTS, SEED = 12, 4
OPAQUE = "k"


@pytest.fixture(scope="module", params=sorted(CONVENTIONS))
def met(request, tmp_path_factory):
    """A practice in one convention, the map proposed for it and the map that is right."""
    practice = told(tmp_path_factory.mktemp(request.param), PATIENTS, SEED, request.param)
    yield practice, proposed(practice), confirmed_map(request.param)
    practice.source.close()


def proposed(practice: Told) -> SchemaMap:
    inventory = take_inventory(practice.source.catalogue(), practice.tables)
    decisions = decisions_proposed(inventory, practice.tables)
    return propose(inventory, practice.tables, decisions=decisions)


def answered(proposal: SchemaMap, truth: SchemaMap) -> SchemaMap:
    """The proposal with the truth's answer wherever it asks; the practice's decisions are asked."""
    right = {table.name: table for table in truth.tables}
    tables = tuple(_answered(table, right[table.name]) for table in proposal.tables)
    return SchemaMap(truth.decisions, truth.users, tables)


def _answered(offer: TableMap, right: TableMap) -> TableMap:
    if not offer.entity and not offer.left:
        return right
    answers = {column.name: column for column in right.columns}
    columns = tuple(one if one.is_answered else answers[one.name] for one in offer.columns)
    asks = {one.field for one in columns} - {one.field for one in offer.columns}
    key = right.key if asks else offer.key
    measures = right.measures if "measure" in asks else offer.measures
    return replace(offer, columns=columns, key=key, measures=measures)


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.sort(rows.columns, nulls_last=True)


def test_a_proposal_with_its_questions_answered_becomes_what_the_truth_becomes(met):
    practice, proposal, truth = met
    found: ConformedPractice = practice.conformed(answered(proposal, truth))
    wanted: ConformedPractice = practice.conformed(truth)
    for entity, rows in wanted.entities.items():
        assert_frame_equal(in_order(found.entities[entity]), in_order(rows))
    for name in ("moved", "rejected", "total"):
        assert found.cells[name].sum() == wanted.cells[name].sum()


def test_a_proposal_is_silent_where_it_would_be_wrong(met):
    _, proposal, truth = met
    offers = {(t.name, c.name): (t, c) for t in proposal.tables for c in t.columns}
    wrong = [
        (table.name, column.name)
        for table in truth.tables
        for column in table.columns
        if _contradicts(*offers[table.name, column.name], table, column)
    ]
    assert wrong == []


def _contradicts(table: TableMap, offer: ColumnMap, right: TableMap, answer: ColumnMap) -> bool:
    if not offer.is_answered or offer.left == EMPTY:
        return False
    said = (table.entity, offer.field, offer.site, bool(offer.left))
    return said != (right.entity, answer.field, answer.site, bool(answer.left))


def test_an_opaque_chart_is_reported_and_never_guessed(met):
    _, proposal, truth = met
    right = {table.name: table for table in truth.tables}
    for table in proposal.tables:
        for column in table.columns:
            answer = {one.name: one for one in right[table.name].columns}[column.name]
            if answer.left.startswith("Opaque"):
                assert not column.is_answered
                assert "opaque" in column.reasons.casefold()
