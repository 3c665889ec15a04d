"""Query parameters of v2 lists, read strictly, and the marks that lead from page to page.

Rule of the house: a parameter that is not known is refused, as in v2, and a page is found by key,
never by counting rows.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox import moments
from core.sandbox.account import Account
from core.sandbox.jsontext import from_json, to_json
from core.sandbox.refusals import invalid
from core.sandbox.shapes import is_whole

PAGE_DEFAULT: Final = 100
PAGE_MAX: Final = 500
IDS_MAX: Final = 100
CUSTOM_MAX: Final = 15

_WHOLE: Final = re.compile(r"-?\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page ended: the last record's sort value and id."""

    field: str
    value: object
    direction: str
    id: int

    def text(self, account: Account) -> str:
        """The mark as the cursor a client sees; it leads on for as long as the account says."""
        keys = {
            "field": self.field,
            "fieldValue": self.value,
            "sortDirection": self.direction,
            "id": self.id,
            "issued": int(account.now()),
        }
        return base64.urlsafe_b64encode(to_json(keys)).rstrip(b"=").decode()


def mark_from(cursor: str, field: str, direction: str, account: Account) -> Mark:
    """Read a cursor.

    Raises:
        Refused: 400, it is not a cursor of this list, or too old.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        keys: Any = from_json(base64.b64decode(padded, altchars=b"-_", validate=True))
        mark = Mark(keys["field"], keys["fieldValue"], keys["sortDirection"], keys["id"])
        age_s = account.now() - keys["issued"]
        is_ours = (mark.field, mark.direction) == (field, direction) and is_whole(mark.id)
        is_ours = is_ours and isinstance(mark.value, str | int | float | None)
        is_ours = is_ours and age_s <= account.settings.cursor_life_s
    except (ValueError, KeyError, TypeError, binascii.Error):
        is_ours = False
    if not is_ours:
        raise invalid(["cursor: The value is not a valid cursor"])
    return mark


class Question:
    """The query parameters of one request.

    Args:
        asked: As they came.
        known: Names that the operation understands.
    """

    def __init__(self, asked: Mapping[str, str], known: frozenset[str]) -> None:
        """Refuse names that are not known; complaints of values gather until `settle`."""
        self._asked = asked
        self._found = [
            f"Parameter '{name}' is not allowed for this request"
            for name in asked
            if name not in known
        ]

    def settle(self) -> None:
        """Refuse the request when anything was wrong."""
        if self._found:
            raise invalid(self._found)

    def has(self, name: str) -> bool:
        """Whether the parameter was given."""
        return name in self._asked

    def text(self, name: str) -> str:
        """A parameter as it came, empty when it did not."""
        return self._asked.get(name, "")

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A whole number."""
        asked = self._asked.get(name)
        if asked is None:
            return default
        if not _WHOLE.fullmatch(asked):
            self._found.append(f"{name}: The value is not a valid 'integer'")
            return default
        return int(asked)

    def limit(self, most: int = PAGE_MAX) -> int:
        """Records a page."""
        limit = self.integer("limit", PAGE_DEFAULT) or 0
        if not 1 <= limit <= most:
            self._found.append(f"limit: The value must be between 1 and {most}")
        return limit

    def flag(self, name: str) -> bool | None:
        """True or false."""
        asked = self._asked.get(name)
        if asked not in {None, "true", "false"}:
            self._found.append(f"{name}: The value is not a valid 'boolean'")
        return None if asked is None else asked == "true"

    def choice(self, name: str, choices: tuple[str, ...], default: str = "") -> str:
        """One of a closed list."""
        asked = self._asked.get(name, default)
        if asked not in choices and asked != default:
            wanted = ", ".join(choices)
            self._found.append(f"{name}: The value must be one of [{wanted}]")
        return asked

    def choices(self, name: str, choices: frozenset[str]) -> list[str]:
        """Several of a closed list, with commas between."""
        asked = [each for each in self._asked.get(name, "").split(",") if each]
        self._found += [f"{name}: Unknown key '{each}'" for each in asked if each not in choices]
        return asked

    def codes(self, name: str, known: Mapping[str, object]) -> list[str] | None:
        """Custom field codes, at most fifteen; None when not given."""
        if name not in self._asked:
            return None
        asked = [each for each in self._asked[name].split(",") if each]
        if len(asked) > CUSTOM_MAX:
            self._found.append(f"{name}: At most {CUSTOM_MAX} keys are allowed")
        self._found += [f"{name}: Unknown key '{each}'" for each in asked if each not in known]
        return asked

    def ids(self) -> list[int] | None:
        """The ids asked for, at most a hundred; None when not given."""
        return self.whole_numbers("ids")

    def whole_numbers(self, name: str) -> list[int] | None:
        """Several whole numbers, at most a hundred; None when not given."""
        if name not in self._asked:
            return None
        asked = [each for each in self._asked[name].split(",") if each]
        if not all(map(_WHOLE.fullmatch, asked)):
            self._found.append(f"{name}: The value is not a valid list of integers")
            return []
        if len(asked) > IDS_MAX:
            self._found.append(f"{name}: At most {IDS_MAX} ids are allowed")
        return [int(each) for each in asked]

    def moment(self, name: str) -> str | None:
        """A timestamp without fractions of a second, as the real API insists."""
        asked = self._asked.get(name)
        if asked is None:
            return None
        moment = moments.as_moment(asked, fraction=False)
        if moment is None:
            self._found.append(f"{name}: This value is not a valid datetime.")
        return moment
