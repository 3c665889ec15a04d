from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from core.errors import AccessRefused, ChainBroken, CodeNeeded, KeyMissing
from core.ledger import tables, totp
from core.ledger.accounts import CHEAP_HASHER, HASHER
from core.ledger.ledger import SqlLedger, open_ledger
from core.lifecycle import Role
from core.ports import ConsoleUser
from tests.core.ledger.hands import KEY, NOON, PASSWORD, PEOPLE, Clock, opened, url

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
    with open_ledger(url(tmp_path), lock=False, key=KEY, hasher=stronger) as other:
        other.authenticate("carla", PASSWORD)
        with other.reading() as connection:
            assert not stronger.check_needs_rehash(str(connection.scalar(query)))
        other.authenticate("carla", PASSWORD)


def test_a_broken_hash_lets_nobody_in(ledger: SqlLedger):
    with ledger.writing() as work:
        work.run(tables.users.update().values(password_hash="x"))
        work.note("spoil", actor="test")
    with pytest.raises(AccessRefused):
        ledger.authenticate("carla", PASSWORD)


@pytest.mark.parametrize(
    "change",
    [
        {"password_hash": CHEAP_HASHER.hash("known to a forger")},
        {"roles": [role.value for role in Role]},
        {"locked_until": None, "failures": -1000},
        {"created_at": NOON.replace(year=2020)},
    ],
    ids=["password", "roles", "lock-out", "date"],
)
def test_an_account_that_was_changed_past_the_ledger_lets_nobody_in(ledger: SqlLedger, change):
    with ledger.engine.begin() as connection:
        row = tables.users.update().where(tables.users.c.name == "edgar")
        connection.execute(row.values(change))
    with pytest.raises(ChainBroken, match="users"):
        ledger.authenticate("edgar", "known to a forger")
    with pytest.raises(ChainBroken):
        ledger.verify_chain()


def test_a_session_is_known_by_its_secret_alone(ledger: SqlLedger, tmp_path: Path):
    sid = ledger.open_session(CARLA)
    assert len(sid) >= 43
    assert sid != ledger.open_session(CARLA)
    assert ledger.session_user(sid, touch=False) == CARLA
    assert ledger.session_user(sid[:-1], touch=False) is None
    assert ledger.session_user("\ud800", touch=False) is None
    with ledger.reading() as connection:
        kept = connection.execute(select(tables.sessions)).fetchall()
    assert kept
    assert sid not in str(kept)


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


RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_a_one_time_code_is_the_one_of_the_standard(seconds, code):
    assert totp.code_at(RFC_SECRET, seconds // 30) == code


def now_code(clock: Clock, secret: str, steps: int = 0) -> str:
    return totp.code_at(secret, int(clock.now.timestamp()) // 30 + steps)


@pytest.fixture
def secret(ledger: SqlLedger, clock: Clock) -> str:
    """Carla has an authenticator app."""
    secret = totp.new_secret()
    ledger.set_totp("carla", password=PASSWORD, secret=secret, code=now_code(clock, secret))
    clock.go(seconds=60)
    return secret


def test_an_account_with_codes_asks_for_one(ledger: SqlLedger, clock: Clock, secret: str):
    assert ledger.has_totp("Carla")
    with pytest.raises(CodeNeeded):
        ledger.authenticate("carla", PASSWORD)
    with pytest.raises(AccessRefused, match="code"):
        ledger.authenticate("carla", PASSWORD, "000000")
    with pytest.raises(AccessRefused, match="name or the password"):
        ledger.authenticate("carla", "not this one", now_code(clock, secret))
    assert ledger.authenticate("carla", PASSWORD, now_code(clock, secret)) == CARLA


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_is_right_a_step_early_or_late_and_once(
    ledger: SqlLedger, clock: Clock, secret: str, steps: int
):
    code = now_code(clock, secret, steps)
    ledger.authenticate("carla", PASSWORD, f"{code[:3]} {code[3:]}")
    with pytest.raises(AccessRefused, match="used before"):
        ledger.authenticate("carla", PASSWORD, code)


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_of_another_time_is_not_right(ledger: SqlLedger, clock: Clock, secret, steps):
    with pytest.raises(AccessRefused, match="code"):
        ledger.authenticate("carla", PASSWORD, now_code(clock, secret, steps))


def test_guessing_codes_locks_the_account(ledger: SqlLedger, clock: Clock, secret: str):
    for _ in range(5):
        with pytest.raises(AccessRefused, match="code"):
            ledger.authenticate("carla", PASSWORD, "123456")
    with pytest.raises(AccessRefused, match="locked"):
        ledger.authenticate("carla", PASSWORD, now_code(clock, secret))


def test_a_recovery_code_opens_once(ledger: SqlLedger, clock: Clock):
    secret = totp.new_secret()
    codes = ledger.set_totp("carla", password=PASSWORD, secret=secret, code=now_code(clock, secret))
    assert len(set(codes)) == 8
    assert ledger.authenticate("carla", PASSWORD, codes[0].lower().replace("-", " ")) == CARLA
    with pytest.raises(AccessRefused):
        ledger.authenticate("carla", PASSWORD, codes[0])
    assert ledger.authenticate("carla", PASSWORD, codes[1]) == CARLA


def test_neither_secret_nor_recovery_code_is_kept_as_it_is(ledger: SqlLedger, clock: Clock):
    secret = totp.new_secret()
    codes = ledger.set_totp("carla", password=PASSWORD, secret=secret, code=now_code(clock, secret))
    with ledger.reading() as connection:
        kept = str(connection.execute(select(tables.users)).fetchall())
    assert not [each for each in (secret, *codes) if each in kept]
    assert secret not in str(ledger.events().to_dicts())


@pytest.mark.parametrize("secret", ["", "AAAA", "not base32!", RFC_SECRET])
def test_codes_are_asked_for_only_when_the_app_has_shown_that_it_has_the_secret(
    ledger: SqlLedger, secret: str
):
    with pytest.raises(AccessRefused, match="code"):
        ledger.set_totp("carla", password=PASSWORD, secret=secret, code="000000")
    assert ledger.authenticate("carla", PASSWORD) == CARLA


def test_codes_are_not_set_over_those_that_are_there(ledger: SqlLedger, clock: Clock, secret: str):
    other = totp.new_secret()
    with pytest.raises(AccessRefused, match="already"):
        ledger.set_totp("carla", password=PASSWORD, secret=other, code=now_code(clock, other))


def test_a_lost_phone_is_helped_by_dropping_the_codes(ledger: SqlLedger, secret: str):
    sid = ledger.open_session(CARLA)
    ledger.drop_totp("carla", actor="ada")
    assert ledger.session_user(sid, touch=False) is None
    assert ledger.authenticate("carla", PASSWORD) == CARLA


def test_a_secret_of_another_key_opens_nothing(ledger: SqlLedger, secret: str):
    ledger.box = totp.SecretBox(b"x" * 32)
    with pytest.raises(KeyMissing):
        ledger.authenticate("carla", PASSWORD, "123456")


def test_other_roles_end_the_sessions(ledger: SqlLedger):
    sid = ledger.open_session(CARLA)
    ledger.set_roles("carla", [Role.ADMIN], actor="ada")
    assert ledger.session_user(sid, touch=False) is None
    assert ledger.authenticate("carla", PASSWORD).roles == (Role.ADMIN,)
    with pytest.raises(AccessRefused):
        ledger.set_roles("carla", [], actor="ada")
    with pytest.raises(AccessRefused):
        ledger.set_roles("nobody", [Role.ADMIN], actor="ada")


def test_a_disabled_account_signs_in_no_more_until_it_is_enabled(ledger: SqlLedger):
    sid = ledger.open_session(CARLA)
    ledger.set_disabled("carla", disabled=True, actor="ada")
    assert ledger.session_user(sid, touch=False) is None
    with pytest.raises(AccessRefused, match="name or the password"):
        ledger.authenticate("carla", PASSWORD)
    ledger.set_disabled("carla", disabled=False, actor="ada")
    assert ledger.authenticate("carla", PASSWORD) == CARLA


def test_an_app_reads_the_secret_from_an_address():
    address = totp.uri(RFC_SECRET, "dr. example", issuer="perio clinic")
    assert address.startswith("otpauth://totp/perio%20clinic%3Adr.%20example?secret=GEZDG")
