"""The flow that closes a migration.

Rule of the house: the flow names the step; the step decides nothing that the ledger does not hold.
"""

from prefect import flow

from core.migration import closing
from core.workbench import Workbench
from flows.boundary import run_step


@flow(name="complete", persist_result=False, log_prints=False)
def complete(migration_id: str) -> str:
    """Close the migration after the reference period, and make its signed report.

    Returns:
        Id of the run whose result the ledger keeps.
    """
    return run_step(migration_id, closing.complete, then=Workbench.report)
