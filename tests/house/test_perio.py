"""The house about its door: what `./perio` does before Python takes over."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
SHELL = shutil.which("sh") or "sh"

PYTHON = """#!/bin/sh
# stands in for Python: says how it was called
case "$*" in
    *ensurepip*) exit 0 ;;
    "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; echo "made $3" >&2 ;;
    "-m pip "*) echo "pip: $*" >&2; exit {pip} ;;
    *) echo "called: $*" ;;
esac
"""


@pytest.fixture
def house(tmp_path) -> Path:
    place = Path(tmp_path) / "a house"
    (place / "tests").mkdir(parents=True)
    shutil.copy(HOUSE / "perio", place)
    (place / "pyproject.toml").write_text("[project]\n")
    return place


@pytest.fixture
def tools(tmp_path) -> Path:
    """A path with the few programs that the door needs, and no Python."""
    place = Path(tmp_path) / "tools"
    place.mkdir()
    for name in ("cat", "cksum", "cp", "dirname", "mkdir", "readlink", "rm", "sh"):
        (place / name).symlink_to(shutil.which(name) or name)
    return place


def put_python(tools: Path, pip: int = 0) -> None:
    (tools / "python3").write_text(PYTHON.format(pip=pip))
    (tools / "python3").chmod(0o755)


def knock(house: Path, tools: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PERIO_PYTHON"}
    return subprocess.run(
        [SHELL, str(house / "perio"), *arguments],
        env=environment | {"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_door_says_what_to_do_where_there_is_no_python(house, tools):
    answer = knock(house, tools, "status")
    assert answer.returncode == 10
    assert "Python 3.11 or later" in answer.stderr
    assert "PERIO_PYTHON" in answer.stderr
    assert answer.stdout == ""


def test_the_door_makes_an_environment_once_and_passes_arguments_on_whole(house, tools):
    put_python(tools)
    first = knock(house, tools, "sign", "map", "--as", "Dr. Ana B")
    assert first.returncode == 0
    assert "pip install" in first.stderr
    assert first.stdout == "called: -P -m flows.command sign map --as Dr. Ana B\n"
    second = knock(house, tools, "status")
    assert second.stderr == ""
    assert second.stdout == "called: -P -m flows.command status\n"


def test_the_door_installs_again_when_the_project_file_changed(house, tools):
    put_python(tools)
    knock(house, tools, "status")
    (house / "pyproject.toml").write_text("[project]\nname = 'changed'\n")
    again = knock(house, tools, "status")
    assert "up to date" in again.stderr
    assert "made" not in again.stderr
    assert knock(house, tools, "status").stderr == ""


def test_the_door_installs_the_needs_of_tests_only_for_tests(house, tools):
    put_python(tools)
    assert "[dev]" not in knock(house, tools, "status").stderr
    tested = knock(house, tools, "test", "-k", "word")
    assert "[dev]" in tested.stderr
    assert tested.stdout.startswith("called: ")
    assert tested.stdout.endswith("tests/run.py -k word\n")
    assert knock(house, tools, "status").stderr == ""
    (house / "pyproject.toml").write_text("[project]\nname = 'changed'\n")
    assert "[dev]" in knock(house, tools, "status").stderr


def test_the_door_does_not_open_on_a_half_made_environment(house, tools):
    put_python(tools, pip=1)
    failed = knock(house, tools, "status")
    assert failed.returncode == 10
    assert "could not install" in failed.stderr
    shutil.rmtree(house / ".venv")
    put_python(tools)
    assert knock(house, tools, "status").returncode == 0


def test_the_door_opens_from_any_folder(house, tools, tmp_path, monkeypatch):
    put_python(tools)
    monkeypatch.chdir(tmp_path)
    assert knock(house, tools, "status").stdout == "called: -P -m flows.command status\n"


def test_the_door_opens_through_a_link(house, tools, tmp_path):
    put_python(tools)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "perio").symlink_to(house / "perio")
    assert knock(tmp_path / "bin", tools, "status").stdout.startswith("called: -P -m flows.command")
    assert (house / ".venv").is_dir()


def test_the_door_makes_a_new_environment_when_its_python_is_gone(house, tools):
    put_python(tools)
    knock(house, tools, "status")
    (house / ".venv" / "bin" / "python").unlink()
    again = knock(house, tools, "status")
    assert "made" in again.stderr
    assert again.stdout == "called: -P -m flows.command status\n"
