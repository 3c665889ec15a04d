"""Serves the console of one migration: `python -m console --dir FOLDER --port PORT`.

Rule of the house: the command line starts the console as a program of its own.
"""

import argparse
from pathlib import Path

from console.serving import serve


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="perio console", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--prefect-api-url", default="")
    given = parser.parse_args()
    serve(given.dir, port=given.port, prefect_api_url=given.prefect_api_url or None)


if __name__ == "__main__":
    main()
