"""What crosses the walls: the values and the protocols of source, destination, ledger and vault.

Rule of the house: `Intent` and `Receipt` live here, so that no edge leans on another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import polars as pl

from core.lifecycle import Gate, Role, Stage
from core.vocabulary.field import CrmObject

# ---------------------------------------------------------------- source


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a source table, as the catalogue has it."""

    name: str
    declared_type: str
    is_nullable: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """A declared foreign key: this table's columns point to another table's."""

    columns: tuple[str, ...]
    to_table: str
    to_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table or view of the source."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: int
    links: tuple[Link, ...] = ()
    is_view: bool = False


class Source(Protocol):
    """A practice's database, read only."""

    def catalogue(self) -> tuple[Table, ...]:
        """Every table and view, by name."""
        ...

    def read(self, table: Table) -> pl.DataFrame:
        """Every row, every column as text exactly as stored (null stays null), sorted by key."""
        ...

    def locate(self, file_path: str) -> Path | None:
        """The file that a stored path names, or None when it is not there."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


# ---------------------------------------------------------------- destination


class Action(StrEnum):
    """What one write does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Outcome(StrEnum):
    """How one attempt ended; every attempt ends in exactly one."""

    ACK = "ack"
    """Accepted, with an id."""
    REJECT = "reject"
    """Refused: surely not applied."""
    THROTTLED = "throttled"
    """Asked to wait: surely not applied."""
    UNSENT = "unsent"
    """Failed before the first byte: surely not applied."""
    UNKNOWN = "unknown"
    """Anything else: observe before anything is sent again."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A slip from the ledger: this one write may be sent once, before the deadline.

    Attributes:
        write_id: The write's own key.
        target: A `CrmObject` value, or "custom_field" / "activity_type" for set-up writes.
        ref: Our migration ref of the record.
        record_id: The destination's id; None for a create.
        fields: `entity.field` -> value as text (`core.text`); links as the target's record id.
        content: For a file: where the bytes are.
        deadline_s: `time.monotonic()` after which it may not be sent any more.
    """

    write_id: str
    plan_id: str
    target: str
    action: Action
    ref: str
    record_id: int | None
    fields: Mapping[str, str | None] = field(repr=False)
    content: Path | None = None
    deadline_s: float = float("inf")


@dataclass(frozen=True, slots=True)
class Receipt:
    """How the write of one intent ended."""

    write_id: str
    outcome: Outcome
    record_id: int | None = None
    status: int = 0
    reason: str = ""
    """A code (the destination's error code or ours); never a value."""
    code: str = ""
    """For a custom field: its 40-character key; for an activity type: its key string."""
    options: Mapping[str, int] = field(default_factory=dict)
    """For a custom field: option label -> option id."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What one walk over an object found.

    Attributes:
        found: Live records that bear a ref of ours: record frame plus `record_id` (Int64).
        digests: Every live record: `record_id` Int64, `ref` (null when not ours), `digest`
            (sha256 over the writable values, volatile ones left out).
    """

    found: pl.DataFrame
    digests: pl.DataFrame


@dataclass(frozen=True, slots=True)
class User:
    """A user of the destination."""

    user_id: int
    name: str
    email: str
    is_active: bool
    is_admin: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What the destination says of itself and of us."""

    company: str
    domain: str
    user: User
    users: tuple[User, ...]
    webhooks: int
    requests_per_2s: int
    tokens_per_day: int | None
    tokens_left: int | None


class Destination(Protocol):
    """The CRM, in our names and units."""

    def standing(self) -> Standing:
        """Who we are there, who else is, and what we may spend."""
        ...

    def fields(self) -> pl.DataFrame:
        """Custom fields as they are now: target object, name, crm_type, code, options (JSON)."""
        ...

    def adopt_fields(self, specification: pl.DataFrame) -> None:
        """Learn codes and option ids of the specification's fields, for render and parse.

        Raises:
            FieldVanished: a specified field, option or activity type is not there.
        """
        ...

    def observe(
        self, crm_object: CrmObject, record_ids: Mapping[CrmObject, Mapping[int, str]]
    ) -> Observed:
        """Walk all live records of an object; `record_ids` (id -> ref) turns links into refs."""
        ...

    def seek(self, target: str, floor: int) -> pl.DataFrame:
        """Newest first down to id `floor` (exclusive): `ref`, `record_id` of records of ours."""
        ...

    def write(self, intents: Sequence[Intent]) -> list[Receipt]:
        """Send each intent once, concurrently, within the allowed pace."""
        ...

    def price(self, target: str, action: Action) -> int:
        """Tokens that one write of this kind costs."""
        ...

    def price_of_walk(self, crm_object: CrmObject, live: int) -> int:
        """Tokens that a walk over so many live records costs."""
        ...

    def download(self, record_id: int) -> bytes:
        """The bytes of a file."""
        ...

    def spent(self) -> "Spending":
        """Tokens, requests and waits of this conversation so far."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


