"""The measurement of a whole undo, on a small practice."""

import pytest

from deployments.bench.undone import prove_undo


@pytest.mark.slow
def test_a_rollback_that_was_killed_loses_no_edit_and_leaves_nothing_unexplained(tmp_path):
    seen = prove_undo(tmp_path, patients=60, edits=20, seed=11, say=lambda _text: None)
    assert seen.edits == 20
    assert 0 < seen.killed_after < seen.records
    assert (seen.unexplained, seen.edits_lost) == (0, 0)
    assert seen.left == seen.listed
