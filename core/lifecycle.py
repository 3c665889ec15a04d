"""The stages of one migration and what each leads to.

Rule of the house: stages are a table; buttons, guards and flows read it, nobody writes an if.
"""

from enum import StrEnum

from core.errors import IllegalTransition


class Stage(StrEnum):
    """Where a migration stands; the value is what the ledger stores."""

    CREATED = "created"
    CONNECTED = "connected"
    DISCOVERED = "discovered"
    INVENTORY_SIGNED = "inventory_signed"
    MAP_PROPOSED = "map_proposed"
    MAP_CONFIRMED = "map_confirmed"
    FIELDS_SPECIFIED = "fields_specified"
    FIELDS_SIGNED = "fields_signed"
    FIELDS_READY = "fields_ready"
    SAMPLE_LOADED = "sample_loaded"
    SAMPLE_REVIEWED = "sample_reviewed"
    ROLLBACK_REHEARSED = "rollback_rehearsed"
    LOAD_REQUESTED = "load_requested"
    LOAD_AUTHORIZED = "load_authorized"
    LOADED = "loaded"
    VERIFIED = "verified"
    SIGNED_OFF = "signed_off"
    COMPLETE = "complete"
    ROLLED_BACK = "rolled_back"


class Gate(StrEnum):
    """What a named person signs."""

    INVENTORY = "inventory"
    MAP = "map"
    FIELDS = "fields"
    SAMPLE = "sample"
    LOAD = "load"
    ROLLBACK = "rollback"
    COMPLETE = "complete"


class Role(StrEnum):
    """What a user may be; a user may hold several."""

    CLINICIAN = "clinician"
    ADMIN = "practice admin"
    ENGINEER = "engineer"


LEADS_TO: dict[Stage, tuple[Stage, ...]] = {
    Stage.CREATED: (Stage.CONNECTED,),
    Stage.CONNECTED: (Stage.DISCOVERED,),
    Stage.DISCOVERED: (Stage.INVENTORY_SIGNED, Stage.DISCOVERED),
    Stage.INVENTORY_SIGNED: (Stage.MAP_PROPOSED, Stage.DISCOVERED),
    Stage.MAP_PROPOSED: (Stage.MAP_CONFIRMED, Stage.MAP_PROPOSED, Stage.DISCOVERED),
    Stage.MAP_CONFIRMED: (Stage.FIELDS_SPECIFIED, Stage.MAP_PROPOSED, Stage.DISCOVERED),
    Stage.FIELDS_SPECIFIED: (Stage.FIELDS_SIGNED, Stage.FIELDS_SPECIFIED, Stage.MAP_PROPOSED),
    Stage.FIELDS_SIGNED: (Stage.FIELDS_READY, Stage.FIELDS_SPECIFIED),
    Stage.FIELDS_READY: (Stage.SAMPLE_LOADED, Stage.FIELDS_SPECIFIED, Stage.MAP_PROPOSED),
    Stage.SAMPLE_LOADED: (Stage.SAMPLE_REVIEWED, Stage.SAMPLE_LOADED, Stage.ROLLED_BACK),
    Stage.SAMPLE_REVIEWED: (Stage.ROLLBACK_REHEARSED, Stage.ROLLED_BACK),
    Stage.ROLLBACK_REHEARSED: (Stage.LOAD_REQUESTED, Stage.SAMPLE_LOADED, Stage.MAP_PROPOSED),
    Stage.LOAD_REQUESTED: (Stage.LOAD_AUTHORIZED, Stage.LOAD_REQUESTED, Stage.SAMPLE_LOADED),
    Stage.LOAD_AUTHORIZED: (Stage.LOADED, Stage.LOAD_REQUESTED, Stage.ROLLED_BACK),
    Stage.LOADED: (Stage.VERIFIED, Stage.LOADED, Stage.ROLLED_BACK),
    Stage.VERIFIED: (Stage.VERIFIED, Stage.SIGNED_OFF, Stage.LOADED, Stage.ROLLED_BACK),
    Stage.SIGNED_OFF: (Stage.COMPLETE, Stage.VERIFIED, Stage.ROLLED_BACK),
    Stage.COMPLETE: (),
    Stage.ROLLED_BACK: (Stage.LOAD_REQUESTED, Stage.SAMPLE_LOADED, Stage.MAP_PROPOSED),
}
"""What may follow each stage. A repeated stage is a step done again, with its own record."""

