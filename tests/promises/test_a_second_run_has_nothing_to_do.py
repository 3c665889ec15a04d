"""Running a finished migration again changes nothing.

Whether somebody starts the load a second time by mistake, or a schedule picks up changes of a
practice that has not changed, not one request that writes is sent to Pipedrive.
"""

import pytest

from core.lifecycle import Stage
from tests.migrations import LOAD, PICK_UP, VERIFY


@pytest.mark.parametrize("step", [LOAD, VERIFY, PICK_UP], ids=["load", "verify", "delta"])
def test_a_step_taken_again_sends_no_write(at, step):
    verified = at(Stage.VERIFIED)
    with verified.sandbox() as account:
        before = account.snapshot()
        verified.take(step)
        verified.take(step)
        assert account.writes() == 0
        assert account.snapshot() == before
