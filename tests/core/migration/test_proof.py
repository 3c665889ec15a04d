import polars as pl
import pytest

from core.lifecycle import Stage
from core.migration.conflicts import GONE_HERE
from tests.migrations import LOAD, PICK_UP, VERIFY


def first_of(migration, target):
    """Id and ref of a record of ours."""
    with migration.opened(lock=False) as bench:
        records = bench.ledger.records().filter(pl.col("target") == target)
    return records.row(0, named=True)


def test_a_record_that_somebody_deleted_is_listed_and_then_no_loss(at):
    migration = at(Stage.VERIFIED)
    note = first_of(migration, "note")
    with migration.sandbox() as account:
        account.ask("DELETE", f"/v1/notes/{note['record_id']}")
        assert migration.take(VERIFY)["diff"]["loss"] > 0
        result = migration.take(PICK_UP)
        assert (result["diff"]["loss"], result["diff"]["lost"]) == (0, 0)
        assert migration.take(VERIFY)["diff"]["loss"] == 0
        assert account.writes() == 1
    listed = migration.vault("conflicts")
    assert listed.filter(pl.col("reason") == GONE_HERE)["ref"].to_list() == [note["ref"]]


def test_a_copy_with_our_ref_is_found_and_is_no_second_record_of_ours(at):
    migration = at(Stage.VERIFIED)
    deal = first_of(migration, "deal")
    code = migration.kept("field_codes")["deal|Migration Ref"]
    with migration.sandbox() as account:
        account.make("/api/v2/deals", title="A copy", custom_fields={code: deal["ref"]})
    result = migration.take(VERIFY)
    assert result["diff"]["loss"] > 0
    assert result["records"]["treatment_plan"]["duplicates"] == 1


def test_records_of_another_migration_into_the_same_account_are_not_ours(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    code = migration.kept("field_codes")["person|Migration Ref"]
    with migration.sandbox() as account:
        other = account.make(
            "/api/v2/persons", name="Pat Example", custom_fields={code: f"m{'0' * 24}"}
        )
        migration.take(LOAD)
        diff = migration.take(VERIFY)["diff"]
        assert (diff["loss"], diff["stray"]) == (0, 0)
        assert account.ask("GET", f"/api/v2/persons/{other}")["success"]


@pytest.mark.parametrize("text", ["not a chart", "{}", '{"teeth": 3}', "[]", ""])
def test_a_chart_that_somebody_spoilt_is_a_conflict_and_no_breakdown(at, text):
    migration = at(Stage.VERIFIED)
    deals = migration.vault("found/deal").drop_nulls("chart_record.chart_json")
    deal = deals["record_id"][0]
    code = migration.kept("field_codes")["deal|Chart JSON"]
    with migration.sandbox() as account:
        account.ask("PATCH", f"/api/v2/deals/{deal}", json={"custom_fields": {code: text}})
    assert migration.take(PICK_UP)["diff"]["loss"] == 0
    fields = migration.vault("conflicts")["field"].to_list()
    assert fields == ["chart_record.chart_json"]


def test_a_file_that_is_gone_when_it_should_be_sent_is_refused_and_found_missing(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.opened(lock=False) as bench:
        paths = bench.vault.get("vocabulary/radiograph")["file_path"].drop_nulls()
        image = bench.source().locate(paths[0])
    assert image is not None
    image.unlink()
    # the file, and the link that should have led to it
    assert migration.take(LOAD)["writes"]["refused"] == 2
    result = migration.take(VERIFY)
    assert result["diff"]["by_class"]["missing record"] == 1
    assert migration.stage() is Stage.LOADED
