"""The demo's two users.

Rule of the house: synthetic people; their passwords are made for each demo and printed.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from core.lifecycle import Role
from core.workbench import Workbench

_FILE = "demo-users.json"


@dataclass(frozen=True, slots=True)
class DemoUser:
    """One user of the demo."""

    name: str
    display_name: str
    roles: tuple[Role, ...]
    password: str


CLINICIAN, ADMIN = "dr.demo", "admin.demo"

_WHO = {
    CLINICIAN: ("Dr. Dana Demo", (Role.CLINICIAN,)),
    ADMIN: ("Alex Admin", (Role.ADMIN, Role.ENGINEER)),
}


def demo_users(folder: Path) -> dict[str, DemoUser]:
    """The demo's users with their passwords, made on first use and kept in the demo's folder."""
    file = folder / _FILE
    if not file.exists():
        passwords = {name: secrets.token_urlsafe(9) for name in _WHO}
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(passwords, out)
    kept = json.loads(file.read_text(encoding="utf-8"))
    return {
        name: DemoUser(name, display_name, roles, kept[name])
        for name, (display_name, roles) in _WHO.items()
    }


def enroll(bench: Workbench, users: dict[str, DemoUser]) -> None:
    """Make the users known to the ledger."""
    known = {user.name for user in bench.ledger.users()}
    for user in users.values():
        if user.name not in known:
            bench.ledger.add_user(
                user.name, user.display_name, user.roles, user.password, actor="perio demo"
            )
