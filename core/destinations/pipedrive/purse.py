"""What may be spent today, and what has been.

Rule of the house: tokens are counted before anything is sent; a part of them is left to others.
"""

from collections.abc import Callable, Sequence
from typing import Final

import httpx

from core.destinations.pipedrive.conversation import Silence
from core.destinations.pipedrive.governor import number_of, out_of_tokens
from core.destinations.pipedrive.wire import Answer, Letter
from core.pace import own_cap

BUDGET: Final = "x-daily-ratelimit-token-limit"
LEFT: Final = "x-daily-ratelimit-token-remaining"


class Purse:
    """The tokens of one account.

    Args:
        spend: Adds to the day's count and returns its sum; None counts this conversation's.
        cap: Tokens a day; None for what the account says of its budget, less the reserve.
        reserve: Share of that budget left to others.
    """

    def __init__(self, spend: Callable[[int], int] | None, cap: int | None, reserve: float) -> None:
        """Begin with what the settings say; the account has said nothing yet."""
        self._own = 0
        self._spend = spend or self._count
        self._cap = cap
        self._reserve = reserve
        self._headers = httpx.Headers()

    def pay(self, letters: Sequence[Letter]) -> int:
        """Count what is about to be spent; how many of the letters the day's tokens suffice for."""
        spend, cap = self._spend, self._allowed()
        if cap is None:
            spend(sum(each.tokens for each in letters))
            return len(letters)
        room = cap - spend(0)
        affordable = 0
        for each in letters:
            room -= each.tokens
            if room < 0:
                break
            affordable += 1
        if not affordable:
            raise out_of_tokens()
        spend(sum(each.tokens for each in letters[:affordable]))
        return affordable

    def refund(self, letters: Sequence[Letter], answers: Sequence[Answer]) -> None:
        """Give tokens back that were counted for what was not sent after all."""
        unsent = sum(
            letter.tokens
            for letter, answer in zip(letters, answers, strict=True)
            if isinstance(answer, Silence) and not answer.is_sent
        )
        if unsent:
            self._spend(-unsent)

    def note(self, answers: Sequence[Answer]) -> None:
        """Learn from the headers of answers."""
        for answer in answers:
            if isinstance(answer, httpx.Response):
                self._headers.update(answer.headers)

    def shown(self, header: str) -> int | None:
        """A number that the account has shown last, or None."""
        number = number_of(self._headers.get(header))
        return None if number is None else int(number)

    def _allowed(self) -> int | None:
        """Tokens that are ours today; None where neither the settings nor the account says."""
        shown = self.shown(BUDGET) if self._cap is None else None
        return self._cap if shown is None else own_cap(shown, self._reserve)

    def _count(self, tokens: int) -> int:
        self._own += tokens
        return self._own
