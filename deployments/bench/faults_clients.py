"""Three ways that others load records over HTTP, each at its best documented setting.

Run by the Python of the environment that has it: `faults_clients.py CLIENT FOLDER URL TOKEN CODE
COUNT`. Rule of the house: nothing of this project is imported, so that it runs anywhere; whoever is
killed is started again with the same words.
"""

import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib import import_module
from pathlib import Path
from typing import Any

TRIES = 5
_BUSY = frozenset({429, 500, 502, 503, 504})


def body_of(code: str, number: int) -> dict[str, object]:
    """One person, as every contestant sends it."""
    return {"name": f"Name {number}", "custom_fields": {code: f"m{number:024x}"}}


def naive(folder: Path, url: str, token: str, code: str, count: int) -> str:
    """A loop that tries again on silence, 5xx and 429, and notes what succeeded."""
    noted = folder / "done.txt"
    done = set(noted.read_text().split()) if noted.exists() else set()
    failed = 0
    with noted.open("a") as note:
        for number in range(1, count + 1):
            if str(number) in done:
                continue
            if _post(url, token, body_of(code, number)):
                note.write(f"{number}\n")
                note.flush()
            else:
                failed += 1
    return f"{failed} failed"


def _post(url: str, token: str, body: object) -> bool:
    for attempt in range(TRIES):
        request = urllib.request.Request(  # noqa: S310 - the sandbox on this machine
            url,
            json.dumps(body).encode(),
            {"content-type": "application/json", "x-api-token": token},
        )
        try:
            with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - as above
                return True
        except urllib.error.HTTPError as error:
            if error.code not in _BUSY:
                return False
        except OSError:
            pass
        time.sleep(0.05 * 2**attempt)
    return False


def dlt(folder: Path, url: str, token: str, code: str, count: int) -> str:
    """A dlt destination, one record at a time, by dlt's own retrying requests; run until done."""
    os.environ |= {
        "DLT_DATA_DIR": str(folder / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
        "RUNTIME__REQUEST_BACKOFF_FACTOR": "0.05",
        "LOAD__WORKERS": "1",
    }
    # only in its own environment
    tool: Any = import_module("dlt")
    requests: Any = import_module("dlt.sources.helpers.requests")

    def people(items: list[dict[str, int]], table: object) -> None:
        del table
        for item in items:
            headers = {"x-api-token": token}
            requests.post(url, json=body_of(code, item["number"]), headers=headers)

    pipeline = tool.pipeline("people", destination=tool.destination(people, batch_size=1))
    rows = [{"number": number} for number in range(1, count + 1)]
    said = ""
    for run in range(1, 41):
        try:
            # a load that was interrupted is finished first, as its documentation has it
            is_begun = run > 1 or bool(pipeline.list_normalized_load_packages())
            pipeline.run(None if is_begun else rows, table_name="people")
        except Exception as error:  # noqa: BLE001 - whatever it was, dlt is run again
            said = f"{type(error).__name__}: {error}"[:100].replace("\n", " ")
            continue
        return f"ok after {run} run(s)"
    return f"not done: {said}"


def drt(folder: Path, url: str, token: str, code: str, count: int) -> str:
    """A drt sync to a REST API: five tries, an idempotency key, its dead letters sent again."""
    home, project = folder / "home", folder / "project"
    for each in (home / ".drt", project / "syncs"):
        each.mkdir(parents=True, exist_ok=True)
    rows = folder / "rows.sqlite"
    with sqlite3.connect(rows) as made:
        made.execute("CREATE TABLE IF NOT EXISTS people (number INTEGER PRIMARY KEY, ref TEXT)")
        made.executemany(
            "INSERT OR IGNORE INTO people VALUES (?, ?)",
            [(number, f"m{number:024x}") for number in range(1, count + 1)],
        )
    profile = f"local:\n  type: sqlite\n  database: {rows}\n"
    (home / ".drt" / "profiles.yml").write_text(profile)
    (project / "drt_project.yml").write_text("name: people\nversion: '0.1'\nprofile: local\n")
    (project / "syncs" / "people.yml").write_text(
        _SYNC.replace("URL", url).replace("TOKEN", token).replace("CODE", code)
    )
    environment = {**os.environ, "HOME": str(home), "DRT_TELEMETRY": "0", "DO_NOT_TRACK": "1"}
    tool = str(Path(sys.executable).with_name("drt"))
    said = ""
    for words in (["run"], ["retry", "people"]):
        ran = subprocess.run(  # noqa: S603 - the tool of this environment
            [tool, *words],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [line.strip() for line in (ran.stdout + ran.stderr).splitlines() if line.strip()]
        said += f"{words[0]}: {lines[-1] if lines else ran.returncode}; "
    return said


_SYNC = """
name: people
model: SELECT number, ref FROM people ORDER BY number
destination:
  type: rest_api
  url: URL
  method: POST
  headers: {content-type: application/json, x-api-token: TOKEN}
  body_template: '{"name": "Name {{ row.number }}", "custom_fields": {"CODE": "{{ row.ref }}"}}'
  native_idempotency_key: '{{ row.ref }}'
sync:
  mode: incremental
  cursor_field: number
  batch_size: 10
  on_error: skip
  rate_limit: {requests_per_second: 1000}
  retry: {max_attempts: 5, initial_backoff: 0.05}
  dlq: {enabled: true}
"""

CLIENTS = {"naive": naive, "dlt": dlt, "drt": drt}

if __name__ == "__main__":
    place = Path(sys.argv[2])
    place.mkdir(parents=True, exist_ok=True)
    ending = CLIENTS[sys.argv[1]](place, sys.argv[3], sys.argv[4], sys.argv[5], int(sys.argv[6]))
    sys.stdout.write(f"{ending}\n")
