"""What is planned against what the account allows: tokens, custom fields, deals, attestation.

Rule of the house: what is not known yet says when it will be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.migration.fitting import Fit
from core.migration.preflight import End, Finding, Severity
from core.ports import Standing

DEALS_CEILING = 300_000
"""Leads and deals of one company, whatever its plan and seats."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the account allows, as far as it is known.

    Attributes:
        reserve: Share of the token budget left to others.
        deals_per_seat: Deals a seat brings; None where the plan is not known.
    """

    reserve: float
    deals_per_seat: int | None


def plan_findings(
    plan: Mapping[str, Any] | None,
    fit: Mapping[str, Any] | None,
    standing: Standing,
    limits: Limits,
) -> list[Finding]:
    """Tokens, custom fields and deals.

    Args:
        plan: The full load as planned last; None before there is one.
        fit: Whether the custom fields fit; None before they are specified.
        standing: What may be spent.
        limits: What the account allows.
    """
    return [_tokens(plan, standing, limits), _fields(fit), *_deals(plan, standing, limits)]


def _said(about: str, severity: Severity, said: str, next_step: str = "") -> Finding:
    return Finding(End.PLAN, about, severity, said, next_step)


def _tokens(plan: Mapping[str, Any] | None, standing: Standing, limits: Limits) -> Finding:
    budget = standing.tokens_per_day
    if plan is None:
        told = "how much the account allows a day is not told" if budget is None else f"{budget:,}"
        said = f"How many tokens the load needs is known after the rehearsal; a day has {told}."
        return _said("tokens", Severity.NOTE, said)
    needed = int(plan.get("tokens") or 0)
    if budget is None:
        step = "Look at the account's usage page, and set tokens_per_day in perio.toml."
        said = f"The load needs {needed:,} tokens; what the account allows a day is not told."
        return _said("tokens", Severity.WARNING, said, step)
    usable = int(budget * (1 - limits.reserve))
    both = f"The load needs {needed:,} tokens; {usable:,} of {budget:,} a day may be spent"
    if needed <= usable:
        return _said("tokens", Severity.GOOD, f"{both}.")
    days = -(-needed // max(1, usable))
    step = "Let it run on over the days; it waits for each day's budget by itself."
    return _said("tokens", Severity.NOTE, f"{both}: it takes about {days} days.", step)


def _fields(kept: Mapping[str, Any] | None) -> Finding:
    if kept is None:
        said = "Whether the custom fields fit is known once they are specified."
        return _said("custom fields", Severity.NOTE, said)
    fit = Fit.of(kept)
    both = f"{fit.ours} custom fields are needed, {fit.others} others are there"
    if fit.cap is None:
        step = "Set custom_field_cap in perio.toml: 30, 100, 300 or 500 by plan."
        said = f"{both}; how many the plan takes is not known."
        return _said("custom fields", Severity.NOTE, said, step)
    if fit.over:
        step = "Choose a larger plan, carry fewer fields, or fold what the fields screen lists."
        said = f"{both}; the plan takes {fit.cap}: {fit.over} too many."
        return _said("custom fields", Severity.STOP, said, step)
    return _said("custom fields", Severity.GOOD, f"{both}; the plan takes {fit.cap}.")


def _deals(plan: Mapping[str, Any] | None, standing: Standing, limits: Limits) -> list[Finding]:
    if plan is None or limits.deals_per_seat is None:
        return []
    made = int((plan.get("by_object") or {}).get("deal create", 0))
    seats = sum(user.is_active for user in standing.users)
    cap = min(DEALS_CEILING, limits.deals_per_seat * seats)
    both = f"{made:,} deals will be made; the plan takes {cap:,} leads and deals of {seats} seats"
    if made > cap:
        step = "Choose a larger plan, or archive closed deals."
        return [_said("deals", Severity.STOP, f"{both}.", step)]
    step = "See on the account's usage page how many are there already."
    return [_said("deals", Severity.NOTE, f"{both}.", step)]


def attestation_finding(*, is_clinical: bool, is_sandbox: bool, attested: object) -> list[Finding]:
    """Whether clinical values may go where the map sends them."""
    if not is_clinical or is_sandbox:
        return []
    if attested:
        said = "A practice admin attested that the destination may hold health information."
        return [_said("attestation", Severity.GOOD, said)]
    said = "The map carries clinical fields, and nobody attested that Pipedrive may hold them."
    step = "A practice admin runs `./perio attest`, or the profile is set to administrative."
    return [_said("attestation", Severity.STOP, said, step)]
