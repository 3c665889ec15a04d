"""What a person should know of both ends before anything is read or written.

Rule of the house: a finding says what to do about it; counts, names of roles, no patient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from core.ports import About, Forthcoming, Ledger, SelfDescribing, Source, Standing, Table

PREFLIGHT, AUTOMATIONS = "preflight", "automations"
"""Ledger documents: the findings, and who accepted what fires on writes."""

WHO_WRITES = "who else writes"
"""About what a source may tell more than that it cannot be seen."""

_RIGHTS = {
    "can_add_custom_fields": "make custom fields",
    "can_delete_activities": "take back activities",
    "can_delete_deals": "take back deals",
}
"""What a user needs who is no admin, by Pipedrive's words and in ours."""

_MEGABYTE = 1_000_000
_NEARLY = 0.8
"""From this share on a database is nearly full."""


class Severity(StrEnum):
    """How much a finding matters."""

    STOP = "stop"
    """Nothing can go on like this."""
    WARNING = "warning"
    """It can go on; a person should look first."""
    NOTE = "note"
    """Worth knowing."""
    GOOD = "good"
    """Looked at, and as it should be."""


class End(StrEnum):
    """Which end a finding is about."""

    SOURCE = "source"
    DESTINATION = "destination"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        end: Which end it is about.
        about: What was looked at, in a word or two.
        severity: How much it matters.
        said: What was found.
        next_step: What to do; "" where there is nothing to do.
    """

    end: End
    about: str
    severity: Severity
    said: str
    next_step: str = ""


def told_by(source: Source) -> About:
    """What a source says of itself, with what it found when it looked, as far as it can."""
    told = source.about() if isinstance(source, SelfDescribing) else About("A database")
    if isinstance(source, Forthcoming):
        return replace(told, remarks=tuple(source.preflight()))
    return told


def source_findings(told: About, tables: Sequence[Table]) -> list[Finding]:
    """What the source is, how large, and whether it can be harmed."""
    rows = sum(table.rows for table in tables)
    size = "" if told.size_bytes is None else f", {told.size_bytes / _MEGABYTE:,.1f} MB"
    what = f"{told.kind}: {len(tables):,} tables and views, {rows:,} rows{size}."
    found = [_source("what it is", Severity.GOOD, what)]
    if not rows:
        step = "Check that `source` names the practice's database and not another one."
        found = [_source("what it is", Severity.STOP, f"{what} Every table is empty.", step)]
    if told.size_bytes and told.most_bytes and told.size_bytes > _NEARLY * told.most_bytes:
        said = f"The database is at {told.size_bytes / told.most_bytes:.0%} of what it may hold."
        step = "Migrate before it is full; the practice's program will stop writing then."
        found.append(_source("room", Severity.WARNING, said, step))
    if told.is_read_only:
        found.append(_source("read only", Severity.GOOD, "It is opened read-only."))
    elif told.remarks is None:
        step = "Read with a login that has SELECT and nothing else."
        said = "Whether its login may write is not known."
        found.append(_source("read only", Severity.WARNING, said, step))
    elif not told.remarks:
        said = "A write was tried and refused, and reading disturbs nobody."
        found.append(_source("safety", Severity.GOOD, said))
    found += [
        _source("safety", Severity.WARNING, remark.said, remark.next_step)
        for remark in told.remarks or ()
    ]
    found += [
        _source(each.about, Severity.NOTE, each.said, each.next_step) for each in told.circumstances
    ]
    if not any(each.about == WHO_WRITES for each in told.circumstances):
        said = "Who else writes to it meanwhile cannot be seen from here."
        step = "Read while nobody works, or pick up what changed since with `./perio delta`."
        found.append(_source(WHO_WRITES, Severity.NOTE, said, step))
    return found


def clock_finding(zone: str | None, utc_offset_s: int | None, now_s: float) -> list[Finding]:
    """Whether the server's clock goes as the zone does in which times are read.

    Args:
        zone: As the map has it; None before there is a map.
        utc_offset_s: Of the server's clock; None where it does not tell.
        now_s: When the clock was looked at.

    Units:
        `utc_offset_s` in seconds, `now_s` in seconds since the epoch.
    """
    if not zone or utc_offset_s is None:
        return []
    there = datetime.fromtimestamp(now_s, ZoneInfo(zone)).utcoffset()
    if there is not None and there.total_seconds() == utc_offset_s:
        return [
            _source("clock and zone", Severity.GOOD, f"The server's clock goes as {zone} does.")
        ]
    said = f"The server's clock does not go as {zone} does, in which its times are read."
    step = "Ask in which zone the program writes its times, and correct the settings or keep them."
    return [_source("clock and zone", Severity.WARNING, said, step)]


def zone_finding(zone: str | None, *, is_confirmed: bool) -> Finding:
    """In which zone times without one are read.

    Args:
        zone: As the map has it; None before there is a map.
        is_confirmed: Whether a person confirmed the settings for the practice.
    """
    if not zone:
        said = "In which time zone its times are meant is asked with the map."
        return _source("time zone", Severity.NOTE, said)
    said = f"Times without a zone are read as {zone}."
    if is_confirmed:
        return _source("time zone", Severity.GOOD, said)
    step = "Confirm the practice's own on the field map's screen, among the settings."
    return _source("time zone", Severity.WARNING, said, step)


def _source(about: str, severity: Severity, said: str, next_step: str = "") -> Finding:
    return Finding(End.SOURCE, about, severity, said, next_step)


def destination_findings(standing: Standing, *, is_sandbox: bool) -> list[Finding]:
    """Whose token it is, what it may, who else is there, and what listens."""
    found = [_token(standing), _webhooks(standing.webhooks)]
    active = sum(user.is_active for user in standing.users)
    said = f"{len(standing.users)} users, {active} of them active."
    found.append(_destination("users", Severity.GOOD if active else Severity.WARNING, said))
    if is_sandbox:
        said = "It is the emulator beside the migration: no patient's data leave for it."
        found.append(_destination("where", Severity.NOTE, said))
    return found


def _destination(about: str, severity: Severity, said: str, next_step: str = "") -> Finding:
    return Finding(End.DESTINATION, about, severity, said, next_step)


def _token(standing: Standing) -> Finding:
    where = f"{standing.company} ({standing.domain})" if standing.domain else standing.company
    if standing.user.is_admin:
        return _destination("token", Severity.GOOD, f"The token is of an admin of {where}.")
    who = f"The token's user is no admin of {where}"
    step = "Use an admin's token, or have an admin make the fields from the field specification."
    if standing.permissions is None:
        said = f"{who}: what it may do is not told, and usually it may not make custom fields."
        return _destination("token", Severity.WARNING, said, step)
    missing = [said for right, said in _RIGHTS.items() if right not in standing.permissions]
    if missing:
        said = f"{who}. It may not {', nor '.join(missing)}."
        return _destination("token", Severity.WARNING, said, step)
    said = f"{who}, and may do what the load and taking it back need."
    return _destination("token", Severity.GOOD, said)


def _webhooks(count: int) -> Finding:
    if count < 0:
        step = "Ask an admin of Pipedrive which there are."
        said = "The webhooks are not shown to this user."
        return _destination("webhooks", Severity.WARNING, said, step)
    if count:
        said = f"{count} webhook(s) are set; each is told of every write of ours."
        return _destination("webhooks", Severity.WARNING, said, "Pause them before the load.")
    return _destination("webhooks", Severity.GOOD, "No webhooks are set.")


def automations(confirmed: Mapping[str, Any] | None) -> Finding:
    """That automations fire on writes, and who accepted it."""
    fire = "Automations, e-mail sequences and workflows of Pipedrive fire on every write of ours."
    if confirmed:
        when = str(confirmed.get("at", ""))[:16].replace("T", " ")
        said = f"{fire} {confirmed.get('by')} confirmed on {when} UTC that this is dealt with."
        return _destination(AUTOMATIONS, Severity.GOOD, said)
    step = "Pause them, or see that they may fire; then confirm it in the console."
    return _destination(AUTOMATIONS, Severity.WARNING, fire, step)


def confirm_automations(ledger: Ledger, *, by: str, at: datetime) -> None:
    """Record that a person has dealt with what fires on writes."""
    moment = at.astimezone(UTC).isoformat(timespec="seconds")
    ledger.keep(AUTOMATIONS, {"by": by, "at": moment})
    ledger.audit("confirm automations", actor=by)


def provider_finding(
    providers: pl.DataFrame | None, standing: Standing, users: Mapping[str, str]
) -> Finding:
    """Which providers have no user, by role alone.

    Args:
        providers: Accepted providers; None before the map was confirmed and read.
        standing: Who is in the destination.
        users: Provider key -> e-mail, as people matched them in the map.
    """
    if providers is None:
        said = "Which providers have a user is known once the custom fields are specified."
        return _destination("providers", Severity.NOTE, said)
    emails = {user.email.lower() for user in standing.users if user.is_active}
    without = [
        str(specialty or "no specialty")
        for key, email, is_active, specialty in providers.select(
            "provider_key", "email", "is_active", "specialty"
        ).iter_rows()
        if (users.get(key) or (email if is_active is not False else "") or "").lower() not in emails
    ]
    if not without:
        said = f"Each of the {providers.height} providers has a user."
        return _destination("providers", Severity.GOOD, said)
    roles = ", ".join(f"{without.count(role)} {role}" for role in sorted(set(without)))
    said = (
        f"{len(without)} of {providers.height} providers have no active user: {roles}. What they "
        "were in charge of goes to the token's user; who they are stays in custom fields."
    )
    step = "Match them on the field map's screen, or leave it; no seat is made for anyone."
    return _destination("providers", Severity.NOTE, said, step)


def as_document(findings: Sequence[Finding], now_s: float) -> dict[str, object]:
    """As the ledger keeps them; the worst first within each end.

    Units:
        `now_s` in seconds since the epoch.
    """
    at = datetime.fromtimestamp(now_s, UTC).isoformat(timespec="seconds")
    ends, order = list(End), list(Severity)
    ordered = sorted(findings, key=lambda one: (ends.index(one.end), order.index(one.severity)))
    return {"at": at, "findings": [asdict(finding) for finding in ordered]}


def findings_of(document: Mapping[str, Any] | None) -> list[Finding]:
    """The findings of a kept document."""
    return [
        Finding(
            End(each["end"]),
            each["about"],
            Severity(each["severity"]),
            each["said"],
            each["next_step"],
        )
        for each in (document or {}).get("findings", [])
    ]
