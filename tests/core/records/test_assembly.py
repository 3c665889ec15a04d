"""All records of a practice: nothing is left out, and every link leads somewhere."""

import re
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crosswalk.mapping import Decisions
from core.records.assembly import LISTING, assemble, gather, restrict
from core.records.file import files
from core.records.organization import group_practices
from core.vocabulary import ENTITIES, CrmObject
from core.vocabulary.record import link_fields, record_schema
from tests.core.records.entities import OWNERS, made_of, practice_of, ref, sign, whole

LAW = settings(deadline=None, max_examples=15)
FILE = CrmObject.FILE


def refs_of(records) -> dict[CrmObject, set[str]]:
    return {name: set(frame["ref"]) for name, frame in records.assembled.wanted.items()}


def test_every_accepted_row_is_carried(records):
    carried = records.assembled.carriers
    for entity, rows in records.entities.items():
        keys = carried.filter(entity=entity)["source_key"]
        if not ENTITIES[entity].is_derived:
            assert set(keys) == set(rows["source_key"]), entity


def test_every_carrier_is_a_record_that_exists_or_the_list_for_the_rebuild(records):
    known = refs_of(records)
    for target, one in records.assembled.carriers.select("target", "ref").unique().iter_rows():
        if target == LISTING:
            assert one is None
        else:
            assert one in known[CrmObject(target)]


def test_only_what_has_no_place_in_the_destination_is_listed(records):
    listed = records.assembled.carriers.filter(target=LISTING)
    assert set(listed["entity"]) <= {"letter_template", "account", "provider"}


def test_a_row_is_named_once_beside_each_of_its_carriers(records):
    assert records.assembled.carriers.is_unique().all()


def test_every_record_carries_a_row(records):
    carrying = set(records.assembled.carriers["ref"].drop_nulls())
    for name, known in refs_of(records).items():
        assert known <= carrying, name


def test_refs_are_unique_over_all_objects(records):
    refs = pl.concat(frame["ref"] for frame in records.assembled.wanted.values())
    assert refs.is_unique().all()
    assert refs.str.contains("^m[0-9a-f]{24}$").all()


def test_every_link_points_to_a_record_that_exists(records):
    known = refs_of(records)
    for name, frame in records.assembled.wanted.items():
        for path, to in link_fields(name).items():
            assert set(frame[path].drop_nulls()) <= known[to], path


def test_record_frames_are_of_the_declared_types_in_order_of_ref(records):
    for name, frame in records.assembled.wanted.items():
        extra = {"content": pl.String()} if name is FILE else {}
        assert frame.schema == pl.Schema({**record_schema(name), **extra})
        assert frame["ref"].is_sorted()


def test_every_record_has_an_owner_where_it_may_have_one(records):
    for name, path in (
        (CrmObject.PERSON, "patient.owner"),
        (CrmObject.DEAL, "treatment_plan.owner"),
        (CrmObject.ACTIVITY, "visit.owner"),
    ):
        assert records.assembled.wanted[name][path].null_count() == 0


def test_no_file_is_named_for_a_patient(records):
    names = records.assembled.wanted[FILE]["attachment.file_name"]
    patients = records.entities["patient"]
    words = {
        word.lower()
        for column in ("last_name", "first_name", "preferred_name", "chart_number", "patient_key")
        for text in patients[column].drop_nulls()
        for word in re.findall(r"\w{4,}", text)
    }
    for name in names:
        kind = re.sub(r"m[0-9a-f]{24}", "", name).lower()
        assert not words & set(re.findall(r"[a-z0-9]+", kind)), kind


def test_counts_of_records_are_counts_of_rows(practice, records):
    left = practice.truth["counts_after_rejection"]
    wanted = records.assembled.wanted
    assert wanted[CrmObject.PERSON].height == left["Patient"]
    assert wanted[CrmObject.ACTIVITY].height == left["Visit"]
    assert wanted[CrmObject.NOTE].height == left["ClinNote"]
    assert wanted[CrmObject.DEAL].height >= left["TreatPlan"]


def test_the_same_rows_in_another_order_make_the_same_records(records):
    shuffled = {
        name: frame.sample(fraction=1, shuffle=True, seed=4)
        for name, frame in records.entities.items()
    }
    owners = pl.DataFrame(
        {
            "provider_key": [None, *records.entities["provider"]["provider_key"]],
            "owner": [str(n) for n in range(records.entities["provider"].height + 1)],
        }
    )
    again = whole(shuffled, owners=owners)
    for name, frame in records.assembled.wanted.items():
        assert frame.equals(again.assembled.wanted[name]), name
    assert records.assembled.carriers.equals(again.assembled.carriers)


@LAW
@given(pick=st.data())
def test_a_sample_is_closed_under_parents(records, pick):
    everyone = records.entities["patient"]["patient_key"].to_list()
    chosen = pick.draw(st.lists(st.sampled_from(everyone), unique=True, max_size=6))
    kept = restrict(records.entities, pl.Series(chosen, dtype=pl.String))
    assert set(kept["patient"]["patient_key"]) == set(chosen)
    for entity, rows in kept.items():
        assert rows.join(records.entities[entity], on="source_key", how="anti").is_empty()
        for name, field in ENTITIES[entity].fields().items():
            if field.refers_to:
                parent = kept[field.refers_to]
                keys = parent[ENTITIES[field.refers_to].key_fields()[0]]
                assert rows[name].drop_nulls().is_in(keys.implode()).all(), field.path


