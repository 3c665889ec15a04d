"""How processes of ours end: they are told, waited for, and seen to be gone.

Rule of the house: whoever starts a process sees its whole group gone before it ends itself.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

GRACE_S = 8.0
"""How long a process that was told to end may take; a server writes out what it holds."""

_LOOK_EVERY_S = 0.05
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def ended_by_signal() -> Iterator[None]:
    """Let a signal to end leave by the same way as an error, so that what was started is ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, _leave) for each in _SIGNALS}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # set anew: polars puts a handler of its own before it, under which waiting goes on
        before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    for each in _SIGNALS:  # the way out is not cut short by a second one
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


def end(started: subprocess.Popen[bytes], *, within_s: float = GRACE_S) -> None:
    """End a process that we started as a session of its own, and everything it started in it."""
    end_group(started.pid, within_s=within_s)
    started.wait()


def end_group(group: int, *, within_s: float = GRACE_S) -> bool:
    """Tell a process group to end, wait for it, and kill what is left; False if it was gone."""
    was_there = is_running(group)
    until_s = time.monotonic() + within_s
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
        while is_running(group):
            if time.monotonic() > until_s:
                os.killpg(group, signal.SIGKILL)
            time.sleep(_LOOK_EVERY_S)
    return was_there


def is_running(group: int) -> bool:
    """Whether a process of the group runs; one that has ended and was not asked for does not."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(group, os.WNOHANG)
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return not _is_zombie(group)


def _is_zombie(pid: int) -> bool:
    # the last field of a name in parentheses is followed by the state; elsewhere than on Linux
    # there is no such file, and whoever adopts an orphan asks for it at once
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return status.rpartition(")")[2].split()[:1] == ["Z"]
    return False
