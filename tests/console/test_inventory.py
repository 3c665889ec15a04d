"""The inventory's screen: explaining tables, what changed, and taking the schema map along."""

from datetime import UTC, datetime

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from console.shaping.inventory import open_count, questions, seeming, with_seeming
from core.discovery.questions import EXPLANATIONS_SCHEMA, Fate
from core.lifecycle import Gate, Stage
from core.migration.explaining import Explanation, explain, state_of
from tests.console import factories

OPEN = ("V_DAYSHEET", "X_OHI_INDEX", "X_RECALL_NOTES")


def told(app: AppTest) -> str:
    parts = [*app.caption, *app.markdown, *app.info, *app.warning, *app.error]
    html = [element.proto.body for element in app.get("html")]
    return "\n".join([*(part.value for part in parts), *html])


def answer(app: AppTest, table: str, fate: str, reason: str) -> None:
    app.radio(f"explain_fate_{table}").set_value(Fate(fate))
    app.text_input(f"explain_reason_{table}").input(reason)
    app.button("explain_save").click()
    app.run()


def explained_by_hand(place, table: str = "X_OHI_INDEX") -> None:
    said = Explanation(table, Fate.USE, "Hygiene index.", "adam", datetime.now(UTC))
    explain(place.ledger, place.vault, said, seen=state_of(place.ledger, place.vault))


def test_open_tables_come_first_and_plain_ones_bring_a_suggestion():
    made = questions(factories.inventory())
    assert [one.table for one in made[:3]] == list(OPEN)
    assert open_count(made) == 3
    assert made[0].decision is Fate.IGNORE
    assert made[0].label == "V_DAYSHEET · open"
    assert made[1].decision is None


def test_what_was_said_names_who_said_it_and_is_open_no_more():
    said = pl.DataFrame(
        [("X_OHI_INDEX", "use", "Index.", "adam", "2026-11-02T10:30:00+00:00")],
        schema=EXPLANATIONS_SCHEMA,
        orient="row",
    )
    made = questions(factories.inventory(), said)
    assert open_count(made) == 2
    one = next(each for each in made if each.table == "X_OHI_INDEX")
    assert one.said_by == "adam on 2026-11-02 10:30 UTC"
    assert one.label == "X_OHI_INDEX · use"


def test_what_a_table_seems_to_hold_never_replaces_what_was_said():
    seems = seeming(factories.inventory_columns())
    rows = pl.DataFrame({"table": ["PT_PATIENT", "OTHER"], "explanation": ["Said.", ""]})
    assert with_seeming(rows, seems)["explanation"].to_list() == ["Said.", ""]
    assert with_seeming(rows, None).equals(rows)


def test_an_admin_explains_a_table_and_is_shown_the_next(screen, place):
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.DISCOVERED)
    app = screen("inventory", "adam")
    assert "3 of 3 flagged tables" in told(app)
    answer(app, "V_DAYSHEET", "ignore", "A view over appointments.")
    assert not app.exception
    assert "2 of 3 flagged tables" in told(app)
    assert app.selectbox[0].value == "X_OHI_INDEX"
    kept = place.vault.get("explanations").row(0, named=True)
    assert (kept["table"], kept["by"], kept["decision"]) == ("V_DAYSHEET", "adam", "ignore")


@pytest.mark.parametrize(
    ("fate", "reason", "words"),
    [(None, "Something.", "choose what is to become"), ("use", " ", "Nothing was said")],
)
def test_an_explanation_without_a_choice_or_a_word_is_not_kept(screen, place, fate, reason, words):
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.DISCOVERED)
    explained_by_hand(place, "V_DAYSHEET")
    app = screen("inventory", "adam")
    if fate:
        app.radio("explain_fate_X_OHI_INDEX").set_value(Fate(fate))
    app.text_input("explain_reason_X_OHI_INDEX").input(reason)
    app.button("explain_save").click().run()
    assert words in told(app)
    assert place.vault.get("explanations").height == 1


@pytest.mark.parametrize(
    ("user", "stage"),
    [("clara", Stage.DISCOVERED), ("erin", Stage.DISCOVERED), ("adam", Stage.SAMPLE_LOADED)],
)
def test_who_may_not_or_comes_too_late_reads_and_is_offered_no_form(screen, place, user, stage):
    factories.furnish(place, patients=2)
    factories.walk(place, stage)
    app = screen("inventory", user)
    assert "flagged tables" in told(app)
    assert "explain_save" not in {button.key for button in app.button}


def test_an_explanation_is_refused_when_somebody_else_was_faster(screen, place):
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.DISCOVERED)
    app = screen("inventory", "adam")
    explained_by_hand(place, "X_RECALL_NOTES")
    answer(app, "V_DAYSHEET", "ignore", "A view.")
    assert "changed since you opened" in told(app)
    assert place.vault.get("explanations")["table"].to_list() == ["X_RECALL_NOTES"]


def test_a_lapsed_signature_is_shown_with_what_changed(screen, place):
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.DISCOVERED)
    explained_by_hand(place)
    place.ledger.sign(Gate.INVENTORY, user="adam", password=factories.PASSWORD)
    explained_by_hand(place, "V_DAYSHEET")
    app = screen("inventory", "adam")
    words = told(app)
    assert "1 thing has changed since adam signed" in words
    assert "explanation changed" in words
    assert "inventory_sign" in {button.key for button in app.button}


def test_where_every_word_is_wanted_the_signature_is_not_offered_before(screen, place, monkeypatch):
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.DISCOVERED)
    factories.present(place, Gate.INVENTORY)
    monkeypatch.setattr(type(place), "explain_all", property(lambda _: True), raising=False)
    app = screen("inventory", "adam")
    assert "3 flagged table(s) are not explained" in told(app)
    assert "inventory_sign" not in {button.key for button in app.button}
