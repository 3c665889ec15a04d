"""The house about its walls: each contract is seen to break when somebody climbs over it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).parent / "lint-imports"

PLANTED = [
    ("rooms", "console/planted.py", "import flows"),
    ("rooms", "core/records/planted.py", "import console"),
    ("core", "core/vocabulary/planted.py", "import core.crosswalk"),
    ("core", "core/ledger/planted.py", "import core.sources"),
    ("core", "core/practice/planted.py", "import core.sandbox"),
    ("core", "core/migration/planted.py", "import core.destinations"),
    ("core", "core/planted.py", ""),
    ("quiet", "core/records/planted.py", "import time"),
    ("quiet", "core/clinical/planted.py", "import random"),
    ("quiet", "core/migration/planted.py", "import logging"),
    ("http", "flows/planted.py", "import httpx"),
    ("http", "core/ledger/planted.py", "import httpx"),
    ("odbc", "core/ledger/planted.py", "import pyodbc"),
    ("odbc", "flows/planted.py", "from arrow_odbc import read_arrow_batches_from_odbc"),
    ("database", "console/planted.py", "import sqlalchemy"),
    ("prefect", "core/migration/planted.py", "import prefect"),
    ("prefect", "console/planted.py", "from prefect.deployments import run_deployment"),
    ("streamlit", "flows/planted.py", "import streamlit"),
]


@pytest.fixture(scope="module")
def copied_house(tmp_path_factory) -> Path:
    copy = Path(tmp_path_factory.mktemp("house"))
    for room in ("core", "flows", "console"):
        shutil.copytree(
            HOUSE / room, copy / room, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite")
        )
    shutil.copy(HOUSE / "pyproject.toml", copy)
    return copy


def lint(house: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [part for contract in contracts for part in ("--contract", contract)]
    return subprocess.run(
        [LINT, *chosen],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_walls_stand(copied_house):
    answer = lint(copied_house)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(("contract", "place", "line"), PLANTED)
def test_a_wall_is_seen_to_break(copied_house, contract, place, line):
    planted = copied_house / place
    planted.write_text(f'"""Planted."""\n{line}\n', encoding="utf-8")
    try:
        answer = lint(copied_house, contract)
    finally:
        planted.unlink()
    assert answer.returncode != 0
    assert f"{contract}:" in answer.stdout
    assert "BROKEN" in answer.stdout


def test_every_contract_has_a_planted_break(copied_house):
    text = (copied_house / "pyproject.toml").read_text(encoding="utf-8")
    contracts = {line.split('"')[1] for line in text.splitlines() if line.startswith('id = "')}
    assert contracts == {contract for contract, _, _ in PLANTED}
