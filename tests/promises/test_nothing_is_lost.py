"""Nothing of the practice is lost on the way, and we can show where every single value went.

Each cell of each column of the practice's database ends in exactly one of four ways: moved as it
is, moved with a named change, left behind with the reason and who said so, or set aside with the
rule it broke. The four add up to everything there was. Every row that was accepted stands in
Pipedrive in records that were read back and compared; every row set aside is one that really has
that fault.
"""

import contextlib
import json
import sqlite3
from collections import Counter

import polars as pl
import pytest

from core.crosswalk.mapping import load
from core.lifecycle import Stage
from core.records.assembly import LISTING
from tests.migrations import PICK_UP, contents

OUTCOMES = ("moved", "transformed", "left", "rejected")


@pytest.fixture(scope="module")
def verified(at_elsewhere):
    return at_elsewhere(Stage.VERIFIED)


def source(migration, query):
    with contextlib.closing(sqlite3.connect(migration.folder / "practice/practice.sqlite")) as rows:
        return rows.execute(query).fetchall()


def columns_of(migration):
    """Table, column and rows of everything that the practice's database holds."""
    tables = source(
        migration, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    )
    return {
        (table, column[1]): source(migration, f'SELECT count(*) FROM "{table}"')[0][0]  # noqa: S608 - names of its own catalogue
        for (table,) in tables
        for column in source(migration, f'PRAGMA table_info("{table}")')
    }


def sheet_of(migration):
    with migration.opened(lock=False) as bench:
        return bench.ledger.conservation()


def test_the_four_outcomes_add_up_for_every_column(verified):
    sheet = sheet_of(verified)
    assert sheet.filter(pl.sum_horizontal(OUTCOMES) != pl.col("total")).is_empty()
    assert {
        (table, column): total
        for table, column, total in sheet.select("table", "column", "total").iter_rows()
    } == columns_of(verified)


def test_the_four_outcomes_still_add_up_after_later_work(at):
    migration = at(Stage.VERIFIED)
    migration.work_on()
    migration.take(PICK_UP)
    sheet = sheet_of(migration)
    assert sheet.filter(pl.sum_horizontal(OUTCOMES) != pl.col("total")).is_empty()
    assert {(row[0], row[1]): row[2] for row in sheet.iter_rows()} == columns_of(migration)


def test_whatever_is_left_or_changed_says_why(verified):
    sheet = sheet_of(verified)
    silent = sheet.filter(
        ((pl.col("left") > 0) | (pl.col("transformed") > 0)) & (pl.col("why") == "")
    )
    assert silent.is_empty()


def test_whatever_is_left_was_left_by_somebody(verified):
    schema_map = load(verified.folder / "map.toml")
    left = [table for table in schema_map.tables if table.left]
    columns = [
        (table, column) for table in schema_map.tables for column in table.columns if column.left
    ]
    assert columns
    assert all(table.decided_by for table in left)
    assert all(column.decided_by or table.decided_by for table, column in columns)


def test_every_accepted_row_is_carried_and_verified(verified):
    counts = verified.kept("result")["records"]
    carriers = verified.vault("carriers")
    for entity, count in counts.items():
        assert count["source"] == count["rejected"] + count["verified"], entity
        assert (count["unknown"], count["duplicates"]) == (0, 0), entity
        if entity not in {"referring_practice", "chart_history"}:  # made of other rows
            accepted = verified.vault(f"vocabulary/{entity}")["source_key"]
            carried = carriers.filter(pl.col("entity") == entity)["source_key"]
            assert set(accepted) == set(carried), entity


def test_every_record_that_carries_a_row_is_live_exactly_once(verified):
    carriers = verified.vault("carriers").filter(pl.col("target") != LISTING)
    refs = carriers["ref"].drop_nulls().unique()
    live = verified.live_refs()
    assert set(refs) <= set(live)
    assert set(live.values()) == {1}


def test_what_is_set_aside_is_exactly_what_was_planted_as_wrong(verified):
    rejected = verified.vault("rejected")
    found = Counter(rejected.select("table", "source_key", "column", "site", "rule").iter_rows())
    planted = Counter(
        (each["table"], each["key"], each["column"], each["site"], each["rule"])
        for each in verified.truth()["rejected"]
    )
    assert found == planted


def test_no_compared_cell_lost_anything(verified):
    diff = verified.kept("result")["diff"]
    assert diff["cells"] > 4_000
    assert (diff["loss"], diff["stray"], diff["lost"]) == (0, 0, 0)


def shown_name(text):
    """A name as it is read: blanks for the program's underscores; a page's width of it."""
    return " ".join(text.replace("_", " ").split()).casefold()[:60]


def test_patients_names_and_telephones_stand_there_as_the_practice_has_them(verified):
    aside = {each["key"] for each in verified.truth()["rejected"] if each["table"] == "Patient"}
    query = "SELECT PatID, FirstName, LastName, CellPhone FROM Patient"
    wanted = {
        (shown_name(first), shown_name(last), "".join(filter(str.isdigit, cell or ""))[-4:])
        for key, first, last, cell in source(verified, query)
        if key not in aside
    }
    found = set()
    for (kind, _), (person, _) in contents(verified.folder / "sandbox.sqlite").items():
        if kind == "persons":
            mobile = [each["value"] for each in person["phones"] if each["label"] == "mobile"]
            names = (shown_name(person["first_name"]), shown_name(person["last_name"]))
            found.add((*names, (mobile or [""])[0][-4:]))
    assert found == wanted


def test_every_reading_of_a_chart_comes_back_as_it_was(verified):
    wanted = verified.vault("vocabulary/site_reading")
    # a chart that two deals show is read back from each: neither may differ
    shown = verified.vault("chart/found_readings").drop("deal_ref").unique()
    fields = [name for name in shown.columns if name in wanted.columns and name != "source_key"]
    exams = shown["exam_key"].unique()
    of_deals = wanted.filter(pl.col("exam_key").is_in(exams.implode())).select(fields)
    assert shown.height == of_deals.height > 0
    order = ["exam_key", "tooth", "site"]
    assert shown.select(fields).sort(order).equals(of_deals.sort(order))


def test_a_result_says_what_was_set_aside_by_table_and_rule(verified):
    said = verified.kept("result")["rejected"]
    planted = Counter((each["table"], each["rule"]) for each in verified.truth()["rejected"])
    assert {(each["table"], each["rule"]): each["rows"] for each in said} == planted
    assert json.dumps(said)
