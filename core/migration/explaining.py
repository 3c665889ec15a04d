"""What people say of tables that nobody could explain, and what the inventory's signature is for.

Rule of the house: a signature is for tables and explanations together; either changed, it lapses.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import polars as pl

from core.crosswalk.mapping import SchemaMap, TableMap
from core.discovery.inventory import Inventory
from core.discovery.outline import CHANGES_SCHEMA, outline_changes
from core.discovery.questions import EXPLANATIONS_SCHEMA, Fate, still_open
from core.discovery.schema_map import SchemaMapFrames, schema_map_document
from core.errors import GateRefused, PlanStale, SettingMissing, StepNotAllowed
from core.lifecycle import LEADS_TO, NEXT_STEP, Gate, Stage
from core.migration.passage import Passage
from core.ports import Ledger, Vault
from core.sheet import Document

INVENTORY, COLUMNS = "inventory", "inventory_columns"
EXPLANATIONS, OUTLINE = "explanations", "outline"
"""Frames of the vault; the last two are kept once more under each hash that was presented."""

SCHEMA_MAP = "schema-map"
"""Stem of the files beside the migration."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person said of one table.

    Attributes:
        table: The table.
        decision: What is to become of it.
        reason: What it is, or why it is not needed.
        by: Who said so.
        at: When.
    """

    table: str
    decision: Fate
    reason: str
    by: str
    at: datetime


def kept_explanations(vault: Vault) -> pl.DataFrame:
    """Everything that was said of tables.

    Shape:
        (tables explained, EXPLANATIONS_SCHEMA), by table.
    """
    if not vault.has(EXPLANATIONS):
        return pl.DataFrame(schema=EXPLANATIONS_SCHEMA)
    return vault.get(EXPLANATIONS)


def inventory_seal(digest: str, explanations: pl.DataFrame) -> str:
    """The hash that the inventory's signature is bound to.

    Args:
        digest: Of the catalogue (`catalogue_digest`); where nothing is explained, this alone.
        explanations: What was said; who said it and when does not count.
    """
    if explanations.is_empty():
        return digest
    said = explanations.select("table", "decision", "reason").sort("table").rows()
    return hashlib.sha256(json.dumps([digest, said], ensure_ascii=False).encode()).hexdigest()


def keep_inventory(passage: Passage, inventory: Inventory, outline: pl.DataFrame) -> None:
    """Keep what was found, present it for signature, and write the schema map beside it."""
    vault, ledger = passage.vault, passage.ledger
    vault.put(INVENTORY, inventory.tables)
    vault.put(COLUMNS, inventory.columns)
    vault.put(OUTLINE, outline)
    ledger.keep("inventory", {"digest": inventory.digest})
    present_inventory(ledger, vault, explain_all=passage.explain_all)
    document = kept_schema_map(ledger, vault, passage.migration_id)
    stem = passage.folder / SCHEMA_MAP
    stem.with_suffix(".md").write_text(document.markdown(), encoding="utf-8")
    stem.with_suffix(".xlsx").write_bytes(document.workbook())


def present_inventory(ledger: Ledger, vault: Vault, *, explain_all: bool = False) -> str:
    """Present the inventory as it stands; returns the hash.

    Args:
        ledger: Gates.
        vault: Inventory and explanations.
        explain_all: Whether nothing is presented before every table that asks has its word.
    """
    seal = _seal_now(ledger, vault)
    explanations = kept_explanations(vault)
    vault.put(f"{OUTLINE}/{seal}", vault.get(OUTLINE))
    vault.put(f"{EXPLANATIONS}/{seal}", explanations)
    if not (explain_all and still_open(vault.get(INVENTORY), explanations).height):
        ledger.present(Gate.INVENTORY, seal)
    return seal


def _seal_now(ledger: Ledger, vault: Vault) -> str:
    kept = ledger.kept("inventory")
    if kept is None:
        message = "No inventory has been taken yet."
        raise SettingMissing(message, next_step=NEXT_STEP[Stage.CONNECTED])
    return inventory_seal(str(kept["digest"]), kept_explanations(vault))


def may_explain(stage: Stage) -> bool:
    """Whether the inventory may still be changed: where it may be taken again."""
    return Stage.DISCOVERED in LEADS_TO[stage] and stage is not Stage.CONNECTED


def explain(
    ledger: Ledger, vault: Vault, said: Explanation, *, seen: str, explain_all: bool = False
) -> None:
    """Keep what a person says of a table; an earlier signature of the inventory lapses.

    Args:
        ledger: Gates and the audit log.
        vault: Inventory and explanations.
        said: Table, decision and reason.
        seen: The hash (`state_of`) that was on the person's screen.
        explain_all: As for `present_inventory`.

    Raises:
        StepNotAllowed: the migration is past the point where the inventory may change.
        PlanStale: inventory or explanations changed since the screen was opened.
        SettingMissing: there is no such table, or no reason was given.
    """
    stage = ledger.stage()
    if not may_explain(stage):
        message = f"The inventory cannot be changed while the migration is at '{stage}'."
        raise StepNotAllowed(message, next_step=NEXT_STEP[stage])
    if seen != state_of(ledger, vault):
        message = "The inventory has changed since you opened this screen; nothing was saved."
        raise PlanStale(message, next_step="Look at it again, then say it once more.")
    _check(vault, said)
    row = asdict(said) | {"decision": said.decision.value, "reason": said.reason.strip()}
    row["at"] = said.at.astimezone(UTC).isoformat(timespec="seconds")
    others = kept_explanations(vault).filter(pl.col("table") != said.table)
    new = pl.DataFrame([row], schema=EXPLANATIONS_SCHEMA)
    vault.put(EXPLANATIONS, pl.concat([others, new]).sort("table"))
    ledger.audit("explain table", actor=said.by, subject=said.table, outcome=said.decision.value)
    present_inventory(ledger, vault, explain_all=explain_all)
    if stage is not Stage.DISCOVERED:
        ledger.advance(Stage.DISCOVERED, actor=said.by, reason="a table was explained")


def _check(vault: Vault, said: Explanation) -> None:
    if said.table not in vault.get(INVENTORY)["table"]:
        message = f"The inventory has no table {said.table}."
        raise SettingMissing(message, next_step="Run `./perio discover` again.")
    if not said.reason.strip():
        message = f"Nothing was said of {said.table}."
        raise SettingMissing(message, next_step="Say in a few words what it is.")


def state_of(ledger: Ledger, vault: Vault) -> str:
    """The hash of inventory and explanations as they are; "" before there is an inventory."""
    return _seal_now(ledger, vault) if ledger.kept("inventory") else ""


def require_explained(vault: Vault, *, explain_all: bool) -> None:
    """See that every table that asks has its word, where the settings want that.

    Raises:
        GateRefused: naming tables without one.
    """
    if not explain_all or not vault.has(INVENTORY):
        return
    names = still_open(vault.get(INVENTORY), kept_explanations(vault))["table"].to_list()
    if names:
        message = f"{len(names)} flagged table(s) are not explained: {', '.join(names[:5])}."
        raise GateRefused(message, next_step="A practice admin explains them in the console.")


def since_signed(ledger: Ledger, vault: Vault) -> pl.DataFrame:
    """What differs from the inventory that was signed last, signature in force or not.

    Shape:
        (changes, CHANGES_SCHEMA); none where nothing was signed yet.
    """
    signed = [each.bound_to for each in ledger.signatures() if each.gate is Gate.INVENTORY]
    if not signed or not vault.has(f"{OUTLINE}/{signed[-1]}") or not vault.has(OUTLINE):
        return pl.DataFrame(schema=CHANGES_SCHEMA)
    tables = outline_changes(vault.get(f"{OUTLINE}/{signed[-1]}"), vault.get(OUTLINE))
    said = _said_otherwise(vault.get(f"{EXPLANATIONS}/{signed[-1]}"), kept_explanations(vault))
    return pl.concat([tables, said])


def _said_otherwise(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    told = pl.format("{}: {}", "decision", "reason").alias("said")
    both = before.select("table", told).join(
        after.select("table", told), on="table", how="full", suffix="_now", coalesce=True
    )
    both = both.with_columns(pl.col("said", "said_now").fill_null("")).sort("table")
    return both.filter(pl.col("said") != pl.col("said_now")).select(
        pl.lit("explanation changed").alias("what"),
        "table",
        pl.lit("").alias("column"),
        pl.col("said").alias("before"),
        pl.col("said_now").alias("after"),
    )


def kept_schema_map(ledger: Ledger, vault: Vault, migration_id: str) -> Document:
    """The schema map as it stands now."""
    frames = SchemaMapFrames(
        vault.get(INVENTORY),
        vault.get(COLUMNS),
        kept_explanations(vault),
        since_signed(ledger, vault),
    )
    seal = state_of(ledger, vault)
    return schema_map_document(frames, migration_id=migration_id, bound_to=seal)


def with_explanations(schema_map: SchemaMap, explanations: pl.DataFrame) -> SchemaMap:
    """The map, with tables left that people said are not needed, unless decided otherwise since."""
    said = {row["table"]: row for row in explanations.iter_rows(named=True)}
    tables = tuple(_with(table, said.get(table.name)) for table in schema_map.tables)
    return schema_map if tables == schema_map.tables else replace(schema_map, tables=tables)


def _with(table: TableMap, said: dict[str, str] | None) -> TableMap:
    if said is None or said["decision"] == Fate.USE or table.left or table.decided_by:
        return table
    is_kept = said["decision"] == Fate.ATTACH
    left = f"Kept as an attachment: {said['reason']}" if is_kept else said["reason"]
    return replace(table, left=left, decided_by=said["by"])
