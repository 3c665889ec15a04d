"""The map's screen: the uncertain first, one answer at a time, the certain together."""

from dataclasses import replace

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from console.shaping import decisions as settings
from console.shaping.worklist import (
    LEAVE,
    SHOWN_ROWS,
    certain,
    column_label,
    columns_of,
    facts_line,
    field_choices,
    is_ticked,
    lost_count,
    preview_rows,
    queue,
    told_of,
    work,
)
from core.crosswalk.mapping import ColumnMap, Decisions, TableMap, load
from core.crosswalk.preview import PREVIEW_SCHEMA, Outcome
from core.lifecycle import Gate, Stage
from core.migration.looking import CONFIRMED
from core.migration.seats import PROVIDER_SCHEMA, PROVIDERS, USERS
from tests.console import factories

MAP = factories.schema_map()
PATIENTS = MAP.tables[0]
CARD = "map_PT_PATIENT"


def told(app: AppTest) -> str:
    parts = [*app.caption, *app.markdown, *app.info, *app.warning, *app.error, *app.success]
    html = [element.proto.body for element in app.get("html")]
    return "\n".join([*(part.value for part in parts), *html])


def entry(place, name: str, table: str = "PT_PATIENT") -> ColumnMap:
    columns = next(each for each in load(place.map_path).tables if each.name == table).columns
    return next(each for each in columns if each.name == name)


@pytest.fixture
def opened(screen, place):
    """The map's screen for an admin, with a map proposed and presented."""

    def open_as(user="adam", stage=Stage.MAP_PROPOSED):
        factories.furnish(place, patients=1)
        factories.walk(place, stage)
        place.ledger.present(Gate.MAP, MAP.digest())
        return screen("map", user)

    return open_as


def test_unanswered_tables_come_first_and_done_ones_last():
    works = work(MAP)
    assert [one.table.name for one in works] == [
        "PT_PATIENT",
        "X_OHI_INDEX",
        "PERIO_EXAM",
        "SYS_AUDITLOG",
    ]
    assert works[0].label == "PT_PATIENT · 1 unanswered, 7 to confirm"
    assert works[-1].label == "SYS_AUDITLOG · left"
    assert works[-1].is_done


def test_columns_are_asked_from_the_unanswered_to_the_decided():
    names = [column.name for column in queue(PATIENTS)]
    assert names[0] == "MISC1"
    assert names[1] == "STAT"
    assert names[-1] == "LASTUPD"


def test_only_what_is_nearly_certain_may_be_confirmed_together():
    assert [column.name for column in certain(PATIENTS)] == ["ID", "LNAME", "FNAME"]
    lone = replace(PATIENTS, columns=(ColumnMap("X", left="technical", score=0.8),))
    assert certain(lone) == lone.columns
    assert not is_ticked(lone, lone.columns[0])


def test_what_is_about_a_patient_is_never_ticked_beforehand():
    assert told_of(PATIENTS, PATIENTS.columns[1]) == "about a patient"
    assert not is_ticked(PATIENTS, PATIENTS.columns[1])
    provider = TableMap("D", "provider", columns=(ColumnMap("NPI", "npi", score=0.99),))
    assert told_of(provider, provider.columns[0]) == ""
    assert is_ticked(provider, provider.columns[0])
    assert told_of(TableMap("E", "perio_exam"), ColumnMap("X", left="no")) == ""


@pytest.mark.parametrize(
    ("column", "label"),
    [
        (ColumnMap("A"), "A · unanswered"),
        (ColumnMap("A", "last_name", score=0.99), "A · Last name? · sure"),
        (ColumnMap("A", "value", site="MB", score=0.6), "A · Value at MB? · likely"),
        (ColumnMap("A", left="no", decided_by="adam"), "A · left · decided"),
    ],
)
def test_a_column_says_its_state_in_words(column, label):
    assert column_label(column) == label


def test_what_was_proposed_and_considered_stands_first_among_the_choices():
    names = list(field_choices(PATIENTS, PATIENTS.columns[5]))
    assert names[:2] == ["status", "sex"]
    assert names[-1] == LEAVE
    assert "owner" not in names  # computed; no column of a source holds it


def test_a_preview_shows_what_is_lost_first_and_masks_it():
    same, lost = Outcome.SAME.value, Outcome.UNREAD.value
    rows = [("Ann", "Ann", same, 3), ("Bob", "Bob", same, 4), ("x1", None, lost, 2)]
    shown = pl.DataFrame(rows, schema=PREVIEW_SCHEMA, orient="row")
    assert preview_rows(shown, is_masked=True).rows() == [
        ("a9", "", 2, "cannot be read"),
        ("Aaa", "Aaa", 7, "as it is"),
    ]
    assert preview_rows(shown, is_masked=False)["before"].to_list() == ["x1", "Bob", "Ann"]
    assert lost_count(shown) == 2
    many = pl.concat([shown.with_columns(pl.col("before") + str(n)) for n in range(30)])
    assert preview_rows(many, is_masked=False).height == SHOWN_ROWS


