"""What people do on the console that takes more than a click: comparing a record, the load.

Rule of the house: what they should see is taken from the vault, not from the screen's own code.
"""

import re

import polars as pl
import pytest
from playwright.sync_api import expect

from core.errors import AccessRefused
from core.lifecycle import Gate, Stage
from tests.console.browsing import RUN_MS, Visitor
from tests.migrations import PASSWORD, Migration

LOAD = "Authorize and start the full load"


def shown_exam(migration: Migration) -> tuple[str, str]:
    """Key of an exam that several deals show, and the source key of one of these deals."""
    carriers = migration.vault("carriers").filter(
        pl.col("entity") == "perio_exam", pl.col("target") == "deal"
    )
    deals = migration.vault("review").filter(
        pl.col("target") == "deal", pl.col("source_key").str.starts_with("treatment_plan|")
    )
    named = carriers.join(deals.select("ref", deal="source_key").unique(), on="ref")
    often = named.filter(pl.len().over("source_key") > 1).sort("source_key", "deal")
    return str(often["source_key"][0]), str(often["deal"][0])


def look_for(person: Visitor, cells: pl.DataFrame, deal: str) -> None:
    """Have only the cells of deals shown in which a text stands."""
    deals = cells.filter(pl.col("target") == "deal")
    person.button("Deals").click()
    person.sees(f"{deals.height:,} of {cells.height:,} cells match.")
    search = person.page.get_by_label("Search in names and values")
    search.fill(deal)
    search.press("Enter")
    matching = deals.filter(
        pl.any_horizontal(pl.exclude("target").str.contains(deal, literal=True))
    )
    person.sees(f"{matching.height:,} of {cells.height:,} cells match.")
    person.sees_all_of_it()


def reads_as_the_source(person: Visitor, readings: pl.DataFrame, exam_key: str) -> None:
    """The chart as a table says what the practice's database says of each site."""
    person.main.get_by_text("The readings as a table").click()
    table = person.main.get_by_role("table", name=re.compile("^Readings of the exam"))
    expect(table).to_be_visible()
    heads = table.locator("thead th").all_text_contents()
    rows = [row.locator("th, td").all_text_contents() for row in table.locator("tbody tr").all()]
    shown = {(row[0], head): text for row in rows for head, text in zip(heads, row, strict=True)}
    probed = readings.filter(
        pl.col("exam_key") == exam_key,
        pl.col("probing_depth_mm").is_not_null(),
        pl.col("tooth").cast(pl.String).is_in([row[0] for row in rows]),
        pl.col("site").is_in(heads),
    ).select(pl.col("tooth").cast(pl.String), "site", "probing_depth_mm")
    assert probed.height > 10
    for tooth, site, depth_mm in probed.iter_rows():
        assert shown[tooth, site].startswith(f"PD {depth_mm}")


def ask_for_the_load(admin: Visitor) -> None:
    admin.open("Authorize", "Authorize the full load")
    ask = admin.button("Ask for the full load")
    admin.typed("request_password", PASSWORD)
    ask.click()
    admin.sees("Please confirm what stands above")
    admin.main.get_by_text("They are switched off").click()
    admin.typed("request_password", PASSWORD)
    ask.click()
    admin.sees("Asked for by ada")


def nobody_else_signs(others: tuple[Visitor, ...], migration: Migration) -> None:
    """Neither who asked, nor who has no such role; nor by going round the screen."""
    for person in others:
        person.sees("To be signed by: clinician. You may read, not sign.")
        expect(person.button(LOAD)).to_have_count(0)
    with migration.opened(lock=False) as bench:
        for user in ("ada", "erik"):
            with pytest.raises(AccessRefused):
                bench.ledger.sign(Gate.LOAD, user=user, password=PASSWORD)
    assert migration.stage() is Stage.LOAD_REQUESTED


def start_the_load(clinician: Visitor) -> None:
    clinician.open("Authorize", "Authorize the full load")
    clinician.sign("load", LOAD, typed="LOAD")
    expect(clinician.page.get_by_role("progressbar").first).to_be_visible()
    clinician.sees("The run has completed.", within_ms=RUN_MS)
    # typed, since a click may meet the screen's own look at the run, every two seconds
    clinician.visit()
    clinician.sees_screen("Overview")
    expect(clinician.page.get_by_test_id("stSidebar")).to_contain_text("Verified")


def take_it_back(clinician: Visitor) -> None:
    clinician.open("Rollback")
    clinician.sign("rollback", "Sign and start the rollback", typed="ROLL BACK")
    clinician.sees("The run has completed.", within_ms=RUN_MS)
    clinician.sees("Nothing of this migration is in Pipedrive now.")
