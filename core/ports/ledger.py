"""What the ledger is asked for.

Rule of the house: a protocol says what is asked, never how it is done.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

import polars as pl

from core.lifecycle import Gate, Stage
from core.ports.decisions import ConsoleUser, Signature
from core.ports.destination import Receipt


class Ledger(Protocol):
    """What was decided, intended and done; every write of state carries its audit event."""

    # stages and gates
    def stage(self) -> Stage:
        """Where the migration stands."""
        ...

    def advance(self, to: Stage, *, actor: str, reason: str = "") -> None:
        """Move to a stage that follows (`lifecycle.advance`), with an audit event."""
        ...

    def present(self, gate: Gate, bound_to: str, parts: Mapping[str, str] | None = None) -> None:
        """Say what a gate's signature would be bound to now; voids an unused one of another hash.

        `parts` says what the hash stands for (schema, map, code, diff), each by its own.
        If the voided signature had already moved the stage, the caller moves it back.
        """
        ...

    def seen(self, parts: Mapping[str, str]) -> tuple[str, ...]:
        """Say what schema, map or code are now; voids waiting signatures given to others."""
        ...

    def presented(self, gate: Gate) -> str | None:
        """The hash a signature of this gate would be bound to, or None."""
        ...

    def sign(
        self, gate: Gate, *, user: str, password: str, reason: str = "", code: str = ""
    ) -> Signature:
        """Sign what is presented, as a named person; `code` is the one-time code, if asked for.

        For LOAD the signer must differ from who asked (`request_load`). Advances the stage by
        `lifecycle.OPENS` (not for ROLLBACK).

        Raises:
            AccessRefused: unknown user, wrong password, locked, or the role does not allow it.
            GateRefused: nothing is presented, the stage does not allow it, or own request.
        """
        ...

    def request_load(self, *, user: str, password: str, plan_id: str, code: str = "") -> None:
        """A person asks for the full load of a plan; presents gate LOAD and moves the stage."""
        ...

    def signature(self, gate: Gate) -> Signature | None:
        """The latest signature of a gate that is neither used, voided nor expired."""
        ...

    def signatures(self) -> tuple[Signature, ...]:
        """All signatures, oldest first."""
        ...

    def known_user(self, name: str) -> ConsoleUser | None:
        """The user of this name, with the roles held now; None when unknown or disabled."""
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
        """Commit (fsync) the intents before the first byte; returns the send deadline.

        `floors`: target -> largest record id known now, where a later search may stop.

        Raises:
            PlanNotApproved: the plan is not approved, or a write is not PLANNED in it.
            LedgerLocked: another run took over (epoch).
        """
        ...

    def holds(self, plan_id: str, write_id: str) -> bool:
        """Whether a write is intended, and by this run: asked right before its first byte."""
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

    def events(self, *, newest: int = 1000, action: str = "") -> pl.DataFrame:
        """Audit events, newest first, of one action or of all.

        Columns: seq, at, actor, action, subject, outcome, hash.
        """
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
