"""Carrying out an approved plan: intend, write, conclude; what is unknown is looked for.

Rule of the house: no byte leaves before its intent is on disk; what was sent without an answer is
never sent again before it was looked for twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from core.errors import DestinationRefused, FieldVanished, OutcomeUnknown
from core.migration.filing import content_path
from core.migration.observation import record_names
from core.migration.passage import Passage
from core.plan import ORDER, Plan
from core.ports import Action, Intent, Outcome, Receipt, WriteState
from core.vocabulary.field import CrmObject
from core.vocabulary.record import link_fields

BATCH = 256
"""Writes whose intents are committed together; also the most that one crash leaves in doubt."""

_LOOKS = 2
_STOPPING_REASONS = ("unauthorized", "forbidden", "custom_field_unknown")


@dataclass(frozen=True, slots=True)
class Done:
    """How a plan ended, in numbers."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    adopted: int = 0
    refused: int = 0
    unknown: int = 0


def keep_plan(passage: Passage, plan: Plan, floors: Mapping[str, int], *, actor: str) -> None:
    """Keep a plan in ledger and vault, so that it can be carried out as it was approved.

    Args:
        passage: Ledger and vault.
        plan: The plan.
        floors: Object -> largest record id seen when it was made; a search for a lost write may
            stop there.
        actor: Who had it made.
    """
    passage.ledger.keep(f"floors/{plan.plan_id}", floors)
    passage.vault.put(f"plan/{plan.plan_id}/writes", plan.writes)
    passage.vault.put(f"plan/{plan.plan_id}/cells", plan.cells)
    passage.ledger.record_plan(plan.plan_id, plan.kind, plan.writes, actor=actor)


def carry_out(passage: Passage, plan_id: str, kind: str) -> Done:
    """Send every write of an approved plan that is not concluded, and finish the plan.

    Running it again after any interruption goes on where it stopped.

    Raises:
        PlanNotApproved: nobody signed for this plan.
        OutcomeUnknown: a write stayed unknown; a person must look.
        DestinationError: the destination stops the run.
    """
    passage.ledger.mark_interrupted()
    batches = _Batches(passage, plan_id)
    for rank in batches.ranks():
        _look_for_unknown(passage, plan_id, rank)
        while (open_writes := batches.open_writes(rank)).height:
            for batch in open_writes.iter_slices(BATCH):
                receipts = _send(passage, plan_id, batch, batches)
                passage.progress(f"{kind}: records written", batches.finished, batches.total)
                _stop_if_refused_as_a_whole(receipts)
            _look_for_unknown(passage, plan_id, rank)
    batches.clear()
    done = _count(passage.ledger.writes(plan_id))
    if done.unknown:
        message = f"{done.unknown} write(s) have an unknown outcome after {_LOOKS} looks."
        raise OutcomeUnknown(message, next_step="Run the same command again; it looks once more.")
    counts = {name: getattr(done, name) for name in Done.__slots__}
    passage.ledger.finish_plan(plan_id, counts=counts)
    return done


def _send(
    passage: Passage, plan_id: str, batch: pl.DataFrame, batches: "_Batches"
) -> list[Receipt]:
    intents, orphans = batches.intents(batch)
    if orphans:
        passage.ledger.conclude(orphans)
    if not intents:
        return orphans
    write_ids = [intent.write_id for intent in intents]
    deadline_s = passage.ledger.intend(plan_id, write_ids, batches.floors)
    receipts = passage.destination.write(
        [replace(intent, deadline_s=deadline_s) for intent in intents]
    )
    passage.ledger.conclude(receipts)
    batches.learn(intents, receipts)
    return receipts


def _stop_if_refused_as_a_whole(receipts: list[Receipt]) -> None:
    """A refusal that every further write would meet stops the run before the next one."""
    for receipt in receipts:
        if receipt.outcome is not Outcome.REJECT:
            continue
        if receipt.reason in _STOPPING_REASONS or receipt.status in {401, 402, 403}:
            message = (
                f"The destination refuses to go on (status {receipt.status}, {receipt.reason})."
            )
            step = "Mend token, rights or plan limits, then run the same command again."
            raise DestinationRefused(message, next_step=step)
        if receipt.status == 400 and "custom_fields" in receipt.reason:  # noqa: PLR2004 - HTTP
            message = "A custom field or option that the plan uses is gone from the destination."
            step = "Run `./perio fields` to see which, restore it, then run the same command again."
            raise FieldVanished(message, next_step=step)


