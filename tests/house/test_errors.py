"""The house about its errors: the drawing is complete, and the exit codes are what it says."""

import re

import pytest

from core import errors
from core.errors import MigrationError, Transient

DRAWING = errors.__doc__ or ""


def below(parent: type[MigrationError]) -> set[type[MigrationError]]:
    """Every error of the tree that is drawn; flows and console have some of their own besides."""
    children = {child for child in parent.__subclasses__() if child.__module__ == errors.__name__}
    return children.union(*(below(child) for child in children))


ALL = sorted(below(MigrationError), key=lambda error: error.__name__)
FAMILIES = [
    error for error in ALL if error.__bases__ == (MigrationError,) and error is not Transient
]
LEAVES = [error for error in ALL if error not in FAMILIES and error is not Transient]


def branch(family: type[MigrationError]) -> str:
    """The drawing's lines of one family."""
    after = DRAWING.split(f"─ {family.__name__} ", 1)[1]
    return re.split(r"[├└]─|\* also", after, maxsplit=1)[0]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_drawing_gives_a_family_its_own_exit_code(family):
    code = re.search(r"\s(\d{2})$", branch(family).splitlines()[0])
    assert code is not None
    assert int(code[1]) == family.exit_code


@pytest.mark.parametrize("leaf", LEAVES)
def test_the_drawing_shows_every_error_on_its_branch(leaf):
    family = next(parent for parent in FAMILIES if issubclass(leaf, parent))
    drawn = re.search(rf"\b{leaf.__name__}\b(\*?)", branch(family))
    assert drawn is not None
    assert bool(drawn[1]) == issubclass(leaf, Transient)


def test_the_drawing_shows_no_error_that_does_not_exist():
    drawn = set(re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", DRAWING))
    assert drawn == {error.__name__ for error in {*ALL, MigrationError} - {Transient}}


def test_exit_codes_tell_the_families_apart():
    codes = [family.exit_code for family in FAMILIES]
    assert sorted(codes) == [10, 20, 30, 40, 50]
    assert MigrationError.exit_code not in {0, *codes}


@pytest.mark.parametrize("leaf", LEAVES)
def test_an_error_exits_as_its_family_and_says_what_it_means(leaf):
    assert leaf.exit_code == next(f.exit_code for f in FAMILIES if issubclass(leaf, f))
    assert leaf.__doc__
    assert str(leaf("The table lacks a column.", next_step="Look.")) == "The table lacks a column."
    assert leaf("x", next_step="Look.").next_step == "Look."
