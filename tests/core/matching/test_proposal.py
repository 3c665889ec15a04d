"""Proposals on a practice whose map is known, under several kinds of names."""

import socket
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crosswalk.mapping import ColumnMap, Decisions, SchemaMap, TableMap
from core.crosswalk.reading import READINGS
from core.discovery import take_inventory
from core.matching import agreement, merge_answers, propose
from core.matching.answers import TICKED
from core.practice.truth_map import confirmed_map
from core.vocabulary import ENTITIES

STYLES = ("panda", "snake", "upper", "prefixed", "hungarian", "other words", "no keys")


@pytest.fixture(scope="session")
def proposals(styles):
    return {name: known.proposal() for name, known in styles.items()}


@pytest.mark.parametrize("style", STYLES)
def test_a_proposal_is_mostly_right_and_never_ticks_what_is_wrong(styles, proposals, style):
    found = agreement(proposals[style], styles[style].truth)
    assert found.tables_right == found.tables
    assert found.proposed_right >= 0.85 * found.answered
    assert found.proposed_wrong <= 0.02 * found.answered
    assert found.ticked_wrong == 0


@pytest.mark.parametrize("style", STYLES)
def test_a_proposal_names_every_table_and_column_once(styles, proposals, style):
    tables = {table.name: [one.name for one in table.columns] for table in proposals[style].tables}
    assert tables == {
        table.name: [one.name for one in table.columns] for table in styles[style].catalogue
    }


@pytest.mark.parametrize("style", STYLES)
def test_a_proposal_gives_each_field_to_one_column_and_every_column_a_reason(proposals, style):
    for table in proposals[style].tables:
        named = [one.field for one in table.columns if one.field and not one.site]
        assert len(named) == len(set(named))
        sites = [one.site for one in table.columns if one.site]
        assert len(sites) == len(set(sites))
        if table.entity:
            fields = ENTITIES[table.entity].fields().keys() | {"measure", "value"}
            assert set(named) <= fields
        for column in table.columns:
            assert column.reading in READINGS
            assert 0 <= column.score <= 1
            assert len(column.alternatives) <= 5
            assert not table.entity or column.reasons
            assert not column.decided_by
            assert not (column.field and column.left)


def test_a_proposal_reads_codes_names_and_measures_as_the_practice_writes_them(panda, proposals):
    truth = {table.name: table for table in panda.truth.tables}
    for table in proposals["panda"].tables:
        answers = {column.name: column for column in truth[table.name].columns}
        assert table.measures == truth[table.name].measures
        for column in table.columns:
            if column.field:
                assert column.reading == answers[column.name].reading, column.name
                assert column.options == answers[column.name].options, column.name


def test_what_nothing_explains_is_left_to_a_person(proposals):
    (table,) = [one for one in proposals["panda"].tables if one.name == "ZTBL_88"]
    assert not table.is_answered
    assert not any(column.is_answered for column in table.columns)


def test_restricted_columns_are_proposed_as_left_unless_asked_for(panda):
    inventory = panda.inventory()
    carried = Decisions(restricted=("patient.social_security_number",))
    for decisions, field in ((Decisions(), ""), (carried, "social_security_number")):
        proposal = propose(inventory, panda.frames, decisions=decisions)
        (patients,) = proposal.of_entity("patient")
        columns = {column.name: column for column in patients.columns}
        assert columns["SSN"].field == field
        assert bool(columns["SSN"].left) is not bool(field)
        assert columns["MedAlert"].left
        assert columns["RowVer"].left


def test_measures_that_the_values_do_not_explain_leave_the_measure_column_open(panda):
    frames = panda.frames | {"PerioMeasure": panda.frames["PerioMeasure"].head(8)}
    inventory = take_inventory(panda.catalogue, frames)
    (table,) = propose(inventory, frames, decisions=Decisions()).of_entity("site_reading")
    assert table.layout == "tooth_measures"
    assert not table.measures
    assert not {one.name: one for one in table.columns}["MeasureType"].is_answered


