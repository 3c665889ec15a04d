"""The far end of the road: walk the destination, and say what state it is in.

Rule of the house: what is live there is asked of the lists, never of a search index.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.migration.passage import Passage
from core.ports import Observed
from core.vocabulary.field import CrmObject


@dataclass(frozen=True, slots=True)
class View:
    """Everything live in the destination.

    Attributes:
        found: Object -> record frame of ours, with `record_id`.
        digests: Object -> record_id, ref (null when not ours), digest of every live record.
    """

    found: Mapping[CrmObject, pl.DataFrame]
    digests: Mapping[CrmObject, pl.DataFrame]

    def floors(self) -> dict[str, int]:
        """Largest record id known, per object; a later search may stop there."""
        return {name.value: _largest(frame["record_id"]) for name, frame in self.digests.items()}


def _largest(record_ids: pl.Series) -> int:
    largest = record_ids.max()
    return largest if isinstance(largest, int) else 0


def observe(passage: Passage) -> View:
    """Walk all six objects once, turning links into refs of records the ledger knows."""
    known = record_names(passage)
    refs = _refs_of_ours(passage, known)
    observed: dict[CrmObject, Observed] = {}
    for place, crm_object in enumerate(CrmObject):
        observed[crm_object] = _ours(passage.destination.observe(crm_object, known), refs)
        passage.progress("objects observed", place + 1, len(CrmObject))
    return View(
        {name: each.found for name, each in observed.items()},
        {name: each.digests for name, each in observed.items()},
    )


def _refs_of_ours(passage: Passage, known: Mapping[CrmObject, Mapping[int, str]]) -> pl.Series:
    """Refs of records we have made or want to make; any other is of another migration."""
    made = pl.Series("ref", [ref for refs in known.values() for ref in refs.values()], pl.String())
    kept = [name for name in CrmObject if passage.vault.has(f"wanted/{name}")]
    return pl.concat([made, *(passage.vault.get(f"wanted/{name}")["ref"] for name in kept)])


def _ours(observed: Observed, refs: pl.Series) -> Observed:
    """The same, with records of other migrations into this account among those of others."""
    is_ours = pl.col("ref").is_in(refs.unique().implode())
    return Observed(
        observed.found.filter(is_ours),
        observed.digests.with_columns(pl.when(is_ours).then("ref").alias("ref")),
    )


def record_names(passage: Passage) -> dict[CrmObject, dict[int, str]]:
    """Record id -> ref of every live record of ours, per object."""
    names: dict[CrmObject, dict[int, str]] = {name: {} for name in CrmObject}
    records = passage.ledger.records().select("target", "record_id", "ref")
    objects = {name.value: name for name in CrmObject}
    for target, record_id, ref in records.iter_rows():
        if target in objects:
            names[objects[target]][record_id] = ref
    return names


def snapshot_roots(view: View) -> dict[str, tuple[int, str]]:
    """Count and hash over all live records that are not ours, per object.

    Equal roots and no record of ours left mean a destination as it was.
    """
    others = {
        name.value: frame.filter(pl.col("ref").is_null()) for name, frame in view.digests.items()
    }
    return {
        name: (frame.height, merkle_root(frame.sort("record_id"))) for name, frame in others.items()
    }


def merkle_root(digests: pl.DataFrame) -> str:
    """Root of a binary hash tree over `record_id` and `digest`, in the frame's order.

    Leaves and nodes are hashed under different prefixes, so that one never passes for the other.
    """
    level = [
        hashlib.sha256(f"\x00{record_id}|{digest}".encode()).digest()
        for record_id, digest in digests.select("record_id", "digest").iter_rows()
    ]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
        level = above + level[len(level) - len(level) % 2 :]
    return level[0].hex() if level else ""
