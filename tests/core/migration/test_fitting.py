"""Whether the custom fields fit, what is folded where they do not, and what drifted."""

import json

import polars as pl
import pytest

from core.lifecycle import Stage
from core.migration import preparing, sampling, specify
from core.migration.field_sheet import TYPE_NAMES, field_document
from core.migration.fitting import DRIFT_SCHEMA, Fit, field_drift, fit
from core.vocabulary.field import CrmType
from core.vocabulary.specification import specification

WANTED = specification(profile="clinical", restricted=(), options={})
OURS = WANTED.filter(pl.col("target") != "activity_type")
NOTHING = pl.DataFrame(
    schema=dict.fromkeys(("target", "name", "crm_type", "code", "options"), pl.String)
)


def there(**changes: dict[str, str] | None) -> pl.DataFrame:
    """Every field as specified, but for what is changed by name; None: it is gone."""
    rows = []
    for row in WANTED.iter_rows(named=True):
        options = {label: number for number, label in enumerate(row["options"])}
        now = {
            "target": row["target"],
            "name": row["name"],
            "crm_type": row["crm_type"],
            "code": code(row["target"], row["name"]),
            "options": json.dumps(options),
        }
        change = changes.get(row["name"].replace(" ", "_"), {})
        if change is not None:
            rows.append(now | change)
    return pl.DataFrame(rows, schema=NOTHING.schema, orient="row")


def code(target: str, name: str) -> str:
    return f"{target}|{name}".encode().hex()[:40]


CODES = {f"{t}|{n}": code(t, n) for t, n in WANTED.select("target", "name").iter_rows()}


def test_fields_that_fit_fold_nothing():
    made = fit(WANTED, NOTHING, OURS.height, {})
    assert (made.over, made.ours, made.others) == (0, OURS.height, 0)
    assert made.folded.is_empty()


def test_fields_already_there_are_not_counted_twice():
    assert fit(WANTED, there(), OURS.height, {}).over == 0


def test_an_unknown_cap_is_no_verdict():
    assert fit(WANTED, NOTHING, None, {}).over == 0


def test_the_emptiest_fields_are_folded_first_and_never_what_others_rest_on():
    filled = dict.fromkeys(OURS["field"], 100) | {"patient.work_phone": 0, "patient.sex": 3}
    some = [path for path in OURS["field"] if path.startswith("patient.")][:2]
    filled |= {some[0]: 1, some[1]: 2}
    others = pl.DataFrame(
        [("person", "Shoe size", "varchar", "x", "{}")], schema=NOTHING.schema, orient="row"
    )
    made = fit(WANTED, others, OURS.height - 1, filled)
    assert (made.others, made.over) == (1, 2)
    assert made.is_enough
    assert not set(made.folded["name"]) & {"Migration Ref", "Long Values", "Chart JSON"}
    counts = made.folded["filled"].to_list()
    assert counts == sorted(counts)
    assert max(counts) < 100


def test_a_cap_that_folding_cannot_meet_says_so():
    made = fit(WANTED, NOTHING, 1, {})
    assert not made.is_enough
    assert made.over == OURS.height - 1


def test_a_fit_is_kept_and_read_back_as_it_was():
    made = fit(WANTED, NOTHING, 30, {})
    again = Fit.of(json.loads(json.dumps(made.document())))
    assert again.document() == made.document()
    assert Fit.of({}).over == 0


NAME = "Chart Number"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Chart_Number": None}, ("missing", NAME, "")),
        ({"Chart_Number": {"name": "Chart No"}}, ("renamed", NAME, "Chart No")),
        (
            {"Chart_Number": {"code": "z" * 40}},
            ("made anew", "", "values of the old one are gone"),
        ),
        ({"Chart_Number": {"crm_type": "text"}}, ("type changed", "varchar", "text")),
    ],
)
def test_what_became_of_a_field_is_told_by_what_changed(change, told):
    found = field_drift(WANTED, there(**change), CODES)
    assert found.select("what", "before", "after").rows() == [told]
    assert found["name"].to_list() == [NAME]


def test_an_option_that_is_gone_is_named():
    row = next(each for each in WANTED.iter_rows(named=True) if len(each["options"]) > 1)
    kept = json.dumps({row["options"][0]: 1})
    found = field_drift(WANTED, there(**{row["name"].replace(" ", "_"): {"options": kept}}), CODES)
    gone = found.filter(pl.col("what") == "option missing")["before"].to_list()
    assert gone == row["options"][1:]


def test_fields_as_specified_and_fields_never_adopted_have_not_drifted():
    assert field_drift(WANTED, there(), CODES).is_empty()
    never = field_drift(WANTED, NOTHING, {})
    assert never.is_empty()
    assert never.schema == DRIFT_SCHEMA


def test_every_type_has_a_name_that_people_find_in_the_destination():
    assert set(TYPE_NAMES) == {each.value for each in CrmType}


def test_the_document_holds_every_field_its_options_and_what_to_fold():
    document = field_document(WANTED, CODES, fit(WANTED, NOTHING, 30, {}), migration_id="m-1")
    page = document.markdown()
    assert page.count("| person | Chart Number | Text |") == 1
    assert f"{OURS.height - 30} too many" in page
    assert code("person", "Chart Number") in page
    fits = field_document(WANTED, {}, fit(WANTED, NOTHING, 500, {}), migration_id="m-1")
    assert "the account takes 500." in fits.markdown()
    unknown = field_document(WANTED, {}, fit(WANTED, NOTHING, None, {}), migration_id="m-1")
    assert "is not known" in unknown.markdown()


def test_specifying_writes_the_documents_and_keeps_whether_it_fits(at, monkeypatch):
    migration = at(Stage.MAP_CONFIRMED)
    monkeypatch.setenv("PERIO_CUSTOM_FIELD_CAP", "40")
    result = migration.take(preparing.fields)
    kept = migration.kept(specify.FIT)
    assert kept["cap"] == 40
    assert kept["over"] == kept["ours"] - 40 == result["fields"]["over_cap"]
    assert kept["folded"][0]["filled"] < 10
    page = (migration.folder / "field-specification.md").read_text(encoding="utf-8")
    assert "Chart Number" in page
    assert (migration.folder / "field-specification.xlsx").read_bytes()[:2] == b"PK"


def test_a_field_renamed_in_the_account_is_reported_and_stops_the_sample(at):
    migration = at(Stage.FIELDS_READY)
    assert migration.kept(specify.DRIFT)["found"] == []
    with migration.sandbox() as account:
        kept = migration.kept(specify.CODES)["person|Chart Number"]
        account.ask("PATCH", f"/api/v2/personFields/{kept}", json={"field_name": "Chart No"})
        with pytest.raises(Exception, match="Chart Number"):
            migration.take(sampling.sample)
    found = migration.kept(specify.DRIFT)["found"]
    assert [(each["what"], each["after"]) for each in found] == [("renamed", "Chart No")]
