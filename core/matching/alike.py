"""How alike names and phrases are, for all of them at once.

Rule of the house: words first, letters second; a word that says little counts little.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cdist

from core.discovery.words import GENERIC_WORDS

Matrix = npt.NDArray[np.float32]

_ALMOST, _SHORTEST_ALMOST = 84.0, 5
_SAME_NUMBER = 0.85
_NUMBERING = (("id", "number"), ("id", "key"), ("number", "code"), ("id", "code"))


@dataclass(frozen=True, slots=True)
class Text:
    """Words with how much each counts."""

    words: tuple[str, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """How alike each text on the left and each on the right are.

    Attributes:
        both: Weight of what they share in the weight of both, 0 to 1.
        left: Share of the left text that the right one explains.
        right: Share of the right text that the left one has.
    """

    both: Matrix
    left: Matrix
    right: Matrix


def weighed(words: Sequence[str], light: frozenset[str] = frozenset(), least: float = 0.05) -> Text:
    """A text of words; those in `light` count almost nothing, general ones little."""
    weights = tuple(least if word in light else GENERIC_WORDS.get(word, 1.0) for word in words)
    return Text(tuple(words), weights)


def alike(left: Sequence[Text], right: Sequence[Text]) -> Alike:
    """Compare every text on the left with every one on the right.

    Shape:
        n and m texts -> three matrices of (n, m).
    """
    left_words, right_words = _words(left), _words(right)
    same = _word_likeness(left_words, right_words)
    best_right = _best_by_text(same, right, right_words, axis=1)
    best_left = _best_by_text(same, left, left_words, axis=0)
    left_weights, right_weights = _weights(left, left_words), _weights(right, right_words)
    explained = left_weights @ best_right
    had = best_left @ right_weights.T
    left_total = left_weights.sum(axis=1, keepdims=True)
    right_total = right_weights.sum(axis=1, keepdims=True).T
    return Alike(
        (explained + had) / np.maximum(left_total + right_total, 1e-6),
        explained / np.maximum(left_total, 1e-6),
        had / np.maximum(right_total, 1e-6),
    )


def _words(texts: Sequence[Text]) -> dict[str, int]:
    words = dict.fromkeys(word for text in texts for word in text.words)
    return {word: place for place, word in enumerate(words or {"": None})}


def _word_likeness(left: dict[str, int], right: dict[str, int]) -> Matrix:
    """Words against words: the same 1, nearly the same less, else 0."""
    degrees = cdist(list(left), list(right), scorer=ratio, dtype=np.float32)
    long_left = np.array([len(word) >= _SHORTEST_ALMOST for word in left])
    long_right = np.array([len(word) >= _SHORTEST_ALMOST for word in right])
    is_almost = (degrees >= _ALMOST) & long_left[:, None] & long_right[None, :]
    found = np.where(degrees >= 100.0, 1.0, np.where(is_almost, degrees / 100 * 0.9, 0.0))  # noqa: PLR2004 - a percentage
    for one, other in _NUMBERING:
        for first, second in ((one, other), (other, one)):
            if first in left and second in right:
                found[left[first], right[second]] = _SAME_NUMBER
    return found.astype(np.float32)


def _best_by_text(
    same: Matrix, texts: Sequence[Text], places: dict[str, int], *, axis: int
) -> Matrix:
    """For each word of the other side its likest word in each text."""
    flat = [places[word] for text in texts for word in text.words or ("",) if word in places]
    lengths = [max(1, len(text.words)) for text in texts]
    if len(flat) != sum(lengths):  # a text without words: its likeness is nothing
        return _best_slowly(same, texts, places, axis=axis)
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    taken = np.take(same, flat, axis=axis)
    best: Matrix = np.maximum.reduceat(taken, starts, axis=axis)
    return best


def _best_slowly(
    same: Matrix, texts: Sequence[Text], places: dict[str, int], *, axis: int
) -> Matrix:
    rows = [
        np.take(same, [places[word] for word in text.words], axis=axis).max(axis=axis)
        if text.words
        else np.zeros(same.shape[1 - axis], dtype=np.float32)
        for text in texts
    ]
    return np.stack(rows, axis=axis)


def _weights(texts: Sequence[Text], places: dict[str, int]) -> Matrix:
    found = np.zeros((len(texts), len(places)), dtype=np.float32)
    for row, text in enumerate(texts):
        for word, weight in zip(text.words, text.weights, strict=True):
            found[row, places[word]] += weight
    return found
