"""Which exam a plan shows: the latest before it, else the earliest soon after it."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records.exams import exam_of_deal

LAW = settings(deadline=None, max_examples=100)
DAY = date(2024, 6, 1)


def shown(deals, exams, within=90) -> dict[str, str]:
    """deals: (key, patient, day or None); exams: (key, patient, day). Days count from one day."""

    def on(number):
        return None if number is None else DAY + timedelta(days=number)

    deal_frame = pl.DataFrame(
        [(key, patient, on(number)) for key, patient, number in deals],
        schema={"deal_key": pl.String, "patient_key": pl.String, "planned_on": pl.Date},
        orient="row",
    )
    exam_frame = pl.DataFrame(
        [(key, patient, on(number)) for key, patient, number in exams],
        schema={"exam_key": pl.String, "patient_key": pl.String, "examined_on": pl.Date},
        orient="row",
    )
    found = exam_of_deal(deal_frame, exam_frame, within)
    assert found["deal_key"].is_unique().all()
    assert found["deal_key"].is_sorted()
    return dict(found.rows())


@pytest.mark.parametrize(
    ("planned", "exams", "exam"),
    [
        (0, {"a": -400}, "a"),
        (0, {"a": -10, "b": -5}, "b"),
        (0, {"a": -10, "b": 0}, "b"),
        (0, {"a": -400, "b": 1}, "a"),
        (0, {"a": 1, "b": 2}, "a"),
        (0, {"a": 90}, "a"),
        (0, {"a": 91}, None),
        (0, {}, None),
        (None, {"a": -400, "b": 400}, "b"),
        (None, {}, None),
    ],
)
def test_a_plan_shows_the_exam_that_belongs_to_it(planned, exams, exam):
    found = shown([("d", "p", planned)], [(key, "p", day) for key, day in exams.items()])
    assert found == ({"d": exam} if exam else {})


@pytest.mark.parametrize(("within", "exam"), [(0, None), (4, None), (5, "a"), (400, "a")])
def test_a_person_confirms_how_soon_after_a_plan_its_exam_may_be(within, exam):
    found = shown([("d", "p", 0)], [("a", "p", 5)], within)
    assert found == ({"d": exam} if exam else {})


def test_an_exam_of_another_patient_is_never_shown():
    assert shown([("d", "p", 0), ("e", "q", None)], [("a", "r", 0)]) == {}


def test_one_exam_may_belong_to_several_plans():
    assert shown([("d", "p", 0), ("e", "p", 30)], [("a", "p", -1)]) == {"d": "a", "e": "a"}


DAYS = st.integers(-120, 120)
PATIENTS = st.sampled_from("pq")


@LAW
@given(
    st.lists(st.tuples(PATIENTS, st.none() | DAYS), max_size=6),
    st.lists(st.tuples(PATIENTS, DAYS), max_size=8, unique=True),
    st.integers(0, 120),
)
def test_the_rule_holds_for_all_plans_and_exams_at_once(plans, examined, within):
    deals = [(f"d{n}", patient, day) for n, (patient, day) in enumerate(plans)]
    exams = [(f"e{n}", patient, day) for n, (patient, day) in enumerate(examined)]
    expected = {}
    for deal, patient, planned in deals:
        days = {day: exam for exam, who, day in exams if who == patient}
        if planned is None:
            able = [max(days)] if days else []
        else:
            before = [day for day in days if day <= planned]
            after = [day for day in days if planned < day <= planned + within]
            able = [max(before)] if before else [min(after)] if after else []
        if able:
            expected[deal] = days[able[0]]
    assert shown(deals, exams, within) == expected
