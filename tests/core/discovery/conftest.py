"""A practice made once for the tests of discovery."""

from pathlib import Path

import polars as pl
import pytest

from core.discovery import Inventory, take_inventory
from core.ports import Table
from core.practice.make import make_practice
from core.sources import open_source


@pytest.fixture(scope="session")
def practice(tmp_path_factory) -> tuple[tuple[Table, ...], dict[str, pl.DataFrame]]:
    folder: Path = tmp_path_factory.mktemp("practice")
    make_practice(folder, patients=60, seed=3)
    source = open_source("sqlite:///practice.sqlite", folder)
    catalogue = source.catalogue()
    frames = {table.name: source.read(table) for table in catalogue}
    source.close()
    return catalogue, frames


@pytest.fixture(scope="session")
def inventory(practice) -> Inventory:
    return take_inventory(*practice)
