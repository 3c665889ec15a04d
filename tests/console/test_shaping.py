"""What a screen shows of frames and documents, without a screen."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.shaping import chart, crosswalk, figures, followup, review, road, tally, words
from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap
from core.lifecycle import LEADS_TO, MAY_SIGN, OPENS, Gate, Role, Stage
from core.ports import Signature
from core.vocabulary import ENTITIES
from tests.console import factories, frames


@pytest.fixture
def cells():
    return frames.review(30, seed=3)


@pytest.mark.parametrize("stage", Stage)
def test_the_strip_has_one_step_in_progress_at_every_stage_but_the_last(stage):
    steps = road.strip(stage)
    now = [step for step in steps if step.standing is road.Standing.NOW]
    assert len(now) == (0 if stage is Stage.COMPLETE else 1)
    assert road.current(stage) in steps
    assert road.next_step(stage)


def test_steps_before_the_present_one_are_done_and_those_after_it_ahead():
    standings = [step.standing for step in road.strip(Stage.SAMPLE_LOADED)]
    at = standings.index(road.Standing.NOW)
    assert set(standings[:at]) == {road.Standing.DONE}
    assert set(standings[at + 1 :]) == {road.Standing.AHEAD}


@pytest.mark.parametrize("gate", Gate)
def test_a_gate_is_offered_exactly_where_its_stage_follows(gate):
    for stage in Stage:
        opens = OPENS.get(gate, Stage.ROLLED_BACK)
        assert (stage in road.SIGNED_AT[gate]) == (opens in LEADS_TO[stage])
    assert road.role_names(MAY_SIGN[gate])


def test_signatures_are_listed_newest_first_with_their_standing():
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    first, second, third = (
        Signature(number, Gate.MAP, "adam", Role.ADMIN, at, "h", "read", is_used=number == 1)
        for number in (1, 2, 3)
    )
    rows = road.signature_rows((first, second, third), {3})
    assert rows["standing"].to_list() == ["in force", "void", "carried out"]
    assert rows["when"][0] == "2026-11-20 09:30 UTC"


def test_losses_come_before_other_differences_and_those_before_the_rest(cells):
    severities = review.ordered(cells)["severity"].to_list()
    assert severities == sorted(severities, key=("loss", "harmless", "").index)
    assert severities.count("loss") == 2


def test_tiles_count_every_record_and_cell_once(cells):
    tiles = tally.tiles(tally.counts(cells))
    assert [tile.target for tile in tiles] == ["person", "deal", "activity"]
    assert sum(tile.cells for tile in tiles) == cells.height
    assert sum(tile.records for tile in tiles) == cells["ref"].n_unique()
    assert (
        sum(tile.unequal for tile in tiles)
        == cells.height - tally.status_counts(cells)["as intended"]
    )


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (review.Filter(), 510),
        (review.Filter(targets=("person",)), 240),
        (review.Filter(statuses=("missing",)), 1),
        (review.Filter(fields=("Address", "Chart")), 60),
        (review.Filter(text="ADDRESS"), 30),
        (review.Filter(text="patient|P3", fields=("Address",)), 2),
        (review.Filter(text="(.*"), 0),
    ],
)
def test_a_filter_keeps_what_it_names(cells, wanted, count):
    assert review.filtered(cells, wanted).height == count


@given(text=st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=8))
def test_any_text_is_searched_for_as_it_is_written(text):
    cell = dict.fromkeys(review.COLUMNS, "") | {"label": f"before {text} after"}
    frame = pl.DataFrame([cell, dict.fromkeys(review.COLUMNS, "")])
    found = review.filtered(frame, review.Filter(text=text))
    assert found.height == (1 if text.strip() else 2)


def test_the_name_of_a_filter_tells_nothing_of_its_text():
    assert "Testman" not in review.Filter(text="Testman").digest()
    assert review.Filter(text="a").digest() != review.Filter(text="b").digest()


@given(rows=st.integers(0, 1_000), per_page=st.integers(1, 120))
def test_pages_together_hold_every_row_once(rows, per_page):
    frame = pl.DataFrame({"row": range(rows)}, schema={"row": pl.Int64})
    count = review.pages(rows, per_page)
    parts = [review.page(frame, number, per_page) for number in range(1, count + 1)]
    assert pl.concat(parts).equals(frame)
    assert review.page(frame, count + 5, per_page).equals(parts[-1])


def test_groups_and_records_add_up_to_the_cells(cells):
    assert tally.grouped(cells)["cells"].sum() == cells.height
    records = tally.records(cells)
    assert records["cells"].sum() == cells.height
    assert records["losses"][0] == 1
    first = records.row(0, named=True)
    assert review.record(cells, first["target"], first["ref"]).height == first["cells"]


def test_a_group_is_one_change_of_one_field_and_what_is_equal_folds_by_field(cells):
    groups = tally.grouped(cells)
    same = ["target", "field", "status", "diff_class", "wanted", "found"]
    assert groups.select(same).is_unique().all()
    assert groups.filter(review.UNEQUAL)["cells"].sum() == cells.filter(review.UNEQUAL).height
    equal = groups.filter(~review.UNEQUAL)
    assert equal.height == cells.filter(~review.UNEQUAL).select("target", "field").n_unique()
    assert groups["severity"][0] == "loss"


def test_every_place_of_the_destination_has_a_word_for_people():
    homes = [field.home for entity in ENTITIES.values() for field in entity.fields().values()]
    native = {home.name for home in homes if home and not home.is_custom}
    assert native <= words.PLACES.keys()


def test_only_the_page_that_is_shown_is_put_together(cells):
    asked: list[tuple[int, int]] = []

    def cut(first: int, count: int) -> pl.DataFrame:
        asked.append((first, count))
        rows: pl.DataFrame = cells.slice(first, count)
        return rows

    review.page(review.dressed(review.Pages(cells.height, cut)), 2)
    assert asked == [(100, 100)]


def test_classes_list_losses_first(cells):
    assert tally.classes(cells)["severity"].to_list()[:2] == ["loss", "loss"]


def exam(**changes) -> chart.ExamPair:
    reading = {"exam_key": "E1", "tooth": 3, "site": "MB", "probing_depth_mm": 5}
    reading |= {"recession_mm": 1, "mgj_mm": None, "is_bleeding": True}
    reading |= {"is_suppurating": False, "has_plaque": None}
    finding = {"exam_key": "E1", "tooth": 3, "is_missing": False, "mobility": "1"}
    frames = [pl.DataFrame([row]) for row in (reading, finding, reading | changes, finding)]
    pair = chart.pair("E1", "2026-01-02", (frames[0], frames[1]), (frames[2], frames[3]))
    assert pair is not None
    return pair


def test_an_exam_read_back_as_it_was_has_no_difference():
    assert exam().differences().is_empty()
    assert exam().marked() == frozenset()


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"probing_depth_mm": 6}, "Probing depth (mm)"),
        ({"recession_mm": None}, "Gingival margin (mm)"),
        ({"is_bleeding": False}, "Bleeding"),
        ({"is_suppurating": None}, "Suppuration"),
        ({"has_plaque": True}, "Plaque"),
    ],
)
def test_a_reading_that_differs_is_named_by_tooth_site_and_quantity(changes, what):
    pair = exam(**changes)
    assert pair.differences().select("tooth", "site", "what").row(0) == ("3", "MB", what)
    assert pair.marked() == {(3, "MB")}


def test_a_reading_that_is_not_there_on_one_side_differs():
    pair = exam(site="DB")
    assert {row[1] for row in pair.differences().iter_rows()} == {"MB", "DB"}


def test_a_deal_shows_its_exam_and_a_person_every_exam_newest_first():
    exams, _, _ = frames.charts(3, seed=1)
    on = frames.carriers(3)
    deal = chart.exams_of(
        exams, on, target="deal", ref=f"m{2:024x}", source_key="treatment_plan|T2"
    )
    assert deal["exam_key"].to_list() == ["E3"]
    person = chart.exams_of(exams, on, target="person", ref="m0", source_key="patient|P2")
    assert person["exam_key"].to_list() == ["E4", "E3"]
    assert chart.exams_of(exams, on, target="note", ref="m0", source_key="note|1").is_empty()


def test_an_exam_that_two_deals_show_is_two_charts():
    rows = {"deal_ref": ["m1", "m2"], "exam_key": ["E1", "E1"], "probing_depth_mm": [3, 4]}
    found = pl.DataFrame(rows)
    for ref, depth in (("m1", 3), ("m2", 4)):
        shown = chart.on_deal(found, "E1", ref)
        assert shown is not None
        assert shown["probing_depth_mm"].to_list() == [depth]
    assert chart.on_deal(found, "E1", "m3") is None
    assert chart.on_deal(None, "E1", "m1") is None


def test_the_deals_of_an_exam_are_told_by_what_carries_it():
    on = pl.concat([frames.carriers(2), frames.carriers(1).with_columns(ref=pl.lit("m0"))])
    assert chart.deals_with(on, "E1") == ["m0", f"m{1:024x}"]
    assert chart.deals_with(on, "E2") == []


def test_what_is_unanswered_comes_first_in_the_map():
    rows = crosswalk.map_rows(factories.schema_map())
    assert rows["state"].to_list()[:2] == [crosswalk.OPEN] * 2
    assert rows.filter(pl.col("column") == "MISC1")["band"][0] == "doubtful"
    assert crosswalk.filter_map(rows, states=(crosswalk.LEFT,)).height == 2
    assert crosswalk.filter_map(rows, table="PERIO_EXAM", text="exam_dt").height == 1


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "first_name"]), st.sampled_from(["", "log"])), max_size=6
    )
)
def test_the_map_shows_every_column_as_the_map_itself_sees_it(answers):
    columns = tuple(
        ColumnMap(f"C{place}", field, left=left) for place, (field, left) in enumerate(answers)
    )
    schema_map = SchemaMap(tables=(TableMap("T", "patient", columns=columns),))
    rows = crosswalk.map_rows(schema_map)
    is_open = rows.filter(pl.col("state") == crosswalk.OPEN)
    assert {f"T.{name}" for name in is_open["column"]} == set(schema_map.unanswered())


def test_decisions_are_all_listed():
    rows = crosswalk.decision_rows(factories.schema_map())
    assert "margin sign" in rows["setting"].to_list()


def test_undecided_and_flagged_tables_come_first():
    rows = crosswalk.inventory_rows(factories.inventory())
    assert rows["table"].to_list()[:2] == ["X_OHI_INDEX", "X_RECALL_NOTES"]
    bare = factories.inventory().with_columns(decision=pl.lit(""), explanation=pl.lit(""))
    told = crosswalk.inventory_rows(bare, factories.schema_map())
    assert told.filter(pl.col("table") == "PT_PATIENT")["decision"][0] == "use"
    assert "own log" in told.filter(pl.col("table") == "SYS_AUDITLOG")["explanation"][0]
    assert crosswalk.inventory_counts(factories.inventory())["flagged"] == 5
    assert crosswalk.inventory_rows(factories.inventory(), only_flagged=True).height == 5


def test_the_inventory_says_how_many_rows_of_how_many_were_looked_at():
    found = pl.DataFrame(
        {
            "table": ["A", "B", "C", "D"],
            "rows": [1_148_200, 480, 0, 0],
            "sampled": [20_000, 480, 0, 0],
            "flags": ["", "", "view; empty", "view; rows not known: it took too long"],
            "explanation": "",
            "decision": "",
        }
    )
    told = crosswalk.inventory_rows(found).sort("table")["looked_at"].to_list()
    assert told == ["20,000 of 1,148,200 rows", "all rows", "all rows", "rows not known"]


def test_an_inventory_that_does_not_know_what_was_looked_at_says_nothing_of_it():
    assert set(crosswalk.inventory_rows(factories.inventory())["looked_at"]) == {""}


def test_field_rows_carry_the_code_that_is_known():
    rows = crosswalk.field_rows(None, {"person|Chart Number": "a" * 40})
    known = rows.filter(pl.col("code") != "")
    assert known.select("object", "name").rows() == [("person", "Chart Number")]


def test_a_figure_that_is_not_there_is_not_zero():
    assert figures.cell_counts(None)["moved"] is None
    assert figures.shown(None) == "—"
    assert figures.shown(61_240) == "61,240"
    records = figures.record_counts(factories.RESULT)
    assert records["object"].to_list()[:2] == ["Note", "Organization"]
    assert records["planned"].null_count() == records.height


def test_each_headline_comes_from_the_newest_run_that_has_it():
    runs = [{"phase": "delta", "records": {"note": {}}}, {"phase": "verify", "cells": {"total": 5}}]
    found = figures.headlines(runs)
    assert found["records"]["phase"] == "delta"
    assert found["cells"]["phase"] == "verify"
    assert found["tokens"] == {}


def test_cells_that_differ_are_losses_and_harmless_ones():
    counts = figures.difference_counts({"diff": {"cells": 1_990, "loss": 2, "harmless": 5}})
    assert counts == {"compared": 1_990, "unequal": 7, "loss": 2, "harmless": 5}
    assert figures.difference_counts({})["unequal"] is None


def test_a_plan_is_counted_per_object_in_load_order():
    counts = figures.plan_counts(factories.FULL_PLAN)
    assert counts["writes"].sum() == factories.FULL_PLAN["writes"]
    assert counts["object"][0] == "Organizations"
    assert counts.filter(pl.col("object") == "Deals").rows() == [("Deals", 647, 8, 0, 655)]
    setup = {"by_object": {"custom_field create": 2, "person": 3}}
    assert figures.plan_counts(setup)["object"].to_list() == ["Persons", "Custom field"]
    assert figures.plan_tokens({"tokens": {"minimum": 5}}, {"webhooks": ["a"]}) == {
        "tokens": 5,
        "left": None,
        "webhooks": 1,
    }


@pytest.mark.parametrize(
    ("progress", "share"),
    [
        (None, None),
        ({"done": 1}, None),
        ({"done": 1, "total": 4}, 0.25),
        ({"done": 9, "total": 4}, 1),
    ],
)
def test_progress_is_a_share_only_where_its_size_is_known(progress, share):
    assert figures.share_done(progress) == share


@pytest.mark.parametrize(
    ("moment", "text"),
    [(0.0, "1970-01-01 00:00"), ("2026-11-20T10:12:00+00:00", "2026-11-20 10:12"), (None, "—")],
)
def test_the_start_of_a_step_is_told_in_utc(moment, text):
    assert figures.started({"started_at": moment}) == text


def test_progress_of_an_earlier_step_is_told_apart():
    assert not figures.is_since({"started_at": 10.0}, 11.0)
    assert figures.is_since({"started_at": 12.0}, 11.0)
    assert figures.is_since({"started_at": 1.0}, None)


def test_live_records_are_counted_per_object():
    records = pl.DataFrame({"target": ["deal", "person", "person"], "ref": ["a", "b", "c"]})
    assert figures.live_records(records).rows() == [("Persons", 2), ("Deals", 1)]


def test_a_record_that_changed_in_two_fields_counts_once():
    assert followup.totals(factories.changes()) == {"new": 2, "changed": 1, "gone": 1}


def test_conflicts_are_listed_by_object_and_record():
    rows = followup.conflict_rows(factories.conflicts())
    assert rows["target"].to_list() == ["deal", "person"]
    assert rows["before"].to_list() == ["", ""]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", ";=1", "\uff1d1", "\uff0b1"]
)
def test_no_cell_of_an_exported_log_is_a_formula(place, text):
    place.ledger.audit("export", actor="adam", subject=text)
    told = followup.as_csv(place.ledger.events(newest=1))
    back = pl.read_csv(told.encode(), infer_schema=False)
    assert back["subject"][0].startswith("'")
    assert back.height == 1


def test_audit_events_are_filtered_and_newest_first(place):
    place.ledger.audit("export", actor="adam", subject="Checklist", outcome="ok")
    events = place.ledger.events(newest=100)
    rows = followup.filter_events(events, text="CHECK")
    assert rows["action"].to_list() == ["export"]
    assert followup.filter_events(events, actor="set-up").height == 3
    assert followup.filter_events(events)["seq"].is_sorted(descending=True)
    assert len(followup.event_rows(rows)["hash"][0]) == 12


def test_who_asked_for_a_load_is_found_in_the_log(place):
    factories.walk(place, Stage.ROLLBACK_REHEARSED)
    assert followup.asked_by(place.ledger.events(), "plan") is None
    place.ledger.request_load(user="adam", password=factories.PASSWORD, plan_id="plan")
    asked = followup.asked_by(place.ledger.events(), "plan")
    assert asked is not None
    assert asked[0] == "adam"
