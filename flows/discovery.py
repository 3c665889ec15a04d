"""The flow that takes the inventory of the source.

Rule of the house: the flow names the step; the step decides nothing that the ledger does not hold.
"""

from prefect import flow

from core.migration.preparing import discover
from flows.boundary import run_step


@flow(name="discovery", persist_result=False, log_prints=False)
def discovery(migration_id: str) -> str:
    """Connect both ends if that was not done, and take the inventory of the source.

    Returns:
        Id of the run whose result the ledger keeps.
    """
    return run_step(migration_id, discover)
