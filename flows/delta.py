"""The flow that picks up later work of the practice.

Rule of the house: the flow names the step; the step decides nothing that the ledger does not hold.
"""

from prefect import flow

from core.migration import delta as pickup
from flows.boundary import run_step


@flow(name="delta", persist_result=False, log_prints=False)
def delta(migration_id: str) -> str:
    """Pick up what changed in the source, and verify.

    Returns:
        Id of the run whose result the ledger keeps.
    """
    return run_step(migration_id, pickup.delta)
