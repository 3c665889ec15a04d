"""The whole road through a real browser: review, signatures, the load, the way back."""

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import polars as pl
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from console.shaping.review import OBJECT_NAMES
from core.lifecycle import Role, Stage
from tests import consoles
from tests.console import browsing, doing
from tests.console.browsing import Visitor
from tests.migrations import ENVIRONMENT, PASSWORD, Migration, Road, copy_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(browsing.chromium() is None, reason="there is no Chromium here"),
]

SCREENS = (
    *("", "progress", "inventory", "map", "fields"),
    *("review", "authorize", "rollback", "delta", "audit"),
)
TITLES = (
    *("Overview", "Progress", "Inventory", "Field map", "Custom fields"),
    *("Review", "Authorize the full load", "Rollback", "Delta", "Audit"),
)
DEALS = "Records of the sample"
KINDS = ("organizations", "persons", "deals", "activities", "notes", "files")

Visit = Callable[[str], Visitor]


@pytest.fixture(scope="module")
def begun(road: Road) -> Iterator[Road]:
    """The road, walked as far as these tests need it: once a browser runs, nothing else may."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        road.at(Stage.ROLLBACK_REHEARSED)
        yield road


@pytest.fixture
def copy(begun, tmp_path) -> Callable[[Stage], Migration]:
    """Gives a migration of one's own, with an engineer beside the others."""

    def at_stage(stage: Stage) -> Migration:
        return with_engineer(Migration(copy_of(begun.at(stage), tmp_path / "migration")))

    return at_stage


@pytest.fixture(scope="module")
def reading(begun, tmp_path_factory) -> Iterator[tuple[Migration, str]]:
    """A console on a loaded sample, for those who change nothing."""
    place = tmp_path_factory.mktemp("reading") / "migration"
    migration = with_engineer(Migration(copy_of(begun.at(Stage.SAMPLE_LOADED), place)))
    with consoles.console(place, flows=False) as console:
        yield migration, console.url
    assert "Traceback" not in "".join(console.said)


def with_engineer(migration: Migration) -> Migration:
    with migration.opened(lock=False) as bench:
        bench.ledger.add_user("erik", "Erik Example", (Role.ENGINEER,), PASSWORD, actor="test")
    return migration


