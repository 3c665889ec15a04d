"""One's own account: one-time codes set up on the screen, and asked for with a signature."""

from core.ledger import totp
from core.lifecycle import Gate, Stage
from tests.console import factories
from tests.console.test_screens import sign, words


def code_of(place, secret: str, *, steps: int = 0) -> str:
    return totp.code_at(secret, int(place.ledger.clock().timestamp()) // totp.STEP_S + steps)


def test_a_person_sets_up_codes_and_sees_the_recovery_codes_once(screen, place):
    app = screen("account", "clara")
    secret = app.session_state["account_secret"]
    app.text_input("account_code").input("000000")
    app.text_input("account_password").input(factories.PASSWORD)
    app.button("account_set").click().run()
    assert "not the one of this secret" in words(app)
    assert not place.ledger.has_totp("clara")
    app.text_input("account_code").input(code_of(place, secret))
    app.text_input("account_password").input(factories.PASSWORD)
    app.button("account_set").click().run()
    assert place.ledger.has_totp("clara")
    assert "You are signed out" in words(app)
    assert len(app.code[0].value.splitlines()) == totp.RECOVERY_CODES
    assert secret not in str(place.ledger.events().rows())


def test_who_has_codes_signs_with_one(screen, place):
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.SAMPLE_LOADED)
    place.ledger.present(Gate.ROLLBACK, "rollback")
    secret = totp.new_secret()
    now = code_of(place, secret, steps=-1)
    place.ledger.set_totp("adam", password=factories.PASSWORD, secret=secret, code=now)
    session = place.ledger.authenticate("adam", factories.PASSWORD, code_of(place, secret))
    app = screen("rollback", session)
    sign(app, "rollback", password=factories.PASSWORD, confirm="ROLL BACK")
    assert "one-time code" in words(app)
    assert place.ledger.signature(Gate.ROLLBACK) is None
    app.text_input("rollback_code").input(code_of(place, secret, steps=1))
    sign(app, "rollback", password=factories.PASSWORD, confirm="ROLL BACK")
    assert place.ledger.signature(Gate.ROLLBACK) is not None


def test_who_has_no_codes_is_not_asked_for_one(screen, place):
    factories.walk(place, Stage.SAMPLE_LOADED)
    place.ledger.present(Gate.ROLLBACK, "rollback")
    app = screen("rollback", "clara")
    assert "rollback_code" not in {field.key for field in app.text_input}
