"""No code knows the tables of any one practice: where things are stands in its map file."""

import ast
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.practice.conventions import CONVENTIONS
from core.practice.conventions.writing import create
from core.vocabulary import ENTITIES

HOUSE = Path(__file__).parents[2]
MAY_KNOW = ("core/sources/", "core/practice/")
"""Readers of one kind of database may name its catalogue; the generator makes up the tables."""

_PLAIN_WORD = re.compile(r"[A-Z]?[a-z]+")
"""What anybody calls a patient or a visit, whatever the database."""


def telling_names() -> frozenset[str]:
    """Names of tables that nobody would write who has not seen the database."""
    names: set[str] = set()
    for convention in CONVENTIONS.values():
        connection = sqlite3.connect(":memory:")
        create(connection, convention)
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        names |= {name for (name,) in rows}
        connection.close()
    ours = {*ENTITIES, *(entity.__name__ for entity in ENTITIES.values())}
    return frozenset(name for name in names - ours if not _PLAIN_WORD.fullmatch(name))


NAMES = telling_names()
MENTION = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(NAMES)))})(?!\w)")


def modules() -> list[Path]:
    found = [path for room in ("core", "flows", "console") for path in (HOUSE / room).rglob("*.py")]
    return [path for path in found if not str(path.relative_to(HOUSE)).startswith(MAY_KNOW)]


def literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts that code works with: all but those that explain it."""
    explained = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in explained:
            continue
        if isinstance(node.value, str):
            yield node.lineno, node.value


def mentions(code: str) -> list[tuple[int, str]]:
    return [
        (line, found[0])
        for line, text in literals(ast.parse(code))
        for found in MENTION.finditer(text)
    ]


def test_the_generator_has_names_that_only_its_practices_have():
    assert {"PATMAST", "PerioMeasure", "tblX-Ray", "SD_TxLine", "TreatPlan"} <= NAMES
    assert not {"Patient", "perio_exam"} & NAMES


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('frame = read("PerioMeasure")', [(1, "PerioMeasure")]),
        ('ask("SELECT * FROM dbo.PATMAST AS t")', [(1, "PATMAST")]),
        ('"""As PerioMeasure in one practice."""', []),
        ('name = "PerioMeasured"', []),
    ],
)
def test_a_table_s_name_is_seen_in_code_and_not_in_what_explains_it(code, found):
    assert mentions(code) == found


def test_no_code_outside_of_sources_knows_a_table_of_a_practice():
    known = {
        f"{path.relative_to(HOUSE)}:{line}": name
        for path in modules()
        for line, name in mentions(path.read_text(encoding="utf-8"))
    }
    assert known == {}