class _Batches:
    """The plan's open writes, handed out a batch at a time as intents."""

    def __init__(self, passage: Passage, plan_id: str) -> None:
        self._passage, self._plan_id = passage, plan_id
        kept = passage.vault.get(f"plan/{plan_id}/writes")
        self._content = dict(kept.select("write_id", "content").iter_rows())
        cells = passage.vault.get(f"plan/{plan_id}/cells").sort("write_id")
        self._fields = _fields_by_write(cells)
        states = passage.ledger.writes(plan_id)
        self.total = states.height
        self.finished = states.filter(pl.col("state") == WriteState.DONE.value).height
        self.floors = _floors(passage, plan_id)
        self._ids = _known_ids(passage)
        self._outbox = passage.folder / "outbox"

    def ranks(self) -> list[pl.DataFrame]:
        """Groups of writes that may go together: one object and action, in the plan's order."""
        group = pl.struct("target", "action").rle_id().alias("_rank")
        ordered = self._passage.ledger.writes(self._plan_id).sort("seq").with_columns(group)
        return ordered.partition_by("_rank", maintain_order=True)

    def open_writes(self, rank: pl.DataFrame) -> pl.DataFrame:
        """The writes of a rank that are to be sent."""
        return (
            self._passage.ledger.writes(self._plan_id)
            .join(rank.select("write_id"), on="write_id", how="semi")
            .filter(pl.col("state") == WriteState.PLANNED.value)
            .sort("seq")
        )

    def intents(self, batch: pl.DataFrame) -> tuple[list[Intent], list[Receipt]]:
        """The writes as intents: links resolved to record ids, bytes where they can be read.

        A write that links to a record that was refused is refused with it, and never sent.
        """
        self.clear()
        intents: list[Intent] = []
        orphans: list[Receipt] = []
        for row in batch.select("write_id", "target", "action", "ref", "record_id").iter_rows():
            intent = self._intent(*row)
            if intent is None:
                orphans.append(Receipt(row[0], Outcome.REJECT, reason="link_refused"))
            else:
                intents.append(intent)
        return intents, orphans

    def _intent(
        self, write_id: str, target: str, action: str, ref: str, record_id: int | None
    ) -> Intent | None:
        fields = {} if action == Action.DELETE else dict(self._fields.get(write_id, {}))
        links = link_fields(CrmObject(target)) if target in ORDER else {}
        for name, to in links.items():
            linked = fields.get(name)
            if linked is not None:
                fields[name] = self._resolved(to.value, linked)
                if fields[name] is None:
                    return None
        if action != Action.CREATE and record_id is None and target in ORDER:
            record_id = self._ids.get((target, ref))
            if record_id is None:
                return None
        path = self._path(write_id) if action == Action.CREATE else None
        return Intent(write_id, self._plan_id, target, Action(action), ref, record_id, fields, path)

    def _path(self, write_id: str) -> Path | None:
        content = self._content.get(write_id)
        if content is None:
            return None
        self._outbox.mkdir(mode=0o700, exist_ok=True)
        return content_path(self._passage, content, self._outbox)

    def _resolved(self, target: str, ref: str) -> str | None:
        if ref.startswith("id:"):
            return ref.removeprefix("id:")
        record_id = self._ids.get((target, ref))
        return None if record_id is None else str(record_id)

    def learn(self, intents: list[Intent], receipts: list[Receipt]) -> None:
        """Remember the ids of records just made."""
        refs = {intent.write_id: (intent.target, intent.ref) for intent in intents}
        for receipt in receipts:
            if receipt.outcome is Outcome.ACK:
                self.finished += 1
                if receipt.record_id is not None:
                    self._ids[refs[receipt.write_id]] = receipt.record_id

    def clear(self) -> None:
        """Remove what lay ready to be sent."""
        _empty(self._outbox)


def _empty(folder: Path) -> None:
    if folder.exists():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def _fields_by_write(cells: pl.DataFrame) -> dict[str, dict[str, str | None]]:
    fields: dict[str, dict[str, str | None]] = {}
    for write_id, field, after in cells.select("write_id", "field", "after").iter_rows():
        fields.setdefault(write_id, {})[field] = after
    return fields


