import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.migration.conflicts import EDITED, GONE_HERE, GONE_THERE
from core.migration.observation import View
from core.migration.pickup import plan_pickup, remembered
from core.vocabulary.field import CrmObject
from core.vocabulary.record import record_schema

TITLE, PHASE = "treatment_plan.title", "treatment_plan.phase"


def deals(rows):
    """A record frame of deals from ref -> title or (title, phase)."""
    schema = record_schema(CrmObject.DEAL)
    pairs = {ref: (row, None) if isinstance(row, str) else row for ref, row in rows.items()}
    return pl.DataFrame(
        {
            "ref": list(pairs),
            "source_key": [f"treatment_plan|{ref}" for ref in pairs],
            TITLE: [title for title, _ in pairs.values()],
            PHASE: [phase for _, phase in pairs.values()],
        },
        schema_overrides=schema,
    ).select(
        pl.col(name)
        if name in {"ref", "source_key", TITLE, PHASE}
        else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    )


def frames(rows):
    blank = {name: pl.DataFrame(schema=record_schema(name)) for name in CrmObject if name != "deal"}
    return {**blank, CrmObject.DEAL: deals(rows)}


def view_of(rows):
    found = {
        name: frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("record_id"))
        for name, frame in frames(rows).items()
    }
    return View(found, {})


def pickup(then, now, found, known=None):
    refs = pl.Series("ref", list(then if known is None else known), dtype=pl.String())
    return plan_pickup(frames(then), frames(now), view_of(found), refs)


def writes(made):
    cells = made.plan.cells.join(
        made.plan.writes.select("write_id", "action", "ref"), on="write_id"
    )
    return {
        (action, ref, after)
        for action, ref, field, after in cells.select("action", "ref", "field", "after").iter_rows()
        if field == TITLE
    }


def conflicts(made):
    columns = ("ref", "field", "before", "ours", "now", "reason")
    return set(made.conflicts.select(columns).iter_rows())


SAME = {"a": "SRP", "b": "Implant"}


def test_nothing_changed_is_nothing_to_do():
    made = pickup(SAME, SAME, SAME)
    assert made.plan.writes.is_empty()
    assert made.conflicts.is_empty()
    assert made.changes.is_empty()


def test_a_new_row_is_made():
    made = pickup(SAME, SAME | {"c": "Recall"}, SAME)
    assert writes(made) == {("create", "c", "Recall")}
    assert made.changes.rows() == [("treatment_plan", "c", "new", None)]


def test_a_change_nobody_touched_is_written():
    made = pickup(SAME, SAME | {"a": "SRP UR"}, SAME)
    assert writes(made) == {("update", "a", "SRP UR")}
    assert made.changes.rows() == [("treatment_plan", "a", "changed", TITLE)]


def test_a_change_on_top_of_somebodys_edit_waits_for_a_person():
    made = pickup(SAME, SAME | {"a": "SRP UR"}, SAME | {"a": "SRP, urgent"})
    assert writes(made) == set()
    assert conflicts(made) == {("a", TITLE, "SRP", "SRP UR", "SRP, urgent", EDITED)}


def test_a_change_somebody_made_on_both_sides_is_no_conflict():
    made = pickup(SAME, SAME | {"a": "SRP UR"}, SAME | {"a": "SRP UR"})
    assert writes(made) == set()
    assert conflicts(made) == set()


def test_an_edit_the_practice_knows_nothing_of_stays_and_is_listed():
    made = pickup(SAME, SAME, SAME | {"a": "SRP, urgent"})
    assert writes(made) == set()
    assert conflicts(made) == {("a", TITLE, None, "SRP", "SRP, urgent", EDITED)}


def test_a_field_is_written_beside_one_that_somebody_edited():
    then, now = {"a": ("SRP", "I")}, {"a": ("SRP", "II")}
    made = pickup(then, now, {"a": ("SRP, urgent", "I")})
    assert made.plan.cells.select("field", "before", "after").rows() == [(PHASE, "I", "II")]
    assert {row[1] for row in conflicts(made)} == {TITLE}


def test_a_record_somebody_deleted_is_not_made_again():
    made = pickup(SAME, SAME, {"b": "Implant"})
    assert writes(made) == set()
    assert conflicts(made) == {("a", "record", None, None, None, GONE_HERE)}


def test_a_record_that_was_refused_before_is_made_now():
    made = pickup(SAME, SAME, {"b": "Implant"}, known={"b"})
    assert writes(made) == {("create", "a", "SRP")}
    assert conflicts(made) == set()


def test_a_row_that_is_gone_leaves_its_record_and_is_listed_every_time():
    first = pickup(SAME, {"b": "Implant"}, SAME)
    again = pickup({"b": "Implant"}, {"b": "Implant"}, SAME, known=SAME)
    for made in (first, again):
        assert writes(made) == set()
        assert conflicts(made) == {("a", "record", None, None, None, GONE_THERE)}
    assert first.changes.rows() == [("treatment_plan", "a", "gone", None)]


def test_what_the_practice_once_said_is_remembered_while_the_conflict_lasts():
    edited = SAME | {"a": "SRP, urgent"}
    first = pickup(SAME, SAME | {"a": "SRP UR"}, edited)
    again = pickup(SAME | {"a": "SRP UR"}, SAME | {"a": "SRP UR"}, edited)
    kept = remembered(again.conflicts, first.conflicts)
    assert kept.select("before", "ours", "now").rows() == [("SRP", "SRP UR", "SRP, urgent")]
    mended = pickup(SAME | {"a": "SRP UR"}, SAME | {"a": "SRP UR"}, SAME | {"a": "SRP UR"})
    assert remembered(mended.conflicts, first.conflicts).is_empty()


ROWS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["SRP", "Implant", "Recall"]))


@settings(deadline=None, max_examples=40)
@given(then=ROWS, now=ROWS, found=ROWS)
def test_what_was_picked_up_once_is_not_picked_up_again(then, now, found):
    found = {ref: title for ref, title in found.items() if ref in then}
    made = pickup(then, now, found)
    after = found | {ref: title for _, ref, title in writes(made)}
    again = pickup(now, now, after, known=set(then) | set(now))
    assert again.plan.writes.is_empty()


@settings(deadline=None, max_examples=40)
@given(then=ROWS, now=ROWS, found=ROWS)
def test_nothing_somebody_wrote_is_ever_overwritten(then, now, found):
    found = {ref: title for ref, title in found.items() if ref in then}
    written = {ref for action, ref, _ in writes(pickup(then, now, found)) if action == "update"}
    assert all(found[ref] == then[ref] for ref in written)


@pytest.mark.parametrize("text", ["", "a signed map"])
def test_a_plan_rests_on_what_was_signed(text):
    refs = pl.Series("ref", ["a", "b"])
    made = plan_pickup(frames(SAME), frames(SAME | {"c": "Recall"}), view_of(SAME), refs, text)
    other = plan_pickup(frames(SAME), frames(SAME | {"c": "Recall"}), view_of(SAME), refs, "other")
    assert made.plan.plan_id != other.plan.plan_id
