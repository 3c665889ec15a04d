"""Who changed which field of a record, and from what to what.

Rule of the house: a change is kept with the record it belongs to, in the same commit; who made it
is the user whose token was used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox.jsontext import to_json
from core.sandbox.store import Kind, Store, Stored

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS history (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id INTEGER NOT NULL, user_id INTEGER NOT NULL,
    time TEXT NOT NULL, key TEXT NOT NULL, old TEXT, new TEXT);
CREATE INDEX IF NOT EXISTS of_record ON history (kind, id, seq);
"""
_UNTOLD: Final = frozenset({"update_time", "id"})

V1_KEYS: Final = {"emails": "email", "phones": "phone"}
"""Keys that v1 still calls otherwise."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one record, changed once."""

    seq: int
    user_id: int
    time: str
    key: str
    old: str | None
    new: str | None


class History:
    """The changes of an account.

    Args:
        store: Whose connection is used.
    """

    def __init__(self, store: Store) -> None:
        """Make room in the state file."""
        self._db = store.connection
        self._db.executescript(_SCHEMA)

    def add(self, kind: Kind, user_id: int, now: str, before: Stored, after: Stored) -> None:
        """Keep what differs between two states of a record."""
        record_id = after.record["id"]
        changes = [
            *_differing(before.record, after.record, _UNTOLD),
            *_differing(before.custom, after.custom, frozenset()),
        ]
        self._db.executemany(
            "INSERT INTO history (kind, id, user_id, time, key, old, new)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(kind, record_id, user_id, now, key, old, new) for key, old, new in changes],
        )

    def of(self, kind: Kind, record_id: int, *, before: int, limit: int) -> list[Change]:
        """The newest changes of a record that are older than a number."""
        rows = self._db.execute(
            "SELECT seq, user_id, time, key, old, new FROM history"
            " WHERE kind = ? AND id = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
            (kind, record_id, before, limit),
        )
        return [Change(*row) for row in rows]


def _differing(
    before: Mapping[str, Any], after: Mapping[str, Any], untold: frozenset[str]
) -> list[tuple[str, str | None, str | None]]:
    return [
        (V1_KEYS.get(key, key), _text(before.get(key)), _text(after.get(key)))
        for key in dict.fromkeys([*before, *after])
        if key not in untold and before.get(key) != after.get(key)
    ]


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return to_json(value).decode()
