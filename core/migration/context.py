"""What an approval rests on: schema, map and code.

Rule of the house: an approval dies when any of it changes.
"""

from core.discovery.inventory import catalogue_digest
from core.errors import PlanStale
from core.lifecycle import Gate
from core.migration.passage import Passage


def context(passage: Passage) -> str:
    """One text for schema, map and code version as they are now.

    Raises:
        PlanStale: the map or the schema is not the one that was signed.
    """
    schema = catalogue_digest(passage.source.catalogue())
    map_digest = passage.schema_map().digest()
    signed = {signature.gate: signature.bound_to for signature in passage.ledger.signatures()}
    if signed.get(Gate.MAP) != map_digest:
        message = "The map has changed since it was signed."
        raise PlanStale(message, next_step="Run `./perio propose` and sign the map again.")
    if signed.get(Gate.INVENTORY) != schema:
        message = "The source's tables have changed since the inventory was signed."
        raise PlanStale(message, next_step="Run `./perio discover` and sign the inventory again.")
    return f"{schema}|{map_digest}|{passage.code_version}"
