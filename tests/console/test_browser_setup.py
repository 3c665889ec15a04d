"""Before anything moves, through a real browser: the inventory, the map, the custom fields."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect, sync_playwright

from core.crosswalk.mapping import load
from core.lifecycle import Stage
from core.migration.specify import DRIFT
from tests import consoles
from tests.console import browsing
from tests.console.browsing import Visitor
from tests.migrations import ENVIRONMENT, PASSWORD, Migration, Road, copy_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(browsing.chromium() is None, reason="there is no Chromium here"),
]

STRANGE, OWN = "ZTBL_88", "xPracticeFinding"
"""Tables of the synthetic practice that nothing explains."""

CHART, MEASURE = "PerioMeasure", "MeasureType"
PLANS, STATUS = "TreatPlan", "Status"
"""Its column that the proposal leaves to a person."""

AUDIT_WORDS = ("explain table", "change map", "confirm map", "show values", "download")


@pytest.fixture
def migration(road: Road, tmp_path, monkeypatch) -> Migration:
    """A migration whose source was just discovered; made before any browser runs."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return Migration(copy_of(road.at(Stage.DISCOVERED), tmp_path / "migration"))


@pytest.fixture
def chromium(migration) -> Iterator[Browser]:
    expect.set_options(timeout=browsing.PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browsing.chromium(), args=browsing.ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def admin(migration, chromium) -> Iterator[Visitor]:
    """A practice admin, signed in."""
    with consoles.console(migration.folder, flows=False) as console:
        person = browsing.window(chromium, console.url)
        person.sign_in("ada")
        yield person
        person.was_left_alone()
        person.page.context.close()
    assert "Traceback" not in "".join(console.said)


@pytest.fixture
def step(migration) -> Callable[[str], None]:
    """Takes a step as the engineer would, on the command line."""

    def taken(name: str) -> None:
        called = consoles.command(name, "--dir", str(migration.folder))
        around = consoles.environment(**consoles.NOWHERE)
        done = subprocess.run(called, env=around, capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr

    return taken


def pick(person: Visitor, key: str, text: str) -> None:
    """Choose in a list by typing, as a person at a keyboard does."""
    box = person.page.locator(f".st-key-{key} input")
    box.click()
    box.fill(text)
    expect(person.page.get_by_role("option").first).to_be_visible()
    box.press("Enter")
    person.sees_all_of_it()


def sign(person: Visitor, gate: str, button: str) -> None:
    person.typed(f"{gate}_reason", "Looked through with the team")
    person.typed(f"{gate}_password", PASSWORD)
    person.button(button).click()
    person.sees("Signed by ada")


def explain(person: Visitor, table: str, fate: str, reason: str) -> None:
    person.sees(f"Columns of {table}")
    person.page.locator(f".st-key-explain_fate_{table}").get_by_text(fate).click()
    person.typed(f"explain_reason_{table}", reason)
    person.button("Save, and show the next").click()


def test_an_admin_explains_tables_signs_confirms_the_map_and_verifies_the_fields(
    migration, admin, step, tmp_path
):
    the_inventory(migration, admin)
    step("propose")
    the_map(migration, admin)
    step("fields")
    the_fields(migration, admin, step, tmp_path)
    with migration.opened(lock=False) as bench:
        actions = bench.ledger.events(newest=500)["action"].to_list()
        assert bench.ledger.verify_chain() > 0
    assert set(AUDIT_WORDS) <= set(actions)


def the_inventory(migration: Migration, admin: Visitor) -> None:
    admin.open("Inventory")
    admin.sees("2 of 2 flagged tables still need a word")
    explain(admin, STRANGE, "Ignore it", "Colours of the program.")
    explain(admin, OWN, "Use it", "Findings of our own, by tooth.")
    admin.sees("All 2 flagged tables are explained")
    sign(admin, "inventory", "Sign the inventory")
    assert migration.stage() is Stage.INVENTORY_SIGNED
    said = migration.vault("explanations").select("table", "decision", "by").rows()
    assert said == [(STRANGE, "ignore", "ada"), (OWN, "use", "ada")]


def the_map(migration: Migration, admin: Visitor) -> None:
    admin.open("Field map")
    the_open_measure(migration, admin)
    the_certain(migration, admin)
    the_real_values(admin)
    admin.main.get_by_text("Settings for the practice", exact=True).click()
    admin.sees("exist only in Universal numbering")
    admin.button("Confirm the settings").click()
    admin.sees("Confirmed by ada on")
    sign(admin, "map", "Confirm the map")
    assert migration.stage() is Stage.MAP_CONFIRMED


def the_open_measure(migration: Migration, admin: Visitor) -> None:
    """The uncertain first: what each measure code of the chart means."""
    admin.sees(f"Before you sign: 2 unanswered: {CHART}.{MEASURE}, {PLANS}.{STATUS}")
    key = f"map_{CHART}_{MEASURE}"
    pick(admin, f"{key}_field", "Measure")
    pick(admin, f"{key}_measure_3", "mgj")
    admin.page.keyboard.press("Control+Enter")
    admin.sees(f"Before you sign: 1 unanswered: {PLANS}.{STATUS}")
    # A status with a code that nobody can read: the place is confirmed, the code stays open.
    pick(admin, f"map_{PLANS}_{STATUS}_field", "Status")
    admin.page.keyboard.press("Control+Enter")
    expect(admin.main.get_by_text("1 unanswered")).to_have_count(0)
    table = next(each for each in load(migration.folder / "map.toml").tables if each.name == CHART)
    assert table.measures == {
        "1": "probing_depth",
        "2": "gingival_margin",
        "3": "mgj",
        "4": "bits",
    }
    assert [each.decided_by for each in table.columns if each.name == MEASURE] == ["ada"]


def the_certain(migration: Migration, admin: Visitor) -> None:
    """The certain of one table, together; what is about a patient ticked one by one."""
    pick(admin, "map_table_Account", "Provider")
    form = together(admin, "Provider")
    ticked = sum(box.is_checked() for box in form.get_by_role("checkbox").all())
    admin.button("Confirm what is ticked").click()
    expect(form).to_have_count(0)
    pick(admin, "map_table_Account", "PatientRefdr")
    form = together(admin, "PatientRefdr")
    expect(form).to_contain_text("tick each yourself")
    assert not any(box.is_checked() for box in form.get_by_role("checkbox").all())
    decided = {
        column.name: column.decided_by
        for table in load(migration.folder / "map.toml").tables
        if table.name == "Provider"
        for column in table.columns
    }
    assert list(decided.values()).count("ada") == ticked > 0


def together(admin: Visitor, table: str) -> Locator:
    """The form of a table's certain columns, once it is all there."""
    button = admin.page.locator(f".st-key-map_bulk_save_{table}")
    form = admin.page.get_by_test_id("stForm").filter(has=button)
    expect(form).to_be_visible()
    admin.sees_all_of_it()
    return form


def the_real_values(admin: Visitor) -> None:
    """Shapes only, until the admin asks for the values."""
    pick(admin, "map_table_Account", "Account ·")
    together(admin, "Account")
    admin.sees("Shapes only")
    admin.button("Show real values").click()
    admin.sees("That you looked is in the audit log")


def the_fields(
    migration: Migration, admin: Visitor, step: Callable[[str], None], place: Path
) -> None:
    admin.open("Fields", "Custom fields")
    admin.sees("fields are needed")
    with admin.page.expect_download() as download:
        admin.button("Download as workbook (XLSX)").click()
    download.value.save_as(place / "fields.xlsx")
    assert (place / "fields.xlsx").read_bytes()[:2] == b"PK"
    sign(admin, "fields", "Sign the specification")
    step("fields")
    assert migration.stage() is Stage.FIELDS_READY
    assert migration.kept(DRIFT)["found"] == []
    admin.open("Overview")
    admin.open("Fields", "Custom fields")
    admin.sees("all are as specified")
