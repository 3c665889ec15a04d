"""Numbers that count within something else are read together with it, or asked about."""

from core.crosswalk.mapping import ColumnMap, TableMap
from core.discovery.naming import words_of
from core.discovery.shapes import Kind
from core.matching.compound import with_partners
from core.matching.facts import ColumnFacts, TableFacts


def facts(name: str, *columns: str, key: tuple[str, ...] = (), unique: str = "") -> TableFacts:
    made = (
        ColumnFacts(
            one,
            words_of(one),
            Kind.WHOLE,
            key.index(one) + 1 if one in key else 0,
            "",
            5,
            is_unique=one == unique,
        )
        for one in columns
    )
    return TableFacts(name, 9, is_view=False, columns=tuple(made))


PATIENTS = facts("Patients", "PatientCode", key=("PatientCode",))
PLANS = facts("Plans", "PatientCode", "Number", key=("PatientCode", "Number"))
MAPS = {
    "Patients": TableMap("Patients", "patient", columns=(ColumnMap("PatientCode", "patient_key"),)),
    "Plans": TableMap(
        "Plans",
        "treatment_plan",
        columns=(ColumnMap("PatientCode", "patient_key"), ColumnMap("Number", "plan_key")),
    ),
}


def visits(*names: str) -> TableMap:
    fields = {"PatientCode": "patient_key", "Plan": "plan_key"}
    return TableMap("Visits", "visit", columns=tuple(ColumnMap(one, fields[one]) for one in names))


def proposed(visit: TableMap, plans: TableFacts = PLANS) -> dict[str, ColumnMap]:
    tables = {
        "Patients": PATIENTS,
        "Plans": plans,
        "Visits": facts("Visits", *(one.name for one in visit.columns)),
    }
    made = with_partners([*MAPS.values(), visit], tables)
    return {f"{table.name}.{one.name}": one for table in made for one in table.columns}


def test_a_number_within_a_patient_and_what_refers_to_it_are_read_with_the_patient():
    found = proposed(visits("PatientCode", "Plan"))
    assert found["Plans.Number"].options == {"with": "PatientCode"}
    assert found["Visits.Plan"].options == {"with": "PatientCode"}
    assert found["Visits.Plan"].field == "plan_key"


def test_a_reference_without_its_partner_is_asked_about():
    found = proposed(visits("Plan"))
    assert not found["Visits.Plan"].is_answered
    assert found["Visits.Plan"].alternatives == ("plan_key",)


def test_a_number_that_is_unique_by_itself_stays_by_itself():
    plans = facts("Plans", "PatientCode", "Number", key=("PatientCode", "Number"), unique="Number")
    found = proposed(visits("PatientCode", "Plan"), plans)
    assert not found["Plans.Number"].options
    assert not found["Visits.Plan"].options


def test_a_number_that_was_taken_for_something_else_is_offered_as_the_key():
    other = MAPS["Plans"].columns[0], ColumnMap("Number", "title", score=0.9)
    plans = TableMap("Plans", "treatment_plan", columns=other)
    made = with_partners([MAPS["Patients"], plans], {"Patients": PATIENTS, "Plans": PLANS})
    number = made[1].columns[1]
    assert not number.is_answered
    assert number.alternatives == ("plan_key", "title")
