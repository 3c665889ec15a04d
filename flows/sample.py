"""The flow that loads the sample, and rehearses the rollback on it.

Rule of the house: the flow names the step; the step decides nothing that the ledger does not hold.
"""

from prefect import flow

from core.migration import sampling
from flows.boundary import run_step


@flow(name="sample", persist_result=False, log_prints=False)
def sample(migration_id: str) -> str:
    """Load the sample; once it is signed, undo it and plan the full load.

    Returns:
        Id of the run whose result the ledger keeps.
    """
    return run_step(migration_id, sampling.sample)
