from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ledger.ledger import SqlLedger
from core.lifecycle import Stage
from tests.core.ledger.hands import Clock, bring_to, opened, settle_people


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[SqlLedger]:
    """A run's ledger with people."""
    with opened(tmp_path, clock) as ledger:
        settle_people(ledger)
        yield ledger


@pytest.fixture
def loading(ledger: SqlLedger) -> SqlLedger:
    """A run's ledger at a stage where plans are carried out."""
    bring_to(ledger, Stage.SAMPLE_LOADED)
    return ledger
