"""The map proposed, or presented again after a person has edited it.

Rule of the house: a proposal never overwrites an answer; what a person decided stays.
"""

from dataclasses import replace

from core.crosswalk.mapping import SchemaMap, load, save
from core.crosswalk.practice import CLINICAL
from core.discovery import decisions_proposed, take_inventory
from core.lifecycle import Stage
from core.matching import propose as propose_map
from core.migration.explaining import kept_explanations, with_explanations
from core.migration.guard import Result, allow
from core.migration.passage import Passage
from core.migration.preparing import present_map

MAP_FILE = "map.toml"


def propose(passage: Passage) -> Result:
    """Propose a map where there is none, and present the map for signature."""
    allow(passage, Stage.MAP_PROPOSED, "propose")
    file = passage.folder / MAP_FILE
    proposed = load(file) if file.exists() else proposal(passage)
    answered = with_explanations(proposed, kept_explanations(passage.vault))
    if answered is not proposed or not file.exists():
        save(answered, file)
    return present_map(passage)


def proposal(passage: Passage) -> SchemaMap:
    """What the names, types and profiles of the source suggest; no value leaves the machine."""
    catalogue = passage.source.catalogue()
    frames = {table.name: passage.source.read(table) for table in catalogue}
    inventory = take_inventory(catalogue, frames)
    profile = CLINICAL if passage.is_sandbox else "administrative"
    decisions = replace(decisions_proposed(inventory, frames), profile=profile)
    return propose_map(inventory, frames, decisions=decisions)
