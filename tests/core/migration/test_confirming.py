"""A person's answers to the map: what they change, and what follows."""

from dataclasses import replace

import pytest

from core.crosswalk.mapping import ColumnMap, Decisions, SchemaMap, TableMap, load
from core.discovery.inventory import Inventory
from core.errors import MapGap, PlanStale, StepNotAllowed
from core.lifecycle import Gate, Stage
from core.migration import preparing, proposing
from core.migration.confirming import (
    Answer,
    Change,
    answered,
    change_map,
    confirmed,
    decided,
    table_left,
    table_of,
)
from core.migration.explaining import COLUMNS, INVENTORY
from core.migration.proposing import VALUES
from core.migration.retabling import Found, brought_up, held

MAP = SchemaMap(
    tables=(
        TableMap(
            "P",
            "patient",
            columns=(
                ColumnMap("ID", "patient_key", score=0.99),
                ColumnMap("NAME", "last_name", score=0.9, alternatives=("first_name",)),
                ColumnMap("N2", score=0.2),
                ColumnMap("DOB", "birth_date", "date", decided_by="eve"),
            ),
        ),
        TableMap(
            "M",
            "site_reading",
            layout="tooth_measures",
            columns=(
                ColumnMap("TYPE"),
                ColumnMap("MB", "value", "integer", "MB"),
                ColumnMap("B", "value", "integer", "B"),
            ),
        ),
    )
)


def column(schema_map: SchemaMap, table: str, name: str) -> ColumnMap:
    return next(each for each in table_of(schema_map, table).columns if each.name == name)


def test_an_answer_names_who_gave_it_and_keeps_the_evidence():
    after = column(answered(MAP, Answer("P", "NAME", "ada", "first_name")), "P", "NAME")
    assert (after.field, after.decided_by, after.score) == ("first_name", "ada", 0.9)
    assert after.alternatives == ("first_name",)


def test_a_column_that_was_only_proposed_gives_way_and_is_open_again():
    after = answered(MAP, Answer("P", "N2", "ada", "last_name"))
    assert column(after, "P", "N2").field == "last_name"
    assert not column(after, "P", "NAME").is_answered


def test_a_column_that_somebody_decided_does_not_give_way():
    with pytest.raises(MapGap, match=r"P\.DOB becomes 'birth_date' already"):
        answered(MAP, Answer("P", "N2", "ada", "birth_date", "date"))


def test_sites_of_a_tooth_do_not_push_one_another_away():
    after = answered(MAP, Answer("M", "MB", "ada", "value", "integer", "DB"))
    assert column(after, "M", "B").field == "value"
    assert column(after, "M", "MB").site == "DB"


def test_measures_are_kept_with_the_table():
    said = Answer("M", "TYPE", "ada", "measure", measures={"1": "probing_depth"})
    assert table_of(answered(MAP, said), "M").measures == {"1": "probing_depth"}


def test_options_are_kept_for_a_closed_list_only():
    table = TableMap("V", "visit", columns=(ColumnMap("K"), ColumnMap("R")))
    schema_map = SchemaMap(tables=(table,))
    said = Answer("V", "K", "ada", "kind", "option", options={"C": "call", "X": ""})
    assert column(answered(schema_map, said), "V", "K").options == {"C": "call"}
    other = Answer("V", "R", "ada", "remark", options={"C": "call"})
    assert not column(answered(schema_map, other), "V", "R").options


@pytest.mark.parametrize(
    "answer",
    [
        Answer("P", "N2", "ada"),
        Answer("P", "N2", "ada", "no_such_field"),
        Answer("P", "N2", "ada", "first_visit_on", "text"),
        Answer("M", "MB", "ada", "value", "integer", "ZZ"),
        Answer("P", "GONE", "ada", "last_name"),
        Answer("GONE", "N2", "ada", "last_name"),
    ],
)
def test_what_does_not_go_together_is_refused(answer):
    with pytest.raises(MapGap):
        answered(MAP, answer)


def test_where_a_value_stands_is_kept_whatever_is_said_of_what_it_is():
    wide = TableMap(
        "W",
        "site_reading",
        layout="wide_exam",
        columns=(
            ColumnMap("T3MB", "depth", "text", "MB", {"tooth": "3"}),
            ColumnMap("T4MB", "depth", "text", "MB", {"tooth": "4"}),
        ),
    )
    schema_map = SchemaMap(tables=(wide,))
    same = answered(schema_map, Answer("W", "T3MB", "ada", "depth", "text", "MB"))
    assert same.digest() == schema_map.digest()
    assert column(same, "W", "T3MB").decided_by == "ada"
    assert column(same, "W", "T4MB").is_answered
    left = answered(schema_map, Answer("W", "T3MB", "ada", left="no"))
    assert column(left, "W", "T3MB").options == {"tooth": "3"}


def test_leaving_a_column_forgets_how_it_was_read():
    after = column(answered(MAP, Answer("P", "DOB", "ada", left=" not needed ")), "P", "DOB")
    assert (after.left, after.field, after.reading) == ("not needed", "", "text")


def test_confirming_together_decides_only_what_is_named_and_answered():
    after = table_of(confirmed(MAP, "P", ["ID", "N2"], "ada"), "P")
    assert [each.decided_by for each in after.columns] == ["ada", "", "", "eve"]
    assert after.decided_by == "ada"
    assert confirmed(MAP, "P", ["ID"], "ada").digest() == MAP.digest()


def test_a_table_is_left_with_a_reason_and_not_without():
    assert table_of(table_left(MAP, "M", "old", "ada"), "M").left == "old"
    with pytest.raises(MapGap):
        table_left(MAP, "M", " ", "ada")


