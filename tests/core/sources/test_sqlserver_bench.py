"""The measurement of reading: both readers end with the same cells."""

import polars as pl
import pytest

from deployments.bench.readers import READERS
from deployments.bench.replay import COLUMNS, Replay
from tests.tds.certificates import context_with
from tests.tds.server import Server
from tests.tds.serving import address_of


@pytest.mark.usefixtures("_trusted")
def test_both_readers_of_the_bench_end_with_the_same_cells(certificate, monkeypatch):
    monkeypatch.setattr("deployments.bench.replay._BLOCK", 500)
    monkeypatch.setattr("core.sources.sqlserver_rows.ROWS_PER_PAGE", 700)
    with Server(Replay(3_000), context=context_with(certificate)) as server:
        ours, theirs = (pl.concat(READERS[name](address_of(server))) for name in READERS)
    assert ours.shape == (3_000, len(COLUMNS))
    assert ours.equals(theirs)
    assert set(ours.dtypes) == {pl.String()}