@dataclass(frozen=True, slots=True)
class Spending:
    """What a conversation cost so far."""

    tokens: int = 0
    requests: int = 0
    http_429: int = 0
    waited_s: float = 0.0
    busy_s: float = 0.0
    requests_per_2s: int = 0
    peak_per_2s: int = 0


# ---------------------------------------------------------------- ledger


class WriteState(StrEnum):
    """Where one write stands."""

    PLANNED = "planned"
    INTENDED = "intended"
    DONE = "done"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Signature:
    """A gate signed by a named person, bound to a hash of what was seen."""

    signature_id: int
    gate: Gate
    user: str
    role: Role
    at: datetime
    bound_to: str
    reason: str = ""
    is_used: bool = False


@dataclass(frozen=True, slots=True)
class ConsoleUser:
    """A user of the console and the command line."""

    name: str
    display_name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One line of the audit log; no values."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    outcome: str
    hash: str


class Ledger(Protocol):
    """What was decided, intended and done; every write of state carries its audit event."""

    # stages and gates
    def stage(self) -> Stage:
        """Where the migration stands."""
        ...

    def advance(self, to: Stage, *, actor: str, reason: str = "") -> None:
        """Move to a stage that follows (`lifecycle.advance`), with an audit event."""
        ...

    def present(self, gate: Gate, bound_to: str) -> None:
        """Say what a gate's signature would be bound to now; voids an unused one of another hash.

        If the voided signature had already moved the stage, the caller moves it back.
        """
        ...

    def presented(self, gate: Gate) -> str | None:
        """The hash a signature of this gate would be bound to, or None."""
        ...

    def sign(self, gate: Gate, *, user: str, password: str, reason: str = "") -> Signature:
        """Sign what is presented, as a named person.

        For LOAD the signer must differ from who asked (`request_load`). Advances the stage by
        `lifecycle.OPENS` (not for ROLLBACK).

        Raises:
            AccessRefused: unknown user, wrong password, locked, or the role does not allow it.
            GateRefused: nothing is presented, the stage does not allow it, or own request.
        """
        ...

    def request_load(self, *, user: str, password: str, plan_id: str) -> None:
        """A person asks for the full load of a plan; presents gate LOAD and moves the stage."""
        ...

    def signature(self, gate: Gate) -> Signature | None:
        """The latest signature of a gate that is neither used nor voided."""
        ...

    def signatures(self) -> tuple[Signature, ...]:
        """All signatures, oldest first."""
        ...

    # plans and writes
    def record_plan(self, plan_id: str, kind: str, writes: pl.DataFrame, *, actor: str) -> None:
        """Keep a plan: `writes` has write_id, seq, target, action, ref, record_id, payload_sha256.

        Recording the same plan again does nothing.
        """
        ...

    def approve(self, plan_id: str, *, gate: Gate, actor: str, under: str | None = None) -> None:
        """Bind a plan to a signature of the gate.

        Without `under` the signature must be bound to the plan itself and is used up. With it, the
        plan follows from what was signed (`under` is that hash: a map, a review, a full plan): the
        signature must not be voided, and stays good; a ROLLBACK signature is used up all the same.

        Raises:
            PlanNotApproved: there is no such signature, or it is bound to another hash.
        """
        ...

    def open_plan(self, kind: str) -> str | None:
        """Id of the approved plan of this kind that is not finished, or None."""
        ...

    def intend(self, plan_id: str, write_ids: Sequence[str], floors: Mapping[str, int]) -> float:
        """Commit (fsync) the intents before the first byte; returns the send deadline (monotonic).

        `floors`: target -> largest record id known now, where a later search may stop.

        Raises:
            PlanNotApproved: the plan is not approved, or a write is not PLANNED in it.
            LedgerLocked: another run took over (epoch).
        """
        ...

    def conclude(self, receipts: Sequence[Receipt]) -> None:
        """Commit how the writes ended; ACK of a create makes the record known."""
        ...

    def writes(self, plan_id: str) -> pl.DataFrame:
        """The plan's writes: as recorded plus state, sends, intent_at, floor, outcome, reason."""
        ...

    def mark_interrupted(self) -> int:
        """Writes that an earlier run intended and never concluded become UNKNOWN; how many."""
        ...

    def replan(self, write_ids: Sequence[str]) -> None:
        """Unknown writes that were looked for twice and not found go back to PLANNED."""
        ...

    def finish_plan(self, plan_id: str, *, counts: Mapping[str, int]) -> None:
        """Close a plan whose writes are all concluded."""
        ...

    # records
    def records(self) -> pl.DataFrame:
        """Live records of ours: target, ref, record_id, plan_id."""
        ...

    def forget(self, refs: Sequence[str]) -> None:
        """Records that undo has deleted are live no more."""
        ...

    # set-up, counts, snapshots, tokens, runs
    def keep(self, name: str, document: Mapping[str, object]) -> None:
        """Keep a small JSON document without values (field codes, settings seen, results)."""
        ...

    def kept(self, name: str) -> dict[str, object] | None:
        """A kept document, or None."""
        ...

    def record_snapshot(self, name: str, roots: Mapping[str, tuple[int, str]]) -> None:
        """Keep count and Merkle root per object."""
        ...

    def snapshot(self, name: str) -> dict[str, tuple[int, str]] | None:
        """A kept snapshot, or None."""
        ...

    def record_conservation(self, run_id: str, sheet: pl.DataFrame) -> None:
        """Keep per source column: table, column, total, moved, transformed, left, rejected, why."""
        ...

    def conservation(self) -> pl.DataFrame:
        """The latest conservation sheet."""
        ...

    def spend(self, day: date, tokens: int) -> int:
        """Add to the day's token count; returns the day's sum."""
        ...

    def record_run(self, kind: str, result: Mapping[str, object]) -> str:
        """Keep a run's result (counts only); returns its id."""
        ...

    def runs(self) -> pl.DataFrame:
        """Runs, newest first: run_id, kind, at, result (JSON)."""
        ...

    # audit
    def audit(self, action: str, *, actor: str, subject: str = "", outcome: str = "ok") -> None:
        """Add one event to the chain."""
        ...

    def events(self, *, newest: int = 1000) -> pl.DataFrame:
        """Audit events, newest first: seq, at, actor, action, subject, outcome, hash."""
        ...

    def verify_chain(self) -> int:
        """Walk the chain; returns the number of events.

        Raises:
            ChainBroken: an event was altered, removed or inserted; the message names the place.
        """
        ...

    def close(self) -> None:
        """Let go of lock and connection."""
        ...


class Vault(Protocol):
    """Values at rest, encrypted: extracts, vocabulary frames, plans, diffs, rendered files."""

    def put(self, name: str, frame: pl.DataFrame) -> str:
        """Keep a frame; returns the sha256 of its content."""
        ...

    def get(self, name: str) -> pl.DataFrame:
        """A kept frame.

        Raises:
            KeyMissing: the key does not open it.
            SettingMissing: there is none of this name.
        """
        ...

    def has(self, name: str) -> bool:
        """Whether a frame is kept."""
        ...

    def put_bytes(self, content: bytes) -> str:
        """Keep bytes under their sha256; returns it."""
        ...

    def get_bytes(self, sha256: str) -> bytes:
        """Kept bytes."""
        ...

    def purge(self) -> tuple[str, ...]:
        """Remove everything; returns the names removed."""
        ...