def test_facts_of_a_column_are_one_line_without_a_value():
    facts = columns_of(factories.inventory_columns(), "PT_PATIENT")
    assert (
        facts_line(facts["DOB"]) == "datetime · looks like date of birth · 466 different · 2 empty"
    )
    assert facts_line(None) == "Not in the inventory."
    assert columns_of(None, "PT_PATIENT") == {}


def test_settings_are_read_back_as_they_were_written():
    now = Decisions(sentinels=("-1", "99"))
    given = {"sentinels": settings.listed(now.sentinels), "restricted": [], "zone": now.zone}
    assert settings.as_decided(now, given) == now
    assert settings.parted(" a, b,,a ") == ("a", "b")
    assert set(settings.ASKED) == set(Decisions.__dataclass_fields__)
    assert all("." in path for path in settings.restrictable())


def test_an_admin_answers_the_uncertain_and_is_shown_the_next(opened, place):
    app = opened()
    assert app.selectbox("map_column_PT_PATIENT_MISC1_False").value == "MISC1"
    app.selectbox(f"{CARD}_MISC1_field").set_value("preferred_name").run()
    app.button(f"{CARD}_MISC1_confirm").click().run()
    assert "goes" not in told(app)
    assert entry(place, "MISC1").field == "preferred_name"
    assert entry(place, "MISC1").decided_by == "adam"
    assert not entry(place, "PREF").is_answered  # it had been proposed for the same field
    assert place.ledger.presented(Gate.MAP) == load(place.map_path).digest()
    assert f"{CARD}_PREF_confirm" in {button.key for button in app.button}


def test_an_admin_leaves_a_column_with_a_reason_and_not_without(opened, place):
    app = opened()
    app.selectbox(f"{CARD}_MISC1_field").set_value(LEAVE).run()
    app.button(f"{CARD}_MISC1_confirm").click().run()
    assert "neither a place nor a reason" in told(app)
    app.selectbox(f"{CARD}_MISC1_left").set_value("Not used by the practice.").run()
    app.button(f"{CARD}_MISC1_confirm").click().run()
    assert entry(place, "MISC1").left == "Not used by the practice."


def test_the_certain_are_confirmed_together_each_patients_column_ticked_by_hand(opened, place):
    app = opened()
    ticks = {box.key: box.value for box in app.checkbox}
    assert ticks == dict.fromkeys(
        (f"map_tick_PT_PATIENT_{n}" for n in ("ID", "LNAME", "FNAME")), False
    )
    app.button("map_bulk_save_PT_PATIENT").click().run()
    assert "Nothing is ticked" in told(app)
    app.checkbox("map_tick_PT_PATIENT_ID").check()
    app.checkbox("map_tick_PT_PATIENT_LNAME").check()
    app.button("map_bulk_save_PT_PATIENT").click().run()
    assert entry(place, "LNAME").decided_by == "adam"
    assert entry(place, "FNAME").decided_by == ""
    assert {box.key for box in app.checkbox} == {"map_tick_PT_PATIENT_FNAME"}


def values(place) -> None:
    rows = [("PT_PATIENT", "MISC1", "Mulder", 7), ("PT_PATIENT", "MISC1", "x", 1)]
    place.vault.put(
        "column_values",
        pl.DataFrame(rows, schema=["table", "column", "value", "count"], orient="row"),
    )


def test_real_values_are_shown_only_on_request_and_that_is_noted(opened, place):
    values(place)
    app = opened()
    assert "Aaaaaa" in told(app)
    assert "Mulder" not in told(app)
    app.button("map_reveal").click().run()
    assert "Mulder" in told(app)
    event = place.ledger.events(newest=1).row(0, named=True)
    assert (event["action"], event["subject"]) == ("show values", "PT_PATIENT.MISC1")
    assert "Mulder" not in str(event)
    app.button("map_hide").click().run()
    assert "Mulder" not in told(app)


def test_an_engineer_sees_no_sample_and_a_clinician_only_shapes(opened, screen, place):
    values(place)
    app = opened("erin")
    app.segmented_control("map_part").set_value("Tables and columns").run()
    assert "Aaaaaa" not in told(app)
    assert "shown to practice admins and clinicians" in told(app)
    app = screen("map", "clara")
    app.segmented_control("map_part").set_value("Tables and columns").run()
    assert "Aaaaaa" in told(app)
    assert not {key for key in (button.key for button in app.button) if "confirm" in str(key)}


