"""Plans as deals, with the chart, diagnosis, images and findings that belong to them."""

import json
from datetime import date
from decimal import Decimal

import pytest

from core.crosswalk.mapping import Decisions
from core.vocabulary import CrmObject
from core.vocabulary.record import record_fields
from tests.core.records.entities import practice_of, ref, whole

DEAL = CrmObject.DEAL
OAK = {"patient_key": "p", "last_name": "Oak"}
PLAN = {"plan_key": "t", "patient_key": "p", "title": "Phase I", "status": "proposed"}
EXAM = {"exam_key": "e", "patient_key": "p", "examined_on": date(2024, 1, 5)}
READING = {"exam_key": "e", "tooth": 3, "site": "MB", "probing_depth_mm": 5}
ALONE = "patient|p|record"


def deals(decisions=None, **rows) -> dict[str, dict[str, object]]:
    """Source key -> the deal's fields, by the name of the field."""
    entities = practice_of(**{"patient": [OAK], **rows})
    frame = whole(entities, decisions).assembled.wanted[DEAL]
    return {
        row["source_key"]: {
            name.removeprefix("treatment_plan."): value for name, value in row.items()
        }
        for row in frame.iter_rows(named=True)
    }


def deal(decisions=None, **rows) -> dict[str, object]:
    (found,) = deals(decisions, **{"treatment_plan": [PLAN], **rows}).values()
    return found


@pytest.mark.parametrize(
    ("status", "deal_status"),
    [("proposed", "open"), ("accepted", "open"), ("completed", "won"), ("declined", "lost")],
)
def test_a_deal_stands_where_its_plan_stands(status, deal_status):
    found = deal(treatment_plan=[PLAN | {"status": status}])
    assert (found["status"], found["deal_status"]) == (status, deal_status)
    assert found["patient_key"] == ref("patient|p")


def test_a_deal_always_has_a_value_and_a_currency():
    found = deal(Decisions(currency="CAD"))
    assert (found["estimated_value"], found["currency"]) == (Decimal("0.00"), "CAD")
    said = PLAN | {"estimated_value": Decimal("12.50"), "currency": "EUR"}
    found = deal(treatment_plan=[said])
    assert (found["estimated_value"], found["currency"]) == (Decimal("12.50"), "EUR")


@pytest.mark.parametrize("length", [254, 255, 256, 300])
def test_a_title_too_long_is_shortened_and_kept_whole_beside(length):
    title = ("Scaling and root planing; " * 20)[:length]
    found = deal(treatment_plan=[PLAN | {"title": title}])
    if length <= 255:
        assert (found["title"], found["full_title"]) == (title, None)
    else:
        assert found["title"] == title[:252] + "..."
        assert found["full_title"] == title


def test_procedures_are_told_in_order_with_the_sum_of_their_fees():
    lines = [
        {"procedure_key": "2", "plan_key": "t", "position": 2, "code": "D4910", "tooth": "3"},
        {
            "procedure_key": "1",
            "plan_key": "t",
            "position": 1,
            "code": "D4341",
            "quadrant": "UR",
            "fee": Decimal("250.00"),
        },
        {"procedure_key": "3", "plan_key": "t", "description": "Recall", "fee": Decimal("0.50")},
    ]
    found = deal(planned_procedure=lines)
    assert found["procedures"] == (
        "1 | D4341 | quadrant UR | 250.00\n2 | D4910 | tooth 3\nRecall | 0.50"
    )
    assert found["procedures_total"] == Decimal("250.50")


def test_fees_that_nobody_wrote_down_have_no_sum():
    found = deal(planned_procedure=[{"procedure_key": "1", "plan_key": "t", "code": "D4910"}])
    assert found["procedures_total"] is None
    assert found["procedures"] == "D4910"
    assert deal()["procedures"] is None


PROVIDERS = [
    {"provider_key": "dr", "first_name": "Ida", "last_name": "Fir", "npi": "123"},
    {"provider_key": "hyg", "last_name": "Kim"},
]


