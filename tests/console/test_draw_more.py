"""Drawing more patients from the review's screen; what the run does has tests of its own."""

import pytest

from core.lifecycle import Stage
from core.migration.sampling import still_to_draw
from tests.console import factories
from tests.console.test_review_work import keys
from tests.console.test_screens import words


@pytest.fixture
def sample(place, monkeypatch):
    """A sample under review, in a console that knows no Prefect server."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    factories.furnish(place, patients=3)
    factories.walk(place, Stage.SAMPLE_LOADED)
    return place


@pytest.mark.parametrize("user", ["clara", "adam", "erin"])
def test_more_patients_are_asked_for_once_and_the_ledger_keeps_how_many(screen, sample, user):
    app = screen("review", user)
    app.number_input("draw_more_patients").set_value(20)
    app.button("draw_more_send").click().run()
    assert not app.exception
    assert still_to_draw(sample.ledger) == 20
    assert sample.ledger.events(action="draw more")["actor"].to_list() == [user]
    # no server: the reason and the command that does the same
    assert "./perio sample" in words(app)
    assert "20 more were asked for" in words(app)
    assert "draw_more_send" not in keys(app)
    app.button("draw_more_again").click().run()
    assert still_to_draw(sample.ledger) == 20


def test_nobody_draws_more_when_no_sample_is_under_review(screen, place):
    factories.furnish(place, patients=3)
    factories.walk(place, Stage.SAMPLE_REVIEWED)
    assert "draw_more_send" not in keys(screen("review"))
