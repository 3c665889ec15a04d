"""What `up`, `down` and `console` start on this machine, and that it is gone afterwards."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import write_settings
from flows import ending
from flows.running import NOTE
from flows.server import answers
from tests import consoles

HOUSE = Path(__file__).resolve().parents[2]
PROC = Path("/proc")
needs_proc = pytest.mark.skipif(not PROC.is_dir(), reason="the system lists no processes in /proc")


@pytest.fixture
def folder(tmp_path) -> Iterator[Path]:
    place = Path(tmp_path) / "migration"
    source = "sqlite:///practice/practice.sqlite"
    write_settings(place, migration_id="synthetic", source=source, destination="sandbox")
    yield place
    if (place / NOTE).exists():
        perio("down", "--dir", str(place))


def perio(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        consoles.command(*arguments),
        env=consoles.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def parents() -> dict[int, int]:
    """Every process that runs, and who started it; those that have ended are left out."""
    found: dict[int, int] = {}
    for entry in PROC.glob("[0-9]*"):
        try:
            status = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if status[0] != "Z":
            found[int(entry.name)] = int(status[1])
    return found


def started_by(ancestor: int) -> set[int]:
    known = parents()
    found = {ancestor}
    while more := {pid for pid, parent in known.items() if parent in found} - found:
        found |= more
    return found


@pytest.mark.prefect
@needs_proc
def test_down_leaves_nothing_of_what_up_started(folder):
    assert perio("up", "--dir", str(folder)).returncode == 0
    note = json.loads((folder / NOTE).read_text())
    groups = {note["server"], note["runner"]}
    assert groups <= set(parents())
    assert answers(note["api_url"], "/deployments/name/authorize/console")
    again = perio("up", "--dir", str(folder))
    assert "already" in again.stderr
    assert json.loads((folder / NOTE).read_text()) == note

    everything = set().union(*(started_by(group) for group in groups))
    assert perio("down", "--dir", str(folder)).returncode == 0
    assert not everything & set(parents())
    assert not answers(note["api_url"])
    assert not (folder / NOTE).exists()
    assert perio("down", "--dir", str(folder)).returncode == 10


@pytest.mark.prefect
@needs_proc
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_the_console_takes_everything_it_started_with_it(folder, by):
    with consoles.console(folder, flows=True) as console:
        everything = started_by(console.running.pid)
        assert len(everything) >= 4  # itself, screens, Prefect server, runner
        code = console.end(by)
        assert not everything & set(parents())
    assert code == {signal.SIGTERM: 143, signal.SIGINT: 130}[by]


def runners(within: set[int]) -> set[int]:
    """Those of some processes that serve the console's flows."""
    return {pid for pid in within if b"flows.serving" in (PROC / str(pid) / "cmdline").read_bytes()}


@pytest.mark.prefect
@needs_proc
def test_the_console_starts_what_runs_the_flows_again_when_that_has_ended(folder):
    with consoles.console(folder, flows=True) as console:
        (first,) = runners(started_by(console.running.pid))
        os.kill(first, signal.SIGKILL)
        assert console.says_in_the_end("it was started again")
        (second,) = runners(started_by(console.running.pid))
    assert second != first


@pytest.mark.prefect
@needs_proc
def test_up_starts_what_runs_the_flows_again_when_that_has_ended(folder):
    assert perio("up", "--dir", str(folder)).returncode == 0
    note = json.loads((folder / NOTE).read_text())
    os.kill(note["runner"], signal.SIGKILL)
    again = perio("up", "--dir", str(folder))
    assert "it was started again" in again.stderr
    new = json.loads((folder / NOTE).read_text())
    assert new["runner"] != note["runner"]
    assert new["server"] == note["server"]
    assert ending.is_running(new["runner"])


def test_a_console_whose_port_is_taken_says_so(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        called = consoles.command("console", "--dir", str(folder), "--port", port)
        around = consoles.environment(**consoles.NOWHERE)
        done = subprocess.run(called, env=around, capture_output=True, text=True, check=False)
    assert done.returncode == 10
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_down_removes_the_note_of_what_runs_no_more(folder):
    ended = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    ended.wait()
    note = {"api_url": "http://127.0.0.1:9/api", "server": ended.pid}
    (folder / NOTE).write_text(json.dumps(note))
    done = perio("down", "--dir", str(folder))
    assert done.returncode == 0
    assert not (folder / NOTE).exists()


def test_a_process_that_does_not_listen_is_killed_with_what_it_started():
    child = "import time; time.sleep(600)"
    deaf = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"subprocess.Popen([sys.executable, '-c', {child!r}]); print('up', flush=True); "
        "time.sleep(600)"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", deaf], stdout=subprocess.PIPE, start_new_session=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == b"up\n"
    ending.end(started, within_s=0.2)
    started.stdout.close()
    with pytest.raises(ProcessLookupError):
        os.killpg(started.pid, 0)
    assert not ending.end_group(started.pid)


def test_a_signal_to_end_leaves_by_the_way_of_an_error_and_only_once():
    told_twice = (
        "import os, signal; from flows.ending import ended_by_signal\n"
        "with ended_by_signal():\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGTERM); signal.pause()\n"
        "    finally:\n"
        "        os.kill(os.getpid(), signal.SIGTERM); print('cleaned up')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", told_twice],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 143
    assert done.stdout == "cleaned up\n"
