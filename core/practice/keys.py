"""The next key of every kind of record.

Rule of the house: keys only grow, so that later work never takes a key that was in use.
"""

from collections import Counter

FIRST_KEY = {
    "account": 20_000,
    "patient": 100_000,
    "treatment_plan": 1_000,
    "visit": 50_000,
    "perio_exam": 300,
    "referring_doctor": 0,
}
"""Where the counters begin; the rest begin at 0."""


class Keys:
    """Counters by entity."""

    def __init__(self, last: dict[str, int] | None = None) -> None:
        """Begin after the last keys in use, or at the practice's beginning."""
        self._last: Counter[str] = Counter(FIRST_KEY if last is None else last)

    def next(self, entity: str) -> int:
        """The next whole number for this entity."""
        self._last[entity] += 1
        return self._last[entity]

    def patient(self) -> str:
        """A patient's key as the bridge file shows it: digits, then two letters."""
        number = self.next("patient")
        return f"{number + 11 - 1:06d}{'PC' if number % 7 else 'PX'}"

    def account(self) -> str:
        """An account's number."""
        return str(self.next("account"))

    def doctor(self, last_name: str) -> str:
        """Four letters and five digits."""
        letters = "".join(c for c in last_name.upper() if "A" <= c <= "Z")
        return f"{letters[:4]:X<4}{self.next('referring_doctor'):05d}"
