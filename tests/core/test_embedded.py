import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from core import embedded
from core.embedded import run_sandbox
from core.errors import DestinationUnreachable
from tests.migrations import HOUSE, Account


def account_of(sandbox):
    return Account(sandbox.base_url, sandbox.token)


def test_a_sandbox_keeps_its_state_between_runs(tmp_path):
    with closing(run_sandbox(tmp_path, "fast")) as sandbox:
        made = account_of(sandbox).make("/api/v2/persons", name="Pat Example")
        token = sandbox.token
    with closing(run_sandbox(tmp_path, "fast")) as sandbox:
        assert sandbox.token == token
        found = account_of(sandbox).ask("GET", f"/api/v2/persons/{made}")
        assert found["data"]["name"] == "Pat Example"


def test_who_comes_second_uses_the_sandbox_that_runs_and_leaves_it_running(tmp_path):
    with closing(run_sandbox(tmp_path, "fast")) as first:
        with closing(run_sandbox(tmp_path, "fast")) as second:
            assert second.base_url == first.base_url
        assert account_of(first).stats()["tier"] == "fast"


def test_a_sandbox_that_ended_leaves_no_note(tmp_path):
    sandbox = run_sandbox(tmp_path, "fast")
    note = tmp_path / "sandbox.json"
    assert note.stat().st_mode & 0o077 == 0
    sandbox.close()
    sandbox.close()
    assert not note.exists()


def test_a_folder_may_be_named_from_where_one_stands(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    with closing(run_sandbox(Path("here"), "fast")):
        assert (tmp_path / "here/sandbox.sqlite").exists()


def test_a_sandbox_ends_with_who_started_it_even_when_that_is_killed(tmp_path):
    script = (
        "import sys, time, pathlib; from core.embedded import run_sandbox; "
        "print(run_sandbox(pathlib.Path(sys.argv[1]), 'fast').base_url, flush=True); "
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], cwd=HOUSE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        first = run.stdout.readline().strip()
        os.kill(run.pid, signal.SIGKILL)
    with closing(run_sandbox(tmp_path, "fast")) as sandbox:
        assert sandbox.base_url != first or account_of(sandbox).stats()


@pytest.mark.parametrize(
    "note",
    [
        "not JSON",
        "[]",
        '{"base_url": "http://127.0.0.1:1"}',
        '{"base_url": "http://127.0.0.1:1", "token": "x", "state": "elsewhere"}',
    ],
)
def test_a_note_that_leads_nowhere_is_passed_over(tmp_path, note):
    (tmp_path / "sandbox.json").write_text(note)
    with closing(run_sandbox(tmp_path, "fast")) as sandbox:
        assert account_of(sandbox).stats()


def note_of(folder, base_url):
    state = str(folder / "sandbox.sqlite")
    document = {"base_url": base_url, "token": "x", "state": state}
    (folder / "sandbox.json").write_text(json.dumps(document))


def test_a_note_is_believed_for_this_machine_only(tmp_path):
    note_of(tmp_path, "https://company.example.com")
    with closing(run_sandbox(tmp_path, "fast")) as sandbox:
        assert sandbox.base_url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 404 Not Found\r\n\r\n", b"not HTTP\r\n\r\n"])
def test_another_program_at_the_noted_address_is_not_taken_for_the_sandbox(tmp_path, answer):
    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self):
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        base_url = f"http://127.0.0.1:{server.server_address[1]}"
        note_of(tmp_path, base_url)
        with closing(run_sandbox(tmp_path, "fast")) as sandbox:
            assert sandbox.base_url != base_url
        server.shutdown()


def test_a_copied_folder_gets_a_sandbox_of_its_own(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with closing(run_sandbox(tmp_path / "one", "fast")) as first:
        note = (tmp_path / "one/sandbox.json").read_text()
        (tmp_path / "two/sandbox.json").write_text(note)
        with closing(run_sandbox(tmp_path / "two", "fast")) as second:
            assert second.base_url != first.base_url


def test_a_sandbox_waits_until_another_has_let_go_of_the_state(tmp_path):
    state = tmp_path / "sandbox.sqlite"
    with closing(run_sandbox(tmp_path, "fast")):
        pass
    with closing(sqlite3.connect(state, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        slow = Thread(target=lambda: run_sandbox(tmp_path, "fast").close())
        slow.start()
        slow.join(timeout=1.5)
        assert slow.is_alive()
    slow.join()


def test_a_sandbox_that_cannot_start_says_how_to_see_why(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "_LET_GO_S", 0.1)
    (tmp_path / "sandbox.sqlite").write_text("no database at all, but a text of some length\n" * 99)
    with pytest.raises(DestinationUnreachable) as refused:
        run_sandbox(tmp_path, "fast")
    assert "sandbox --state" in refused.value.next_step


def test_a_sandbox_that_does_not_end_is_ended(tmp_path, monkeypatch):
    sandbox = run_sandbox(tmp_path, "fast")
    process = sandbox._running
    assert process is not None
    wait = process.wait
    outcomes = iter([subprocess.TimeoutExpired("sandbox", 10)])

    def impatient(timeout=None):
        for outcome in outcomes:
            raise outcome
        return wait(timeout)

    monkeypatch.setattr(process, "wait", impatient)
    sandbox.close()
    assert process.returncode is not None