@pytest.mark.parametrize(
    ("of_plan", "of_patient", "owner", "name"),
    [
        ("dr", "hyg", "7", "Ida Fir"),
        ("hyg", "dr", "1", "Kim"),
        (None, "dr", "7", None),
        (None, None, "1", None),
    ],
)
def test_a_deal_belongs_to_who_planned_it_else_to_who_is_in_charge(
    of_plan, of_patient, owner, name
):
    found = deal(
        patient=[OAK | {"provider_key": of_patient}],
        treatment_plan=[PLAN | {"provider_key": of_plan}],
        provider=PROVIDERS,
    )
    assert (found["owner"], found["provider.name"]) == (owner, name)


def test_a_deal_is_linked_to_the_practice_that_sent_the_patient():
    found = deal(
        referring_doctor=[{"doctor_key": "d", "last_name": "Elm"}],
        referral=[{"referral_key": "r", "patient_key": "p", "doctor_key": "d"}],
    )
    assert found["practice"] == ref("referring_practice|d")


def test_a_deal_shows_its_exam_as_a_chart_and_in_figures():
    found = deal(
        treatment_plan=[PLAN | {"planned_on": date(2024, 1, 6)}],
        perio_exam=[EXAM | {"note": "Bled."}],
        site_reading=[READING, READING | {"site": "B", "probing_depth_mm": 3}],
        tooth_finding=[{"exam_key": "e", "tooth": 3, "mobility": "1"}],
    )
    assert found["chart_record.exam_on"] == date(2024, 1, 5)
    assert found["chart_record.exam_note"] == "Bled."
    assert found["chart_record.sites_probed"] == 2
    assert found["chart_record.mean_pd_mm"] == 4.0
    assert found["chart_record.sites_ge_5"] == 1
    assert found["chart_record.mobile_teeth"] == 1
    assert json.loads(str(found["chart_record.chart_json"]))
    assert found["chart_record.chart_text"]


def test_a_deal_without_an_exam_has_no_chart():
    found = deal()
    charted = [path for path in record_fields(DEAL) if path.startswith("chart_record.")]
    assert {found[path] for path in charted} == {None}


@pytest.mark.parametrize(
    "rows",
    [
        {"perio_exam": [EXAM]},
        {"diagnosis": [{"diagnosis_key": "g", "patient_key": "p", "classification": "III-B"}]},
        {"custom_finding": [{"finding_key": "f", "patient_key": "p", "name": "Smile line"}]},
        {"radiograph": [{"radiograph_key": "x", "patient_key": "p", "findings": "Bone loss"}]},
    ],
    ids=lambda rows: next(iter(rows)),
)
def test_a_patient_with_something_clinical_and_no_plan_has_one_deal_for_it(rows):
    found = deals(**rows)
    assert list(found) == [ALONE]
    one = found[ALONE]
    assert (one["title"], one["deal_status"]) == ("Periodontal record", "open")
    assert one["patient_key"] == ref("patient|p")
    named = deals(Decisions(title_without_plan="Chart"), **rows)
    assert named[ALONE]["title"] == "Chart"


def test_everything_of_a_patient_without_a_plan_is_on_one_deal():
    found = deals(
        perio_exam=[EXAM, EXAM | {"exam_key": "f", "examined_on": date(2024, 5, 5)}],
        diagnosis=[{"diagnosis_key": "g", "patient_key": "p", "classification": "III-B"}],
        radiograph=[{"radiograph_key": "x", "patient_key": "p", "findings": "Bone loss"}],
    )
    (one,) = found.values()
    assert one["chart_record.exam_on"] == date(2024, 5, 5)
    assert one["diagnosis.classification"] == "III-B"
    assert one["radiograph.radiographs"] == "Bone loss"


def test_a_patient_with_nothing_clinical_has_no_deal():
    assert deals() == {}


TWO_PLANS = [
    PLAN | {"plan_key": "t1", "planned_on": date(2023, 1, 1)},
    PLAN | {"plan_key": "t2", "planned_on": date(2024, 1, 1)},
    PLAN | {"plan_key": "t3"},
]


def test_what_names_no_plan_goes_to_the_latest():
    found = deals(
        treatment_plan=TWO_PLANS,
        diagnosis=[
            {"diagnosis_key": "g1", "patient_key": "p", "plan_key": "t1", "classification": "I-A"},
            {"diagnosis_key": "g2", "patient_key": "p", "classification": "III-B"},
        ],
    )
    assert {key: one["diagnosis.classification"] for key, one in found.items()} == {
        "treatment_plan|t1": "I-A",
        "treatment_plan|t2": "III-B",
        "treatment_plan|t3": None,
    }


