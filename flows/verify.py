"""The flow that proves the load.

Rule of the house: the flow names the step; the step decides nothing that the ledger does not hold.
"""

from prefect import flow

from core.migration import loading
from flows.boundary import run_step


@flow(name="verify", persist_result=False, log_prints=False)
def verify(migration_id: str) -> str:
    """Observe and compare again.

    Returns:
        Id of the run whose result the ledger keeps.
    """
    return run_step(migration_id, loading.verify)
