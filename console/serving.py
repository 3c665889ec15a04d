"""Serving the console on this host.

Rule of the house: the loopback address only; TLS and the outer world belong to a proxy.
"""

import os
from pathlib import Path

import uvicorn

from console.desk import FOLDER_VARIABLE

HOST = "127.0.0.1"
"""Where the console listens."""

_PREFECT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
}
"""No telemetry, and never a private server in place of the one that is meant."""


def serve(folder: Path, *, port: int, prefect_api_url: str | None) -> None:
    """Serve the console of a migration until the process is told to end.

    Args:
        folder: The migration's folder.
        port: Port on the loopback address.
        prefect_api_url: Server that runs the deployments; None for a console that starts nothing.
    """
    os.environ[FOLDER_VARIABLE] = str(folder.resolve())
    os.environ.update({name: value for name, value in _PREFECT.items() if name not in os.environ})
    if prefect_api_url:
        os.environ["PREFECT_API_URL"] = prefect_api_url
    from console.asgi import app  # noqa: PLC0415 - reads the environment set above

    uvicorn.run(
        app,
        host=HOST,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=HOST,
    )
