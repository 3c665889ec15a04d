import errno
import os

import pytest

from core.errors import LedgerError, LedgerFull
from core.ledger.ballast import Ballast

SIZE = 3 << 19


def test_a_ballast_holds_the_room_until_it_is_let_go(tmp_path):
    ballast = Ballast(tmp_path / "ledger.ballast", SIZE)
    ballast.lay()
    ballast.lay()
    assert (tmp_path / "ledger.ballast").stat().st_size == SIZE
    assert ballast.release()
    assert not ballast.release()
    assert not list(tmp_path.iterdir())


def test_a_ballast_that_was_laid_in_part_is_laid_anew(tmp_path):
    (tmp_path / "ledger.ballast").write_bytes(b"torn")
    Ballast(tmp_path / "ledger.ballast", SIZE).lay()
    assert (tmp_path / "ledger.ballast").stat().st_size == SIZE


def test_a_disk_without_room_for_a_ballast_keeps_none_of_it(tmp_path, monkeypatch):
    def full(_file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LedgerFull, match="No room") as refused:
        Ballast(tmp_path / "ledger.ballast", SIZE).lay()
    assert "Free 4 MB" in refused.value.next_step
    assert not list(tmp_path.iterdir())


def test_a_ballast_that_cannot_be_removed_is_named(tmp_path):
    (tmp_path / "ledger.ballast").mkdir()
    with pytest.raises(LedgerError, match=r"ledger\.ballast"):
        Ballast(tmp_path / "ledger.ballast", SIZE).release()
