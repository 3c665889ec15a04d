"""A load into an account in which everything that is not documented is at its worst, and what the
loader asks for on its way."""

import dataclasses
import math
import re

import polars as pl
import pytest

from core.compare import compare_all
from core.migration.carry_out import carry_out
from core.migration.observation import observe
from core.sandbox.settings import WORST, SandboxSettings
from core.vocabulary.field import CrmObject
from tests.core.destinations.small import RECORDS

UNDOCUMENTED = (
    "has_daily_headers", "has_retry_after", "reset_unit", "over_limit_body", "charges_refused",
    "cost_factor", "search_takes_both", "takes_query_token", "has_not_found_code", "has_cap_code",
    "search_lag_s", "list_lag_s", "get_lag_s", "cursor_life_s", "hides_as_missing",
    "has_contact_sync", "restores_deals", "accepts_inactive_owners", "takes_deal_add_time",
    "takes_label_options", "counts_open_deals_only", "links_from_deal", "one_note_link",
    "unlinks_deleted", "keeps_comments", "trims_text", "normalises_contacts", "download_redirects",
)  # fmt: skip
"""Switches for what Pipedrive does not publish."""
LOOSE = {"daily_writes", "midnight_utc_offset_h", "over_cap", "ignored_before_block", "block_s"}
LIMITS = {"max_file_bytes", "max_note_chars", "max_name_chars", "max_contacts", "max_of_each"}
KIND = {"state_file", "tier", "auth", "seats", "seed", "clock", "admin_only_setup"}
LAGS_S = 10.0


def _other(name):
    """A switch the other way round."""
    default = {each.name: each.default for each in dataclasses.fields(SandboxSettings)}[name]
    return WORST.get(name, not default)


def load_and_verify(load):
    """Load, wait out what lags, walk everything; nothing may differ."""

    def both(passage):
        carry_out(passage, load.plan_id, "load")
        load.clock.go(LAGS_S)
        return observe(passage)

    view = load.run(both)
    between = compare_all(view.found, load.wanted)
    spoilt = pl.concat(each.cells for each in between.values()).filter(
        pl.col("after").is_not_null()
    )
    assert spoilt.is_empty(), spoilt.select("field", "diff_class")
    assert all(each.missing.is_empty() and not each.unexpected.height for each in between.values())
    assert sum(frame.height for frame in view.found.values()) == RECORDS
    assert set(load.live().values()) == {1}
    return load


def test_every_setting_is_a_kind_of_account_a_limit_or_a_switch_that_is_turned():
    named = {each.name for each in dataclasses.fields(SandboxSettings)}
    assert named - LOOSE - LIMITS - KIND - {"purge_after_days"} == set(UNDOCUMENTED)
    assert WORST.keys() <= set(UNDOCUMENTED)


@pytest.mark.parametrize("name", UNDOCUMENTED)
def test_a_load_is_whole_whichever_way_a_switch_is_turned(small_load, name):
    load_and_verify(small_load(settings={name: _other(name)}))


@pytest.mark.parametrize("tier", ["lite", "growth", "premium", "ultimate"])
@pytest.mark.parametrize("auth", ["token", "oauth"])
def test_a_load_is_whole_on_every_plan_with_everything_at_its_worst(small_load, tier, auth):
    load = load_and_verify(small_load(settings={**WORST, "tier": tier, "auth": auth}))
    assert load.stats["http_429"] == 0


@pytest.mark.parametrize("fault", ["lost_reply", "error_after", "late_apply"])
def test_a_lost_answer_is_found_with_everything_at_its_worst(small_load, fault):
    lost = {"method": "POST", "every": 3, "fault": fault}
    load = load_and_verify(small_load(lost, settings={**WORST, "tier": "lite"}))
    assert load.stats["http_429"] == 0
    assert set(load.states().values()) == {"done"}


ONLY_V1 = {"notes", "files", "activityTypes", "users", "webhooks", "users/me"}


def test_a_load_and_its_proof_search_for_nothing_and_ask_v1_only_for_what_v2_lacks(small_load):
    asked = load_and_verify(small_load()).stats["by_operation"]
    assert not [name for name in asked if "search" in name.lower()]
    old = {re.sub(r"^\S+ /v1/", "", name).split("/{")[0] for name in asked if "/v1/" in name}
    assert old <= ONLY_V1
    new = {name for name in asked if "/api/v2/" in name}
    assert {
        f"POST /api/v2/{noun}" for noun in ("persons", "organizations", "deals", "activities")
    } <= new
    assert sum(count for name, count in asked.items() if name.startswith("POST")) == RECORDS
    assert not [name for name in asked if name.startswith("GET") and "{id}" in name]


def test_a_load_and_its_proof_cost_no_more_than_they_must(small_load):
    spent: dict[str, int] = {}

    def both(passage):
        destination = passage.destination
        before = destination.spent().tokens
        carry_out(passage, load.plan_id, "load")
        observe(passage)
        writes = passage.ledger.writes(load.plan_id).select("target", "action").iter_rows()
        least = sum(destination.price(target, action) for target, action in writes)
        # what was there before is looked at once, and what is there afterwards
        least += 2 * sum(destination.price_of_walk(each, 1) for each in CrmObject)
        spent.update(tokens=destination.spent().tokens - before, least=least)

    load = small_load()
    load.run(both)
    assert spent["tokens"] <= 1.05 * spent["least"]
    assert math.isfinite(spent["least"])
