"""The road of a migration as a strip of steps, and who signed what on it.

Rule of the house: derived from the table of stages; a screen never asks "which stage is it?".
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from core.lifecycle import LEADS_TO, NEXT_STEP, OPENS, Gate, Role, Stage
from core.ports import Signature


class Standing(StrEnum):
    """Where a step stands."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the strip.

    Attributes:
        label: What people call it.
        screen: File name of the screen where it is dealt with; "" for none.
        standing: Done, now or ahead.
    """

    label: str
    screen: str
    standing: Standing


_STEPS: tuple[tuple[str, str, tuple[Stage, ...]], ...] = (
    ("Connect", "preflight", (Stage.CREATED,)),
    ("Discover", "", (Stage.CONNECTED,)),
    ("Inventory", "inventory", (Stage.DISCOVERED,)),
    ("Map", "map", (Stage.INVENTORY_SIGNED, Stage.MAP_PROPOSED)),
    ("Fields", "fields", (Stage.MAP_CONFIRMED, Stage.FIELDS_SPECIFIED, Stage.FIELDS_SIGNED)),
    ("Sample", "progress", (Stage.FIELDS_READY,)),
    ("Review", "review", (Stage.SAMPLE_LOADED,)),
    ("Rehearsal", "progress", (Stage.SAMPLE_REVIEWED,)),
    ("Authorize", "authorize", (Stage.ROLLBACK_REHEARSED, Stage.LOAD_REQUESTED, Stage.ROLLED_BACK)),
    ("Load", "progress", (Stage.LOAD_AUTHORIZED,)),
    ("Verify", "progress", (Stage.LOADED,)),
    ("Follow up", "delta", (Stage.VERIFIED,)),
    ("Complete", "delta", (Stage.SIGNED_OFF, Stage.COMPLETE)),
)

GATE_NAMES: dict[Gate, str] = {
    Gate.INVENTORY: "Inventory of the source",
    Gate.MAP: "Field map",
    Gate.FIELDS: "Custom-field specification",
    Gate.SAMPLE: "Sample review",
    Gate.LOAD: "Full load",
    Gate.ROLLBACK: "Rollback",
    Gate.COMPLETE: "Sign-off",
}
"""What people call a gate."""

SIGNED_AT: dict[Gate, tuple[Stage, ...]] = {
    gate: tuple(stage for stage in Stage if OPENS.get(gate, Stage.ROLLED_BACK) in LEADS_TO[stage])
    for gate in Gate
}
"""The stages at which a screen offers a gate; the ledger checks again."""


def strip(stage: Stage) -> tuple[Step, ...]:
    """The steps of the road with their standing at a stage."""
    at = next(place for place, (_, _, stages) in enumerate(_STEPS) if stage in stages)
    is_over = stage is Stage.COMPLETE
    return tuple(
        Step(
            label,
            screen,
            Standing.DONE
            if place < at or is_over
            else Standing.NOW
            if place == at
            else Standing.AHEAD,
        )
        for place, (label, screen, _) in enumerate(_STEPS)
    )


def current(stage: Stage) -> Step:
    """The step that a stage belongs to."""
    steps = strip(stage)
    return next((step for step in steps if step.standing is Standing.NOW), steps[-1])


def stage_name(stage: Stage) -> str:
    """A stage as people read it."""
    return stage.value.replace("_", " ").capitalize()


def next_step(stage: Stage) -> str:
    """What a person does next."""
    return NEXT_STEP[stage]


def role_names(roles: Iterable[Role]) -> str:
    """Roles as people read them: "practice admin or clinician"."""
    return " or ".join(role.value for role in roles)


def signature_rows(signatures: Iterable[Signature], standing: Container[int]) -> pl.DataFrame:
    """Who signed what and when, newest first.

    Args:
        signatures: All signatures, oldest first.
        standing: Ids of those that count now.

    Shape:
        (n, 6): gate, who, role, when (UTC), reason, standing.
    """
    rows = [
        {
            "gate": GATE_NAMES[signature.gate],
            "who": signature.user,
            "role": signature.role.value,
            "when": f"{signature.at:%Y-%m-%d %H:%M} UTC",
            "reason": signature.reason,
            "standing": _standing(signature, standing),
        }
        for signature in signatures
    ]
    names = ("gate", "who", "role", "when", "reason", "standing")
    return pl.DataFrame(rows[::-1], schema=dict.fromkeys(names, pl.String()))


def _standing(signature: Signature, standing: Container[int]) -> str:
    if signature.is_used:
        return "carried out"
    return "in force" if signature.signature_id in standing else "void"
