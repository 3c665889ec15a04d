"""The only line from the console to Prefect: start a deployment by name, and ask how a run stands.

Rule of the house: only ids pass; the ledger decides what a run may do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast
from uuid import UUID

from core.errors import SettingMissing, SetupError, Transient

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

DEPLOYMENT = "console"
"""Name of the deployments that the console may start."""

ENDED = frozenset({"Completed", "Failed", "Crashed", "Cancelled", "TimedOut"})
"""Names of states after which nothing more happens."""

_COMMAND = {"authorize": "load"}
"""The command that does a flow's work without a server, where it has another name."""


class DispatchUnreachable(SetupError, Transient):
    """No Prefect server, deployment or worker answers; nothing was started."""


def start(flow: str, *, migration_id: str, by: str, once: str = "") -> str:
    """Have a deployment's flow run; returns the run's id at once.

    Args:
        flow: Name of the flow: sample, authorize, delta or rollback.
        migration_id: The migration; the only parameter that passes.
        by: Who asks, for the run's tag.
        once: What this start is for; a second start for the same gives the same run.

    Raises:
        SettingMissing: no Prefect server is named.
        DispatchUnreachable: server, deployment or worker does not answer.
    """
    with _client(flow) as client:
        _check_worker(client, flow)
    # Prefect takes two seconds to import; a console that starts nothing never pays for it.
    from prefect.deployments import run_deployment  # noqa: PLC0415 - as said above

    run = run_deployment(
        f"{flow}/{DEPLOYMENT}",
        parameters={"migration_id": migration_id},
        timeout=0,
        as_subflow=False,
        idempotency_key=f"{flow}|{migration_id}|{once}" if once else None,
        tags=[f"by:{by}"],
    )
    # Called where no event loop runs, it answers itself and not with a coroutine.
    return str(cast("FlowRun", run).id)


def state(run_id: str) -> str:
    """Name of the state that a run is in.

    Raises:
        DispatchUnreachable: the server does not answer or does not know the run.
    """
    with _client("") as client:
        from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - as in start

        try:
            found = client.read_flow_run(UUID(run_id)).state
        except (ObjectNotFound, ValueError):
            message = "The Prefect server does not know this run."
            raise DispatchUnreachable(message, next_step="Look at the progress screen.") from None
    return (found.name or found.type.value.capitalize()) if found else "Pending"


@contextmanager
def _client(flow: str) -> Iterator["SyncPrefectClient"]:
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - as in start
    from prefect.settings import PREFECT_API_URL  # noqa: PLC0415 - as in start

    if not PREFECT_API_URL.value():
        message = "The console was started without a Prefect server, so it cannot start a run."
        raise SettingMissing(message, next_step=_next_step(flow))
    with get_client(sync_client=True) as client:
        if client.api_healthcheck() is not None:
            message = "The Prefect server does not answer; nothing was started."
            raise DispatchUnreachable(message, next_step=_next_step(flow))
        yield client


def _check_worker(client: "SyncPrefectClient", flow: str) -> None:
    from prefect.client.schemas.objects import WorkPoolStatus  # noqa: PLC0415 - as in start
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - as in start

    try:
        deployment = client.read_deployment_by_name(f"{flow}/{DEPLOYMENT}")
    except ObjectNotFound:
        message = f"The Prefect server has no deployment '{flow}/{DEPLOYMENT}'."
        raise DispatchUnreachable(message, next_step="Register it with `./perio deploy`.") from None
    if deployment.work_pool_name is None:
        return  # served by the process that made it; the server cannot tell whether that lives
    pool = client.read_work_pool(deployment.work_pool_name)
    if pool.status is WorkPoolStatus.NOT_READY:
        message = f"No worker is running for the work pool '{pool.name}'; nothing was started."
        raise DispatchUnreachable(message, next_step=_next_step(flow))


def _next_step(flow: str) -> str:
    if not flow:
        return "Start server and worker with `./perio up`."
    command = _COMMAND.get(flow, flow)
    return f"Start server and worker with `./perio up`, or run `./perio {command}` instead."