def test_a_setting_that_cannot_be_carried_out_is_refused():
    assert decided(MAP, Decisions(zone="America/Chicago")).decisions.zone == "America/Chicago"
    with pytest.raises(MapGap, match="zone"):
        decided(MAP, Decisions(zone="Nowhere/Atlantis"))


def test_a_map_brought_up_keeps_answers_adds_what_is_new_and_drops_what_is_gone():
    new = SchemaMap(
        tables=(
            TableMap(
                "P",
                "patient",
                columns=(
                    ColumnMap("NAME", "first_name"),
                    ColumnMap("DOB", "birth_date"),
                    ColumnMap("MAIL", "email", score=0.9),
                ),
            ),
            TableMap("NEW"),
        )
    )
    after = brought_up(MAP, new, {("P", "DOB")})
    assert [table.name for table in after.tables] == ["P", "NEW"]
    assert column(after, "P", "NAME").field == "last_name"
    assert column(after, "P", "MAIL").field == "email"
    assert column(after, "P", "DOB").decided_by == ""


def test_a_new_column_of_a_table_that_a_person_said_holds_something_else_is_open():
    old = MAP.replace_table(replace(table_of(MAP, "P"), entity="account", decided_by="ada"))
    new = SchemaMap(tables=(TableMap("P", "patient", columns=(ColumnMap("MAIL", "email"),)),))
    assert not column(brought_up(old, new, ()), "P", "MAIL").is_answered


def change(migration, make, *, seen: str | None = None) -> None:
    with migration.opened(lock=False) as bench:
        now = seen or bench.schema_map().digest()
        change_map(bench.ledger, bench.map_path, Change(make, "P.NAME", "ada", now))


LEAVE = Answer("ZTBL_88", "K1", "ada", left="Old.")


def test_a_changed_map_voids_its_signature_and_is_presented_anew(at):
    migration = at(Stage.MAP_CONFIRMED)
    change(migration, lambda old: table_left(old, "Letter", "Not needed.", "ada"))
    assert migration.stage() is Stage.MAP_PROPOSED
    with migration.opened(lock=False) as bench:
        assert bench.ledger.signature(Gate.MAP) is None
        assert bench.ledger.presented(Gate.MAP) == bench.schema_map().digest()
        rows = bench.ledger.events(newest=10).to_dicts()
    assert [row["subject"] for row in rows if row["action"] == "change map"] == ["P.NAME"]
    assert not any("Not needed" in str(row.values()) for row in rows)


def test_confirming_what_was_signed_voids_nothing(at):
    migration = at(Stage.MAP_CONFIRMED)
    change(migration, lambda old: confirmed(old, "Patient", ["PatID"], "adam"))
    assert migration.stage() is Stage.MAP_CONFIRMED


def test_a_map_that_changed_meanwhile_is_not_changed(at):
    migration = at(Stage.MAP_PROPOSED)
    before = (migration.folder / "map.toml").read_bytes()
    with pytest.raises(PlanStale):
        change(migration, lambda old: table_left(old, "Letter", "x", "ada"), seen="f" * 64)
    assert (migration.folder / "map.toml").read_bytes() == before


def test_the_map_is_not_changed_any_more_once_a_sample_is_loaded(at):
    with pytest.raises(StepNotAllowed):
        change(at(Stage.SAMPLE_LOADED), lambda old: table_left(old, "Letter", "x", "ada"))


def test_a_change_that_says_nothing_new_leaves_no_trace(at):
    migration = at(Stage.MAP_PROPOSED)
    with migration.opened(lock=False) as bench:
        events = bench.ledger.verify_chain()
    change(migration, lambda old: old)
    with migration.opened(lock=False) as bench:
        assert bench.ledger.verify_chain() == events


def test_a_table_that_holds_something_else_has_its_columns_proposed_for_it(at):
    migration = at(Stage.MAP_PROPOSED)
    found = Found(
        Inventory(migration.vault(INVENTORY), migration.vault(COLUMNS), ""),
        migration.vault(VALUES),
    )
    schema_map = load(migration.folder / "map.toml")
    after = table_of(held(schema_map, "Account", "patient", by="ada", found=found), "Account")
    assert (after.entity, after.decided_by, after.key) == ("patient", "ada", ("AccountNO",))
    assert any(each.field == "last_name" and not each.decided_by for each in after.columns)
    same = held(schema_map, "Account", "account", by="eve", found=found)
    assert same.digest() == schema_map.digest()
    chart = held(
        schema_map.replace_table(replace(table_of(schema_map, "PerioMeasure"), left="x")),
        "PerioMeasure",
        "site_reading",
        by="ada",
        found=found,
    )
    assert table_of(chart, "PerioMeasure").layout == "tooth_measures"


def test_a_new_column_is_proposed_and_the_answers_stay(at):
    migration = at(Stage.MAP_CONFIRMED)
    migration.practice("ALTER TABLE Patient ADD COLUMN SpareField VARCHAR(20)")
    migration.practice("UPDATE Patient SET SpareField = 'green'")
    migration.practice("DROP TABLE ZTBL_88")
    migration.take(preparing.discover)
    migration.sign(Gate.INVENTORY, "ada")
    before = load(migration.folder / "map.toml")
    migration.take(proposing.propose)
    after = load(migration.folder / "map.toml")
    assert "ZTBL_88" not in {table.name for table in after.tables}
    assert after.unanswered() == ("Patient.SpareField",)
    assert column(after, "Patient", "LastName") == column(before, "Patient", "LastName")
    assert migration.stage() is Stage.MAP_PROPOSED


def test_the_evidence_of_each_setting_is_kept_without_a_value(at):
    migration = at(Stage.MAP_PROPOSED)
    evidence = migration.kept(proposing.EVIDENCE)
    assert {"tooth_numbering", "margin_sign", "sentinels"} <= set(evidence)
