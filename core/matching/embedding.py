"""What words mean, as vectors: each the mean of its pieces' vectors, from a file shipped here.

Rule of the house: read from the package alone; nothing is fetched, and no value is ever embedded.

Source:
    all-MiniLM-L6-v2 distilled to one vector a word piece; see `embedding/LICENSE.md`.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

_LONGEST = 24
_UNKNOWN = "[UNK]"


@cache
def _pieces() -> dict[str, int]:
    text = files(__package__).joinpath("embedding/pieces.txt").read_text(encoding="utf-8")
    return {piece: place for place, piece in enumerate(text.split("\n"))}


@cache
def whole_words() -> frozenset[str]:
    """Every word that is a piece by itself."""
    return frozenset(piece for piece in _pieces() if piece.isalpha())


@cache
def _table() -> Vectors:
    content = files(__package__).joinpath("embedding/words.npz").read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as kept:
        vectors: Vectors = kept["q"].astype(np.float32) * kept["s"].astype(np.float32)
    return vectors


def vectors_of(texts: Sequence[Sequence[str]]) -> Vectors:
    """One unit vector for each text; of a text without a word, zero.

    Args:
        texts: Each as its words in lower case.

    Shape:
        n texts -> (n, 128).
    """
    table = _table()
    found = np.zeros((len(texts), table.shape[1]), dtype=np.float32)
    for place, words in enumerate(texts):
        pieces = [piece for word in words for piece in _word_pieces(word)]
        if pieces:
            found[place] = table[pieces].mean(axis=0)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    unit: Vectors = (found / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


@cache
def _word_pieces(word: str) -> tuple[int, ...]:
    """The longest known pieces from the left, as the vectors were made."""
    known = _pieces()
    found: list[int] = []
    start = 0
    while start < min(len(word), _LONGEST):
        head = "##" if start else ""
        ends = range(len(word), start, -1)
        end = next((one for one in ends if head + word[start:one] in known), None)
        if end is None:
            return (known[_UNKNOWN],)
        found.append(known[head + word[start:end]])
        start = end
    return tuple(found)
