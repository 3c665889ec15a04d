"""The command line, called as a person would call it.

Rule of the house: a command's environment ends with its test.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from flows.command import main


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Perio = Callable[..., Said]


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Commands set variables for the flows they run."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def perio(capsys, monkeypatch) -> Perio:
    """Calls a command and sees that it never shows a traceback."""
    monkeypatch.setenv("COLUMNS", "400")

    def call(*arguments: object) -> Said:
        capsys.readouterr()
        try:
            main([str(each) for each in arguments])
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = Said(code, *capsys.readouterr())
        assert "Traceback" not in said.out + said.err
        return said

    return call
