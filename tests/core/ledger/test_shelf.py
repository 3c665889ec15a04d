from datetime import date

import polars as pl
import pytest

from core.errors import LedgerError
from core.ledger.ledger import SqlLedger
from tests.core.ledger.hands import Clock

DAY = date(2026, 11, 2)
ROOTS = {"person": (3, "aa"), "deal": (0, "bb")}


def sheet(total: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "table": ["PAT", "PAT"],
            "column": ["NO", "LEFT"],
            "total": [total, total],
            "moved": [total, 0],
            "transformed": [0, 1],
            "left": [0, total - 1],
            "rejected": [0, 0],
            "why": [None, "asked for by the practice"],
        }
    )


def test_a_document_is_read_as_it_was_kept(ledger: SqlLedger):
    document = {"codes": {"Migration Ref": "ab" * 20}, "counts": [1, 2.5, None, True], "é": "ü"}
    assert ledger.kept("fields") is None
    ledger.keep("fields", document)
    assert ledger.kept("fields") == document
    ledger.keep("fields", {})
    assert ledger.kept("fields") == {}


@pytest.mark.parametrize("document", [{"a": object()}, {"a": float("nan")}, {"a": DAY}])
def test_a_document_that_is_not_json_is_not_kept(ledger: SqlLedger, document):
    with pytest.raises(LedgerError, match="JSON"):
        ledger.keep("fields", document)
    with pytest.raises(LedgerError, match="JSON"):
        ledger.record_run("load", document)


def test_a_snapshot_is_read_as_it_was_recorded(ledger: SqlLedger):
    assert ledger.snapshot("before") is None
    ledger.record_snapshot("before", ROOTS)
    ledger.record_snapshot("after", {"person": (4, "cc")})
    assert ledger.snapshot("before") == ROOTS
    ledger.record_snapshot("before", {"person": (9, "dd")})
    assert ledger.snapshot("before") == {"person": (9, "dd")}


def test_the_latest_conservation_sheet_is_shown(ledger: SqlLedger):
    assert ledger.conservation().is_empty()
    assert ledger.conservation().columns == sheet(1).columns
    ledger.record_conservation("run-1", sheet(5))
    ledger.record_conservation("run-2", sheet(7).reverse())
    assert ledger.conservation().equals(sheet(7).reverse())


def test_tokens_of_a_day_add_up(ledger: SqlLedger):
    assert ledger.spend(DAY, 40) == 40
    assert ledger.spend(DAY, 2) == 42
    assert ledger.spend(date(2026, 11, 3), 0) == 0
    assert ledger.spend(DAY, 0) == 42


def test_runs_are_shown_newest_first(ledger: SqlLedger, clock: Clock):
    assert ledger.runs().is_empty()
    first = ledger.record_run("sample", {"created": 10})
    clock.go(hours=1)
    second = ledger.record_run("full", {"created": 100})
    runs = ledger.runs()
    assert runs["run_id"].to_list() == [second, first]
    assert runs["at"].to_list()[0] == clock.now
    assert runs["result"].to_list() == ['{"created": 100}', '{"created": 10}']
