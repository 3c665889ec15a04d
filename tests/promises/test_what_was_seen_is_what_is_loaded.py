"""What the clinician saw in the review is what is loaded into Pipedrive.

The review shows every cell of the sample with its source, what was intended and what was found.
The signature under it is bound to exactly that, and to the map by which it was read. When the map
changes, or the practice's tables, or another sample is drawn, the signature is void and somebody
looks again. The full load then writes, for the patients of the sample, the very values that were
reviewed.
"""

import hashlib
from dataclasses import replace

import polars as pl
import pytest

from core.crosswalk.mapping import load, save
from core.errors import PlanError, PlanNotApproved, StepNotAllowed
from core.lifecycle import Gate, Stage
from core.migration import preparing, sampling
from core.vocabulary.field import CrmObject
from tests.migrations import SAMPLE, walk_to


def with_another_currency(migration):
    file = migration.folder / "map.toml"
    schema_map = load(file)
    save(replace(schema_map, decisions=replace(schema_map.decisions, currency="CAD")), file)


def signed(migration, gate):
    with migration.opened(lock=False) as bench:
        return bench.ledger.signature(gate)


def test_the_review_shows_every_cell_that_is_in_the_destination(at):
    migration = at(Stage.SAMPLE_LOADED)
    review = migration.vault("review")
    assert set(review["status"]) == {"as intended"}
    for crm_object in CrmObject:
        found = migration.vault(f"found/{crm_object}")
        seen = review.filter(pl.col("target") == crm_object)
        assert set(seen["ref"]) == set(found["ref"])
        fields = [name for name in found.columns if "." in name]
        said = found.select("ref", *(pl.col(name).is_not_null() for name in fields))
        cells = said.unpivot(fields, index="ref", variable_name="field").filter("value")
        assert cells.join(seen, on=["ref", "field"], how="anti").is_empty()


def test_the_signature_of_a_review_is_bound_to_what_was_seen_and_to_the_map(at):
    migration = at(Stage.SAMPLE_REVIEWED)
    with migration.opened(lock=False) as bench:
        digest = bench.vault.put("review", bench.vault.get("review"))
        map_digest = bench.schema_map().digest()
    bound_to = hashlib.sha256(f"{digest}|{map_digest}".encode()).hexdigest()
    assert signed(migration, Gate.SAMPLE).bound_to == bound_to


def test_the_full_load_writes_the_values_that_were_reviewed(at):
    migration = at(Stage.VERIFIED)
    review = migration.vault("review").drop_nulls("wanted")
    plan_id = migration.kept("full_plan")["plan_id"]
    cells = migration.vault(f"plan/{plan_id}/cells")
    writes = migration.vault(f"plan/{plan_id}/writes").select("write_id", "ref")
    planned = cells.join(writes, on="write_id").select("ref", "field", "after")
    both = review.join(planned, on=["ref", "field"], how="left")
    # sizes and names of files that are made belong to the whole practice, not to the sample
    assert both.filter(pl.col("after").ne_missing(pl.col("wanted"))).is_empty()


def test_a_map_that_was_changed_is_signed_again(at):
    migration = at(Stage.MAP_CONFIRMED)
    with_another_currency(migration)
    with pytest.raises(PlanError):
        walk_to(migration, Stage.SAMPLE_LOADED)
    assert not migration.live_refs()
    migration.take(preparing.present_map)
    assert signed(migration, Gate.MAP) is None
    assert migration.stage() is Stage.MAP_PROPOSED


def test_tables_that_were_changed_are_signed_again(at):
    migration = at(Stage.FIELDS_READY)
    migration.practice("ALTER TABLE Visit ADD COLUMN Room TEXT")
    with pytest.raises(PlanError, match="tables"):
        migration.take(SAMPLE)
    assert not migration.live_refs()


def test_a_score_or_a_reason_in_the_map_is_no_decision_and_needs_no_new_signature(at):
    migration = at(Stage.FIELDS_READY)
    file = migration.folder / "map.toml"
    schema_map = load(file)
    first = replace(schema_map.tables[0], reasons="told on the telephone", score=1.0)
    save(schema_map.replace_table(first), file)
    migration.take(SAMPLE)
    assert migration.stage() is Stage.SAMPLE_LOADED


def test_another_sample_is_reviewed_and_signed_again(at):
    migration = at(Stage.ROLLBACK_REHEARSED)
    migration.practice("UPDATE Patient SET CellPhone = '2025550199'")
    migration.take(SAMPLE)
    assert signed(migration, Gate.SAMPLE) is None
    with pytest.raises(StepNotAllowed):
        migration.take(SAMPLE)
    assert migration.stage() is Stage.SAMPLE_LOADED


def test_a_load_asked_for_before_another_sample_cannot_be_signed_any_more(at):
    migration = at(Stage.LOAD_REQUESTED)
    migration.practice("UPDATE Patient SET CellPhone = '2025550199'")
    migration.take(SAMPLE)
    migration.sign(Gate.SAMPLE, "carla")
    migration.take(sampling.sample)
    assert migration.stage() is Stage.ROLLBACK_REHEARSED
    with pytest.raises(PlanError):
        migration.sign(Gate.LOAD, "carla")


def test_changing_the_map_under_a_reviewed_sample_leaves_no_load_to_be_asked_for(at):
    migration = at(Stage.SAMPLE_REVIEWED)
    with_another_currency(migration)
    with pytest.raises(PlanError):
        migration.take(SAMPLE)
    assert migration.stage() is Stage.SAMPLE_REVIEWED
    assert not migration.kept("full_plan")


def test_whoever_did_not_see_the_review_cannot_have_signed_it(at):
    migration = at(Stage.SAMPLE_REVIEWED)
    with migration.opened() as bench:
        bench.ledger.present(Gate.SAMPLE, "0" * 64)
        with pytest.raises(PlanNotApproved):
            SAMPLE(bench.passage())
