"""Serves the deployments that the console starts, on one machine.

Rule of the house: a run is given the migration's id; everything else it asks the ledger.
"""

import sys
from typing import cast

from prefect import serve
from prefect.deployments.runner import RunnerDeployment

from flows.authorize import authorize
from flows.delta import delta
from flows.rollback import rollback
from flows.sample import sample

DEPLOYMENT = "console"


def main(migration_id: str) -> None:
    """Serve until the process is told to end."""
    parameters = {"migration_id": migration_id}
    deployments = [
        cast(
            "RunnerDeployment",
            each.to_deployment(DEPLOYMENT, parameters=parameters, concurrency_limit=1),
        )
        for each in (sample, authorize, delta, rollback)
    ]
    serve(*deployments, limit=1)


if __name__ == "__main__":
    main(sys.argv[1])
