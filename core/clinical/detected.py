"""An answer read from a column, with what speaks for it.

Rule of the house: what the values do not decide is asked of a person, never guessed.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Detected(Generic[Answer]):
    """What a column says about its own encoding.

    Attributes:
        answer: The encoding, or None when the values do not decide it.
        evidence: One sentence with the counts it rests on; no value of a patient.
    """

    answer: Answer | None
    evidence: str

    @property
    def must_ask(self) -> bool:
        """Whether a person has to say it."""
        return self.answer is None
