"""The ledger on a real PostgreSQL, named by PERIO_TEST_POSTGRES (`postgresql+psycopg://…`)."""

import os
import secrets
from collections.abc import Iterator
from datetime import date
from threading import Thread

import pytest
from sqlalchemy import create_engine, make_url, text

from core.errors import LedgerError, LedgerLocked
from core.ledger.accounts import CHEAP_HASHER
from core.ledger.ledger import SqlLedger, open_ledger
from core.lifecycle import Stage
from core.ports import Outcome, Receipt
from tests.core.ledger.hands import (
    PASSWORD,
    ack,
    approved_plan,
    bring_to,
    one,
    settle_people,
    states,
)

SERVER = os.environ.get("PERIO_TEST_POSTGRES", "")

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not SERVER, reason="PERIO_TEST_POSTGRES names no server"),
]


@pytest.fixture
def place() -> Iterator[str]:
    """An address whose tables are in a schema of their own."""
    name = f"perio_test_{secrets.token_hex(4)}"
    engine = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
        url = make_url(SERVER).update_query_dict({"options": f"-csearch_path={name}"})
        yield url.render_as_string(hide_password=False)
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()


def opened(place: str, *, lock: bool = True) -> SqlLedger:
    return open_ledger(place, lock=lock, key=b"k" * 32, hasher=CHEAP_HASHER)


def test_a_ledger_on_a_server_does_what_one_in_a_file_does(place: str):
    with opened(place) as ledger:
        settle_people(ledger)
        bring_to(ledger, Stage.SAMPLE_LOADED)
        names = [f"w{number}" for number in range(1, 700)]
        plan_id = approved_plan(ledger, names)
        ledger.intend(plan_id, names[:600], {"person": 3})
        ledger.conclude([ack(name) for name in names[:500]])
        ledger.conclude([Receipt("w501", Outcome.UNKNOWN), Receipt("w502", Outcome.REJECT)])
        ledger.conclude([ack("w501")])
        with pytest.raises(LedgerError, match="twice"):
            ledger.conclude([ack("w503", 7)])
        ledger.replan(["w503"])
        ledger.forget(["ref-1"])
        assert ledger.records().height == 500
        assert one(ledger, "w501")["reason"] == "adopted"
        user = ledger.authenticate("carla", PASSWORD)
        assert ledger.session_user(ledger.open_session(user), touch=True) == user
        ledger.keep("fields", {"a": 1})
        assert ledger.kept("fields") == {"a": 1}
        assert ledger.spend(date(2026, 11, 2), 5) == 5
        assert ledger.record_run("full", {}) == "run-000001"
        ledger.record_snapshot("before", {"person": (1, "aa")})
        assert ledger.verify_chain() == ledger.events()["seq"].max()
    with opened(place) as ledger:
        assert ledger.mark_interrupted() == 97
        assert states(ledger)["w600"] == "unknown"


def test_a_second_run_on_a_server_is_kept_out(place: str):
    with opened(place):
        with pytest.raises(LedgerLocked):
            opened(place)
        opened(place, lock=False).close()
    opened(place).close()


def test_writers_on_a_server_make_one_chain(place: str):
    with opened(place) as ledger, opened(place, lock=False) as reader:

        def note(other: SqlLedger) -> None:
            for number in range(50):
                other.audit(f"look {number}", actor="ada")

        threads = [Thread(target=note, args=[other]) for other in (ledger, reader, ledger)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ledger.verify_chain() == 152


def test_a_server_that_is_not_there_is_an_error_of_the_ledger():
    url = make_url(SERVER).set(host="127.0.0.1", port=9)
    with pytest.raises(LedgerError):
        opened(url.render_as_string(hide_password=False))
