"""What an approval rests on: schema, map and code.

Rule of the house: an approval dies when any of it changes.
"""

from core.crosswalk.practice import CLINICAL
from core.discovery.inventory import catalogue_digest
from core.errors import PlanStale, SetupError
from core.lifecycle import Gate
from core.migration.explaining import inventory_seal, kept_explanations
from core.migration.passage import Passage

AFRESH = (
    "Restore what was signed, or have it signed anew; what is loaded or authorized by then is "
    "taken back first (`./perio rollback --as USER`). An approval of the load that died is asked "
    "for again: `./perio authorize --as USER`."
)
"""What to do when what was signed is no longer what is there."""


def context(passage: Passage) -> str:
    """One text for schema, map and code version as they are now.

    Raises:
        PlanStale: the map or the schema is not the one that was signed.
    """
    require_attestation(passage)
    rests_on = parts(passage)
    schema, map_digest = rests_on["schema"], rests_on["map"]
    # what was signed for other ones dies here, whatever the step does next
    passage.ledger.seen(rests_on)
    signed = {signature.gate: signature.bound_to for signature in passage.ledger.signatures()}
    if signed.get(Gate.MAP) != map_digest:
        message = "The map has changed since it was signed."
        raise PlanStale(message, next_step=f"{AFRESH} Begin with `./perio propose`.")
    if signed.get(Gate.INVENTORY) != schema:
        message = "The source's tables, or what was said of them, changed since they were signed."
        raise PlanStale(message, next_step=f"{AFRESH} Begin with `./perio discover`.")
    return "|".join(rests_on.values())


def parts(passage: Passage) -> dict[str, str]:
    """What signatures of sample and load rest on, each by its hash: `schema`, `map`, `code`."""
    catalogue = catalogue_digest(passage.source.catalogue())
    return {
        "schema": inventory_seal(catalogue, kept_explanations(passage.vault)),
        "map": passage.schema_map().digest(),
        "code": passage.code_version,
    }


ATTESTATION = "attestation"
"""Ledger document: who attested, when, that the practice may put clinical values there."""


def require_attestation(passage: Passage) -> None:
    """See that clinical values go nowhere without a recorded agreement.

    Raises:
        SetupError: the map's profile is clinical, the destination is real, nobody attested.
    """
    is_clinical = passage.schema_map().decisions.profile == CLINICAL
    if passage.is_sandbox or not is_clinical or passage.ledger.kept(ATTESTATION):
        return
    message = (
        "The map carries clinical fields, and no agreement that the destination may hold them "
        "(a signed BAA) is on record."
    )
    step = "A practice admin runs `./perio attest --as USER --reference TEXT`, or set `profile = "
    step += '"administrative"` in map.toml and sign it again.'
    raise SetupError(message, next_step=step)
