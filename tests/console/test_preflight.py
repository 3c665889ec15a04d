"""The preflight's screen: findings by end, and the one thing that a person confirms."""

import pytest
from streamlit.testing.v1 import AppTest

from console.shaping.preflight import counts, lines, looked_at
from core.migration.preflight import (
    AUTOMATIONS,
    PREFLIGHT,
    End,
    Finding,
    Severity,
    as_document,
    automations,
)

FINDINGS = [
    Finding(End.SOURCE, "what it is", Severity.GOOD, "SQLite file <b>x</b>."),
    Finding(End.SOURCE, "safety", Severity.STOP, "It may write.", "Use `db_datareader`."),
    automations(None),
    Finding(End.PLAN, "tokens", Severity.NOTE, "Not known."),
]
DOCUMENT = as_document(FINDINGS, 0.0)


def told(app: AppTest) -> str:
    parts = [*app.caption, *app.info, *app.error, *app.success, *app.markdown]
    html = [element.proto.body for element in app.get("html")]
    return "\n".join([*(part.value for part in parts), *html])


def test_the_worst_comes_first_with_sign_and_word():
    found = lines(DOCUMENT, None)
    assert [(line.sign, line.word) for line in found[End.SOURCE]] == [("✕", "stop"), ("✓", "good")]
    assert counts(found) == {"stop": 1, "look first": 1, "note": 1, "good": 1}
    assert looked_at(DOCUMENT) == "1970-01-01 00:00"
    assert looked_at(None) == ""


def test_what_was_confirmed_since_the_check_is_shown_as_confirmed():
    found = lines(DOCUMENT, {"by": "adam", "at": "2026-11-20T08:15:00+00:00"})
    assert found[End.DESTINATION][0].word == "good"
    assert "adam" in found[End.DESTINATION][0].said


def test_findings_are_shown_with_their_next_step_and_no_markup(screen, place):
    place.ledger.keep(PREFLIGHT, DOCUMENT)
    words = told(screen("preflight", "clara"))
    assert "✕ stop" in words
    assert "<code>db_datareader</code>" in words
    assert "<b>x</b>" not in words
    assert "To be confirmed by: practice admin or engineer" in words


@pytest.mark.parametrize("user", ["adam", "erin"])
def test_a_person_confirms_that_automations_are_dealt_with_by_name(screen, place, user):
    place.ledger.keep(PREFLIGHT, DOCUMENT)
    app = screen("preflight", user)
    app.button("automations_confirm").click().run()
    assert "tick that you have looked" in told(app)
    assert place.ledger.kept(AUTOMATIONS) is None
    app.checkbox("automations_agree").check()
    app.button("automations_confirm").click().run()
    kept = place.ledger.kept(AUTOMATIONS) or {}
    assert kept["by"] == user
    assert f"{user} confirmed on" in told(app)
    assert "confirm automations" in place.ledger.events(newest=5)["action"]
