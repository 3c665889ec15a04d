"""What a practice says of its tables, and how far a signature of the inventory reaches."""

from datetime import UTC, datetime

import pytest

from core.crosswalk.mapping import load
from core.discovery.questions import Fate
from core.errors import GateRefused, PlanStale, SettingMissing, StepNotAllowed
from core.lifecycle import Gate, Stage
from core.migration import explaining, preparing, proposing
from core.migration.explaining import Explanation, explain, state_of
from flows.deciding import sign
from tests.migrations import PASSWORD

STRANGE = "ZTBL_88"
"""A table of the synthetic practice that nothing explains."""


def say(migration, *, fate=Fate.IGNORE, reason="Colours of the program.", **more) -> None:
    with migration.opened(lock=False) as bench:
        said = Explanation(more.get("table", STRANGE), fate, reason, "ada", datetime.now(UTC))
        seen = more.get("seen") or state_of(bench.ledger, bench.vault)
        explain(bench.ledger, bench.vault, said, seen=seen)


def changes(migration) -> list[str]:
    with migration.opened(lock=False) as bench:
        told = explaining.since_signed(bench.ledger, bench.vault)
    return [f"{what} {table} {column}".strip() for what, table, column, _, _ in told.rows()]


def standing(migration) -> bool:
    with migration.opened(lock=False) as bench:
        return bench.ledger.signature(Gate.INVENTORY) is not None


def test_an_explanation_survives_a_new_discovery_and_is_in_the_schema_map(at):
    migration = at(Stage.DISCOVERED)
    say(migration)
    migration.take(preparing.discover)
    assert migration.vault("explanations")["table"].to_list() == [STRANGE]
    page = (migration.folder / "schema-map.md").read_text(encoding="utf-8")
    assert "Colours of the program." in page
    assert (migration.folder / "schema-map.xlsx").read_bytes()[:2] == b"PK"


def test_an_explanation_is_noted_without_its_words(at):
    migration = at(Stage.DISCOVERED)
    say(migration)
    with migration.opened(lock=False) as bench:
        rows = bench.ledger.events(newest=20).to_dicts()
    told = [row for row in rows if row["action"] == "explain table"]
    assert [(row["actor"], row["subject"], row["outcome"]) for row in told] == [
        ("ada", STRANGE, "ignore")
    ]
    assert not any("Colours" in str(row.values()) for row in rows)


def test_a_signature_of_the_inventory_lapses_when_something_else_is_said(at):
    migration = at(Stage.INVENTORY_SIGNED)
    assert not changes(migration)
    say(migration)
    assert not standing(migration)
    assert migration.stage() is Stage.DISCOVERED
    assert changes(migration) == [f"explanation changed {STRANGE}"]


def test_a_changed_schema_voids_the_signature_and_says_what_changed(at):
    migration = at(Stage.INVENTORY_SIGNED)
    migration.practice("ALTER TABLE Patient ADD COLUMN Favourite VARCHAR(20)")
    migration.practice("CREATE TABLE X_NEW (A INTEGER)")
    result = migration.take(preparing.discover)
    assert not standing(migration)
    assert changes(migration) == ["column added Patient Favourite", "table added X_NEW"]
    assert result["inventory"]["changed_since_signed"] == 2


def test_a_signature_stays_when_only_rows_have_changed(at):
    migration = at(Stage.INVENTORY_SIGNED)
    migration.work_on()
    migration.take(preparing.discover)
    assert standing(migration)


def test_a_table_that_is_not_needed_is_left_by_the_map_with_the_reason(at):
    migration = at(Stage.DISCOVERED)
    say(migration)
    migration.sign(Gate.INVENTORY, "ada")
    migration.take(proposing.propose)
    table = next(
        each for each in load(migration.folder / "map.toml").tables if each.name == STRANGE
    )
    assert (table.left, table.decided_by) == ("Colours of the program.", "ada")


def test_a_table_kept_as_an_attachment_says_so_in_the_map(at):
    migration = at(Stage.DISCOVERED)
    say(migration, fate=Fate.ATTACH, reason="Old recalls.")
    migration.sign(Gate.INVENTORY, "ada")
    migration.take(proposing.propose)
    table = next(
        each for each in load(migration.folder / "map.toml").tables if each.name == STRANGE
    )
    assert table.left == "Kept as an attachment: Old recalls."


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"seen": "f" * 64}, PlanStale),
        ({"reason": "  "}, SettingMissing),
        ({"table": "NOBODY"}, SettingMissing),
    ],
)
def test_what_cannot_be_said_is_refused_and_changes_nothing(at, more, refusal):
    migration = at(Stage.INVENTORY_SIGNED)
    with pytest.raises(refusal):
        say(migration, **more)
    assert standing(migration)
    with migration.opened(lock=False) as bench:
        assert explaining.kept_explanations(bench.vault).is_empty()


def test_nothing_is_said_any_more_once_a_sample_is_loaded(at):
    with pytest.raises(StepNotAllowed, match="cannot be changed"):
        say(at(Stage.SAMPLE_LOADED))


def test_the_command_line_too_refuses_a_signature_before_every_word_is_said(at, monkeypatch):
    migration = at(Stage.DISCOVERED)
    monkeypatch.setenv("PERIO_EXPLAIN_ALL", "true")
    with pytest.raises(GateRefused, match=STRANGE):
        sign(migration.folder, Gate.INVENTORY, "ada", PASSWORD, None)
    assert migration.stage() is Stage.DISCOVERED


def test_where_the_settings_want_every_word_the_inventory_is_not_presented_without(at, monkeypatch):
    migration = at(Stage.CONNECTED)
    monkeypatch.setenv("PERIO_EXPLAIN_ALL", "true")
    migration.take(preparing.discover)
    with pytest.raises(GateRefused):
        migration.sign(Gate.INVENTORY, "ada")
    with migration.opened(lock=False) as bench:
        with pytest.raises(GateRefused, match=STRANGE):
            explaining.require_explained(bench.vault, explain_all=True)
        for table in (STRANGE, "xPracticeFinding"):
            said = Explanation(table, Fate.USE, "Ours.", "ada", datetime.now(UTC))
            seen = state_of(bench.ledger, bench.vault)
            explain(bench.ledger, bench.vault, said, seen=seen, explain_all=True)
    migration.sign(Gate.INVENTORY, "ada")
    assert migration.stage() is Stage.INVENTORY_SIGNED
