"""The flow that carries out the authorized load.

Rule of the house: the flow names the step; the step decides nothing that the ledger does not hold.
"""

from prefect import flow

from core.migration.loading import load
from flows.boundary import run_step


@flow(name="full-load", persist_result=False, log_prints=False)
def full_load(migration_id: str) -> str:
    """Carry out the authorized plan; run again, it goes on where it stopped.

    Returns:
        Id of the run whose result the ledger keeps.
    """
    return run_step(migration_id, load)
