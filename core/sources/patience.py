"""How long a database may think about a question that nothing depends on.

Rule of the house: a question of that kind ends in time, and all of them together do.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

EACH_S = 3.0
ALL_S = 30.0
"""For one question, and for all since the catalogue was read."""
VIEW_S, VIEWS_S, LEAST_S = 60.0, 300.0, 5.0
"""For counting one view, and for all of them; what each is given even when that is used up."""


class Patience:
    """Time left for such questions."""

    def __init__(self, each_s: float = 0.0, all_s: float = 0.0, least_s: float = 0.0) -> None:
        """None of it is used.

        Args:
            each_s: For one question, where it is not the usual time.
            all_s: For all of them, where it is not the usual time.
            least_s: What a question is given when that is used up.
        """
        self._each_s, self._least_s = each_s, least_s
        self._left_s = all_s or ALL_S

    @property
    def wait_s(self) -> float:
        """How long the next question may take; 0 when there is no time left."""
        return max(self._least_s, min(self._each_s or EACH_S, self._left_s))

    @contextmanager
    def asking(self) -> Iterator[None]:
        """What happens within takes of the time that is left."""
        begun_s = time.monotonic()
        try:
            yield
        finally:
            self._left_s -= time.monotonic() - begun_s
