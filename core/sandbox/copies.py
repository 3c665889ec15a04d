"""Copies of the records that lag behind, as read replicas and search indexes do.

Rule of the house: a copy shows exactly what the account held so many seconds ago, deletions
included; without a lag there is no copy and nothing is paid for it.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from core.sandbox.store import RECORDS, Sight, Store

_Row = tuple[Any, ...]


class Copies:
    """What lookers see who are behind.

    Args:
        store: The records, told to report changes and to read from the copies.
        lags_s: How far behind each kind of looker is; infinity never catches up.
        clock: The account's clock.
    """

    def __init__(
        self, store: Store, lags_s: Mapping[Sight, float], clock: Callable[[], float]
    ) -> None:
        """Make a copy for everyone who lags; at first it is up to date."""
        self._db = store.connection
        self._clock = clock
        self._lags_s: dict[str, float] = {}
        self._due: dict[str, deque[tuple[float, str, int, _Row | None]]] = {}
        for sight, lag_s in lags_s.items():
            if lag_s <= 0:
                continue
            name = f"{sight}_copy"
            self._db.executescript(RECORDS.format(of="TEMP", name=name, at=f"temp.{sight}_"))
            self._db.execute(f"INSERT INTO {name} SELECT * FROM records")  # noqa: S608 - our own name
            store.tables[sight] = name
            self._lags_s[name] = lag_s
            self._due[name] = deque()
        if self._lags_s:
            store.on_change = self._changed

    def catch_up(self) -> None:
        """Bring every copy to where it should be by now."""
        now = self._clock()
        for name, due in self._due.items():
            while due and due[0][0] <= now:
                _, kind, record_id, row = due.popleft()
                self._bring(name, kind, record_id, row)

    def _changed(self, kind: str, record_id: int) -> None:
        key = (kind, record_id)
        row = self._db.execute("SELECT * FROM records WHERE kind = ? AND id = ?", key).fetchone()
        now = self._clock()
        for name, lag_s in self._lags_s.items():
            self._due[name].append((now + lag_s, kind, record_id, row))

    def _bring(self, name: str, kind: str, record_id: int, row: _Row | None) -> None:
        if row is None:
            delete = f"DELETE FROM {name} WHERE kind = ? AND id = ?"  # noqa: S608 - our own name
            self._db.execute(delete, (kind, record_id))
        else:
            marks = ",".join("?" * len(row))
            self._db.execute(f"INSERT OR REPLACE INTO {name} VALUES ({marks})", row)  # noqa: S608 - our own name
