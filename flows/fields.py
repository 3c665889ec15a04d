"""The flow that specifies and creates the custom fields.

Rule of the house: the flow names the step; the step decides nothing that the ledger does not hold.
"""

from prefect import flow

from core.migration import preparing
from flows.boundary import run_step


@flow(name="fields", persist_result=False, log_prints=False)
def fields(migration_id: str) -> str:
    """Specify the custom fields; once they are signed, create them.

    Returns:
        Id of the run whose result the ledger keeps.
    """
    return run_step(migration_id, preparing.fields)