def test_readings_of_one_site_a_row_are_mapped_as_rows(panda):
    rows = panda.frames["PerioMeasure"].filter(pl.col("MeasureType") == "1")
    sites = rows.unpivot(
        ["MB", "B", "DB", "ML", "L", "DL"],
        index=["ExamID", "Tooth"],
        variable_name="site_cd",
        value_name="probing_mm",
    )
    sites = sites.with_columns(pl.lit("0").alias("bop_ind")).with_columns(
        pl.when(pl.int_range(pl.len()) % 5 == 0)
        .then(pl.lit("1"))
        .otherwise("bop_ind")
        .alias("bop_ind")
    )
    names = {"ExamID": "exam_id", "Tooth": "tooth_no"}
    frame = sites.rename(names)
    table = replace(
        next(one for one in panda.catalogue if one.name == "PerioMeasure"),
        name="perio_site",
        key=(),
        columns=tuple(replace(panda.catalogue[0].columns[0], name=name) for name in frame.columns),
    )
    catalogue = [one for one in panda.catalogue if one.name != "PerioMeasure"] + [table]
    frames = {one.name: panda.frames.get(one.name, frame) for one in catalogue}
    proposal = propose(take_inventory(catalogue, frames), frames, decisions=Decisions())
    (found,) = proposal.of_entity("site_reading")
    assert found.layout == "site_rows"
    assert {one.name: one.field for one in found.columns} == {
        "exam_id": "exam_key",
        "tooth_no": "tooth",
        "site_cd": "site",
        "probing_mm": "probing_depth",
        "bop_ind": "bleeding",
    }
    assert {one.name: one for one in found.columns}["site_cd"].options["DL"] == "DL"


def test_names_that_say_nothing_are_not_guessed(panda):
    frames, catalogue = {}, []
    for number, table in enumerate(panda.catalogue):
        names = {one.name: f"F{number}_{place}" for place, one in enumerate(table.columns)}
        columns = tuple(replace(one, name=names[one.name]) for one in table.columns)
        catalogue.append(replace(table, name=f"T{number}", columns=columns, key=(), links=()))
        frames[f"T{number}"] = panda.frames[table.name].rename(names)
    proposal = propose(take_inventory(catalogue, frames), frames, decisions=Decisions())
    offers = [column for table in proposal.tables for column in table.columns]
    assert not [offer for offer in offers if offer.field and offer.score >= TICKED]


def test_a_view_is_not_proposed_beside_its_table(panda):
    patients = next(table for table in panda.catalogue if table.name == "Patient")
    view = replace(patients, name="vwPatient", key=(), links=(), is_view=True)
    frames = panda.frames | {"vwPatient": panda.frames["Patient"]}
    inventory = take_inventory((*panda.catalogue, view), frames)
    proposal = propose(inventory, frames, decisions=Decisions())
    assert [table.name for table in proposal.of_entity("patient")] == ["Patient"]


def test_a_kept_inventory_is_enough_to_propose(panda, proposals):
    inventory = panda.inventory()
    kept = replace(
        inventory,
        tables=pl.read_json(inventory.tables.write_json().encode(), schema=inventory.tables.schema),
    )
    proposal = propose(kept, panda.frames, decisions=proposals["panda"].decisions)
    assert proposal.digest() == proposals["panda"].digest()


def test_proposing_opens_no_socket(panda, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert panda.proposal().tables


TRUTH = confirmed_map()
UNANSWERED = st.frozensets(st.sampled_from([table.name for table in TRUTH.tables]))


def silent(table: TableMap) -> TableMap:
    columns = tuple(ColumnMap(column.name, score=0.3) for column in table.columns)
    return TableMap(table.name, score=0.2, columns=columns)


@settings(max_examples=30)
@given(UNANSWERED)
def test_answers_fill_what_was_not_proposed_and_nothing_else_counts(names):
    tables = tuple(silent(one) if one.name in names else one for one in TRUTH.tables)
    proposal = SchemaMap(TRUTH.decisions, {}, tables)
    merged = merge_answers(proposal, TRUTH, decided_by="ana")
    assert merged.digest() == TRUTH.digest()
    assert merged.unanswered() == ()
    assert {c.decided_by for table in merged.tables for c in table.columns} == {"ana"}
    found = agreement(proposal, TRUTH)
    assert found.abstained == sum(len(one.columns) for one in TRUTH.tables if one.name in names)
    assert found.proposed_right + found.abstained == found.answered
    assert found.proposed_wrong == 0


def test_an_answer_wins_over_a_proposal_and_keeps_its_score_as_evidence():
    answer = TableMap("T", "patient", columns=(ColumnMap("A", "first_name"),))
    offer = TableMap("T", "patient", columns=(ColumnMap("A", "last_name", score=TICKED),))
    proposal, answers = SchemaMap(tables=(offer,)), SchemaMap(tables=(answer,))
    merged = merge_answers(proposal, answers, decided_by="ana")
    column = merged.tables[0].columns[0]
    assert (column.field, column.score, column.decided_by) == ("first_name", TICKED, "ana")
    found = agreement(proposal, answers)
    assert (found.proposed_wrong, found.ticked_wrong) == (1, 1)


def test_tables_that_nobody_answered_stay_as_proposed():
    offer = TableMap("T", "patient", columns=(ColumnMap("A", "last_name", score=0.97),))
    merged = merge_answers(SchemaMap(tables=(offer,)), SchemaMap(), decided_by="ana")
    assert merged.tables == (offer,)
