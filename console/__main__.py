"""Starts the console of a folder: `python -m console --dir PATH --port 8501`.

Rule of the house: only names and numbers come in here; the folder says the rest.
"""

import argparse
from pathlib import Path

from console.serving import serve


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m console")
    parser.add_argument("--dir", type=Path, default=Path())
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--prefect-api-url", default=None)
    given = parser.parse_args()
    serve(given.dir, port=given.port, prefect_api_url=given.prefect_api_url)


if __name__ == "__main__":
    main()
