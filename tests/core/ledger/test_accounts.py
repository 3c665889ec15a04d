from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from core.errors import AccessRefused
from core.ledger import tables
from core.ledger.accounts import CHEAP_HASHER, HASHER
from core.ledger.ledger import SqlLedger, open_ledger
from core.lifecycle import Role
from core.ports import ConsoleUser
from tests.core.ledger.hands import PASSWORD, PEOPLE, Clock, opened, url

CARLA = ConsoleUser("carla", "Carla Example", (Role.CLINICIAN,))


def fail(ledger: SqlLedger, times: int) -> None:
    for _ in range(times):
        with pytest.raises(AccessRefused, match="name or the password"):
            ledger.authenticate("carla", "not this one")


def test_the_ledger_knows_its_people(ledger: SqlLedger):
    assert [user.name for user in ledger.users()] == sorted(PEOPLE)
    assert ledger.authenticate(" Carla", PASSWORD) == CARLA


def test_a_password_is_kept_as_a_hash_only(ledger: SqlLedger, tmp_path: Path):
    kept = [file.read_bytes() for file in tmp_path.iterdir() if file.is_file()]
    assert PASSWORD.encode() not in b"".join(kept)
    with ledger.reading() as connection:
        kept_hash = str(connection.scalar(select(tables.users.c.password_hash)))
        assert kept_hash.startswith("$argon2id$")


def test_the_default_parameters_are_the_librarys():
    assert PasswordHasher().memory_cost == HASHER.memory_cost >= 65_536


@pytest.mark.parametrize(
    ("name", "roles", "password"),
    [
        ("carla", (Role.ADMIN,), PASSWORD),
        ("CARLA ", (Role.ADMIN,), PASSWORD),
        (" ", (Role.ADMIN,), PASSWORD),
        ("new", (), PASSWORD),
        ("new", (Role.ADMIN,), "short"),
    ],
)
def test_an_account_that_says_too_little_or_is_taken_is_not_made(ledger, name, roles, password):
    with pytest.raises(AccessRefused):
        ledger.add_user(name, "Somebody", roles, password, actor="test")
    assert len(ledger.users()) == len(PEOPLE)


def test_five_failures_lock_an_account_for_fifteen_minutes(ledger: SqlLedger, clock: Clock):
    fail(ledger, 5)
    with pytest.raises(AccessRefused, match="locked"):
        ledger.authenticate("carla", PASSWORD)
    clock.go(minutes=14, seconds=59)
    with pytest.raises(AccessRefused, match="locked"):
        ledger.authenticate("carla", PASSWORD)
    clock.go(seconds=1)
    assert ledger.authenticate("carla", PASSWORD) == CARLA


def test_after_a_lock_out_five_failures_are_allowed_again(ledger: SqlLedger, clock: Clock):
    fail(ledger, 5)
    clock.go(minutes=15)
    fail(ledger, 4)
    assert ledger.authenticate("carla", PASSWORD) == CARLA


def test_a_sign_in_forgives_earlier_failures(ledger: SqlLedger):
    for _ in range(3):
        fail(ledger, 4)
        ledger.authenticate("carla", PASSWORD)


def test_an_account_that_is_not_there_answers_as_a_wrong_password(ledger: SqlLedger):
    with pytest.raises(AccessRefused) as unknown:
        ledger.authenticate("my secret typed in the wrong place", PASSWORD)
    with pytest.raises(AccessRefused) as wrong:
        ledger.authenticate("carla", "not this one")
    assert str(unknown.value) == str(wrong.value)
    assert "secret" not in str(ledger.events().to_dicts())


def test_a_new_password_ends_sessions_and_lifts_a_lock_out(ledger: SqlLedger):
    sid = ledger.open_session(CARLA)
    fail(ledger, 5)
    ledger.set_password("Carla", "another good one", actor="ada")
    assert ledger.session_user(sid, touch=True) is None
    assert ledger.authenticate("carla", "another good one") == CARLA
    with pytest.raises(AccessRefused):
        ledger.set_password("nobody", "another good one", actor="ada")


def test_a_hash_of_weaker_parameters_is_made_again_at_the_next_sign_in(
    ledger: SqlLedger, tmp_path: Path
):
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    query = select(tables.users.c.password_hash).where(tables.users.c.name == "carla")
    with open_ledger(url(tmp_path), lock=False, hasher=stronger) as other:
        other.authenticate("carla", PASSWORD)
        with other.reading() as connection:
            assert not stronger.check_needs_rehash(str(connection.scalar(query)))
        other.authenticate("carla", PASSWORD)


def test_a_broken_hash_lets_nobody_in(ledger: SqlLedger):
    with ledger.engine.begin() as connection:
        connection.execute(tables.users.update().values(password_hash="x"))
    with pytest.raises(AccessRefused):
        ledger.authenticate("carla", PASSWORD)


def test_a_session_is_known_by_its_secret_alone(ledger: SqlLedger, tmp_path: Path):
    sid = ledger.open_session(CARLA)
    assert len(sid) >= 43
    assert sid != ledger.open_session(CARLA)
    assert ledger.session_user(sid, touch=False) == CARLA
    assert ledger.session_user(sid[:-1], touch=False) is None
    assert ledger.session_user("\ud800", touch=False) is None
    assert sid.encode() not in (tmp_path / "ledger.sqlite").read_bytes()


def test_a_session_ends_fifteen_minutes_after_the_last_click(ledger: SqlLedger, clock: Clock):
    sid = ledger.open_session(CARLA)
    clock.go(seconds=5)
    assert ledger.session_user(sid, touch=True) == CARLA  # too soon to be written down
    clock.go(minutes=14)
    assert ledger.session_user(sid, touch=True) == CARLA
    clock.go(minutes=14, seconds=59)
    assert ledger.session_user(sid, touch=False) == CARLA  # a look is not a click
    clock.go(seconds=1)
    assert ledger.session_user(sid, touch=True) is None


def test_a_session_ends_after_eight_hours_whatever_happens(ledger: SqlLedger, clock: Clock):
    sid = ledger.open_session(CARLA)
    for _ in range(8 * 6 - 1):
        clock.go(minutes=10)
        assert ledger.session_user(sid, touch=True) == CARLA
    clock.go(minutes=10)
    assert ledger.session_user(sid, touch=True) is None


def test_a_closed_session_stays_closed(ledger: SqlLedger):
    sid = ledger.open_session(CARLA)
    ledger.close_session(sid)
    assert ledger.session_user(sid, touch=True) is None
    count = ledger.verify_chain()
    ledger.close_session(sid)
    assert ledger.verify_chain() == count


def test_people_sign_in_while_a_run_holds_the_lock(ledger: SqlLedger, tmp_path: Path, clock: Clock):
    with opened(tmp_path, clock, lock=False) as console:
        sid = console.open_session(console.authenticate("ada", PASSWORD))
        user = ledger.session_user(sid, touch=True)
    assert user is not None
    assert user.name == "ada"


def test_a_cheap_hash_is_still_a_hash():
    assert CHEAP_HASHER.hash(PASSWORD) != CHEAP_HASHER.hash(PASSWORD)
