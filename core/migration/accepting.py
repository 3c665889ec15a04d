"""Signing a gate, where the ledger alone cannot tell whether what is signed is done.

Rule of the house: command line, console and demo all sign here, so that no screen is the only one
to refuse; the ledger judges who signs, this module what still stands in the way.
"""

from core.errors import GateRefused
from core.lifecycle import LEADS_TO, Gate, Stage
from core.migration.planting import counted
from core.migration.reviewed import obstacles, rules
from core.migration.reviewing import REVIEW
from core.ports import Ledger, Signature, Vault

DECIDE_ANEW = "Reviewers decide anew in the console: `./perio console`, screen Review."
"""What to do about a review that is not done."""


def sign(  # noqa: PLR0913 - who signs what, why, and how they are known
    ledger: Ledger,
    vault: Vault,
    gate: Gate,
    *,
    user: str,
    password: str,
    reason: str = "",
    code: str = "",
) -> Signature:
    """Sign what is presented, as a named person; the sample only once its review is done.

    Raises:
        AccessRefused: unknown user, wrong password or code, locked, or the role does not allow it.
        GateRefused: as `core.ports.Ledger.sign`, or something of the review stands in the way.
    """
    if gate is Gate.SAMPLE and _is_asked(ledger) and (found := in_the_way(ledger, vault)):
        signer = ledger.known_user(user)
        ledger.audit(
            "sign refused",
            # the name as typed may be a password in the wrong place; it is not kept
            actor=signer.name if signer else "unknown user",
            subject=gate.value,
            outcome="refused",
        )
        message = " ".join(["The sample cannot be signed yet.", *found])
        raise GateRefused(message, next_step=DECIDE_ANEW)
    return ledger.sign(gate, user=user, password=password, reason=reason, code=code)


def in_the_way(ledger: Ledger, vault: Vault) -> tuple[str, ...]:
    """What of the sample's review stands in the way, by the migration's rules; empty: nothing."""
    if ledger.kept(REVIEW) is None:
        return ()
    cells = vault.get(REVIEW)
    return obstacles(cells, counted(ledger, cells), rules(ledger))


def _is_asked(ledger: Ledger) -> bool:
    """Whether the sample's signature is what the migration waits for; else the ledger says why."""
    is_shown = ledger.presented(Gate.SAMPLE) is not None
    return is_shown and Stage.SAMPLE_REVIEWED in LEADS_TO[ledger.stage()]
