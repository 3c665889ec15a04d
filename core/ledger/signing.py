"""Signing a gate and asking for the full load, as a named person who is there.

Rule of the house: who signs shows password and code again; a refusal leaves its event too.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Row, desc, select

from core.errors import AccessRefused, GateRefused
from core.ledger import tables
from core.ledger.accounts import account_name, authenticate, has_totp
from core.ledger.gates import VOID, end, seal, show, shown_at, unended
from core.ledger.stages import move, standing
from core.ledger.store import Store, Work
from core.lifecycle import LEADS_TO, MAY_SIGN, NEXT_STEP, OPENS, Gate, Role, Stage
from core.ports import ConsoleUser, Signature

FULL_PLAN = "full_plan"
"""The document that says what the planned full load rests on."""


def sign(  # noqa: PLR0913 - who signs what, why, and how they are known
    store: Store, gate: Gate, *, user: str, password: str, reason: str = "", code: str = ""
) -> Signature:
    """Sign what is presented, as a named person; see `core.ports.Ledger.sign`.

    Raises:
        AccessRefused: unknown user, wrong password or code, locked, or the role does not allow it.
        GateRefused: nothing is presented, the stage does not allow it, own request, or too late.
    """
    with _refusals_noted(store, "sign", user, gate.value):
        person = _present_in_person(store, user, password, code)
        role = _role_for(person, gate)
        with store.writing() as work:
            work.check()
            shown = _may_be_signed(work, gate)
            if gate is Gate.LOAD:
                _not_own_request(work, person, shown.bound_to)
            for earlier in unended(work, gate):
                if work.rules.people(gate) == 1 or earlier.user == person.name:
                    end(work, earlier, VOID, why="signed again", actor=person.name)
            expires_at = work.rules.expiry(gate, work.now)
            row: dict[str, object] = {
                "gate": gate.value,
                "user": person.name,
                "role": role.value,
                "at": work.now,
            }
            row |= {"bound_to": shown.bound_to, "reason": reason}
            row |= {"parts": shown.parts, "expires_at": expires_at}
            signature_id = work.put(tables.signatures, row)
            subject = seal(gate, signature_id, shown.bound_to)
            work.note("sign", actor=person.name, subject=subject)
            if gate in OPENS:
                move(work, OPENS[gate], actor=person.name, reason=f"signed {gate}")
            at = work.now
    return Signature(
        signature_id, gate, person.name, role, at, shown.bound_to, reason, expires_at=expires_at
    )


def request_load(store: Store, *, user: str, password: str, plan_id: str, code: str = "") -> None:
    """A person asks for the full load of a plan; presents gate LOAD and moves the stage.

    Raises:
        AccessRefused: unknown user, wrong password or code, or locked.
        GateRefused: the stage does not lead there.
    """
    with _refusals_noted(store, "request load", user, plan_id):
        person = _present_in_person(store, user, password, code)
        with store.writing() as work:
            work.check()
            _may_lead_to(work, Stage.LOAD_REQUESTED, "The full load cannot be asked for")
            move(work, Stage.LOAD_REQUESTED, actor=person.name)
            row = {"user": person.name, "plan_id": plan_id, "at": work.now}
            work.put(tables.load_requests, row)
            work.note("request load", actor=person.name, subject=plan_id)
            show(work, Gate.LOAD, plan_id, plan_parts(work, plan_id), actor=person.name)
            # Who signed before may be who asks now.
            for earlier in unended(work, Gate.LOAD):
                end(work, earlier, VOID, why="asked again", actor=person.name)


def _present_in_person(store: Store, user: str, password: str, code: str) -> ConsoleUser:
    person = authenticate(store, user, password, code)
    if store.rules.codes_required and not has_totp(store, person.name):
        message = f"'{person.name}' has set up no one-time codes, and this practice asks for them."
        raise AccessRefused(message, next_step="Set them up: `./perio users totp NAME`.")
    return person


def plan_parts(work: Work, plan_id: str) -> dict[str, str]:
    """What the full plan rests on, by the document that names it."""
    query = select(tables.documents.c.content).where(tables.documents.c.name == FULL_PLAN)
    kept = json.loads(work.connection.scalar(query) or "{}")
    names = ("schema", "map", "code")
    texts = str(kept.get("context", "")).split("|")
    is_its = kept.get("plan_id") == plan_id and len(texts) == len(names)
    return dict(zip(names, texts, strict=True)) if is_its else {}


def _role_for(person: ConsoleUser, gate: Gate) -> Role:
    for role in MAY_SIGN[gate]:
        if role in person.roles:
            return role
    wanted = " or ".join(MAY_SIGN[gate])
    message = f"Gate '{gate}' is signed by a {wanted}; '{person.name}' is not one."
    raise AccessRefused(message, next_step=f"Ask a {wanted} to sign.")


def _may_be_signed(work: Work, gate: Gate) -> Row[Any]:
    """What would be signed, if it may be signed now."""
    now = _may_lead_to(work, OPENS.get(gate, Stage.ROLLED_BACK), f"Gate '{gate}' cannot be signed")
    shown = shown_at(work, gate)
    if shown is None:
        message = f"Nothing has been presented for gate '{gate}' yet."
        raise GateRefused(message, next_step=NEXT_STEP[now])
    return shown


def _may_lead_to(work: Work, to: Stage, what: str) -> Stage:
    now = standing(work)
    if to not in LEADS_TO[now]:
        message = f"{what} while the migration is at '{now}'."
        raise GateRefused(message, next_step=NEXT_STEP[now])
    return now


def _not_own_request(work: Work, person: ConsoleUser, bound_to: str) -> None:
    asked = tables.load_requests.c
    query = select(asked.plan_id, asked.at, tables.users.c.name, tables.users.c.display_name)
    query = query.join_from(tables.load_requests, tables.users)
    row = work.connection.execute(query.order_by(desc(asked.request_id)).limit(1)).first()
    if row is None or row.plan_id != bound_to:
        message = "Nobody has asked for the load of the plan that is presented."
        raise GateRefused(message, next_step=NEXT_STEP[Stage.ROLLBACK_REHEARSED])
    expires_at = work.rules.expiry(Gate.LOAD, row.at)
    if expires_at is not None and work.now >= expires_at:
        message = f"The request for this load expired at {expires_at:%Y-%m-%d %H:%M} UTC."
        raise GateRefused(message, next_step="Ask again: `./perio authorize --as USER`.")
    # A second account under the same display name is the same person.
    is_same_name = bool(row.display_name) and (
        account_name(row.display_name) == account_name(person.display_name)
    )
    if row.name == person.name or is_same_name:
        message = f"'{row.name}' asked for this load; a second person signs it."
        raise GateRefused(message, next_step=NEXT_STEP[Stage.LOAD_REQUESTED])


@contextmanager
def _refusals_noted(store: Store, action: str, user: str, subject: str) -> Iterator[None]:
    """A refused signature leaves its event too."""
    try:
        yield
    except (AccessRefused, GateRefused) as error:
        with store.writing() as work:
            known = work.rows(
                select(tables.users.c.name).where(tables.users.c.name == account_name(user))
            )
            actor = known[0].name if known else "unknown user"
            work.note(
                f"{action} refused",
                actor=actor,
                subject=subject,
                outcome="refused",
                reason=type(error).__name__,
            )
        raise
