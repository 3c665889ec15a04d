"""One practice for all who only look at it.

Rule of the house: a test that changes a practice makes its own.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.practice.make import Made, make_practice


@dataclass(frozen=True)
class Given:
    folder: Path
    made: Made
    truth: dict[str, Any]
    connection: sqlite3.Connection

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, values).fetchall()

    def one(self, query: str, *values: object) -> Any:
        return self.connection.execute(query, values).fetchone()[0]


def given(folder: Path, patients: int, seed: int) -> Given:
    made = make_practice(folder, patients=patients, seed=seed)
    truth = json.loads(made.truth.read_text(encoding="utf-8"))
    return Given(folder, made, truth, sqlite3.connect(made.database))


@pytest.fixture(scope="session")
def practice(tmp_path_factory) -> Iterator[Given]:
    found = given(tmp_path_factory.mktemp("practice"), 200, 11)
    yield found
    found.connection.close()


@pytest.fixture(scope="session", params=[(1, 1), (3, 5), (6, 2), (10, 1), (10, 2), (57, 3)])
def any_practice(request, tmp_path_factory) -> Iterator[Given]:
    patients, seed = request.param
    found = given(tmp_path_factory.mktemp("any"), patients, seed)
    yield found
    found.connection.close()
