"""Practices for all who only look at them.

Rule of the house: made once; a test that changes a table changes its own copy.
"""

from collections.abc import Iterator

import pytest

from core.crosswalk.practice import ConformedPractice
from tests.core.crosswalk.practices import Told, told


@pytest.fixture(scope="session", params=[1, 5, 11])
def practice(request, tmp_path_factory) -> Iterator[Told]:
    made = told(tmp_path_factory.mktemp("told"), 60, request.param)
    yield made
    made.source.close()


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Iterator[Told]:
    """A few patients, for what does not depend on how many there are."""
    made = told(tmp_path_factory.mktemp("small"), 8, 2)
    yield made
    made.source.close()


@pytest.fixture(scope="session")
def conformed(practice) -> ConformedPractice:
    done: ConformedPractice = practice.conformed()
    return done
