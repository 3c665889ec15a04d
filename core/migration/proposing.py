"""The map proposed, brought up to the source, or presented again after a person has edited it.

Rule of the house: a proposal never overwrites an answer; what a person decided stays.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from core.crosswalk.mapping import SchemaMap, load, save
from core.crosswalk.practice import CLINICAL
from core.discovery import inventory_of, look, look_closer, weighed
from core.discovery.outline import outline, outline_changes
from core.discovery.values import some_values
from core.lifecycle import Stage
from core.matching import Known
from core.matching import propose as propose_map
from core.migration.explaining import kept_explanations, with_explanations
from core.migration.guard import Result, allow
from core.migration.learning import remembered
from core.migration.passage import Passage
from core.migration.preparing import present_map
from core.migration.retabling import Place, brought_up
from core.migration.seats import PROVIDERS, provider_rows
from core.ports import Table

MAP_FILE = "map.toml"
VALUES, PROPOSED_FOR = "column_values", "proposed_for"
"""Frames of the vault: some values of every column, and the outline that was proposed for."""

EVIDENCE = "decision_evidence"
"""Ledger document: decision -> a sentence of what the values say."""


def propose(passage: Passage) -> Result:
    """Propose a map where there is none, bring it up to the source, and present it for signature.

    What the practice said of its tables is in it; what came new is proposed, what is gone is out.
    """
    allow(passage, Stage.MAP_PROPOSED, "propose")
    file = passage.folder / MAP_FILE
    old = load(file) if file.exists() else None
    catalogue = passage.source.catalogue()
    made = old
    if old is None or _differs(passage, old, catalogue):
        proposed = proposal(passage, catalogue)
        made = brought_up(old, proposed, _retyped(passage, catalogue)) if old else proposed
        passage.vault.put(PROPOSED_FOR, outline(catalogue))
    assert made is not None, "there is a map, or one was proposed"
    made = with_explanations(made, kept_explanations(passage.vault))
    if made != old:
        save(made, file)
    return present_map(passage)


def _differs(passage: Passage, old: SchemaMap, catalogue: Sequence[Table]) -> bool:
    """Whether tables, columns or types are others than those the map was proposed for."""
    named = {(table.name, column.name) for table in old.tables for column in table.columns}
    there = {(table.name, column.name) for table in catalogue for column in table.columns}
    is_known = passage.vault.has(VALUES)
    return named != there or not is_known or bool(_retyped(passage, catalogue))


def _retyped(passage: Passage, catalogue: Sequence[Table]) -> frozenset[Place]:
    if not passage.vault.has(PROPOSED_FOR):
        return frozenset()
    changes = outline_changes(passage.vault.get(PROPOSED_FOR), outline(catalogue))
    retyped = changes.filter(pl.col("what") == "column retyped")
    return frozenset(retyped.select("table", "column").iter_rows())


def proposal(passage: Passage, catalogue: Sequence[Table]) -> SchemaMap:
    """What the names, types and profiles of the source suggest; no value leaves the machine.

    Keeps some values of every column, encrypted, and the evidence for each decision.
    """
    rough = look(passage.source)
    inventory = inventory_of(rough)
    looked = look_closer(rough, inventory.columns)
    if looked is not rough:
        inventory = inventory_of(looked)
    profile = CLINICAL if passage.is_sandbox else "administrative"
    decided, evidence = weighed(inventory, looked)
    passage.vault.put(VALUES, some_values(looked.frames))
    passage.ledger.keep(EVIDENCE, evidence)
    decisions = replace(decided, profile=profile)
    known = Known(memory=remembered(passage))
    proposed = propose_map(inventory, looked.frames, decisions=decisions, known=known)
    passage.vault.put(PROVIDERS, provider_rows(proposed, _providers(passage, proposed, catalogue)))
    return proposed


def _providers(
    passage: Passage, proposed: SchemaMap, catalogue: Sequence[Table]
) -> dict[str, pl.DataFrame]:
    """Every row of the tables of providers, whom a person matches by hand."""
    named = {table.name for table in proposed.of_entity("provider")}
    return {table.name: passage.source.read(table) for table in catalogue if table.name in named}
