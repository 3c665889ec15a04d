"""Reviewers at work: accepting, rejecting, a second one, errors mixed in, the sample's bound."""

import polars as pl
import pytest

from console.shaping import charts, verdicts
from core.lifecycle import Gate, Role, Stage
from core.migration import planting
from core.migration.reviewed import Rules, set_rules
from core.migration.reviewing import Asked, Reason, Scope, Verdict, decide, decisions, latest
from tests.console import factories
from tests.console.test_screens import words


def keys(app) -> set[str]:
    return {button.key for button in app.button}


@pytest.fixture
def sample(place):
    factories.furnish(place, patients=3)
    factories.walk(place, Stage.SAMPLE_LOADED)
    return place


def colleague(place):
    """A second clinician."""
    roles = (Role.CLINICIAN,)
    place.ledger.add_user("zoe", "Dr. Zoe Synthetic", roles, factories.PASSWORD, actor="set-up")


def test_a_reviewer_accepts_a_record_and_is_shown_the_next(screen, sample):
    app = screen("review")
    first = decisions(sample.ledger)
    assert first.is_empty()
    assert "You have decided on 0 of 9 records" in words(app)
    app.button("review_accept_record").click().run()
    made = decisions(sample.ledger)
    assert made.select("reviewer", "scope", "verdict").rows() == [("clara", "record", "accepted")]
    assert "You have decided on 1 of 9 records" in words(app)
    app.button("review_accept_record").click().run()
    assert decisions(sample.ledger)["key"].n_unique() == 2


def test_a_rejection_needs_a_reason_and_keeps_its_comment_encrypted(screen, sample):
    app = screen("review")
    app.button("review_reject_record").click().run()
    assert "A rejection needs a reason" in words(app)
    assert decisions(sample.ledger).is_empty()
    app.selectbox("review_reason_record").select_index(0)
    app.text_input("review_comment_record").input("Ana's street is cut")
    app.button("review_reject_record").click().run()
    assert decisions(sample.ledger)["reason"].to_list() == ["wrong value"]
    assert "Ana's street" not in str(sample.ledger.events().rows())
    assert "cannot be signed yet" in words(app)
    assert "sample_sign" not in keys(app)


def test_a_group_of_the_same_change_is_decided_together(screen, sample):
    app = screen("review")
    app.segmented_control("review_view").set_value("Groups")
    app.run()
    app.button("review_accept_group").click().run()
    made = decisions(sample.ledger)
    assert made.select("scope", "verdict").rows() == [("group", "accepted")]
    assert not app.exception


@pytest.mark.parametrize("user", ["adam", "erin"])
def test_who_is_no_clinician_reads_and_decides_nothing(screen, sample, user):
    app = screen("review", user)
    assert "To be decided by: clinician" in words(app)
    assert not {"review_accept_record", "review_reject_record"} & keys(app)


def test_a_second_reviewer_is_waited_for_where_the_rules_say_so(screen, sample):
    app = screen("review", "adam")
    app.checkbox("review_second").check()
    app.button("review_rules_save").click().run()
    assert sample.ledger.events(action="review rules").height == 1
    other = screen("review")
    assert "9 record(s) wait for two people" in words(other)
    assert "sample_sign" not in keys(other)


def test_errors_mixed_in_are_on_the_screen_only_and_revealed_at_the_end(screen, sample):
    set_rules(sample.ledger, Rules(planted=2, salt="salt"))
    raw = sample.vault.get("review")
    spots = planting.shown_to(sample.ledger, raw, "clara").spots
    assert spots.height == 2
    app = screen("review")
    assert "Known errors are mixed into" in words(app)
    assert "review_reveal" not in keys(app)
    for target, ref in raw.select("target", "ref").unique().iter_rows():
        key = f"{target}/{ref}"
        is_one = key in spots["record"].to_list()
        verdict = Verdict.REJECTED if is_one else Verdict.ACCEPTED
        reason = Reason.WRONG_VALUE if is_one else None
        asked = Asked(Scope.RECORD, key, verdict, reason)
        decide(sample.ledger, sample.vault, asked, reviewer="clara")
    app.run()
    app.button("review_reveal").click().run()
    assert "Test of clara with known errors: caught 2 of 2" in words(app)
    assert "Known errors are mixed into" not in words(app)
    assert sample.vault.get("review").equals(raw)


