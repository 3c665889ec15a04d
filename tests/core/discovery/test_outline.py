"""What changed between two outlines of a source."""

import polars as pl
import pytest

from core.discovery.outline import outline, outline_changes
from core.ports import Column, Link, Table

VISIT = Table(
    "VISIT",
    (Column("ID", "int"), Column("PAT", "int"), Column("AT", "datetime")),
    ("ID",),
    7,
    (Link(("PAT",), "PATIENT", ("ID",)),),
)
PATIENT = Table("PATIENT", (Column("ID", "int"), Column("DOB", "datetime")), ("ID",), 3)


def changed(*after: Table) -> list[tuple[str, ...]]:
    return outline_changes(outline([PATIENT, VISIT]), outline(after)).rows()


def test_the_same_tables_in_another_order_and_with_more_rows_have_not_changed():
    grown = Table("PATIENT", PATIENT.columns, PATIENT.key, 9_000)
    assert not changed(VISIT, grown)


@pytest.mark.parametrize(
    ("visit", "told"),
    [
        (
            Table("VISIT", (*VISIT.columns, Column("NOTE", "text")), VISIT.key, 7, VISIT.links),
            ("column added", "VISIT", "NOTE", "", "text"),
        ),
        (
            Table("VISIT", VISIT.columns[:2], VISIT.key, 7, VISIT.links),
            ("column removed", "VISIT", "AT", "datetime", ""),
        ),
        (
            Table("VISIT", (*VISIT.columns[:2], Column("AT", "date")), VISIT.key, 7, VISIT.links),
            ("column retyped", "VISIT", "AT", "datetime", "date"),
        ),
        (
            Table("VISIT", VISIT.columns, ("PAT", "AT"), 7, VISIT.links),
            ("key changed", "VISIT", "", "ID", "PAT, AT"),
        ),
        (
            Table("VISIT", VISIT.columns, VISIT.key, 7),
            ("references changed", "VISIT", "", "PAT to PATIENT (ID)", ""),
        ),
        (
            Table("VISIT", VISIT.columns, VISIT.key, 7, VISIT.links, is_view=True),
            ("table or view", "VISIT", "", "table", "view"),
        ),
    ],
)
def test_a_changed_table_is_told_by_what_changed(visit, told):
    assert changed(PATIENT, visit) == [told]


def test_a_table_that_came_or_went_is_told_once_and_not_by_its_columns():
    new = Table("X_NEW", (Column("A", "int"), Column("B", "int")), (), 0)
    assert changed(PATIENT, new) == [
        ("table removed", "VISIT", "", "3 columns", ""),
        ("table added", "X_NEW", "", "", "2 columns"),
    ]


def test_an_outline_of_nothing_changes_into_everything():
    told = outline_changes(outline([]), outline([PATIENT]))
    assert told["what"].to_list() == ["table added"]
    assert told.schema == dict.fromkeys(("what", "table", "column", "before", "after"), pl.String)
