"""The face that Pipedrive does not have: counters and fingerprints of the account, for tests.

Rule of the house: it only looks; nothing here changes a record.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.sandbox.account import Account
from core.sandbox.fieldbook import FIELDS_OF
from core.sandbox.jsontext import to_json
from core.sandbox.limits import Governor
from core.sandbox.store import Kind, Shelf

VOLATILE: Final = frozenset({"update_time", "stage_change_time", "last_update_user_id"})
"""Keys that change when a record is touched and brought back; a fingerprint leaves them out."""


def stats(account: Account, governor: Governor, counters: Mapping[str, object]) -> dict[str, Any]:
    """What has been asked so far, and what is there now."""
    live = {kind.value: account.store.count.get((kind, Shelf.LIVE), 0) for kind in Kind}
    archived = account.store.count.get((Kind.DEAL, Shelf.ARCHIVED), 0)
    return {
        **counters,
        "tokens_spent": governor.tokens_spent,
        "tokens_spent_today": governor.day.spent,
        "tokens_daily": account.settings.daily_tokens,
        "http_429": governor.refused,
        "http_403_blocked": governor.blocked,
        "allowed_per_2s": governor.caller(account.admin["id"]).general.most,
        "max_arrived_per_2s": governor.arrivals.peak,
        "max_admitted_per_2s": governor.peak,
        "live": live,
        "archived_deals": archived,
        "tier": account.settings.tier,
        "auth": account.settings.auth,
    }


def snapshot(account: Account) -> dict[str, Any]:
    """Per kind of record: how many live ones, and a fingerprint of them all.

    Values that are not set are left out, so that adding or deleting a custom field changes the
    fingerprint of the fields and not that of every record.
    """
    return {kind.value: _fingerprint(account, kind) for kind in Kind}


def _fingerprint(account: Account, kind: Kind) -> dict[str, object]:
    digest = hashlib.sha256()
    count = 0
    for line in _canonical(account, kind):
        digest.update(line)
        digest.update(b"\n")
        count += 1
    return {"count": count, "sha256": digest.hexdigest()}


def _canonical(account: Account, kind: Kind) -> Iterator[bytes]:
    known = account.fields.custom.get(FIELDS_OF[kind], {}) if kind in FIELDS_OF else {}
    shelves = (Shelf.LIVE, Shelf.ARCHIVED) if kind is Kind.DEAL else (Shelf.LIVE,)
    for stored in account.store.on_shelves(kind, shelves):
        record = {key: value for key, value in stored.record.items() if key not in VOLATILE}
        custom = {code: value for code, value in stored.custom.items() if code in known}
        if custom:
            record["custom_fields"] = custom
        if kind is Kind.FILE:
            record["sha256"] = account.store.content_hash(record["id"])
        yield to_json(record, is_sorted=True)
