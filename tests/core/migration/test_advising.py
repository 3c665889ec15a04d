"""What a model may say of the map, and what a confirmed map teaches the next."""

from dataclasses import replace

import polars as pl
import pytest

from core.crosswalk.mapping import load, save
from core.errors import MapGap, PlanStale, StepNotAllowed
from core.lifecycle import Stage
from core.matching.asking import Request
from core.migration import advising, learning
from core.migration.passage import LEARNED_FILE
from core.migration.preparing import fields
from core.workbench import open_workbench


class Oracle:
    """Answers every question the same; remembers what it was asked."""

    def __init__(self, reply: str):
        self.reply = reply
        self.asked: list[str] = []

    def ask(self, text: str) -> str:
        self.asked.append(text)
        return self.reply


def open_again(migration) -> None:
    """Leave a column of the map unanswered, as a proposal would."""
    path = migration.folder / "map.toml"
    whole = load(path)
    table = next(one for one in whole.tables if one.name == "Patient")
    columns = tuple(_open(one) if one.name == "NickName" else one for one in table.columns)
    save(whole.replace_table(_with(table, columns)), path)


def _open(column):
    return replace(column, field="", decided_by="", score=0.2, alternatives=("title", "suffix"))


def _with(table, columns):
    return replace(table, columns=columns)


def nickname(migration):
    table = next(one for one in load(migration.folder / "map.toml").tables if one.name == "Patient")
    return next(one for one in table.columns if one.name == "NickName")


def asked(bench) -> tuple[Request, ...]:
    return advising.questions(bench.ledger, bench.vault, bench.map_path)


def test_a_question_leaves_only_when_a_person_lets_it_go_and_is_in_the_audit_log(at):
    migration = at(Stage.MAP_PROPOSED)
    open_again(migration)
    oracle = Oracle('{"NickName": "suffix"}')
    with open_workbench(migration.folder) as bench:
        questions = asked(bench)
        shown: list[str] = []

        def may_send(request):
            shown.append(request.text)
            return request.table == "Patient"

        found = advising.ask(bench.ledger, bench.map_path, questions, oracle, may_send)
        events = bench.ledger.events(action="ask model")
    assert shown == [one.text for one in questions]
    assert oracle.asked == [one.text for one in questions if one.table == "Patient"]
    assert found == {"questions": len(questions), "sent": 1, "answered": 1}
    assert events["subject"].str.starts_with("Patient ").to_list() == [True]
    after = nickname(migration)
    assert (after.field, after.alternatives) == ("", ("suffix", "title"))
    assert "a language model suggests suffix" in after.reasons


def test_a_map_that_changed_meanwhile_keeps_the_persons_word(at):
    migration = at(Stage.MAP_PROPOSED)
    open_again(migration)
    with open_workbench(migration.folder) as bench:
        questions = asked(bench)

        def may_send(_request):
            table = next(one for one in load(bench.map_path).tables if one.name == "Visit")
            save(
                load(bench.map_path).replace_table(_with(table, table.columns[:-1])), bench.map_path
            )
            return True

        with pytest.raises(PlanStale, match="changed"):
            advising.ask(bench.ledger, bench.map_path, questions, Oracle("{}"), may_send)


def test_nobody_is_asked_about_a_map_that_may_not_change_or_before_anything_was_found(at):
    with open_workbench(at(Stage.SAMPLE_LOADED).folder) as bench, pytest.raises(StepNotAllowed):
        asked(bench)


def test_nothing_is_asked_before_an_inventory(at, monkeypatch):
    monkeypatch.setattr(advising, "may_change", lambda _stage: True)
    with open_workbench(at(Stage.CONNECTED).folder) as bench, pytest.raises(MapGap):
        asked(bench)


def test_a_confirmed_map_teaches_once_and_the_next_proposal_remembers(at):
    migration = at(Stage.MAP_CONFIRMED)
    file = migration.folder / LEARNED_FILE
    assert not file.exists()
    migration.take(fields)
    kept = pl.read_csv(file)
    assert kept.filter(column="NickName")["field"].to_list() == ["preferred_name"]
    with open_workbench(migration.folder) as bench:
        passage = bench.passage()
        assert learning.learn(passage) == 0
        remembered = learning.remembered(passage)
    assert remembered.frame.height == kept.height
    assert not remembered.frame.select(pl.any_horizontal(pl.all().is_null())).to_series().any()


def test_a_file_that_is_no_memory_is_refused_by_name(at):
    migration = at(Stage.MAP_PROPOSED)
    (migration.folder / LEARNED_FILE).write_text("a,b\n1,2,3,4\n")
    with open_workbench(migration.folder) as bench, pytest.raises(MapGap, match=LEARNED_FILE):
        learning.remembered(bench.passage())
