"""The house about its rooms: whose they are, how large, and what may not stand in them."""

import ast
import importlib
import re
import shutil
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
TOP = ("console", "core", "flows")
GIT = shutil.which("git") or "git"
DISTRIBUTION = "perio-migration"

LONGEST_README = 40
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40

GENERATED = {"core/vocabulary/README.md"}
"""Pages that are generated, and as long as what they tell of."""

FORBIDDEN = {
    "a path of one machine": r"(?<![\w.$}])/(?:farm|home|opt/pypi|root|tmp|Users|work)/[A-Za-z]",
    "a package index": r"pypi\.org|pythonhosted|registry\.npmjs|index-url|deb\.debian\.org",
    "an open end": r"(?:#|//|--).*\b(?:TODO|FIXME|XXX|HACK)\b",
    "a ticket's number": r"\b(?:[Ii]ssue|[Tt]icket|PR) ?#\d+",
    "verification switched off": r"verify\s*=\s*False|CERT_NONE|ssl=False",
    "a real telephone number": r"\b\d{3}-(?!555-01\d\d)555-\d{4}\b",
}
"""What no file may hold, and why it would be found."""


def tracked() -> list[Path]:
    answer = subprocess.run(
        [GIT, "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True, check=False
    )
    if answer.returncode:  # an unpacked archive has no history
        return [
            path for room in (*TOP, "tests", "deployments") for path in (HOUSE / room).rglob("*")
        ]
    return [HOUSE / name for name in answer.stdout.split("\0") if name and (HOUSE / name).is_file()]


def relative(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


FILES = [path for path in tracked() if path.is_file()]
MODULES = [
    path for path in FILES if path.suffix == ".py" and not relative(path).startswith("tests/")
]
ROOMS_OF_CORE = {f"core/{path.name}" for path in (HOUSE / "core").iterdir()}
PACKAGES = {relative(path.parent) for path in MODULES if path.name == "__init__.py"}
ROOMS = ["deployments", "tests", *sorted(PACKAGES & {*TOP, *ROOMS_OF_CORE})]


@pytest.mark.parametrize("room", TOP)
def test_a_room_is_ours_and_nobody_elses(room):
    owners = set(packages_distributions().get(room, [])) - {DISTRIBUTION}
    assert not owners, f"a package with our room's name is installed: {owners}"
    assert Path(importlib.import_module(room).__path__[0]) == HOUSE / room


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_in_a_page_what_it_is_for(room):
    page = HOUSE / room / "README.md"
    assert page.is_file()
    if relative(page) not in GENERATED:
        assert len(page.read_text(encoding="utf-8").splitlines()) <= LONGEST_README


def test_no_module_is_longer_than_a_reader_holds():
    long = {
        relative(path): lines
        for path in MODULES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{relative(path)}: {node.name}": size
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("name", sorted(FORBIDDEN))
def test_no_file_holds(name):
    pattern = re.compile(FORBIDDEN[name])
    found = [
        f"{relative(path)}:{number}"
        for path in FILES
        if path != Path(__file__)
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="ignore").splitlines(), 1
        )
        if pattern.search(line)
    ]
    assert found == [], f"{name} stands in: {', '.join(found)}"


def test_no_screen_builds_markup_from_a_value():
    found = [
        f"{relative(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and any(keyword.arg == "unsafe_allow_html" for keyword in node.keywords)
        and any(is_woven(argument) for argument in node.args)
    ]
    assert found == []


def is_woven(argument: ast.expr) -> bool:
    """Whether a text is put together from parts at this place."""
    is_format = (
        isinstance(argument, ast.Call)
        and isinstance(argument.func, ast.Attribute)
        and argument.func.attr == "format"
    )
    return isinstance(argument, ast.JoinedStr | ast.BinOp) or is_format


@pytest.mark.parametrize(
    ("written", "expected"),
    [("f'<b>{x}</b>'", True), ("'<b>' + x", True), ("'<b>{}'.format(x)", True), ("STYLE", False)],
)
def test_markup_put_together_in_place_is_seen(written, expected):
    assert is_woven(ast.parse(written, mode="eval").body) is expected
