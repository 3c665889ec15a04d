"""The flow that proposes a map.

Rule of the house: the flow names the step; the step decides nothing that the ledger does not hold.
"""

from prefect import flow

from core.migration.proposing import propose
from flows.boundary import run_step


@flow(name="mapping", persist_result=False, log_prints=False)
def mapping(migration_id: str) -> str:
    """Propose a map of the source, or present the one in the folder.

    Returns:
        Id of the run whose result the ledger keeps.
    """
    return run_step(migration_id, propose)
