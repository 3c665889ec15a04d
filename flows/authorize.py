"""The flow that follows an authorization: full load and verification.

Rule of the house: the flow names the step; the step decides nothing that the ledger does not hold.
"""

from prefect import flow

from core.migration.loading import load, verify
from flows.boundary import run_step


@flow(name="authorize", persist_result=False, log_prints=False)
def authorize(migration_id: str) -> str:
    """Carry out the load that was authorized, then verify it.

    Returns:
        Id of the run whose result the ledger keeps.
    """
    run_step(migration_id, load)
    return run_step(migration_id, verify)