def test_an_answer_is_refused_when_the_map_changed_meanwhile(opened, place):
    app = opened()
    app.selectbox(f"{CARD}_MISC1_field").set_value("preferred_name").run()
    text = place.map_path.read_text(encoding="utf-8").replace("bookkeeping", "records")
    place.map_path.write_text(text, encoding="utf-8")
    app.button(f"{CARD}_MISC1_confirm").click().run()
    assert "changed since you opened" in told(app)
    assert not entry(place, "MISC1").is_answered


def test_a_table_nobody_explained_is_left_or_said_to_hold_something(opened, place):
    app = opened()
    app.selectbox("map_table_PT_PATIENT").set_value("X_OHI_INDEX").run()
    app.button("map_table_save_X_OHI_INDEX").click().run()
    assert "choose what a row of this table is" in told(app)
    app.selectbox("map_entity_X_OHI_INDEX").set_value("custom_finding")
    app.button("map_table_save_X_OHI_INDEX").click().run()
    assert "is not kept any more" in told(app)  # there are no values to propose from
    app.selectbox("map_entity_X_OHI_INDEX").set_value("")
    app.text_input("map_table_left_X_OHI_INDEX").input("An index of our own.")
    app.button("map_table_save_X_OHI_INDEX").click().run()
    table = next(each for each in load(place.map_path).tables if each.name == "X_OHI_INDEX")
    assert (table.left, table.decided_by) == ("An index of our own.", "adam")


def test_settings_are_shown_with_their_evidence_and_confirmed_by_name(opened, place):
    place.ledger.keep("decision_evidence", {"tooth_numbering": "Of 5,368 values, 0 are FDI."})
    app = opened()
    app.segmented_control("map_part").set_value("Settings for the practice").run()
    assert "Of 5,368 values" in told(app)
    app.selectbox("map_decision_zone").set_value("America/Chicago")
    app.text_input("map_decision_sentinels").input("-1, 99")
    app.button("map_decisions_save").click().run()
    decisions = load(place.map_path).decisions
    assert (decisions.zone, decisions.sentinels) == ("America/Chicago", ("-1", "99"))
    kept = place.ledger.kept(CONFIRMED) or {}
    assert kept["by"] == "adam"
    assert "Confirmed by adam" in told(app)


def test_a_provider_without_a_user_is_matched_by_hand(opened, place):
    rows = [("D1", "Alder", "Anna", "Periodontics", "a@example.com", "1")]
    place.vault.put(PROVIDERS, pl.DataFrame(rows, schema=PROVIDER_SCHEMA, orient="row"))
    user = {"name": ["Office"], "email": ["office@example.com"], "is_active": [True]}
    place.vault.put(USERS, pl.DataFrame(user))
    app = opened()
    app.segmented_control("map_part").set_value("Providers and users").run()
    assert "1 of 1 providers have no user" in told(app)
    app.selectbox("map_seat_D1").set_value("office@example.com")
    app.button("map_seats_save").click().run()
    assert load(place.map_path).users == {"D1": "office@example.com"}
    assert "by hand" in told(app)


def test_before_providers_are_known_it_says_what_to_run(opened):
    app = opened()
    app.segmented_control("map_part").set_value("Providers and users").run()
    assert "not known yet" in told(app)


def test_a_setting_that_cannot_be_carried_out_is_refused(opened, place):
    app = opened()
    app.segmented_control("map_part").set_value("Settings for the practice").run()
    app.text_input("map_decision_sentinels").input("none")
    app.button("map_decisions_save").click().run()
    assert "cannot be carried out" in told(app)
    assert place.ledger.kept(CONFIRMED) is None


def test_past_its_stage_the_map_is_changed_only_by_someone_who_says_so(opened, place):
    app = opened(stage=Stage.MAP_CONFIRMED)
    assert f"{CARD}_MISC1_confirm" not in {button.key for button in app.button}
    app.toggle("map_reopen").set_value(True).run()
    app.selectbox(f"{CARD}_MISC1_field").set_value("preferred_name").run()
    app.button(f"{CARD}_MISC1_confirm").click().run()
    assert place.ledger.stage() is Stage.MAP_PROPOSED
    assert place.ledger.signature(Gate.MAP) is None


def test_before_the_signature_it_is_said_what_nobody_has_looked_at(opened):
    words = told(opened())
    assert "2 unanswered" in words
    assert "confirmed by nobody" in words
    assert "settings for the practice are not confirmed" in words
