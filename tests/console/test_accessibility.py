"""Every screen, wide and on a tablet: no serious accessibility finding, nothing beside the page."""

from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize

from core.lifecycle import Stage
from core.migration.reviewing import decisions
from tests.console.test_browser import (  # noqa: F401 - fixtures of the same console and browser
    begun,
    chromium,
    copy,
    pytestmark,
    reader,
    reading,
    serve,
    visit,
)

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
SHAPES = {
    "wide": ViewportSize(width=1280, height=1500),
    "tablet": ViewportSize(width=820, height=1180),
}
SCREENS = {
    "": "Overview",
    "progress": "Progress",
    "preflight": "Preflight",
    "inventory": "Inventory",
    "map": "Field map",
    "fields": "Custom fields",
    "review": "Review",
    "authorize": "Authorize the full load",
    "rollback": "Rollback",
    "delta": "Delta",
    "audit": "Audit",
    "account": "Account",
}
# Streamlit's own list of screens has titles between its items; that markup is not ours to mend.
_RUN = """async () => {
  const found = await axe.run({exclude: [['[data-testid=stSidebarNav]']]},
    {resultTypes: ['violations']});
  return found.violations.filter(each => ['serious', 'critical'].includes(each.impact))
    .map(each => each.id + ': ' + each.nodes.map(node => node.target.join(' ')).join(' | '));
}"""
_OVERFLOW = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return main ? main.scrollWidth - main.clientWidth : 0;
}"""


def findings(person) -> list[str]:
    person.page.evaluate(AXE)
    found: list[str] = person.page.evaluate(_RUN)
    return found


@pytest.mark.parametrize(
    ("user", "paths"), [("ada", tuple(SCREENS)), ("carla", ("review", "authorize", "rollback"))]
)
def test_no_screen_has_a_serious_accessibility_finding_or_is_cut(reader, user, paths):  # noqa: F811
    person = reader(user)
    found = {}
    for path in paths:
        person.visit(path)
        person.sees_screen(SCREENS[path])
        for name, shape in SHAPES.items():
            person.page.set_viewport_size(shape)
            if serious := findings(person):
                found[path, name] = serious
            if person.page.evaluate(_OVERFLOW) > 1:
                found[path, f"{name}: wider than the window"] = []
    assert found == {}


def test_the_sign_in_form_has_no_serious_accessibility_finding(visit, reading):  # noqa: F811
    stranger = visit(reading[1])
    stranger.visit()
    assert findings(stranger) == []


def test_a_clinician_reviews_and_signs_on_a_tablet_by_keyboard(copy, serve, visit):  # noqa: F811
    migration = copy(Stage.SAMPLE_LOADED)
    person = visit(serve(migration, flows=False))
    person.page.set_viewport_size(SHAPES["tablet"])
    person.sign_in("carla")
    person.visit("review")
    person.sees_screen("Review")
    records = migration.vault("review").select("target", "ref").n_unique()
    person.sees(f"You have decided on 0 of {records:,} records")
    for count in (1, 2):
        person.page.keyboard.press("Alt+A")
        person.sees(f"You have decided on {count} of {records:,} records")
        person.sees_all_of_it()
    with migration.opened(lock=False) as bench:
        made = decisions(bench.ledger)
    assert made["verdict"].to_list() == ["accepted", "accepted"]
    assert made["key"].n_unique() == 2
    person.sign("sample", "Sign the sample", typed="REVIEWED")
    person.sees("Signed by carla (clinician)")
    assert migration.stage() is Stage.SAMPLE_REVIEWED
