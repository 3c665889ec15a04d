"""What every table held after its last change, as a keyed sum over its rows.

Rule of the house: pure arithmetic over rows as the database has them; a row that was changed, added
or removed past the ledger no longer fits, and nobody without the key can make it fit.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Column,
    Connection,
    Row,
    Select,
    Table,
    insert,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.types import NullType

from core.ledger import tables
from core.ledger.chain import broken

METERS = frozenset({tables.spending.name, tables.sessions.name})
"""Tables that change without an event of their own."""

SUMMED: tuple[Table, ...] = tuple(
    table
    for table in tables.metadata.sorted_tables
    if table.name not in {tables.events.name, tables.sums.name}
)
"""Every table but the log, which has its chain, and the sums themselves."""

DECIDING: tuple[Table, ...] = (
    tables.users,
    tables.gates,
    tables.signatures,
    tables.signature_ends,
    tables.load_requests,
    tables.plans,
)
"""The small tables that give leave; looked at whenever somebody acts on them."""

_MODULUS = 1 << 256
_NONCE_BYTES = 12
_AT_ONCE = 5_000


class Kept(NamedTuple):
    """A table's sum as it is kept: at the newest event, and of a meter what it is since."""

    sealed: str
    since: str | None


@dataclass(slots=True)
class Sum:
    """How many rows, and the sum of their keyed hashes: the order of rows does not matter."""

    rows: int = 0
    total: int = 0

    def add(self, hashes: Iterable[int], sign: int = 1) -> None:
        """Count rows in (or, with -1, out)."""
        for each in hashes:
            self.rows += sign
            self.total = (self.total + sign * each) % _MODULUS


