"""Names as words, with the other ways they may be meant: `St` is state, street or status.

Rule of the house: a name is read in a few likely ways and never forced into one; a person's
language is no reason to fail.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice

from core.discovery.naming import Words
from core.discovery.phrases import KNOWN_WORDS
from core.discovery.words import ABBREVIATIONS
from core.matching.embedding import whole_words
from core.matching.targets import practice_targets

MOST_READINGS = 4
"""Ways to read one name at most."""

_MOST_TRIED = 64
_PIECE = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SITE_VALUE = re.compile(r"^([MD]?[BLFP])(value|val|Value|Val)$")
_SIGNS = {"#": " number ", "$": " amount ", "%": " percent ", "?": " flag ", ">": " over "}
_LONGEST_PART, _SHORTEST_SPLIT, _LONGEST_PAIR = 15, 4, 3
_SHORTEST_WORD = 5
_SURE, _SURER = 0.6, 0.8
_MEASURES = {
    "pd": "probing depth", "ppd": "probing depth", "gm": "gingival margin", "rec": "recession",
    "bl": "bleeding", "bop": "bleeding", "sp": "suppuration", "sup": "suppuration",
    "plq": "plaque", "mgj": "mgj", "cal": "attachment level",
}  # fmt: skip
_SITES = ("mb", "b", "db", "ml", "l", "dl", "mf", "f", "df", "mp", "p", "dp")
_VOWELS = re.compile(r"(?<=.)[aeiou]")


@cache
def _book() -> dict[str, dict[str, str]]:
    text = files(__package__).joinpath("spelling.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _short() -> dict[str, tuple[Words, ...]]:
    """Short or foreign form -> its meanings, the likeliest first."""
    found: dict[str, tuple[Words, ...]] = {one: (words,) for one, words in ABBREVIATIONS.items()}
    book = _book()
    for short, said in {**book["short"], **book["foreign"]}.items():
        found[short] = tuple(tuple(meaning.split()) for meaning in said.split(" / "))
    for measure, said in _MEASURES.items():
        for site in _SITES:
            found.setdefault(measure + site, ((*said.split(), site),))
    return found


@cache
def _pairs() -> dict[Words, Words]:
    return {tuple(pair.split()): tuple(one.split()) for pair, one in _book()["pairs"].items()}


@cache
def known_words() -> frozenset[str]:
    """Every word that is spelled out already."""
    targets = practice_targets()
    said = [phrase for one in targets.fields for phrase in one.phrases]
    said += [phrase for names in targets.tables.values() for phrase in names]
    meanings = {word for ways in _short().values() for way in ways for word in way}
    return KNOWN_WORDS | {word for phrase in said for word in phrase.split()} | meanings


@cache
def _by_letter() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in sorted(known_words()):
        if len(word) >= _SHORTEST_SPLIT:
            found.setdefault(word[0], []).append(word)
    return {letter: tuple(words) for letter, words in found.items()}


@cache
def readings(name: str) -> tuple[Words, ...]:
    """The likely ways to read a name, the likeliest first; always one at least."""
    pieces = _pieces(name)
    ways = [_ways(piece) for piece in pieces]
    if len(pieces) > 1 and not all(_is_read(piece) for piece in pieces):
        # Capitals in odd places: `RBLpct` is not RB and Lpct.
        whole = "".join(pieces)
        if whole in _short() or _divided(whole):
            ways = [_ways(whole)]
    found: dict[Words, None] = {}
    for choice in islice(_choices([len(one) for one in ways]), _MOST_TRIED):
        words = [word for one, way in zip(ways, choice, strict=True) for word in one[way]]
        found.setdefault(_paired(words))
        if len(found) == MOST_READINGS:
            break
    return tuple(found)


def _choices(lengths: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every way to choose one of each, those nearest to the first of each first."""
    for steps in range(sum(lengths) - len(lengths) + 1):
        yield from _choices_of(lengths, steps)


def _choices_of(lengths: Sequence[int], steps: int) -> Iterator[tuple[int, ...]]:
    if not lengths:
        yield from [()] if steps == 0 else []
        return
    for first in range(min(lengths[0], steps + 1)):
        for rest in _choices_of(lengths[1:], steps - first):
            yield (first, *rest)


