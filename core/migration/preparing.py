"""Before anything is loaded: connect, discover, propose a map, create the custom fields.

Rule of the house: each step ends where a person signs; none goes on by itself.
"""

from dataclasses import asdict

from core.discovery import discover as take_inventory
from core.discovery import is_practice
from core.discovery.outline import outline
from core.discovery.questions import still_open
from core.lifecycle import Gate, Stage
from core.migration.context import require_attestation
from core.migration.explaining import keep_inventory, kept_explanations, since_signed
from core.migration.guard import Result, allow, close_step
from core.migration.intake import read_practice
from core.migration.learning import learn
from core.migration.looking import look
from core.migration.metering import Meter
from core.migration.passage import ACTOR, Passage
from core.migration.preflight import Severity
from core.migration.seats import keep_users
from core.migration.specify import (
    FIT,
    create_fields,
    kept_specification,
    propose_fields,
    write_field_sheet,
)
from core.ports import Action, Standing

_SERIOUS = (Severity.STOP, Severity.WARNING)


def check(passage: Passage) -> Result:
    """Connect both ends, look at them, and say what a person should know."""
    meter = Meter(passage)
    tables = passage.source.catalogue()
    standing = passage.destination.standing()
    keep_standing(passage, standing)
    findings = look(passage, tables, standing)
    to = Stage.CONNECTED if passage.ledger.stage() is Stage.CREATED else None
    counts = {
        "source": {"tables": len(tables), "rows": sum(table.rows for table in tables)},
        "destination": {
            "company": standing.company,
            "users": len(standing.users),
            "active_users": sum(user.is_active for user in standing.users),
            "is_admin": standing.user.is_admin,
            "webhooks": standing.webhooks,
            "requests_per_2s": standing.requests_per_2s,
            "tokens_per_day": standing.tokens_per_day,
        },
        "findings": [asdict(finding) for finding in findings],
        "warnings": [each.said for each in findings if each.severity in _SERIOUS],
    }
    return close_step(passage, "check", meter, to, counts)


def keep_standing(passage: Passage, standing: Standing) -> None:
    """Keep what the destination says of itself, without names of its users."""
    kept = asdict(standing)
    kept.pop("user")
    kept["users"] = len(standing.users)
    kept["is_admin"] = standing.user.is_admin
    kept["permissions"] = sorted(standing.permissions or ())
    passage.ledger.keep("standing", kept)
    keep_users(passage.vault, standing)


def discover(passage: Passage) -> Result:
    """Take the inventory of the source and present it for signature.

    Raises:
        NoPractice: nothing in it looks like a practice.
    """
    allow(passage, Stage.DISCOVERED, "discover")
    meter = Meter(passage)
    inventory = take_inventory(passage.source)
    is_practice(inventory)
    keep_inventory(passage, inventory, outline(passage.source.catalogue()))
    flagged = inventory.tables.filter(inventory.tables["flags"] != "").height
    explanations = kept_explanations(passage.vault)
    counts = {
        "inventory": {
            "tables": inventory.tables.height,
            "columns": inventory.columns.height,
            "rows": int(inventory.tables["rows"].sum()),
            "flagged": flagged,
            "to_explain": still_open(inventory.tables, explanations).height,
            "changed_since_signed": since_signed(passage.ledger, passage.vault).height,
        }
    }
    return close_step(passage, "discover", meter, Stage.DISCOVERED, counts)


def present_map(passage: Passage) -> Result:
    """Present the map as the file has it now, for signature.

    Raises:
        MapGap: the file cannot be read.
    """
    allow(passage, Stage.MAP_PROPOSED, "propose")
    meter = Meter(passage)
    schema_map = passage.schema_map()
    passage.ledger.present(Gate.MAP, schema_map.digest())
    columns = [column for table in schema_map.tables for column in table.columns]
    counts = {
        "map": {
            "tables": len(schema_map.tables),
            "columns": len(columns),
            "carried": sum(bool(column.field) for column in columns),
            "left": sum(bool(column.left) for column in columns),
            "unanswered": len(schema_map.unanswered()),
        }
    }
    return close_step(passage, "propose", meter, Stage.MAP_PROPOSED, counts)


def fields(passage: Passage) -> Result:
    """Specify the custom fields; once signed, create what is missing and read the keys back."""
    if passage.ledger.stage() is Stage.FIELDS_SIGNED:
        return _create(passage)
    allow(passage, Stage.FIELDS_SPECIFIED, "fields")
    require_attestation(passage)
    learn(passage)
    meter = Meter(passage)
    plan = propose_fields(passage, read_practice(passage).conformed.entities)
    passage.ledger.keep("fields_plan", {"plan_id": plan.plan_id})
    passage.ledger.present(Gate.FIELDS, plan.plan_id)
    write_field_sheet(passage)
    wanted = kept_specification(passage)
    kept = passage.ledger.kept(FIT) or {}
    counts = {
        "fields": {
            "specified": wanted.height,
            "to_create": plan.writes.height,
            "cap": kept["cap"],
            "over_cap": kept["over"],
        }
    }
    return close_step(passage, "fields", meter, Stage.FIELDS_SPECIFIED, counts)


def _create(passage: Passage) -> Result:
    meter = Meter(passage)
    kept = passage.ledger.kept("fields_plan") or {}
    plan_id = str(kept["plan_id"])
    passage.ledger.approve(plan_id, gate=Gate.FIELDS, actor=ACTOR)
    done = create_fields(passage, plan_id)
    for target in passage.ledger.writes(plan_id)["target"]:
        meter.minimum += passage.destination.price(target, Action.CREATE)
    write_field_sheet(passage)
    counts = {"fields": {"specified": kept_specification(passage).height, "created": done.created}}
    return close_step(passage, "fields", meter, Stage.FIELDS_READY, counts)