class Sealer:
    """Hashes rows, and keeps a sum so that it can neither be read nor made without the key."""

    def __init__(self, key: bytes) -> None:
        """Take the key of this purpose."""
        self._key = key
        self._cipher = AESGCM(hashlib.sha256(b"\x02" + key).digest())

    def hashes(self, table: Table, rows: Iterable[Sequence[object]]) -> Iterable[int]:
        """One number a row; types and bytes count as they are stored."""
        name = table.name.encode() + b"\x00"
        for row in rows:
            text = json.dumps([_plain(value) for value in row], ensure_ascii=False)
            digest = hmac.digest(self._key, name + text.encode("utf-8", "surrogatepass"), "sha256")
            yield int.from_bytes(digest, "big")

    def seal(self, name: str, total: Sum, *, after: str = "") -> str:
        """A sum as it is kept; `after` binds it to the event after which it came about."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        text = json.dumps([total.rows, f"{total.total:x}", after]).encode()
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, text, name.encode())).decode()

    def open(self, name: str, sealed: object) -> tuple[Sum, str]:
        """A kept sum, and the event it is bound to.

        Raises:
            ChainBroken: it was not made with this key for this table.
        """
        try:
            content = base64.b64decode(str(sealed), validate=True)
            nonce, body = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
            rows, total, after = json.loads(self._cipher.decrypt(nonce, body, name.encode()))
        except (InvalidTag, binascii.Error, ValueError) as error:
            what = f"the sum of table '{name}' is not of this ledger and key"
            raise broken(what) from error
        if base64.b64encode(content).decode() != sealed:
            what = f"the sum of table '{name}' was altered"
            raise broken(what)
        return Sum(rows, int(total, 16)), after


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, int):
        return value
    # a type that the ledger never stores is not equal to any that it does
    return {type(value).__name__: repr(value)}


def as_stored(table: Table, row: Mapping[str, Any]) -> tuple[object, ...]:
    """A row as the database will have it, in the order of the columns."""
    return tuple(_stored(column, row.get(column.name)) for column in table.columns)


def _stored(column: Column[Any], value: Any) -> object:  # noqa: ANN401 - any type of a column
    if isinstance(column.type, tables.Moment | tables.Json):
        return column.type.process_bind_param(value, None)  # type: ignore[arg-type]
    return value


def raw(table: Table) -> "Select[*tuple[Any, ...]]":
    """A query for rows as the database has them, without any reading of types."""
    plain = [type_coerce(column, NullType()).label(column.name) for column in table.columns]
    return select(*plain)


class Books:
    """The sums of all tables within one transaction."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        """Nothing is read until a table changes."""
        self._connection = connection
        self._sealer = sealer
        self._kept: dict[str, Kept] = {}
        self._open: dict[str, Sum] = {}

    @property
    def has_changed(self) -> bool:
        """Whether a table has changed in this transaction."""
        return bool(self._open)

    def begin(self, table: Table, rows: Iterable[Sequence[object]]) -> None:
        """Take these rows for all that a table holds."""
        self._read()
        self._open[table.name] = Sum()
        self.add(table, rows)

    def add(self, table: Table, rows: Iterable[Sequence[object]], sign: int = 1) -> None:
        """Count rows of a table in, or out."""
        self._sum(table.name).add(self._sealer.hashes(table, rows), sign)

    def close(self) -> str:
        """Write down what changed, for the event that follows; returns the state it tells."""
        self._read()
        # what meters counted since the event before this one is told by this one
        for name in [name for name, kept in self._kept.items() if kept.since is not None]:
            self._sum(name)
        for name, total in self._open.items():
            self._write(name, Kept(self._sealer.seal(name, total), None))
        return state_of(self._kept)

    def close_between(self, newest: str) -> None:
        """Write down what meters counted, where no event follows; bound to the newest one."""
        for name, total in self._open.items():
            assert name in METERS, "a state changes with an event"
            since = self._sealer.seal(name, total, after=newest)
            self._write(name, Kept(self._kept[name].sealed, since))

    def _write(self, name: str, kept: Kept) -> None:
        row = update(tables.sums).where(tables.sums.c.name == name)
        values = kept._asdict()
        if not self._connection.execute(row.values(values)).rowcount:
            self._connection.execute(insert(tables.sums), [{"name": name, **values}])
        self._kept[name] = kept

    def _sum(self, name: str) -> Sum:
        self._read()
        if name not in self._open:
            kept = self._kept.get(name)
            told = None if kept is None else kept.since or kept.sealed
            self._open[name] = Sum() if told is None else self._sealer.open(name, told)[0]
        return self._open[name]

    def _read(self) -> None:
        if not self._kept:
            self._kept = kept_sums(self._connection)


def kept_sums(connection: Connection) -> dict[str, Kept]:
    """The sums as they are kept."""
    return {
        row.name: Kept(row.sealed, row.since) for row in connection.execute(select(tables.sums))
    }


def state_of(kept: Mapping[str, Kept]) -> str:
    """One hash over the sums as they were at the newest event."""
    lines = [f"{name} {kept[name].sealed}" for name in sorted(kept)]
    return hashlib.sha256(b"\x03" + "\n".join(lines).encode()).hexdigest()


def check_sums(connection: Connection, sealer: Sealer, checked: Iterable[Table]) -> int:
    """See that tables hold what the ledger wrote into them, and that the log knows of it.

    Returns:
        How many rows they hold.

    Raises:
        ChainBroken: a row was changed, added or removed past the ledger.
    """
    kept = kept_sums(connection)
    event = tables.events.c
    query = select(event.state, event.hash).order_by(event.seq.desc()).limit(1)
    newest = connection.execute(query).first()
    if newest is None or newest.state != state_of(kept):
        # an older set of tables does not fit a newer log
        what = "the tables are not those that the newest event tells of"
        raise broken(what)
    rows = 0
    for table in checked:
        if table.name not in kept:
            what = f"the sum of table '{table.name}' is missing"
            raise broken(what)
        wanted = _wanted(sealer, table.name, kept[table.name], newest.hash)
        found = Sum()
        lines = raw(table).execution_options(yield_per=_AT_ONCE)
        found.add(sealer.hashes(table, connection.execute(lines)))
        if found != wanted:
            what = f"table '{table.name}' does not hold what the ledger wrote into it"
            raise broken(what)
        rows += found.rows
    return rows


def _wanted(sealer: Sealer, name: str, kept: Kept, newest: str) -> Sum:
    told = kept.sealed if kept.since is None else kept.since
    total, after = sealer.open(name, told)
    if after != ("" if kept.since is None else newest):
        what = f"the sum of table '{name}' is of another time"
        raise broken(what)
    return total


def found_by(
    connection: Connection, table: Table, keys: Sequence[Sequence[object]], at_once: int
) -> list[Row[Any]]:
    """Rows as the database has them, by their primary keys."""
    columns = list(table.primary_key.columns)
    rows: list[Row[Any]] = []
    for start in range(0, len(keys), at_once):
        some = keys[start : start + at_once]
        is_one = len(columns) == 1
        these = columns[0].in_([key[0] for key in some]) if is_one else tuple_(*columns).in_(some)
        rows += connection.execute(raw(table).where(these)).fetchall()
    return rows