def _floors(passage: Passage, plan_id: str) -> Mapping[str, int]:
    kept = passage.ledger.kept(f"floors/{plan_id}") or {}
    return {target: int(str(floor)) for target, floor in kept.items()}


def _known_ids(passage: Passage) -> dict[tuple[str, str], int]:
    names = record_names(passage)
    return {
        (crm_object.value, ref): record_id
        for crm_object, refs in names.items()
        for record_id, ref in refs.items()
    }


def _look_for_unknown(passage: Passage, plan_id: str, rank: pl.DataFrame) -> None:
    """Quarantine, look twice, adopt what is found, plan again what is not.

    Raises:
        OutcomeUnknown: one was sent as often as may be.
    """
    unknown = _unknown(passage, plan_id, rank)
    if unknown.is_empty():
        return
    _wait_out(passage, unknown)
    for look in range(_LOOKS):
        if look:
            passage.tempo.sleep(passage.tempo.read_lag_s)
        found = _sought(passage, unknown)
        if found:
            passage.ledger.conclude(found)
        unknown = _unknown(passage, plan_id, rank)
        if unknown.is_empty():
            return
    passage.ledger.replan(unknown["write_id"].to_list())
    if not _unknown(passage, plan_id, rank).is_empty():
        message = f"{unknown.height} write(s) were sent as often as may be, without a trace."
        raise OutcomeUnknown(message, next_step="A person must look at these in the destination.")


def _unknown(passage: Passage, plan_id: str, rank: pl.DataFrame) -> pl.DataFrame:
    in_doubt = [WriteState.UNKNOWN.value, WriteState.INTENDED.value]
    writes = passage.ledger.writes(plan_id).filter(pl.col("state").is_in(in_doubt))
    return writes.join(rank.select("write_id"), on="write_id", how="semi")


def _wait_out(passage: Passage, unknown: pl.DataFrame) -> None:
    latest = unknown["intent_at"].max()
    assert isinstance(latest, datetime)
    since_s = passage.tempo.now_s() - latest.astimezone(UTC).timestamp()
    # a clock that went backwards never shortens the wait
    wait_s = passage.tempo.quarantine_s - max(0.0, since_s)
    if wait_s > 0:
        passage.progress(f"waiting {wait_s:.0f} s before looking for unknown writes", 0, 1)
        passage.tempo.sleep(wait_s)


def _sought(passage: Passage, unknown: pl.DataFrame) -> list[Receipt]:
    """Receipts for unknown writes whose effect is there.

    An update is found by nothing but itself: sent again, it says the same, so it is planned again.
    """
    receipts: list[Receipt] = []
    for (target,), writes in unknown.partition_by("target", as_dict=True).items():
        floor = min((value for value in writes["floor"] if value is not None), default=0)
        there = _there(passage, str(target), floor)
        by_ref = _lowest(there)
        for write_id, action, ref in writes.select("write_id", "action", "ref").iter_rows():
            if action == Action.CREATE and ref in by_ref:
                receipts.append(Receipt(write_id, Outcome.ACK, by_ref[ref], reason="adopted"))
    return receipts


def _there(passage: Passage, target: str, floor: int) -> pl.DataFrame:
    if target in ORDER:
        return passage.destination.seek(target, floor)
    # set-up: fields and activity types are known by what they are called
    fields = passage.destination.fields()
    names = pl.format("custom_field|{}|{}", "target", "name")
    return fields.select(
        passage.sign(fields.select(names).to_series()).alias("ref"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("record_id"),
    )


def _lowest(there: pl.DataFrame) -> dict[str, int]:
    lowest = there.group_by("ref").agg(pl.col("record_id").min())
    return dict(lowest.iter_rows())


def _count(writes: pl.DataFrame) -> Done:
    done = pl.col("state") == WriteState.DONE.value

    def of(condition: pl.Expr) -> int:
        return writes.filter(condition).height

    return Done(
        created=of(done & (pl.col("action") == Action.CREATE)),
        updated=of(done & (pl.col("action") == Action.UPDATE)),
        deleted=of(done & (pl.col("action") == Action.DELETE)),
        adopted=of(done & (pl.col("reason") == "adopted")),
        refused=of(pl.col("state") == WriteState.REFUSED.value),
        unknown=of(pl.col("state").is_in([WriteState.UNKNOWN.value, WriteState.INTENDED.value])),
    )
