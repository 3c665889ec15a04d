"""What the console says when Prefect cannot be reached; the rest needs a server."""

import pytest
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
    temporary_settings,
)

from console import dispatch
from core.errors import SettingMissing

NOWHERE = "http://127.0.0.1:9/api"


@pytest.mark.parametrize("flow", ["sample", "authorize", "delta", "rollback"])
def test_without_a_server_nothing_starts_and_the_command_is_named(flow):
    unset = {PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False}
    with (
        temporary_settings(unset, restore_defaults={PREFECT_API_URL}),
        pytest.raises(SettingMissing) as refused,
    ):
        dispatch.start(flow, migration_id="m", by="adam")
    command = "load" if flow == "authorize" else flow
    assert f"./perio {command}" in refused.value.next_step


def test_a_server_that_does_not_answer_is_said_to_be_away():
    with (
        temporary_settings({PREFECT_API_URL: NOWHERE}),
        pytest.raises(dispatch.DispatchUnreachable) as refused,
    ):
        dispatch.state("00000000-0000-0000-0000-000000000000")
    assert "./perio up" in refused.value.next_step
