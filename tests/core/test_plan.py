"""Plans: carried out, they make found equal to wanted; and nothing else is in them."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compare import compare_all
from core.plan import CELLS_SCHEMA, ORDER, WRITES_SCHEMA, Plan, make_plan, plan, undo_plan
from core.ports import Action
from core.text import from_text
from core.vocabulary import CrmObject
from core.vocabulary.record import link_fields, record_fields
from tests.core.frames import Cells, found_frame, wanted_frame

LAW = settings(deadline=None, max_examples=15)
PERSON, DEAL, FILE = CrmObject.PERSON, CrmObject.DEAL, CrmObject.FILE
LATE = "radiograph.latest_link"
REFS = ("m1", "m2", "m3")
SAID = {
    CrmObject.ORGANIZATION: ("referring_practice.name", "referring_practice.phone"),
    PERSON: (
        "patient.last_name",
        "patient.first_name",
        "patient.home_phone",
        "patient.cell_phone",
        "patient.email",
        "patient.referred_by",
    ),
    DEAL: ("treatment_plan.title", "treatment_plan.patient_key", LATE),
    CrmObject.ACTIVITY: ("visit.subject", "visit.plan_key"),
    CrmObject.NOTE: ("note.content",),
    FILE: ("attachment.file_name", "attachment.patient_key"),
}
Records = Mapping[CrmObject, Mapping[str, Cells]]


@st.composite
def many_records(draw) -> Records:
    """Up to three records an object, with a few texts and links each."""
    made = {}
    for crm_object, paths in SAID.items():
        refs = draw(st.lists(st.sampled_from(REFS), unique=True))
        value = st.none() | st.sampled_from(["a", "b", ""]) | st.text(max_size=3)
        made[crm_object] = {
            f"{crm_object}-{ref}": {path: draw(value) for path in paths} for ref in refs
        }
    return made


def wanted_frames(records: Records) -> dict[CrmObject, pl.DataFrame]:
    return {name: wanted_frame(name, records.get(name, {})) for name in CrmObject}


class Destination:
    """Holds records in memory and does what a plan says: no more, and in its order."""

    def __init__(self, records: Records) -> None:
        self.found = {name: found_frame(name, records.get(name, {})) for name in CrmObject}

    def carry_out(self, todo: Plan) -> None:
        cells = todo.cells.group_by("write_id").agg("field", "before", "after")
        rows = todo.writes.join(cells, on="write_id", how="left").sort("seq")
        for row in rows.iter_rows(named=True):
            said = zip(row["field"] or (), row["before"] or (), row["after"] or (), strict=True)
            self._write(row, {path: (before, after) for path, before, after in said})

    def _write(self, row: dict[str, Any], cells: dict[str, tuple[Any, Any]]) -> None:
        name = CrmObject(row["target"])
        frame = self.found[name]
        is_it = pl.col("ref") == row["ref"]
        if row["action"] == Action.DELETE:
            assert frame.filter(is_it)["record_id"].to_list() == [row["record_id"]]
            self.found[name] = frame.filter(~is_it)
            return
        if row["action"] == Action.CREATE:
            assert frame.filter(is_it).is_empty()
            blank = found_frame(name, {row["ref"]: {}})
            number = (frame["record_id"].max() or 0) + 1  # type: ignore[operator] # an integer
            frame = pl.concat([frame, blank.with_columns(record_id=pl.lit(number, pl.Int64))])
        assert frame.filter(is_it).height == 1
        if row["record_id"] is not None:
            assert frame.filter(is_it)["record_id"].to_list() == [row["record_id"]]
        for path, (_, after) in cells.items():
            text = pl.DataFrame({"text": [after]}, schema={"text": pl.String})
            value = text.select(from_text("text", record_fields(name)[path].dtype)).item()
            frame = frame.with_columns(
                pl.when(is_it)
                .then(pl.lit(value))
                .otherwise(path)
                .cast(frame.schema[path])
                .alias(path)
            )
        self.found[name] = frame


def made_plan(there: Destination, wanted: Mapping[CrmObject, pl.DataFrame], **more: Any) -> Plan:
    return plan("full", compare_all(there.found, wanted), wanted, **more)


def without_unexpected(there: Records, wanted: Records) -> Records:
    return {
        name: {ref: cells for ref, cells in records.items() if ref in wanted.get(name, {})}
        for name, records in there.items()
    }


@LAW
@given(many_records(), many_records())
def test_a_plan_carried_out_leaves_nothing_to_do(before, after):
    wanted = wanted_frames(after)
    there = Destination(without_unexpected(before, after))
    there.carry_out(made_plan(there, wanted))
    assert all(each.is_empty for each in compare_all(there.found, wanted).values())
    again = made_plan(there, wanted)
    assert again.writes.is_empty()
    assert again.cells.is_empty()


@LAW
@given(many_records(), many_records())
def test_a_plan_never_touches_what_is_not_wanted_nor_what_is_equal(before, after):
    there, wanted = Destination(before), wanted_frames(after)
    todo = made_plan(there, wanted)
    assert set(todo.writes["action"]) <= {Action.CREATE, Action.UPDATE}
    asked = {ref for records in after.values() for ref in records}
    assert set(todo.writes["ref"]) <= asked
    equal = {
        ref
        for name, records in after.items()
        for ref, cells in records.items()
        if before.get(name, {}).get(ref) == cells
    }
    assert not equal & set(todo.writes["ref"])


@LAW
@given(many_records(), many_records(), st.randoms(use_true_random=False))
def test_a_plan_is_the_same_in_any_order_of_rows(before, after, dice):
    there, wanted = Destination(before), wanted_frames(after)
    mixed = {
        name: frame[dice.sample(range(frame.height), frame.height)]
        for name, frame in wanted.items()
    }
    shuffled = Destination(before)
    shuffled.found = {
        name: frame[dice.sample(range(frame.height), frame.height)]
        for name, frame in there.found.items()
    }
    one, other = made_plan(there, wanted), made_plan(shuffled, mixed)
    assert one.plan_id == other.plan_id
    assert one.writes.equals(other.writes)
    assert one.cells.equals(other.cells)


@LAW
@given(many_records(), many_records())
def test_a_plan_has_the_shape_that_ledger_and_vault_expect(before, after):
    todo = made_plan(Destination(before), wanted_frames(after))
    assert todo.writes.schema == pl.Schema(WRITES_SCHEMA)
    assert todo.cells.schema == pl.Schema(CELLS_SCHEMA)
    assert todo.writes["seq"].to_list() == list(range(todo.writes.height))
    assert todo.writes["write_id"].is_unique().all()
    assert todo.cells["write_id"].is_in(todo.writes["write_id"].implode()).all()
    assert todo.cells.select("write_id", "field").is_unique().all()
    assert len(todo.plan_id) == 32


def simple(title: str = "Phase I", **more: Any) -> Plan:
    there = Destination({DEAL: {"m1": {"treatment_plan.title": "Old"}}})
    wanted = wanted_frames({DEAL: {"m1": {"treatment_plan.title": title}, "m2": {}}})
    return plan(more.pop("kind", "full"), compare_all(there.found, wanted), wanted, **more)


def test_a_plans_id_changes_with_kind_context_and_every_cell():
    ids = [
        simple().plan_id,
        simple(kind="delta").plan_id,
        simple(context="other map").plan_id,
        simple("Phase II").plan_id,
        simple(fields_owned=()).plan_id,
        undo_plan(pl.DataFrame({"target": ["deal"], "ref": ["m1"], "record_id": [1]})).plan_id,
    ]
    assert len(set(ids)) == len(ids)
    assert simple().plan_id == simple().plan_id


def written(**changes: Any) -> Plan:
    write = {
        "target": "file",
        "action": "create",
        "ref": "m1",
        "record_id": None,
        "content": "vault:1",
        "_rank": 5,
    }
    cell = {"field": "attachment.file_name", "before": None, "after": "a.txt"}
    write |= {name: value for name, value in changes.items() if name in write}
    cell |= {name: value for name, value in changes.items() if name in cell}
    strings = dict.fromkeys([*write, *cell], pl.String) | {"_rank": pl.Int64, "record_id": pl.Int64}
    writes = pl.DataFrame([write], schema={name: strings[name] for name in write})
    keys = {name: write[name] for name in ("target", "action", "ref", "_rank")} | cell
    cells = pl.DataFrame([keys], schema={name: strings[name] for name in keys})
    return make_plan("full", writes, cells)


@pytest.mark.parametrize(
    "change",
    [
        {"content": "vault:2"},
        {"content": None},
        {"record_id": 7},
        {"ref": "m2"},
        {"action": "update"},
        {"target": "note"},
        {"_rank": 6},
        {"field": "attachment.description"},
        {"before": "a.txt"},
        {"before": ""},
        {"before": "\x00"},
        {"after": "b.txt"},
        {"after": None},
        {"before": "1:a", "after": "-"},
    ],
)
def test_a_write_is_another_when_anything_of_it_changes(change):
    usual, changed = written(), written(**change)
    assert changed.plan_id != usual.plan_id
    assert changed.writes["write_id"].item() != usual.writes["write_id"].item()


PARTS = st.none() | st.text(alphabet="a|:-1\x00\x1e\x1f", max_size=4)


@LAW
@given(PARTS, PARTS, PARTS, PARTS)
def test_no_two_writes_of_other_values_have_one_hash(before, after, before_2, after_2):
    one, other = written(before=before, after=after), written(before=before_2, after=after_2)
    hashes = {each.writes["payload_sha256"].item() for each in (one, other)}
    assert (len(hashes) == 1) == ((before, after) == (before_2, after_2))


def test_records_are_written_parents_first_and_later_links_last():
    records: dict[CrmObject, Mapping[str, Cells]] = {
        name: {f"{name}-2": {}, f"{name}-1": {}} for name in reversed(CrmObject)
    }
    records[DEAL] = {"d": {LATE: "f"}}
    wanted = wanted_frames(records)
    todo = made_plan(Destination({}), wanted)
    targets = todo.writes["target"].to_list()
    assert targets[:-1] == sorted(targets[:-1], key=ORDER.__getitem__)
    last = todo.writes.row(-1, named=True)
    assert (last["target"], last["action"], last["ref"]) == ("deal", "update", "d")
    assert todo.writes["ref"].to_list()[:2] == ["organization-1", "organization-2"]


def test_a_link_to_a_later_record_follows_a_create_in_a_write_of_its_own():
    wanted = wanted_frames(
        {DEAL: {"m1": {LATE: "f1", "treatment_plan.title": "A"}}, FILE: {"f1": {}}}
    )
    todo = made_plan(Destination({}), wanted)
    said = todo.writes.join(todo.cells, on="write_id").select("seq", "action", "field", "after")
    assert said.sort("seq").rows() == [
        (0, "create", "treatment_plan.title", "A"),
        (2, "update", LATE, "f1"),
    ]


def test_a_link_to_a_later_record_follows_an_update_in_a_write_of_its_own():
    before = {DEAL: {"m1": {LATE: "f1", "treatment_plan.title": "A"}, "m2": {LATE: "f1"}}}
    after = {DEAL: {"m1": {LATE: "f2", "treatment_plan.title": "B"}, "m2": {LATE: "f2"}}}
    todo = made_plan(Destination(before), wanted_frames(after))
    said = todo.writes.join(todo.cells, on="write_id").sort("seq")
    assert said.select("ref", "record_id", "field", "before", "after").rows() == [
        ("m1", 1, "treatment_plan.title", "A", "B"),
        ("m1", 1, LATE, "f1", "f2"),
        ("m2", 2, LATE, "f1", "f2"),
    ]


@pytest.mark.parametrize("crm_object", CrmObject)
def test_only_links_to_later_objects_are_late(crm_object):
    for path, to in link_fields(crm_object).items():
        wanted = wanted_frames({crm_object: {"m1": {path: "x"}}})
        todo = made_plan(Destination({}), wanted)
        assert todo.writes.height == (2 if ORDER[to.value] > ORDER[crm_object.value] else 1)


def cells_of(todo: Plan) -> dict[str, tuple[str | None, str | None]]:
    return {
        path: (before, after)
        for path, before, after in todo.cells.select("field", "before", "after").iter_rows()
    }


def test_a_telephone_that_changes_takes_the_others_along():
    before = {PERSON: {"m1": {"patient.home_phone": "1", "patient.cell_phone": "2"}}}
    after = {PERSON: {"m1": {"patient.home_phone": "9", "patient.cell_phone": "2"}}}
    todo = made_plan(Destination(before), wanted_frames(after))
    assert cells_of(todo) == {
        "patient.home_phone": ("1", "9"),
        "patient.cell_phone": ("2", "2"),
        "patient.work_phone": (None, None),
    }


def test_a_first_name_that_changes_takes_the_last_along():
    before = {PERSON: {"m1": {"patient.first_name": "An", "patient.last_name": "Oak"}}}
    after = {PERSON: {"m1": {"patient.first_name": "Ann", "patient.last_name": "Oak"}}}
    todo = made_plan(Destination(before), wanted_frames(after))
    assert cells_of(todo) == {
        "patient.first_name": ("An", "Ann"),
        "patient.last_name": ("Oak", "Oak"),
    }


def test_a_field_of_another_kind_travels_alone():
    before = {PERSON: {"m1": {"patient.home_phone": "1", "patient.status": "A"}}}
    after = {PERSON: {"m1": {"patient.home_phone": "1", "patient.status": "B"}}}
    todo = made_plan(Destination(before), wanted_frames(after))
    assert cells_of(todo) == {"patient.status": ("A", "B")}


def test_a_telephone_that_somebody_else_edited_travels_as_they_left_it():
    before = {PERSON: {"m1": {"patient.home_phone": "1", "patient.cell_phone": "theirs"}}}
    after = {PERSON: {"m1": {"patient.home_phone": "9", "patient.cell_phone": "2"}}}
    there, wanted = Destination(before), wanted_frames(after)
    todo = made_plan(there, wanted, fields_owned=["m1|patient.home_phone"])
    assert cells_of(todo) == {
        "patient.home_phone": ("1", "9"),
        "patient.cell_phone": ("theirs", "theirs"),
        "patient.work_phone": (None, None),
    }
    there.carry_out(todo)
    assert there.found[PERSON]["patient.cell_phone"].to_list() == ["theirs"]


@LAW
@given(many_records(), many_records(), st.data())
def test_a_plan_for_some_cells_changes_those_and_no_others(before, after, pick):
    there, wanted = Destination(before), wanted_frames(after)
    unequal = pl.concat(each.cells for each in compare_all(there.found, wanted).values())
    keys = unequal.select(pl.concat_str(["ref", "field"], separator="|")).to_series().to_list()
    owned = pick.draw(st.lists(st.sampled_from(keys), unique=True)) if keys else []
    there.carry_out(made_plan(there, wanted, fields_owned=owned))
    left = compare_all(there.found, wanted)
    cells = pl.concat(each.cells for each in left.values())
    still = cells.select(pl.concat_str(["ref", "field"], separator="|")).to_series().to_list()
    assert sorted(still) == sorted(set(keys) - set(owned))
    assert all(each.missing.is_empty() for each in left.values())


def test_a_file_is_created_with_the_place_of_its_bytes():
    wanted = wanted_frames({FILE: {"f1": {"attachment.file_name": "a.txt"}}})
    wanted[FILE] = wanted[FILE].with_columns(content=pl.lit("vault:1"))
    todo = made_plan(Destination({}), wanted)
    assert todo.writes["content"].to_list() == ["vault:1"]


def test_a_plan_counts_its_writes_by_object_and_action():
    before: Records = {PERSON: {"m1": {"patient.status": "A"}}}
    people: Mapping[str, Cells] = {"m1": {"patient.status": "B"}, "m2": {}, "m3": {}}
    after: Records = {PERSON: people, DEAL: {"d": {}}}
    todo = made_plan(Destination(before), wanted_frames(after))
    assert todo.counts() == {"deal create": 1, "person create": 2, "person update": 1}


def ours(there: Destination) -> pl.DataFrame:
    return pl.concat(
        frame.select(pl.lit(name.value).alias("target"), "ref", "record_id")
        for name, frame in there.found.items()
    )


@LAW
@given(many_records())
def test_an_undo_removes_what_a_plan_made_and_undoing_again_is_nothing(records):
    there = Destination({})
    there.carry_out(made_plan(there, wanted_frames(records)))
    undo = undo_plan(ours(there))
    there.carry_out(undo)
    assert ours(there).is_empty()
    again = undo_plan(ours(there))
    assert again.writes.is_empty()
    assert again.cells.is_empty()


@LAW
@given(many_records())
def test_an_undo_takes_children_before_their_parents(records):
    undo = undo_plan(ours(Destination(records)))
    places = [ORDER[target] for target in undo.writes["target"]]
    assert places == sorted(places, reverse=True)
    assert set(undo.writes["action"]) <= {Action.DELETE}
    assert undo.cells["after"].null_count() == undo.cells.height
    assert undo.cells["before"].to_list() == undo.writes.sort("write_id")["ref"].to_list()


def test_two_undos_of_the_same_records_are_told_apart_by_what_they_rest_on():
    records = pl.DataFrame({"target": ["deal"], "ref": ["m1"], "record_id": [7]})
    assert undo_plan(records).plan_id == undo_plan(records).plan_id
    assert undo_plan(records, "later").plan_id != undo_plan(records).plan_id
    other = records.with_columns(record_id=pl.lit(8))
    assert undo_plan(other).plan_id != undo_plan(records).plan_id
