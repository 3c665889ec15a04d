"""The form by which a person signs a gate: the reason in their own words, and their password again.

Rule of the house: a signature is for what was on the screen; if that changed since, it is refused.
"""

from dataclasses import dataclass

import streamlit as st

from console import desk
from console.parts.empty_state import show_error
from console.parts.markup import element, plain, show
from console.shaping.road import GATE_NAMES, SIGNED_AT, role_names
from core.errors import MigrationError
from core.lifecycle import MAY_SIGN, OPENS, Gate
from core.migration import accepting
from core.ports import ConsoleUser, Ledger, Signature

SEAL_LENGTH = 12
"""Characters shown of the hash that a signature is bound to."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a gate's form says.

    Attributes:
        gate: What is signed.
        statement: What the signer says by signing.
        button: Label of the button.
        confirm: A word to type as well; "" for none.
    """

    gate: Gate
    statement: str
    button: str
    confirm: str = ""


def signature_form(ledger: Ledger, user: ConsoleUser, ask: Ask) -> Signature | None:
    """Show who signed, or the form, or why it is not offered; returns a signature just given."""
    st.subheader(GATE_NAMES[ask.gate], anchor=False)
    standing = ledger.signature(ask.gate)
    if standing is not None:
        show_signed(standing)
        if not _is_asked_again(ledger, ask.gate):
            return None
        st.caption("The step was taken again since, and nothing has changed: please sign again.")
    presented = ledger.presented(ask.gate)
    if presented is None or ledger.stage() not in SIGNED_AT[ask.gate]:
        _show_past(ledger, ask.gate)
        return None
    if not set(user.roles) & set(MAY_SIGN[ask.gate]):
        st.info(f"To be signed by: {role_names(MAY_SIGN[ask.gate])}. You may read, not sign.")
        return None
    return _form(ledger, user, ask, presented)


def _is_asked_again(ledger: Ledger, gate: Gate) -> bool:
    """Whether the migration waits for a signature although one stands."""
    return gate in OPENS and ledger.stage() in SIGNED_AT[gate]


def _show_past(ledger: Ledger, gate: Gate) -> None:
    used = [each for each in ledger.signatures() if each.gate is gate and each.is_used]
    if used:
        show_signed(used[-1])
        st.caption("It was carried out.")
    else:
        st.caption("There is nothing to sign here at this stage.")


def show_signed(signature: Signature) -> None:
    """Say who signed and when."""
    who = element("b", f"Signed by {signature.user} ({signature.role.value})")
    when = f" on {signature.at:%Y-%m-%d at %H:%M} UTC"
    why = f": “{signature.reason}”" if signature.reason else ""
    show(element("div", who, when + why, kind="perio-signed"))


def show_seal(bound_to: str) -> None:
    """Show the start of the hash that binds a signature to what is on the screen."""
    text = f"Bound to what is shown here: {bound_to[:SEAL_LENGTH]}"
    show(element("div", text, kind="perio-seal"))


def _form(ledger: Ledger, user: ConsoleUser, ask: Ask, presented: str) -> Signature | None:
    seen_key = f"{ask.gate.value}_seen"
    seen = st.session_state.get(seen_key, presented)
    st.session_state[seen_key] = presented
    with st.form(f"{ask.gate.value}_form", clear_on_submit=True, width=640):
        st.write(ask.statement)
        reason = st.text_input("Reason, in your own words", key=f"{ask.gate.value}_reason")
        typed = ask.confirm
        if ask.confirm:
            label = f"Type {ask.confirm} to confirm"
            typed = st.text_input(label, key=f"{ask.gate.value}_confirm", autocomplete="off")
        password = st.text_input(
            f"Password of {plain(user.name)}",
            type="password",
            key=f"{ask.gate.value}_password",
            autocomplete="current-password",
        )
        code = code_input(user, f"{ask.gate.value}_code")
        show_seal(presented)
        is_sent = st.form_submit_button(ask.button, type="primary", key=f"{ask.gate.value}_sign")
    if not is_sent:
        return None
    if seen != presented:
        st.error(
            "What is presented has changed since you opened this screen. Look again, then sign."
        )
    elif not (reason or "").strip():
        st.error("Please say in a few words why you sign.")
    elif (typed or "").strip() != ask.confirm:
        st.error(f"Please type {ask.confirm} exactly, to confirm.")
    else:
        return _sign(ledger, user, ask, (reason or "").strip(), (password or "", code))
    return None


def code_input(user: ConsoleUser, key: str) -> str:
    """Ask for a one-time code, of who has set them up; "" of the others."""
    if not desk.ledger().has_totp(user.name):
        return ""
    label = "One-time code, or a recovery code"
    return st.text_input(label, key=key, autocomplete="one-time-code") or ""


def _sign(
    ledger: Ledger, user: ConsoleUser, ask: Ask, reason: str, shown: tuple[str, str]
) -> Signature | None:
    password, code = shown
    try:
        return accepting.sign(
            ledger,
            desk.desk().vault,
            ask.gate,
            user=user.name,
            password=password,
            reason=reason,
            code=code,
        )
    except MigrationError as error:
        show_error(error)
        return None
