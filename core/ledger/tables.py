"""The tables of the ledger, in portable SQL.

Rule of the house: no value of a patient is stored here; signatures and events are only appended.
"""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

REVISION = "0002"
"""The newest of `revisions/`; a change of a table has a revision of its own."""

ABOUT_ID = 1
"""The one row of `about`."""


def moment_text(moment: datetime) -> str:
    """A time as the ledger writes it: ISO 8601, UTC, microseconds, so that text sorts as time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as text: the same in every database, and exact."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Time to text."""
        del dialect
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Text to time."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """A small document, kept as text in every database, so that what is hashed is what is kept."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        """Document to text."""
        del dialect
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """Text to document."""
        del dialect
        return None if value is None else json.loads(value)


metadata = MetaData()

about = Table(
    "about",
    metadata,
    Column("about_id", Integer, primary_key=True, autoincrement=False),
    Column("ledger_id", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    # Text, not Moment: the hash is over exactly what is stored.
    Column("ts", String, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # Of the last event of a transaction: what all tables held after it, as `sums.Books` says it.
    Column("state", String, nullable=False),
    Column("prev_hash", String, nullable=False),
    Column("hash", String, nullable=False),
)

sums = Table(
    "sums",
    metadata,
    Column("name", String, primary_key=True),
    Column("sealed", String, nullable=False),
    # Of a meter that has changed after the newest event: its sum now, bound to that event.
    Column("since", String),
)

users = Table(
    "users",
    metadata,
    Column("name", String, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment),
    Column("created_at", Moment, nullable=False),
    # The secret of the one-time codes, encrypted; and the newest code's time step, used once.
    Column("totp", Text),
    Column("totp_step", BigInteger),
    Column("recovery", Json),
    Column("disabled_at", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sid_sha256", String, primary_key=True),
    Column("user", String, ForeignKey("users.name"), nullable=False, index=True),
    Column("opened_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("closed_at", Moment),
)

gates = Table(
    "gates",
    metadata,
    Column("gate", String, primary_key=True),
    Column("bound_to", Text, nullable=False),
    Column("at", Moment, nullable=False),
    # What the hash stands for, part by part: schema, map, code, diff; says why a signature died.
    Column("parts", Json, nullable=False),
)

signatures = Table(
    "signatures",
    metadata,
    Column("signature_id", Integer, primary_key=True),
    Column("gate", String, nullable=False, index=True),
    Column("user", String, ForeignKey("users.name"), nullable=False),
    Column("role", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("bound_to", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("parts", Json, nullable=False),
    Column("expires_at", Moment),
)

signature_ends = Table(
    "signature_ends",
    metadata,
    Column("signature_id", Integer, ForeignKey("signatures.signature_id"), primary_key=True),
    Column("ended", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

load_requests = Table(
    "load_requests",
    metadata,
    Column("request_id", Integer, primary_key=True),
    Column("user", String, ForeignKey("users.name"), nullable=False),
    Column("plan_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    Column("plan_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("writes", Integer, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("approved_at", Moment),
    Column("signature_id", Integer, ForeignKey("signatures.signature_id")),
    Column("finished_at", Moment),
    Column("counts", Json),
)

writes = Table(
    "writes",
    metadata,
    Column("plan_id", String, ForeignKey("plans.plan_id"), primary_key=True),
    Column("write_id", String, primary_key=True, index=True),
    Column("seq", Integer, nullable=False),
    Column("target", String, nullable=False),
    Column("action", String, nullable=False),
    Column("ref", String, nullable=False),
    Column("record_id", BigInteger),
    Column("payload_sha256", String),
    Column("state", String, nullable=False),
    # Attempts that may have reached the destination; one that surely did not is taken back.
    Column("sends", Integer, nullable=False),
    Column("intent_at", Moment),
    Column("floor", BigInteger),
    Column("epoch", Integer),
    Column("outcome", String),
    Column("status", Integer),
    Column("reason", Text),
    Column("concluded_at", Moment),
)

records = Table(
    "records",
    metadata,
    Column("ref", String, primary_key=True),
    Column("target", String, nullable=False),
    Column("record_id", BigInteger, nullable=False),
    Column("plan_id", String, ForeignKey("plans.plan_id"), nullable=False),
    Column("is_live", Boolean, nullable=False),
)

# Among live records only: the destination never gives one id to two of them.
Index(
    "one_ref_per_live_record",
    records.c.target,
    records.c.record_id,
    unique=True,
    sqlite_where=records.c.is_live,
    postgresql_where=records.c.is_live,
)

documents = Table(
    "documents",
    metadata,
    Column("name", String, primary_key=True),
    Column("content", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("name", String, primary_key=True),
    Column("object", String, primary_key=True),
    Column("records", Integer, nullable=False),
    Column("root", Text, nullable=False),
)

conservation = Table(
    "conservation",
    metadata,
    Column("sheet", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("run_id", String, nullable=False),
    Column("source_table", Text, nullable=False),
    Column("source_column", Text, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("moved", BigInteger, nullable=False),
    Column("transformed", BigInteger, nullable=False),
    Column("cells_left", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("why", Text),
)

spending = Table(
    "spending",
    metadata,
    Column("day", Date, primary_key=True),
    Column("tokens", BigInteger, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("result", Text, nullable=False),
)
