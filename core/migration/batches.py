"""A plan's open writes, handed out as intents: links resolved, bytes where they can be read.

Rule of the house: what a plan says is sent as it was approved; only ids are filled in.
"""

import polars as pl

from core.errors import PlanStale
from core.migration.doubt import kept_floors
from core.migration.filing import content_of
from core.migration.observation import record_names
from core.migration.passage import Passage
from core.plan import ORDER, payload_hashes
from core.ports import Action, Content, Intent, Outcome, Receipt, WriteState
from core.vocabulary.field import CrmObject
from core.vocabulary.record import link_fields

LINK_REFUSED, CONTENT_MISSING = "link_refused", "content_missing"
"""Reasons of writes that are refused here."""


class Batches:
    """The plan's open writes, handed out a batch at a time as intents."""

    def __init__(self, passage: Passage, plan_id: str) -> None:
        """Open a kept plan.

        Raises:
            PlanStale: what is kept is not what was approved.
        """
        self._passage, self._plan_id = passage, plan_id
        kept = passage.vault.get(f"plan/{plan_id}/writes")
        self._content = dict(kept.select("write_id", "content").iter_rows())
        cells = passage.vault.get(f"plan/{plan_id}/cells").sort("write_id")
        self._fields = _fields_by_write(cells)
        states = passage.ledger.writes(plan_id)
        _check_content(states, kept, cells)
        self.total = states.height
        self.floors = kept_floors(passage, plan_id)
        self.recall()

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

        A write that links to a record that was refused is refused with it, and never sent; so is
        one whose file is not there any more.
        """
        intents: list[Intent] = []
        orphans: list[Receipt] = []
        for row in batch.select("write_id", "target", "action", "ref", "record_id").iter_rows():
            intent = self._intent(*row)
            if isinstance(intent, str):
                orphans.append(Receipt(row[0], Outcome.REJECT, reason=intent))
            else:
                intents.append(intent)
        return intents, orphans

    def _intent(
        self, write_id: str, target: str, action: str, ref: str, record_id: int | None
    ) -> Intent | str:
        """The intent, or why there is none."""
        fields = {} if action == Action.DELETE else dict(self._fields.get(write_id, {}))
        links = link_fields(CrmObject(target)) if target in ORDER else {}
        for name, to in links.items():
            linked = fields.get(name)
            if linked is not None:
                fields[name] = self._resolved(to.value, linked)
                if fields[name] is None:
                    return LINK_REFUSED
        if action != Action.CREATE and record_id is None and target in ORDER:
            record_id = self._ids.get((target, ref))
            if record_id is None:
                return LINK_REFUSED
        content = self._content_of(write_id) if action == Action.CREATE else None
        if content is not None and not content.is_file():
            return CONTENT_MISSING
        kind = Action(action)
        return Intent(write_id, self._plan_id, target, kind, ref, record_id, fields, content)

    def _content_of(self, write_id: str) -> Content | None:
        content = self._content.get(write_id)
        return None if content is None else content_of(self._passage, content)

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

    def recall(self) -> None:
        """Learn from the ledger the ids of records that were adopted meanwhile."""
        self._ids = _known_ids(self._passage)
        done = self._passage.ledger.writes(self._plan_id)["state"] == WriteState.DONE.value
        self.finished = int(done.sum())


def _check_content(recorded: pl.DataFrame, kept: pl.DataFrame, cells: pl.DataFrame) -> None:
    """See that the values kept in the vault are those whose hashes the ledger recorded."""
    content = kept.select("write_id", "content")
    both = recorded.join(content, on="write_id", how="left", maintain_order="left")
    hashes = payload_hashes(both, cells, key="write_id")
    differs = recorded["payload_sha256"] != pl.Series(hashes, dtype=pl.String())
    if count := int(differs.sum()):
        message = f"{count} write(s) of the plan are not as they were approved."
        raise PlanStale(message, next_step="Make the plan again and have it signed again.")


def _fields_by_write(cells: pl.DataFrame) -> dict[str, dict[str, str | None]]:
    fields: dict[str, dict[str, str | None]] = {}
    for write_id, field, after in cells.select("write_id", "field", "after").iter_rows():
        fields.setdefault(write_id, {})[field] = after
    return fields


def _known_ids(passage: Passage) -> dict[tuple[str, str], int]:
    names = record_names(passage)
    return {
        (crm_object.value, ref): record_id
        for crm_object, refs in names.items()
        for record_id, ref in refs.items()
    }
