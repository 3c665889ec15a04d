"""The fields' screen: whether they fit, whether they drifted, and taking the list along."""

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from console.shaping.fields import drift_line, drift_rows, fit_line, folded_rows
from core.lifecycle import Stage
from core.migration.fitting import Fit, fit
from core.migration.specify import DRIFT, FIT, SPECIFICATION
from core.vocabulary.specification import specification
from tests.console import factories

WANTED = specification(profile="clinical", restricted=(), options={})
NOTHING = pl.DataFrame(schema=dict.fromkeys(("target", "name"), pl.String))
DRIFTED = {
    "at": "2026-11-20T08:15:00+00:00",
    "fields": 82,
    "found": [
        {"target": "person", "name": "Chart Number", "what": "renamed", "before": "Chart Number"}
        | {"after": "Chart No"},
        {"target": "deal", "name": "Phase", "what": "type changed", "before": "enum"}
        | {"after": "varchar"},
    ],
}


def told(app: AppTest) -> str:
    parts = [*app.caption, *app.info, *app.warning, *app.error, *app.success]
    html = [element.proto.body for element in app.get("html")]
    return "\n".join([*(part.value for part in parts), *html])


@pytest.mark.parametrize(
    ("cap", "words"),
    [(None, "is not known"), (500, "stay free"), (70, "too many"), (3, "choose a larger plan")],
)
def test_the_fit_is_told_in_one_sentence(cap, words):
    assert words in fit_line(fit(WANTED, NOTHING, cap, {}))


def test_what_to_fold_names_the_object_as_people_call_it():
    rows = folded_rows(fit(WANTED, NOTHING, 70, {}))
    assert rows.columns == ["object", "name", "filled", "into"]
    assert set(rows["object"]) <= {"Organizations", "Persons", "Deals"}
    assert folded_rows(Fit.of({})).is_empty()


def test_drift_says_what_to_do_in_words():
    rows = drift_rows(DRIFTED)
    assert rows["object"].to_list() == ["Persons", "Deals"]
    assert rows["before"].to_list() == ["Chart Number", "Single option"]
    assert all(rows["next"])
    assert "2 thing(s) are otherwise" in drift_line(DRIFTED)
    assert "all are as specified" in drift_line(DRIFTED | {"found": []})
    assert drift_line(None) == ""
    assert drift_rows(None).is_empty()


def test_fields_that_do_not_fit_are_shown_with_what_to_fold(screen, place):
    place.vault.put(SPECIFICATION, WANTED)
    place.ledger.keep(FIT, fit(WANTED, NOTHING, 60, {}).document())
    app = screen("fields", "adam")
    assert not app.exception
    assert "too many" in told(app)
    assert "Long Values" in told(app)


def test_drift_is_shown_with_the_next_step(screen, place):
    factories.walk(place, Stage.FIELDS_READY)
    place.vault.put(SPECIFICATION, WANTED)
    place.ledger.keep(FIT, fit(WANTED, NOTHING, 500, {}).document())
    place.ledger.keep(DRIFT, DRIFTED)
    app = screen("fields", "erin")
    assert "Give it back its name" in told(app)
    place.ledger.keep(DRIFT, DRIFTED | {"found": []})
    assert "all are as specified" in told(screen("fields", "erin"))


@pytest.mark.parametrize(("user", "count"), [("adam", 2), ("erin", 2), ("clara", 0)])
def test_who_makes_the_fields_takes_the_list_along(screen, place, user, count):
    place.vault.put(SPECIFICATION, WANTED)
    app = screen("fields", user)
    assert len(app.get("download_button")) == count