def _pieces(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    if site := _SITE_VALUE.match(plain):
        return [site[1].lower(), "value"]
    for sign, word in _SIGNS.items():
        plain = plain.replace(sign, word)
    return [piece.lower() for piece in _PIECE.findall(plain)]


def _is_read(piece: str) -> bool:
    return (
        piece.isdigit()
        or piece in _short()
        or piece in known_words()
        or len(_ways(piece)) > 1
        or _ways(piece)[0] != (piece,)
    )


@cache
def _ways(piece: str) -> tuple[Words, ...]:
    if piece in _short():
        return _short()[piece]
    if piece in known_words() or piece.isdigit():
        return ((piece,),)
    if single := _single(piece):
        return _ways(single)
    meant = _meant(piece)
    clipped = [_short()[word][0] if word in _short() else (word,) for _, word in meant]
    if len(piece) >= _SHORTEST_WORD and piece in whole_words():
        return ((piece,), *clipped[:1])
    divided = _divided(piece) if len(piece) >= _SHORTEST_SPLIT else ()
    if divided:
        is_clipping = bool(meant) and meant[0][0] >= _SURER
        return (*clipped, divided) if is_clipping else (divided, *clipped)
    return tuple(clipped) or (_numbered(piece),)


def _single(piece: str) -> str:
    """A known word whose plural the piece is; empty if it is none."""
    for ending, instead in (("ies", "y"), ("es", ""), ("s", "")):
        single = piece.removesuffix(ending) + instead
        if piece.endswith(ending) and (single in known_words() or single in _short()):
            return single
    return ""


def _numbered(piece: str) -> Words:
    """An unknown word; the number of one, where it ends so: `xyzid`."""
    rest = piece[:-2]
    return (rest, "id") if piece.endswith(("id", "no")) and rest else (piece,)


def _meant(piece: str) -> list[tuple[float, str]]:
    """Known words that the piece may be a clipping of (`rltnshp`, `recess`), the surest first."""
    if len(piece) <= len("ab"):
        return []
    scored = [
        (-degree, len(word), word)
        for word in _by_letter().get(piece[0], ())
        if len(word) > len(piece) and (degree := _clipping(piece, word)) >= _SURE
    ]
    return [(-degree, word) for degree, _, word in sorted(scored)[:2]]


def _clipping(piece: str, word: str) -> float:
    """How surely a piece is a word with letters left out, 0 to 1."""
    if word.startswith(piece) and len(piece) >= _SHORTEST_SPLIT:
        return 0.7 + 0.3 * len(piece) / len(word)
    bones, word_bones = _VOWELS.sub("", piece), _VOWELS.sub("", word)
    if bones == word_bones:
        return 0.95
    rest = iter(word)
    if not all(letter in rest for letter in piece) or len(bones) <= len("ab"):
        return 0.0
    return 0.9 * len(bones) / len(word_bones)


def _divided(piece: str) -> Words:
    """Divide a run-together name such as `drlicno` into known parts; empty if that fails."""
    best: dict[int, tuple[float, Words]] = {0: (0.0, ())}
    for end in range(1, len(piece) + 1):
        for start in range(max(0, end - _LONGEST_PART), end):
            part = piece[start:end]
            if start not in best or (price := _price(part)) is None:
                continue
            spent, before = best[start]
            if end not in best or spent + price <= best[end][0]:
                ways = _short().get(part)
                best[end] = (spent + price, (*before, *(ways[0] if ways else (part,))))
    return best[len(piece)][1] if len(piece) in best else ()


def _price(part: str) -> float | None:
    """What a part costs: the fewest and longest win; None if it is no part."""
    if part.isdigit():
        return 0.5
    if len(part) == 1 or not (part in known_words() or part in _short()):
        return None
    return {2: 2.2, 3: 1.6}.get(len(part), 1.1)


def _paired(words: Sequence[str]) -> Words:
    kept: list[str] = []
    for word in words:
        if not kept or kept[-1] != word:
            kept.append(word)
        for length in range(_LONGEST_PAIR, 1, -1):
            if together := _pairs().get(tuple(kept[-length:])):
                kept[-length:] = together
                break
    return tuple(kept)
