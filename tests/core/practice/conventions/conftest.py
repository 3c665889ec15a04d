"""One small practice in each convention, beside the model it was written from.

Rule of the house: a test that changes a practice makes its own.
"""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.practice.build import build
from core.practice.conventions import CONVENTIONS
from core.practice.conventions.convention import Convention
from core.practice.make import Made, make_practice
from core.practice.model import Practice

PATIENTS, SEED = 30, 7
DECLARED = tuple(name for name in CONVENTIONS if name != "panda")


@dataclass(frozen=True)
class Written:
    convention: Convention
    folder: Path
    made: Made
    truth: dict[str, Any]
    practice: Practice
    connection: sqlite3.Connection

    def rows(self, query):
        return self.connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def model():
    return build(PATIENTS, SEED)


@pytest.fixture(scope="session", params=DECLARED)
def written(request, tmp_path_factory, model):
    folder = tmp_path_factory.mktemp(request.param)
    made = make_practice(folder, patients=PATIENTS, seed=SEED, convention=request.param)
    truth = json.loads(made.truth.read_text(encoding="utf-8"))
    connection = sqlite3.connect(made.database)
    yield Written(CONVENTIONS[request.param], folder, made, truth, model, connection)
    connection.close()
