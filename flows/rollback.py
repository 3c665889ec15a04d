"""The flow that takes the load back.

Rule of the house: the flow names the step; the step decides nothing that the ledger does not hold.
"""

from prefect import flow

from core.migration import reversing
from flows.boundary import run_step


@flow(name="rollback", persist_result=False, log_prints=False)
def rollback(migration_id: str) -> str:
    """Undo what was loaded, under a rollback's signature.

    Returns:
        Id of the run whose result the ledger keeps.
    """
    return run_step(migration_id, reversing.rollback)
