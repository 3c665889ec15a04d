"""Names of tables and columns as words, and how alike two are.

Rule of the house: a name is split and spelled out once, here; nobody compares raw names.
"""

import re
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from itertools import takewhile

from rapidfuzz.fuzz import ratio

from core.discovery.phrases import KNOWN_WORDS
from core.discovery.words import ABBREVIATIONS, GENERIC_WORDS

Words = tuple[str, ...]

_PIECE = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_PAIRS = {
    ("e", "mail"): ("email",),
    ("x", "ray"): ("radiograph",),
    ("f", "name"): ("first", "name"),
    ("l", "name"): ("last", "name"),
    ("m", "name"): ("middle", "name"),
    ("middle", "i"): ("middle", "initial"),
    ("h", "phone"): ("home", "phone"),
    ("w", "phone"): ("work", "phone"),
    ("tax", "id"): ("tax", "id"),
}
_SIDES, _MARKS = "bldmf", "xt"
_NUMBERING = {"id": "number", "number": "id"}
"""Two words for what tells rows apart."""
_CONTEXT_WEIGHT = 0.05
_ALMOST = 87.0
_SHORTEST_ALMOST = 5
_SHORTEST_SPLIT = 5
_HUNGARIAN = re.compile(r"^(?:[a-z]|dt|str|lng|int|bln|txt|id)(?=[A-Z])")


@cache
def words_of(name: str) -> Words:
    """A name's words in lower case, spelled out: `PatBirthDt` is patient, birth, date."""
    spaced = name.replace("#", " number ").replace("$", " amount ").replace("%", " percent ")
    pieces = [piece.lower() for piece in _PIECE.findall(spaced)]
    spelled = [word for piece in pieces for word in _spelled(piece)]
    return _joined(spelled)


@cache
def phrase_words(phrase: str) -> Words:
    """A phrase of `core.discovery.words`, which is spelled out already."""
    return tuple(phrase.split())


def _spelled(piece: str) -> Words:
    if piece in ABBREVIATIONS:
        return ABBREVIATIONS[piece]
    if piece in KNOWN_WORDS:
        return (piece,)
    for ending, instead in (("ies", "y"), ("es", ""), ("s", "")):
        single = piece.removesuffix(ending) + instead
        if piece.endswith(ending) and _is_known(single):
            return _spelled(single)
    return _divided(piece) if len(piece) >= _SHORTEST_SPLIT else (piece,)


def _divided(piece: str) -> Words:
    # A lone letter after a known word is a side of a tooth; one before marks a table's kind.
    if piece[-1] in _SIDES and _is_known(piece[:-1]):
        return (*_spelled(piece[:-1]), piece[-1])
    divided = _split(piece)
    if len(divided) == 1 and piece[0] in _MARKS:
        divided = _split(piece[1:])
        return divided if len(divided) > 1 or _is_known(piece[1:]) else (piece,)
    return divided


def _is_known(piece: str) -> bool:
    return piece in KNOWN_WORDS or piece in ABBREVIATIONS


def _split(piece: str) -> Words:
    """Divide a run-together name such as `ptlnam` into known parts, if that leaves nothing over."""
    best: dict[int, tuple[int, Words]] = {0: (0, ())}
    for end in range(2, len(piece) + 1):
        for start in range(max(0, end - 14), end - 1):
            part = piece[start:end]
            if start not in best or not _is_known(part):
                continue
            count, before = best[start]
            # The fewest parts win: long words are surer than chance pairs of letters.
            if end not in best or count + 1 < best[end][0]:
                best[end] = (count + 1, (*before, *ABBREVIATIONS.get(part, (part,))))
    return best[len(piece)][1] if len(piece) in best else (piece,)


def _joined(words: list[str]) -> Words:
    kept: list[str] = []
    for word in words:
        if kept and (kept[-1], word) in _PAIRS:
            kept[-1:] = _PAIRS[kept[-1], word]
        elif not kept or kept[-1] != word:
            kept.append(word)
    return tuple(kept)


def column_words(names: Sequence[str], table: str) -> dict[str, Words]:
    """The words of a table's columns, without prefixes that most of them share.

    `Pat_FName`, `Pat_LName` and `Pat_Zip` lose `Pat`; `lPatID`, `sLName` and `dtDOB` lose the
    letters that tell the type.
    """
    enough = max(3, len(names) * 0.4)
    bare = {name: _HUNGARIAN.sub("", name) for name in names}
    if sum(bare[name] != name for name in names) < enough:
        bare = {name: name for name in names}
    words = {name: words_of(bare[name]) for name in names}
    while shared := _shared_head(words, table):
        words = {
            name: found[1:] if len(found) > 1 and found[0] == shared else found
            for name, found in words.items()
        }
    return words


def _shared_head(words: dict[str, Words], table: str) -> str:
    """The first word of most columns, where it is the table's own or no word at all."""
    heads = [found[0] for found in words.values() if len(found) > 1]
    shared = max(set(heads), key=lambda head: (heads.count(head), head), default="")
    is_common = heads.count(shared) >= max(4, len(words) * 0.6)
    return shared if is_common and (shared in words_of(table) or shared not in KNOWN_WORDS) else ""


def bare_names(names: Sequence[str]) -> tuple[dict[str, str], ...]:
    """Ways to read a table's column names: as they are, without what all share, without a type."""
    letters = zip(*(name.casefold() for name in names), strict=False)
    head = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, letters))
    return (
        {name: name for name in names},
        {name: name[head:] or name for name in names},
        {name: _HUNGARIAN.sub("", name) for name in names},
    )


@lru_cache(maxsize=500_000)
def likeness(found: Words, wanted: Words, context: frozenset[str] = frozenset()) -> float:
    """How alike two names are, 0 to 1: the weight of their common words in the weight of all.

    Words of the context (the table's own) say almost nothing, general words little.
    """
    total = sum(_weight(word, context) for word in (*found, *wanted))
    if not total:
        return 0.0
    common, left = 0.0, list(wanted)
    for word in found:
        match, degree = _closest(word, left)
        if match is not None:
            left.remove(match)
            common += degree * (_weight(word, context) + _weight(match, context))
    return min(1.0, common / total)


def _weight(word: str, context: Collection[str]) -> float:
    return _CONTEXT_WEIGHT if word in context else GENERIC_WORDS.get(word, 1.0)


def _closest(word: str, among: Sequence[str]) -> tuple[str | None, float]:
    if word in among:
        return word, 1.0
    if word in _NUMBERING and (partner := _NUMBERING[word]) in among:
        return partner, _ALMOST / 100
    if len(word) < _SHORTEST_ALMOST:
        return None, 0.0
    scored = [(ratio(word, other), other) for other in among if len(other) >= _SHORTEST_ALMOST]
    degree, other = max(scored, default=(0.0, ""))
    return (other, degree / 100 * 0.9) if degree >= _ALMOST else (None, 0.0)