def test_a_sample_makes_the_same_records_as_the_whole_practice_makes_of_it(records):
    chosen = records.entities["patient"]["patient_key"].head(10)
    owners = pl.DataFrame(
        {
            "provider_key": [None, *records.entities["provider"]["provider_key"]],
            "owner": [str(n) for n in range(records.entities["provider"].height + 1)],
        }
    )
    kept = restrict(records.entities, chosen)
    gathered = gather(kept, owners, Decisions(), records.gathered.practices)
    sample = assemble(kept, gathered, files(gathered.requests, made_of(gathered.requests)), sign)
    for name, frame in sample.wanted.items():
        same = records.assembled.wanted[name].join(frame, on="ref", how="semi")
        assert frame.equals(same.sort("ref")), name
    assert sample.wanted[CrmObject.PERSON].height == 10


def test_a_practice_without_rows_makes_no_record():
    nothing = whole(practice_of())
    assert all(frame.is_empty() for frame in nothing.assembled.wanted.values())
    assert nothing.assembled.carriers.is_empty()
    assert nothing.assembled.doubtful.is_empty()


def test_rows_that_no_record_holds_are_listed():
    entities = practice_of(
        letter_template=[{"template_key": "t1", "name": "Recall"}],
        provider=[{"provider_key": "hyg", "last_name": "Elm"}],
        account=[{"account_key": "a9"}],
    )
    carried = whole(entities).assembled.carriers
    assert carried.rows() == [
        ("account", "a9", LISTING, None),
        ("letter_template", "t1", LISTING, None),
        ("provider", "hyg", LISTING, None),
    ]


@pytest.mark.parametrize("recipe", ["letter_pdf", "copy"])
def test_a_file_that_could_not_be_made_carries_nothing(recipe):
    entities = practice_of(
        patient=[{"patient_key": "p", "last_name": "Oak"}],
        letter=[{"letter_key": "l", "patient_key": "p", "file_path": "l.rtf"}],
    )
    gathered = gather(entities, OWNERS, Decisions())
    made = made_of(gathered.requests.filter(pl.col("recipe") != recipe))
    done = assemble(entities, gathered, files(gathered.requests, made), sign)
    other = "letter|l" if recipe == "copy" else "letter|l|original"
    assert done.wanted[FILE]["ref"].to_list() == [ref(other)]
    assert done.carriers.filter(entity="letter").rows() == [("letter", "l", "file", ref(other))]


def test_an_image_without_its_file_is_linked_by_nothing():
    entities = practice_of(
        patient=[{"patient_key": "p", "last_name": "Oak"}],
        radiograph=[
            {"radiograph_key": "r1", "patient_key": "p", "taken_on": date(2024, 1, 1)},
        ],
    )
    gathered = gather(entities, OWNERS, Decisions())
    none = files(gathered.requests, made_of(gathered.requests.clear()))
    deals = assemble(entities, gathered, none, sign).wanted[CrmObject.DEAL]
    assert deals["radiograph.latest_on"].to_list() == [date(2024, 1, 1)]
    assert deals["radiograph.latest_link"].to_list() == [None]
    linked = whole(entities).assembled.wanted[CrmObject.DEAL]
    assert linked["radiograph.latest_link"].to_list() == [ref("radiograph|r1")]


def test_a_practice_carries_its_doctors_and_is_listed_where_doubtful():
    entities = practice_of(
        referring_doctor=[
            {"doctor_key": "d1", "street": "5 Oak St", "zip_code": "10001", "phone": "555-0100"},
            {"doctor_key": "d2", "street": "5 Oak St", "zip_code": "10001", "phone": "555-0101"},
        ]
    )
    done = whole(entities).assembled
    one = ref("referring_practice|d1")
    assert done.carriers.select("entity", "source_key", "ref").rows() == [
        ("referring_doctor", "d1", one),
        ("referring_doctor", "d2", one),
        ("referring_practice", "d1", one),
    ]
    assert done.doubtful.rows() == [("d1", "one address, several phones")]


def test_groups_found_over_all_doctors_hold_for_a_sample():
    doctors = practice_of(
        referring_doctor=[
            {"doctor_key": "d1", "phone": "555-0100"},
            {"doctor_key": "d2", "phone": "555-0100"},
        ]
    )
    groups = group_practices(doctors["referring_doctor"])
    few = doctors | {"referring_doctor": doctors["referring_doctor"].tail(1)}
    gathered = gather(few, OWNERS, Decisions(), groups)
    assert gathered.practices is groups
    carried = assemble(few, gathered, files(gathered.requests, made_of(gathered.requests)), sign)
    assert carried.carriers.filter(entity="referring_doctor")["ref"].to_list() == [
        ref("referring_practice|d1")
    ]
    lone = replace(groups, practices=groups.practices.clear())
    assert gather(few, OWNERS, Decisions(), lone).records[CrmObject.ORGANIZATION].is_empty()
