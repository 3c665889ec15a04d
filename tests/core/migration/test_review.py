"""What a reviewer is shown: links by name, records nobody wanted, charts site by site."""

import json

import polars as pl

from core.lifecycle import Stage
from core.migration.chart_sites import SITES_SCHEMA
from core.migration.review import REVIEW_SCHEMA, with_link_names
from tests.migrations import VERIFY


def test_every_cell_of_a_good_sample_is_as_intended_and_links_have_names(at):
    migration = at(Stage.SAMPLE_LOADED)
    review = migration.vault("review")
    assert review.schema == pl.Schema(REVIEW_SCHEMA)
    assert set(review["status"]) == {"as intended"}
    links = with_link_names(review).filter(field="treatment_plan.patient_key")
    persons = review.filter(target="person").select("ref", "label").unique()
    told = dict(persons.iter_rows())
    for wanted, found in links.select("wanted", "found").iter_rows():
        label, ref = wanted.split(" · ")
        assert found == wanted
        assert told[ref] == label
    times = review.filter(field="visit.due_at")
    assert times.height
    assert (times["wanted"] == times["found"]).all()


def test_a_note_of_the_wrong_patient_names_both(at):
    migration = at(Stage.VERIFIED)
    notes = migration.vault("found/note").select("record_id", "note.patient_key")
    note, ref = notes.row(0)
    with migration.opened(lock=False) as bench:
        records = bench.ledger.records().filter(pl.col("target") == "person")
    other = records.filter(pl.col("ref") != ref).row(0, named=True)
    with migration.sandbox() as account:
        account.ask("PUT", f"/v1/notes/{note}", json={"person_id": other["record_id"]})
        assert migration.take(VERIFY)["diff"]["by_class"]["wrong link"] == 1
    differing, review = migration.vault("differences"), migration.vault("review")
    assert differing["wanted"].to_list() == [ref]
    persons = migration.vault("found/person").select(
        "ref", pl.col("patient.last_name").alias("label")
    )
    (cell,) = with_link_names(differing, of=persons).rows(named=True)
    assert with_link_names(review.head(0)).equals(review.head(0))
    assert (cell["field"], cell["diff_class"], cell["severity"]) == (
        "note.patient_key",
        "wrong link",
        "loss",
    )
    assert cell["wanted"].endswith(f"· {ref}")
    assert cell["found"].endswith(f"· {other['ref']}")


def test_a_record_that_is_there_twice_is_shown_as_one_that_nobody_wanted(at):
    migration = at(Stage.VERIFIED)
    deal = migration.vault("found/deal").row(0, named=True)
    code = migration.kept("field_codes")["deal|Migration Ref"]
    with migration.sandbox() as account:
        copy = account.make("/api/v2/deals", title="A copy", custom_fields={code: deal["ref"]})
        result = migration.take(VERIFY)
    assert result["diff"]["by_class"]["duplicate record"] == 2
    strange = migration.vault("differences").filter(status="unexpected")
    assert set(strange["found"]) == {f"record {deal['record_id']}", f"record {copy}"}
    assert set(strange["diff_class"]) == {"duplicate record"}
    assert set(strange["severity"]) == {"loss"}
    assert strange["label"].null_count() == 0


def test_a_depth_that_somebody_changed_is_told_by_tooth_and_site(at):
    migration = at(Stage.VERIFIED)
    assert migration.vault("chart/differences").is_empty()
    deals = migration.vault("found/deal").drop_nulls("chart_record.chart_json")
    deal = deals.row(0, named=True)
    chart = json.loads(deal["chart_record.chart_json"])
    tooth = next(name for name, each in chart["teeth"].items() if each.get("pd"))
    before = chart["teeth"][tooth]["pd"][1]
    chart["teeth"][tooth]["pd"][1] = 11
    code = migration.kept("field_codes")["deal|Chart JSON"]
    with migration.sandbox() as account:
        changed = {"custom_fields": {code: json.dumps(chart)}}
        account.ask("PATCH", f"/api/v2/deals/{deal['record_id']}", json=changed)
        assert migration.take(VERIFY)["diff"]["loss"] > 0
    sites = migration.vault("chart/differences")
    assert sites.schema == pl.Schema(SITES_SCHEMA)
    assert sites.select("deal_ref", "tooth", "site", "field", "before", "after").rows() == [
        (deal["ref"], int(tooth), "B", "site_reading.probing_depth_mm", "11", str(before))
    ]
    assert sites["severity"].to_list() == ["loss"]
    assert migration.stage() is Stage.VERIFIED


def test_a_figure_that_contradicts_its_chart_blocks_though_it_is_as_wanted(at):
    migration = at(Stage.LOADED)
    name = "chart_record.sites_probed"
    with migration.opened(lock=False) as bench:
        deals = bench.vault.get("wanted/deal")
        ref, probed = deals.drop_nulls(name).select("ref", name).row(0)
        is_it = pl.col("ref") == ref
        wrong = pl.when(is_it).then(pl.lit(probed + 1)).otherwise(name).alias(name)
        bench.vault.put("wanted/deal", deals.with_columns(wrong))
        records = bench.ledger.records().filter(is_it)
    code = migration.kept("field_codes")["deal|Sites Probed"]
    with migration.sandbox() as account:
        changed = {"custom_fields": {code: probed + 1}}
        account.ask("PATCH", f"/api/v2/deals/{records['record_id'][0]}", json=changed)
        result = migration.take(VERIFY)
    assert result["diff"]["by_class"]["rule broken"] == 1
    assert result["diff"]["loss"] >= 1
    assert migration.stage() is Stage.LOADED
    (cell,) = migration.vault("differences").filter(diff_class="rule broken").rows(named=True)
    assert (cell["field"], cell["severity"], cell["status"]) == (name, "loss", "differs")
