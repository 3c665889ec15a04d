"""What is looked at before anything moves, each with how bad it is and what to do."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl
import pytest

from core.lifecycle import Stage
from core.migration import preparing
from core.migration.fitting import FOLDED_SCHEMA, Fit
from core.migration.preflight import (
    AUTOMATIONS,
    PREFLIGHT,
    End,
    Finding,
    Severity,
    as_document,
    automations,
    clock_finding,
    confirm_automations,
    destination_findings,
    findings_of,
    provider_finding,
    source_findings,
    told_by,
    zone_finding,
)
from core.migration.preflight_plan import Limits, attestation_finding, plan_findings
from core.ports import About, Circumstance, Standing, Table, User

ANNA = User(1, "Anna", "anna@example.com", is_active=True, is_admin=True)
GONE = User(2, "Gone", "gone@example.com", is_active=False, is_admin=False)
STANDING = Standing("Bright Smiles", "bright", ANNA, (ANNA, GONE), 0, 20, 30_000, 29_000)
TABLES = (Table("PATIENT", (), (), 480), Table("EMPTY", (), (), 0))
LIMITS = Limits(0.25, 2_500)


@dataclass(frozen=True)
class Said:
    said: str
    next_step: str


class Candid:
    """A source that looks at itself."""

    def __init__(self, *remarks: Said) -> None:
        self.remarks = remarks

    def preflight(self) -> tuple[Said, ...]:
        return self.remarks


def severities(findings: list[Finding]) -> dict[str, Severity]:
    return {finding.about: finding.severity for finding in findings}


def test_a_source_says_what_it_is_and_that_it_cannot_be_harmed():
    found = source_findings(About("SQLite file x", 2_000_000, is_read_only=True), TABLES)
    assert found[0].said == "SQLite file x: 2 tables and views, 480 rows, 2.0 MB."
    good = {"what it is": Severity.GOOD, "read only": Severity.GOOD}
    assert severities(found) == good | {"who else writes": Severity.NOTE}


def test_an_empty_source_stops():
    found = source_findings(About("SQLite file x"), (Table("EMPTY", (), (), 0),))
    assert found[0].severity is Severity.STOP
    assert found[0].next_step


def test_a_source_that_cannot_tell_is_a_warning():
    found = source_findings(About("A database"), TABLES)
    assert severities(found)["read only"] is Severity.WARNING


def test_a_database_that_is_nearly_full_is_a_warning():
    full = source_findings(About("SQL Server", 9 * 10**9, 10**10, is_read_only=True), TABLES)
    assert severities(full)["room"] is Severity.WARNING
    roomy = source_findings(About("SQL Server", 10**9, 10**10, is_read_only=True), TABLES)
    assert "room" not in severities(roomy)


@pytest.mark.parametrize(
    ("remarks", "severity"),
    [((), Severity.GOOD), ((Said("It may write.", "See to it."),), Severity.WARNING)],
)
def test_a_source_that_looked_says_what_it_found(remarks, severity):
    told = told_by(Candid(*remarks))  # type: ignore[arg-type] # no more of a source is asked
    found = source_findings(told, TABLES)
    assert severities(found)["safety"] is severity


@pytest.mark.parametrize(
    ("zone", "is_confirmed", "severity"),
    [
        (None, False, Severity.NOTE),
        ("America/Chicago", False, Severity.WARNING),
        ("America/Chicago", True, Severity.GOOD),
    ],
)
def test_the_time_zone_is_a_warning_until_a_person_confirms_it(zone, is_confirmed, severity):
    found = zone_finding(zone, is_confirmed=is_confirmed)
    assert found.severity is severity
    assert (zone or "zone") in found.said
    assert bool(found.next_step) is (severity is Severity.WARNING)


def test_a_source_may_be_written_meanwhile_and_says_how_to_live_with_it():
    (found,) = (
        each for each in source_findings(About("A database"), TABLES) if each.about[:3] == "who"
    )
    assert found.severity is Severity.NOTE
    assert "delta" in found.next_step


def test_a_source_that_sees_who_else_writes_says_it_once():
    seen = Circumstance("who else writes", "Programs: PANDA Perio (2).", "Read at night.")
    page = Circumstance("code page", "It is 1252.", "Look.")
    found = source_findings(About("A database", circumstances=(page, seen)), TABLES)
    told = {each.about: each for each in found}
    assert len(told) == len(found)
    assert told["who else writes"].said == seen.said
    assert (told["code page"].severity, told["code page"].next_step) == (Severity.NOTE, "Look.")


@pytest.mark.parametrize(
    ("zone", "offset_s", "severities_found"),
    [
        ("America/Chicago", -21_600, [Severity.GOOD]),
        ("America/New_York", -21_600, [Severity.WARNING]),
        ("America/Chicago", None, []),
        (None, -21_600, []),
    ],
)
def test_a_clock_that_goes_otherwise_than_the_maps_zone_is_a_warning(
    zone, offset_s, severities_found
):
    winter_s = datetime(2026, 1, 15, 12, tzinfo=UTC).timestamp()
    found = clock_finding(zone, offset_s, winter_s)
    assert [each.severity for each in found] == severities_found
    assert all(each.next_step for each in found if each.severity is Severity.WARNING)


def test_an_admins_token_and_no_webhooks_are_good():
    found = destination_findings(STANDING, is_sandbox=True)
    told = severities(found)
    assert (told["token"], told["webhooks"], told["users"]) == (Severity.GOOD,) * 3
    assert "where" in told
    assert "where" not in severities(destination_findings(STANDING, is_sandbox=False))


@pytest.mark.parametrize(("webhooks", "words"), [(-1, "not shown"), (3, "3 webhook(s)")])
def test_webhooks_there_or_hidden_are_a_warning(webhooks, words):
    found = destination_findings(replace(STANDING, webhooks=webhooks), is_sandbox=False)
    one = next(finding for finding in found if finding.about == "webhooks")
    assert one.severity is Severity.WARNING
    assert words in one.said
    assert one.next_step


def test_a_token_of_no_admin_and_a_company_without_users_are_warnings():
    plain = replace(ANNA, is_admin=False)
    found = severities(
        destination_findings(replace(STANDING, user=plain, users=(GONE,)), is_sandbox=True)
    )
    assert found["token"] is found["users"] is Severity.WARNING


@pytest.mark.parametrize(
    ("permissions", "severity", "words"),
    [
        (None, Severity.WARNING, "is not told"),
        (frozenset(), Severity.WARNING, "make custom fields, nor take back activities"),
        ({"can_delete_deals", "can_delete_activities"}, Severity.WARNING, "make custom fields."),
        (
            {"can_add_custom_fields", "can_delete_deals", "can_delete_activities"},
            Severity.GOOD,
            "and may do what",
        ),
    ],
)
def test_a_user_who_is_no_admin_is_weighed_by_what_it_may_do(permissions, severity, words):
    rights = None if permissions is None else frozenset(permissions)
    standing = replace(STANDING, user=replace(ANNA, is_admin=False), permissions=rights)
    found = destination_findings(standing, is_sandbox=True)
    token = next(each for each in found if each.about == "token")
    assert (token.severity, words in token.said) == (severity, True)
    assert bool(token.next_step) is (severity is Severity.WARNING)


PROVIDERS = pl.DataFrame(
    {
        "provider_key": ["D1", "D2", "H1", "H2"],
        "email": ["ANNA@example.com", "b@example.com", "gone@example.com", None],
        "is_active": [True, True, True, False],
        "specialty": ["Periodontics", "Periodontics", "Dental hygiene", None],
    }
)


def test_providers_without_a_user_are_told_by_role_and_never_by_name():
    finding = provider_finding(PROVIDERS, STANDING, {})
    assert "3 of 4 providers" in finding.said
    assert "1 Dental hygiene, 1 Periodontics, 1 no specialty" in finding.said
    assert "example.com" not in finding.said
    assert "D2" not in finding.said


def test_a_provider_matched_by_hand_has_a_user():
    by_hand = dict.fromkeys(("D2", "H1", "H2"), "anna@example.com")
    assert provider_finding(PROVIDERS, STANDING, by_hand).severity is Severity.GOOD
    assert provider_finding(None, STANDING, {}).severity is Severity.NOTE


def test_automations_are_a_warning_until_a_person_confirms_them():
    assert automations(None).severity is Severity.WARNING
    said = automations({"by": "ada", "at": "2026-11-20T08:15:00+00:00"})
    assert said.severity is Severity.GOOD
    assert "ada confirmed on 2026-11-20 08:15 UTC" in said.said


def fit(cap: int | None) -> dict[str, object]:
    return Fit(cap, 3, 82, pl.DataFrame(schema=FOLDED_SCHEMA)).document()


@pytest.mark.parametrize(
    ("plan", "standing", "severity"),
    [
        (None, STANDING, Severity.NOTE),
        ({"tokens": 20_000}, STANDING, Severity.GOOD),
        ({"tokens": 50_000}, STANDING, Severity.NOTE),
        ({"tokens": 5}, replace(STANDING, tokens_per_day=None), Severity.WARNING),
        (None, replace(STANDING, tokens_per_day=None), Severity.NOTE),
    ],
)
def test_tokens_are_weighed_against_the_days_budget(plan, standing, severity):
    found = plan_findings(plan, None, standing, LIMITS)
    assert severities(found)["tokens"] is severity


def test_a_load_of_several_days_says_how_many():
    assert "about 3 days" in plan_findings({"tokens": 50_000}, None, STANDING, LIMITS)[0].said


@pytest.mark.parametrize(
    ("kept", "severity"),
    [
        (None, Severity.NOTE),
        (fit(None), Severity.NOTE),
        (fit(100), Severity.GOOD),
        (fit(30), Severity.STOP),
    ],
)
def test_custom_fields_are_weighed_against_the_plan(kept, severity):
    found = plan_findings(None, kept, STANDING, LIMITS)
    assert severities(found)["custom fields"] is severity


def test_deals_are_weighed_against_seats_where_the_plan_is_known():
    many = {"tokens": 1, "by_object": {"deal create": 2_501}}
    few = {"tokens": 1, "by_object": {"deal create": 10}}
    assert severities(plan_findings(many, None, STANDING, LIMITS))["deals"] is Severity.STOP
    assert severities(plan_findings(few, None, STANDING, LIMITS))["deals"] is Severity.NOTE
    assert "deals" not in severities(plan_findings(many, None, STANDING, Limits(0.25, None)))


def test_clinical_values_for_a_real_account_want_an_attestation():
    def found(**known):
        return [each.severity for each in attestation_finding(**known)]

    assert found(is_clinical=True, is_sandbox=False, attested=None) == [Severity.STOP]
    assert found(is_clinical=True, is_sandbox=False, attested={"by": "ada"}) == [Severity.GOOD]
    assert not found(is_clinical=True, is_sandbox=True, attested=None)
    assert not found(is_clinical=False, is_sandbox=False, attested=None)


def test_findings_are_kept_the_worst_first_and_read_back():
    one = Finding(End.PLAN, "a", Severity.NOTE, "x")
    two = Finding(End.SOURCE, "b", Severity.GOOD, "y")
    three = Finding(End.SOURCE, "c", Severity.STOP, "z", "do")
    kept = json.loads(json.dumps(as_document([one, two, three], 0.0)))
    assert kept["at"] == "1970-01-01T00:00:00+00:00"
    assert findings_of(kept) == [three, two, one]
    assert findings_of(None) == []


def test_a_check_keeps_its_findings_and_names_nobody(at):
    migration = at(Stage.CREATED)
    result = migration.take(preparing.check)
    kept = migration.kept(PREFLIGHT)
    assert [dict(each) for each in result["findings"]]
    found = severities(findings_of(kept))
    assert found["read only"] is Severity.GOOD
    assert found[AUTOMATIONS] is Severity.WARNING
    assert "@" not in json.dumps(kept)
    assert migration.stage() is Stage.CONNECTED


def test_a_later_check_knows_the_plan_and_who_confirmed(at, monkeypatch):
    migration = at(Stage.ROLLBACK_REHEARSED)
    monkeypatch.setenv("PERIO_TIER", "lite")
    with migration.opened(lock=False) as bench:
        confirm_automations(bench.ledger, by="ada", at=datetime.now(UTC))
    migration.take(preparing.check)
    found = severities(findings_of(migration.kept(PREFLIGHT)))
    assert found["tokens"] is Severity.GOOD
    assert found["custom fields"] is Severity.STOP
    assert found["deals"] is Severity.NOTE
    assert found[AUTOMATIONS] is Severity.GOOD
    assert migration.stage() is Stage.ROLLBACK_REHEARSED


def test_a_broken_map_does_not_keep_anybody_from_looking(at):
    migration = at(Stage.MAP_PROPOSED)
    (migration.folder / "map.toml").write_text("not = [a map", encoding="utf-8")
    assert migration.take(preparing.check)["findings"]