@pytest.fixture(scope="module")
def chromium(begun) -> Iterator[Browser]:
    expect.set_options(timeout=browsing.PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browsing.chromium(), args=browsing.ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Starts consoles and gives their address; they outlive the windows on them."""
    with ExitStack() as served:
        started: list[consoles.Console] = []

        def console(migration: Migration, *, flows: bool) -> str:
            opened = consoles.console(migration.folder, flows=flows)
            started.append(served.enter_context(opened))
            return started[-1].url

        yield console
    assert not [each for each in started if "Traceback" in "".join(each.said)]


@pytest.fixture
def visit(chromium: Browser, serve) -> Iterator[Visit]:
    """Opens windows; at the end, each must have been left alone."""
    visitors: list[Visitor] = []

    def opened(url: str) -> Visitor:
        visitors.append(browsing.window(chromium, url))
        return visitors[-1]

    yield opened
    for visitor in visitors:
        visitor.was_left_alone()
        visitor.page.context.close()


@pytest.fixture
def reader(visit, reading) -> Callable[[str], Visitor]:
    """Signs a person in at the console where nothing is changed."""

    def signed_in(user: str) -> Visitor:
        visitor: Visitor = visit(reading[1])
        visitor.sign_in(user)
        return visitor

    return signed_in


def test_a_wrong_password_is_refused_in_words_and_the_right_one_lets_in(visit, reading):
    person = visit(reading[1])
    person.visit()
    person.fill_in("carla", "not her password")
    refusal = person.page.get_by_role("alert")
    expect(refusal).to_contain_text("Sign-in was refused")
    expect(person.page.get_by_label("Password")).to_be_empty()
    person.fill_in("carla", PASSWORD)
    person.sees_screen("Overview")
    expect(person.page.get_by_test_id("stSidebar")).to_contain_text("Carla Example")


@pytest.mark.parametrize("screen", SCREENS)
def test_nobody_sees_a_screen_without_signing_in(visit, reading, screen):
    stranger = visit(reading[1])
    stranger.visit(screen)
    expect(stranger.page).to_have_url(re.compile(r"/auth/login$"))
    expect(stranger.page.get_by_role("button", name="Sign in")).to_be_visible()


def test_signing_out_ends_the_session_on_the_server_and_in_every_window(reader):
    person = reader("carla")
    context = person.page.context
    cookies = context.cookies()
    other = Visitor(context.new_page(), person.url)
    other.visit("review")
    other.sees_screen("Review")

    person.page.get_by_role("link", name="Sign out").click()
    expect(person.page).to_have_url(re.compile(r"/auth/login$"))
    other.page.get_by_role("radio", name="Groups").click(force=True)
    other.sees_screen("You are signed out")
    context.add_cookies([cookie for cookie in cookies if cookie["name"] == "sid"])
    person.visit("review")
    expect(person.page).to_have_url(re.compile(r"/auth/login$"))
    other.was_left_alone()


def test_every_screen_is_served_by_this_machine_alone(reader):
    person = reader("chen")
    for screen, title in zip(SCREENS, TITLES, strict=True):
        person.visit(screen)
        person.sees_screen(title)
        person.was_left_alone()


def test_a_clinician_sees_how_many_records_and_cells_the_sample_has(reader, reading):
    cells = reading[0].vault("review")
    person = reader("carla")
    person.open("Review")
    tiles = person.page.get_by_role("list", name="Records of the sample by object")
    counted = cells.group_by("target").agg(pl.len(), pl.col("ref").n_unique().alias("records"))
    expect(tiles.get_by_role("listitem")).to_have_count(counted.height)
    for target, count, records in counted.iter_rows():
        tile = tiles.get_by_role("listitem").filter(has_text=OBJECT_NAMES[target])
        expect(tile).to_contain_text(f"{records:,}{count:,} cells")
    person.sees(f"{cells.height:,} of {cells.height:,} cells match.")


def test_a_clinician_compares_a_deal_field_by_field_and_its_chart_site_by_site(reader, reading):
    exam_key, deal = doing.shown_exam(reading[0])
    person = reader("carla")
    person.open("Review")
    doing.look_for(person, reading[0].vault("review"), deal)
    key = deal.partition("|")[2]
    person.choose(person.grid(DEALS), key)
    record = person.page.locator(".st-key-review_record")
    expect(record).to_contain_text(f"treatment plan {key}")

    wanted = reading[0].vault("review").filter(pl.col("source_key") == deal)
    rows = record.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(wanted.height)
    title = wanted.filter(pl.col("field") == "treatment_plan.title")
    cells = rows.filter(has_text=re.compile("^Title")).first.locator("td").all_inner_texts()
    assert cells[1:4] == [title[name][0] for name in ("source", "wanted", "found")]
    assert cells[4].split() == ["✓", "as", "intended"]

    person.sees_all_of_it()
    source = browsing.drawing(record.get_by_role("img", name=re.compile("as the source has it$")))
    found = browsing.drawing(record.get_by_role("img", name=re.compile("as it was read back$")))
    assert "Read back from Pipedrive" in found
    assert browsing.figures(source) == browsing.figures(found)
    expect(record.get_by_text("every reading was read back")).to_be_visible()
    doing.reads_as_the_source(person, reading[0].vault("vocabulary/site_reading"), exam_key)


@pytest.mark.parametrize(
    ("user", "link", "title", "button"),
    [
        ("ada", "Review", "Review", "Sign the sample"),
        ("erik", "Review", "Review", "Sign the sample"),
        ("erik", "Rollback", "Rollback", "Sign and start the rollback"),
    ],
)
def test_who_may_not_sign_is_told_so_and_offered_no_button(reader, user, link, title, button):
    person = reader(user)
    for reach in (lambda: person.open(link, title), lambda: person.visit(link.lower())):
        reach()
        person.sees_screen(title)
        person.sees("You may read, not sign.")
        expect(person.button(button)).to_have_count(0)


def test_a_screen_for_other_roles_says_so_to_who_types_its_address(reader):
    person = reader("carla")
    pages = person.page.get_by_role("navigation", name="App pages")
    expect(pages.get_by_role("link", name="Audit")).to_have_count(0)
    person.visit("audit")
    person.sees_screen("Not for your role")
    person.sees("practice admin or engineer")


def test_a_clinician_signs_the_sample_and_the_rehearsal_follows(copy, serve, visit):
    migration = copy(Stage.SAMPLE_LOADED)
    person = visit(serve(migration, flows=False))
    person.sign_in("carla")
    person.open("Review")
    button = "Sign the sample"
    person.sign("sample", button, typed="yes")
    person.sees("Please type REVIEWED exactly, to confirm.")
    person.sign("sample", button, typed="REVIEWED", password="not her password")
    expect(person.main.get_by_role("alert").filter(has_text="Next:")).to_be_visible()
    assert migration.stage() is Stage.SAMPLE_LOADED
    person.sign("sample", button, typed="REVIEWED")
    person.sees("Signed by carla (clinician)")
    expect(person.button(button)).to_have_count(0)
    assert migration.stage() is Stage.SAMPLE_REVIEWED

    called = consoles.command("sample", "--dir", str(migration.folder))
    subprocess.run(called, env=consoles.environment(), capture_output=True, check=True)
    assert migration.stage() is Stage.ROLLBACK_REHEARSED
    person.open("Authorize", "Authorize the full load")
    person.sees("Ask for the load")


@pytest.mark.prefect
def test_two_people_start_the_load_and_one_takes_it_back(copy, serve, visit):
    migration = copy(Stage.ROLLBACK_REHEARSED)
    with migration.sandbox() as account:
        before = account.snapshot()
        url = serve(migration, flows=True)
        admin, engineer, clinician = visit(url), visit(url), visit(url)
        admin.sign_in("ada")
        doing.ask_for_the_load(admin)
        engineer.sign_in("erik")
        engineer.visit("authorize")
        doing.nobody_else_signs((admin, engineer), migration)
        clinician.sign_in("carla")
        doing.start_the_load(clinician)
        assert migration.stage() is Stage.VERIFIED
        assert all(account.stats()["live"][kind] > 0 for kind in KINDS)
        assert account.snapshot() != before

        doing.take_it_back(clinician)
        assert migration.stage() is Stage.ROLLED_BACK
        after = account.snapshot()
        assert {kind: after[kind] for kind in KINDS} == {kind: before[kind] for kind in KINDS}
