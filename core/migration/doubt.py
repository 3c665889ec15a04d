"""Writes of unknown outcome: waited out, looked for twice, adopted or planned again.

Rule of the house: what was sent without an answer is never sent again before it was looked for in
the list, twice.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl

from core import failpoints
from core.errors import OutcomeUnknown
from core.failpoints import Point
from core.migration.deciding import LOOKS, Verdict, verdict
from core.migration.passage import Passage
from core.migration.waiting import note_clock, wait_out
from core.plan import ORDER
from core.ports import Action, Outcome, Receipt, WriteState

_UNWRITTEN = "unwritten"

GIVEN_UP = "given_up"
"""Reason of writes that a rollback has made pointless."""


def kept_floors(passage: Passage, plan_id: str) -> Mapping[str, int]:
    """Object -> largest record id known when the plan was made."""
    kept = passage.ledger.kept(f"floors/{plan_id}") or {}
    return {target: int(str(floor)) for target, floor in kept.items()}


def adopt_present(passage: Passage, plan_id: str, floors: Mapping[str, int]) -> None:
    """Adopt records that are there although, by this ledger, their writes were never sent.

    A ledger that was restored from a backup is older than the destination; what was written since
    is found here and never sent a second time.
    """
    writes = passage.ledger.writes(plan_id)
    unsent = (pl.col("state") == WriteState.PLANNED) & (pl.col("action") == Action.CREATE)
    adopted: list[Receipt] = []
    for (target,), creates in (
        writes.filter(unsent).partition_by("target", as_dict=True, maintain_order=True).items()
    ):
        by_ref = _lowest(_there(passage, str(target), floors.get(str(target), 0)))
        adopted += [
            Receipt(write_id, Outcome.ACK, by_ref[ref], reason="adopted")
            for write_id, ref in creates.select("write_id", "ref").iter_rows()
            if ref in by_ref
        ]
    if adopted:
        passage.ledger.intend(plan_id, [receipt.write_id for receipt in adopted], floors)
        passage.ledger.conclude(adopted)


def look_for_unknown(passage: Passage, plan_id: str, rank: pl.DataFrame) -> bool:
    """Quarantine, look twice, adopt what is found, plan again what is not.

    Returns:
        Whether there was anything to look for.

    Raises:
        OutcomeUnknown: one was sent as often as may be.
    """
    if _unknown(passage, plan_id, rank).is_empty():
        return False
    unknown = _looked_for(passage, plan_id, rank)
    if unknown.is_empty():
        return True
    passage.ledger.replan(unknown["write_id"].to_list())
    if not _unknown(passage, plan_id, rank).is_empty():
        message = f"{unknown.height} write(s) were sent as often as may be, without a trace."
        step = (
            "A person looks at these in the destination; `./perio rollback --as USER` is possible."
        )
        raise OutcomeUnknown(message, next_step=step)
    return True


def give_up(passage: Passage, plan_id: str) -> None:
    """Close a plan that is not to be carried out any further; what it has made is known then.

    Args:
        passage: The migration.
        plan_id: An approved plan that is not finished.
    """
    note_clock(passage)
    adopt_present(passage, plan_id, kept_floors(passage, plan_id))
    _looked_for(passage, plan_id, passage.ledger.writes(plan_id))
    writes = passage.ledger.writes(plan_id)
    is_open = ~pl.col("state").is_in([WriteState.DONE.value, WriteState.REFUSED.value])
    given_up = writes.filter(is_open)["write_id"].to_list()
    if given_up:
        _note_unwritten(passage, plan_id, writes.filter(is_open))
        passage.ledger.conclude(
            [Receipt(each, Outcome.REJECT, reason=GIVEN_UP) for each in given_up]
        )
    passage.ledger.finish_plan(plan_id, counts={"given_up": len(given_up)})


def _note_unwritten(passage: Passage, plan_id: str, writes: pl.DataFrame) -> None:
    """Keep which cells may still hold what they held before: nobody has edited those."""
    cells = passage.vault.get(f"plan/{plan_id}/cells").join(writes, on="write_id", how="inner")
    noted = unwritten_cells(passage)
    fresh = cells.select("ref", "field", "before")
    passage.vault.put(_UNWRITTEN, pl.concat([noted, fresh]).unique(maintain_order=True))


def unwritten_cells(passage: Passage) -> pl.DataFrame:
    """Cells of given-up writes, with what they may still hold.

    Shape:
        -> (n, 3): ref, field, before.
    """
    if passage.vault.has(_UNWRITTEN):
        return passage.vault.get(_UNWRITTEN)
    return pl.DataFrame(schema=dict.fromkeys(("ref", "field", "before"), pl.String()))


def forget_unwritten(passage: Passage) -> None:
    """Begin anew: what interrupted loads left is taken back by now."""
    passage.vault.put(_UNWRITTEN, unwritten_cells(passage).clear())


def _looked_for(passage: Passage, plan_id: str, rank: pl.DataFrame) -> pl.DataFrame:
    """Wait, look twice, adopt; what is still unknown then."""
    unknown = _unknown(passage, plan_id, rank)
    if unknown.is_empty():
        return unknown
    latest = unknown["intent_at"].max()
    assert isinstance(latest, datetime)
    wait_out(passage, latest.astimezone(UTC).timestamp())
    for looks in range(1, LOOKS + 1):
        found = _sought(passage, unknown, looks)
        failpoints.reach(Point.LOOKING)
        if found:
            passage.ledger.conclude(found)
        unknown = _unknown(passage, plan_id, rank)
        if unknown.is_empty() or looks == LOOKS:
            break
        passage.tempo.sleep(passage.tempo.read_lag_s)
    return unknown


def _unknown(passage: Passage, plan_id: str, rank: pl.DataFrame) -> pl.DataFrame:
    in_doubt = [WriteState.UNKNOWN.value, WriteState.INTENDED.value]
    writes = passage.ledger.writes(plan_id).filter(pl.col("state").is_in(in_doubt))
    return writes.join(rank.select("write_id"), on="write_id", how="semi")


def _sought(passage: Passage, unknown: pl.DataFrame, looks: int) -> list[Receipt]:
    """Receipts for unknown writes whose effect is there.

    An update is found by nothing but itself: sent again, it says the same, so it is planned again.
    """
    receipts: list[Receipt] = []
    for (target,), writes in unknown.partition_by("target", as_dict=True).items():
        floor = min((value for value in writes["floor"] if value is not None), default=0)
        there = _there(passage, str(target), floor)
        by_ref = _lowest(there)
        for write_id, action, ref in writes.select("write_id", "action", "ref").iter_rows():
            if action != Action.CREATE:
                continue
            if verdict(is_found=ref in by_ref, looks=looks) is Verdict.ADOPT:
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
        pl.Series("record_id", [setup_number(code) for code in fields["code"]], dtype=pl.Int64()),
    )


def setup_number(code: str) -> int:
    """The number of a field or activity type, which the destination knows by a text alone."""
    return int.from_bytes(hashlib.sha256(code.encode()).digest()[:6])


def _lowest(there: pl.DataFrame) -> dict[str, int]:
    lowest = there.group_by("ref").agg(pl.col("record_id").min())
    return dict(lowest.iter_rows())