def test_the_latest_diagnosis_stands_in_fields_and_all_of_them_in_order():
    diagnoses = [
        {
            "diagnosis_key": "g1",
            "patient_key": "p",
            "diagnosed_on": date(2024, 3, 1),
            "classification": "Periodontitis, Stage III, Grade B, generalized",
            "icd_10": "K05.323",
        },
        {"diagnosis_key": "g2", "patient_key": "p", "classification": "Gingivitis"},
        {
            "diagnosis_key": "g3",
            "patient_key": "p",
            "diagnosed_on": date(2020, 3, 1),
            "classification": "Chronic periodontitis",
        },
    ]
    found = deal(diagnosis=diagnoses)
    assert found["diagnosis.diagnosed_on"] == date(2024, 3, 1)
    assert (found["diagnosis.stage"], found["diagnosis.grade"]) == (3, "B")
    assert found["diagnosis.extent"] == "generalized"
    assert found["diagnosis.history"] == (
        "Gingivitis\n2020-03-01 | Chronic periodontitis\n"
        "2024-03-01 | Periodontitis, Stage III, Grade B, generalized | K05.323"
    )


def test_a_recorded_stage_is_never_read_anew():
    recorded = {"stage": 2, "grade": "C", "extent": "as recorded"}
    said = {"diagnosis_key": "g", "patient_key": "p", "classification": "Stage III, Grade B"}
    found = deal(diagnosis=[said | recorded])
    assert {name: found[f"diagnosis.{name}"] for name in recorded} == recorded


def test_images_are_told_in_order_and_the_latest_is_linked():
    images = [
        {
            "radiograph_key": "x1",
            "patient_key": "p",
            "taken_on": date(2024, 2, 1),
            "kind": "BW",
            "teeth": "3, 14",
            "findings": "Bone loss",
        },
        {"radiograph_key": "x2", "patient_key": "p", "kind": "FMX"},
        {"radiograph_key": "x3", "patient_key": "p", "taken_on": date(2023, 2, 1), "kind": "PA"},
    ]
    found = deal(radiograph=images)
    assert found["radiograph.radiographs"] == (
        "FMX\n2023-02-01 | PA\n2024-02-01 | BW | teeth 3, 14 | Bone loss"
    )
    assert found["radiograph.latest_kind"] == "BW"
    assert found["radiograph.latest_on"] == date(2024, 2, 1)
    assert found["radiograph.latest_link"] == ref("radiograph|x1")


def test_a_finding_is_told_on_every_plan_that_shows_its_exam_else_on_the_latest():
    findings = [
        {"finding_key": "f1", "patient_key": "p", "exam_key": "e", "name": "Smile", "tooth": "8"},
        {"finding_key": "f2", "patient_key": "p", "exam_key": "old", "name": "Frenum"},
        {
            "finding_key": "f3",
            "patient_key": "p",
            "name": "Habit",
            "value_text": "clenches",
            "found_on": date(2024, 1, 1),
        },
    ]
    exams = [
        EXAM | {"exam_key": "old", "examined_on": date(2010, 1, 1)},
        EXAM | {"exam_key": "e", "examined_on": date(2022, 12, 31)},
    ]
    found = deals(treatment_plan=TWO_PLANS[:2], perio_exam=exams, custom_finding=findings)
    said = {key: one["chart_record.custom_findings"] for key, one in found.items()}
    assert said == {
        "treatment_plan|t1": "Smile | tooth 8",
        "treatment_plan|t2": "2024-01-01 | Habit | clenches\nSmile | tooth 8\nFrenum",
    }


def test_every_plan_of_a_generated_practice_is_a_deal_and_no_other_but_records(records):
    plans = records.entities["treatment_plan"]
    keys = records.assembled.wanted[DEAL]["source_key"]
    of_plans = keys.filter(keys.str.starts_with("treatment_plan|"))
    assert set(of_plans) == {f"treatment_plan|{key}" for key in plans["plan_key"]}
    planned = set(plans["patient_key"])
    for key in keys.filter(keys.str.ends_with("|record")):
        assert key.split("|")[1] not in planned