def test_the_charts_of_the_sample_are_listed_with_what_differs_first(screen, sample):
    app = screen("review")
    app.segmented_control("review_view").set_value("Charts")
    app.run()
    assert "3 charts; 1 of them have readings that differ" in words(app)
    assert app.dataframe[0].value["Readings that differ"][0] == 1
    assert "1 reading differs" in words(app)


def test_any_site_is_read_without_the_drawing(screen, sample):
    app = screen("review")
    app.segmented_control("review_view").set_value("Charts")
    app.run()
    tooth = next(each for each in app.selectbox if each.label.startswith("Read one tooth"))
    tooth.set_value(14).run()
    assert "MB (mesiofacial)" in words(app)
    assert "Readings of the exam" in words(app)


@pytest.mark.parametrize(("drawn", "share"), [(0, 1.0), (1, 0.95), (100, 0.0295), (300, 0.00994)])
def test_a_faultless_sample_leaves_about_three_in_n_open(drawn, share):
    assert verdicts.bound(drawn) == pytest.approx(share, rel=0.01)


def test_the_bound_speaks_of_the_random_part_alone():
    told = verdicts.bound_words(100, 20)
    assert "at most 3.0 % of all patients" in told
    assert "20 more were picked" in told
    assert "say nothing" in told
    assert "says nothing of the others" in verdicts.bound_words(0, 20)


def test_the_words_of_others_stand_beside_ones_own(sample):
    colleague(sample)
    for reviewer, verdict in (("clara", Verdict.ACCEPTED), ("zoe", Verdict.REJECTED)):
        reason = None if verdict is Verdict.ACCEPTED else Reason.OTHER
        asked = Asked(Scope.RECORD, "person/m1", verdict, reason, "because")
        decide(sample.ledger, sample.vault, asked, reviewer=reviewer)
    rows = pl.DataFrame({"target": ["person", "person"], "ref": ["m1", "m2"]})
    made = latest(decisions(sample.ledger))
    said = verdicts.said_of(
        rows, verdicts.record_keys(rows), made, scope=Scope.RECORD, reviewer="clara"
    )
    assert said["mine"].to_list() == ["accepted", "not decided"]
    assert said["others"].to_list() == ["zoe: rejected", ""]
    assert said["version"].to_list() == [1, 0]


def test_a_history_has_every_exam_of_a_patient_with_its_figures(sample):
    exams = sample.vault.get("vocabulary/perio_exam").filter(patient_key="P1")
    frames = (sample.vault.get(f"vocabulary/{name}") for name in ("site_reading", "tooth_finding"))
    rows = charts.history_rows(exams, *frames)
    assert rows.height == exams.height
    assert rows["examined_on"].is_sorted()
    assert (rows["sites_probed"] > 0).all()


def test_the_review_is_taken_along_by_who_may_and_that_is_noted(screen, sample):
    assert "Take the review along" in {each.label for each in screen("review").expander}
    other = screen("review", "erin")
    assert "Take the review along" not in {each.label for each in other.expander}


def test_every_screen_that_is_looked_at_is_noted_and_no_value_is(screen, sample):
    screen("review")
    seen = sample.ledger.events(action="view")
    assert "screen review" in seen["subject"].to_list()
    assert any(each.startswith("review record") for each in seen["subject"])
    assert "Sample" not in str(seen["subject"].to_list())


EVIL = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "**bold** _it_ `code`",
    "$x^2$",
    ":smile: :red[loud]",
)


@pytest.mark.parametrize("view", ["Records", "Groups", "Charts"])
@pytest.mark.parametrize("text", EVIL)
def test_markup_in_a_patients_text_is_shown_as_text_in_every_view(screen, sample, view, text):
    cells = sample.vault.get("review").with_columns(label=pl.lit(text), found=pl.lit(text))
    sample.vault.put("review", cells.with_columns(status=pl.lit("differs")))
    app = screen("review")
    app.segmented_control("review_view").set_value(view)
    app.run()
    assert not app.exception
    for element in app.get("html"):
        assert "<script" not in element.proto.body
        assert "<img" not in element.proto.body
    told = [*app.markdown, *app.caption, *app.info, *app.error, *app.success, *app.warning]
    assert not [each for each in told if text in each.value]


def test_only_a_clinician_signs_what_reviewers_accepted():
    assert factories.USERS["clara"][1] == (Role.CLINICIAN,)
    assert factories.SIGNERS[Gate.SAMPLE] == "clara"
