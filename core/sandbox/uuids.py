"""Ids in the form of UUIDs, which leads, their labels and conversions have.

Rule of the house: behind each stands a number, so that these records are kept like all others; the
rest of the id belongs to the account and can not be guessed.
"""

import re
import uuid
from typing import Final

from core.sandbox.account import Account
from core.sandbox.store import Kind

_FIRST: Final = re.compile(r"([0-9a-f]{8})-", re.ASCII)


def uuid_of(account: Account, kind: Kind, number: int) -> str:
    """The id that clients see."""
    rest = account.derived(f"uuid {kind} {number}")[:24]
    return str(uuid.UUID(f"{number:08x}{rest}", version=4))


def number_of(account: Account, kind: Kind, text: object) -> int | None:
    """The number behind an id, None when the account has given no such id."""
    found = _FIRST.match(text) if isinstance(text, str) else None
    if found is None:
        return None
    number = int(found[1], 16)
    return number if text == uuid_of(account, kind, number) else None
