"""What tests of more than one room share: a small migration at any stage of its road."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.lifecycle import Stage
from tests.migrations import ENVIRONMENT, Migration, Road, copy_of


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests of minutes to those who ask for them: `-m slow`."""
    if "slow" in config.getoption("markexpr") or any("::" in each for each in config.args):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


At = Callable[[Stage], Migration]


@pytest.fixture(scope="session")
def road(tmp_path_factory) -> Road:
    """The road of one migration; walked once, as far as the tests ask."""
    return Road(tmp_path_factory.mktemp("road"))


@pytest.fixture(scope="module")
def at_elsewhere(road: Road, tmp_path_factory) -> Iterator[At]:
    """As `at`, for a migration that several tests of a module look at."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        yield lambda stage: Migration(
            copy_of(road.at(stage), tmp_path_factory.mktemp("shared") / "migration")
        )


@pytest.fixture
def at(road: Road, tmp_path: Path, monkeypatch) -> At:
    """Gives a copy of the migration as it stood at a stage."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    def at_stage(stage: Stage) -> Migration:
        return Migration(copy_of(road.at(stage), tmp_path / "migration"))

    return at_stage
