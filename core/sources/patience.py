"""How long a database may think about a question that nothing depends on.

Rule of the house: a question of that kind ends in time, and all of them together do.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

EACH_S = 3.0
ALL_S = 30.0
"""For one question, and for all since the catalogue was read."""


class Patience:
    """Time left for such questions."""

    def __init__(self) -> None:
        """None of it is used."""
        self._left_s = ALL_S

    @property
    def wait_s(self) -> float:
        """How long the next question may take; 0 when there is no time left."""
        return max(0.0, min(EACH_S, self._left_s))

    @contextmanager
    def asking(self) -> Iterator[None]:
        """What happens within takes of the time that is left."""
        begun_s = time.monotonic()
        try:
            yield
        finally:
            self._left_s -= time.monotonic() - begun_s