OPENS: dict[Gate, Stage] = {
    Gate.INVENTORY: Stage.INVENTORY_SIGNED,
    Gate.MAP: Stage.MAP_CONFIRMED,
    Gate.FIELDS: Stage.FIELDS_SIGNED,
    Gate.SAMPLE: Stage.SAMPLE_REVIEWED,
    Gate.LOAD: Stage.LOAD_AUTHORIZED,
    Gate.COMPLETE: Stage.SIGNED_OFF,
}
"""The stage each signature leads to; a rollback's signature opens the emergency exit instead."""

MAY_SIGN: dict[Gate, tuple[Role, ...]] = {
    Gate.INVENTORY: (Role.ADMIN,),
    Gate.MAP: (Role.ADMIN,),
    Gate.FIELDS: (Role.ADMIN, Role.ENGINEER),
    Gate.SAMPLE: (Role.CLINICIAN,),
    Gate.LOAD: (Role.CLINICIAN,),
    Gate.ROLLBACK: (Role.CLINICIAN, Role.ADMIN),
    Gate.COMPLETE: (Role.ADMIN, Role.CLINICIAN),
}
"""The roles that may sign; anybody else is refused."""

NEXT_STEP: dict[Stage, str] = {
    Stage.CREATED: "Run `./perio check` to connect both ends.",
    Stage.CONNECTED: "Run `./perio discover` to take the inventory of the source.",
    Stage.DISCOVERED: "A practice admin signs the inventory: `./perio sign inventory --as USER`.",
    Stage.INVENTORY_SIGNED: "Run `./perio propose` to have a map proposed.",
    Stage.MAP_PROPOSED: "A practice admin confirms the map: `./perio sign map --as USER`.",
    Stage.MAP_CONFIRMED: "Run `./perio fields` to specify the custom fields.",
    Stage.FIELDS_SPECIFIED: "Sign the field specification: `./perio sign fields --as USER`.",
    Stage.FIELDS_SIGNED: "Run `./perio fields` to create and verify the custom fields.",
    Stage.FIELDS_READY: "Run `./perio sample` to load a sample for review.",
    Stage.SAMPLE_LOADED: "A clinician reviews the diff and signs: `./perio sign sample --as USER`.",
    Stage.SAMPLE_REVIEWED: "Run `./perio sample` to rehearse the rollback on the sample.",
    Stage.ROLLBACK_REHEARSED: "Ask for the full load: `./perio authorize --as USER`.",
    Stage.LOAD_REQUESTED: "A second person, a clinician, signs: `./perio sign load --as USER`.",
    Stage.LOAD_AUTHORIZED: "Run `./perio load`.",
    Stage.LOADED: "Run `./perio verify`.",
    Stage.VERIFIED: "Pick up later work with `./perio delta`, or sign off: "
    "`./perio sign complete --as USER`.",
    Stage.SIGNED_OFF: "Run `./perio complete` when the reference period has passed.",
    Stage.COMPLETE: "Nothing is left to do; the ledger stays readable.",
    Stage.ROLLED_BACK: "The destination is as it was. Ask for a new load: "
    "`./perio authorize --as USER`.",
}
"""What a person does next at each stage."""


def advance(now: Stage, to: Stage) -> Stage:
    """The stage after a step, if the table allows it.

    Raises:
        IllegalTransition: `to` does not follow from `now`; nothing changes.
    """
    if to not in LEADS_TO[now]:
        message = f"The migration is at '{now}'; '{to}' does not follow from it."
        raise IllegalTransition(message, next_step=NEXT_STEP[now])
    return to
