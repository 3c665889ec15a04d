"""What confirmed maps teach the proposer: names, kinds of values and fields, kept in a file.

Rule of the house: only what a person decided teaches, once for each map; no value is in the file.
"""

import polars as pl

from core.discovery import Inventory
from core.errors import MapGap
from core.matching.memory import MEMORY_SCHEMA, Memory, empty_memory
from core.migration.explaining import COLUMNS, INVENTORY
from core.migration.passage import Passage

TAUGHT = "taught"
"""Ledger document: the map that was learned from last."""


def remembered(passage: Passage) -> Memory:
    """What earlier maps taught; nothing where there is no file.

    Raises:
        MapGap: the file is none of ours.
    """
    if not passage.memory.is_file():
        return empty_memory()
    try:
        frame = pl.read_csv(passage.memory, schema=MEMORY_SCHEMA)
    except pl.exceptions.PolarsError:
        message = f"The file {passage.memory.name} is not one of remembered names."
        raise MapGap(message, next_step="Mend it, or take it away: it is only a help.") from None
    return Memory(frame.with_columns(pl.col(pl.String).fill_null("")))


def learn(passage: Passage) -> int:
    """Add what the map's people decided to the file; returns how many columns taught.

    A map that was learned from is not learned from again.
    """
    schema_map = passage.schema_map()
    digest = schema_map.digest()
    if (passage.ledger.kept(TAUGHT) or {}).get("map") == digest:
        return 0
    inventory = Inventory(passage.vault.get(INVENTORY), passage.vault.get(COLUMNS), "")
    memory = remembered(passage).learned(schema_map, inventory)
    passage.memory.parent.mkdir(parents=True, exist_ok=True)
    beside = passage.memory.with_name(f"{passage.memory.name}.new")
    memory.frame.write_csv(beside)
    beside.replace(passage.memory)
    passage.ledger.keep(TAUGHT, {"map": digest})
    return sum(bool(column.decided_by) for table in schema_map.tables for column in table.columns)
