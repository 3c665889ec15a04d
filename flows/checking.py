"""The flow that connects both ends.

Rule of the house: the flow names the step; the step decides nothing that the ledger does not hold.
"""

from prefect import flow

from core.migration.preparing import check
from flows.boundary import run_step


@flow(name="checking", persist_result=False, log_prints=False)
def checking(migration_id: str) -> str:
    """Connect both ends and say what they are.

    Returns:
        Id of the run whose result the ledger keeps.
    """
    return run_step(migration_id, check)
