"""How much a table looks like each entity, by its name and the names of its columns.

Rule of the house: a likeness is a hint for a person; nothing is decided here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from core.discovery.naming import Words, bare_names, column_words, likeness, phrase_words, words_of
from core.discovery.phrases import ENTITY_PHRASES, FIELD_PHRASES
from core.vocabulary import ENTITIES

ENOUGH = 0.55
"""From here on a table is taken to look like the entity."""

SITE_WORDS: dict[str, str] = {
    spelling: site
    for site, spellings in {
        "MB": "mb mf mv mesiobuccal mesiofacial",
        "B": "b f v buccal facial",
        "DB": "db df dv distobuccal distofacial",
        "ML": "ml mp mesiolingual mesiopalatal",
        "L": "l p lingual palatal",
        "DL": "dl dp distolingual distopalatal",
    }.items()
    for spelling in spellings.split()
}
"""What the six sites of a tooth are called."""

_CLEAR = 0.6
_NAME_SHARE, _COLUMN_SHARE, _REQUIRED_SHARE = 0.5, 0.32, 0.18


@dataclass(frozen=True, slots=True)
class Look:
    """How much a table looks like one entity, 0 to 1, and why."""

    entity: str
    score: float
    reason: str


def looks(table: str, columns: Sequence[str]) -> list[Look]:
    """How much a table looks like each entity, best first."""
    words = column_words(columns, table)
    named = words_of(table)
    found = [_look(entity, named, words) for entity in ENTITY_PHRASES]
    return sorted(found, key=lambda look: (-look.score, look.entity))


def context_of(entity: str, table: str) -> frozenset[str]:
    """Words that say nothing in a table of the entity: its own, but not those it refers to."""
    own = {word for phrase in ENTITY_PHRASES[entity][:2] for word in phrase_words(phrase)}
    own |= set(words_of(table))
    referred = {
        word
        for field in ENTITIES[entity].fields().values()
        if field.refers_to
        for phrase in ENTITY_PHRASES[field.refers_to][:1]
        for word in phrase_words(phrase)
    }
    kept = {"date", "type", "name", "note", "id", "number", "status", "plan"}
    return frozenset(own - referred - (kept - {entity.rpartition("_")[2]}))


def site_columns(columns: Sequence[str]) -> dict[str, str]:
    """Site -> column, where a table has exactly one column for each of the six; else empty."""
    for bare in bare_names(columns):
        spelled = {name: _bare_site(text) for name, text in bare.items()}
        found = [(SITE_WORDS[text], name) for name, text in spelled.items() if text in SITE_WORDS]
        sites = dict(found)
        if len(found) == len(sites) == len(set(SITE_WORDS.values())):
            return sites
    return {}


def _bare_site(name: str) -> str:
    text = name.casefold().replace("_", "").replace(" ", "")
    for word in ("value", "val", "site"):
        text = text.removeprefix(word).removesuffix(word)
    return text


def field_likeness(entity: str, name: str, words: Words, context: frozenset[str]) -> float:
    """How alike a column's name and a field's names are, 0 to 1."""
    phrases = FIELD_PHRASES[entity][name]
    return max(likeness(words, phrase_words(phrase), context) for phrase in phrases)


@cache
def _vocabulary(entity: str) -> frozenset[str]:
    phrases = [phrase for spoken in FIELD_PHRASES[entity].values() for phrase in spoken]
    return frozenset(word for phrase in phrases for word in phrase_words(phrase))


@lru_cache(maxsize=200_000)
def _best_field(entity: str, words: Words, context: frozenset[str]) -> tuple[float, str]:
    """The field whose names are most like a column's, and how much; of equals the last by name."""
    return max(
        (field_likeness(entity, name, words, context), name) for name in FIELD_PHRASES[entity]
    )


def _look(entity: str, table: Words, columns: Mapping[str, Words]) -> Look:
    by_name = max(likeness(table, phrase_words(phrase)) for phrase in ENTITY_PHRASES[entity])
    context = context_of(entity, " ".join(table))
    best: dict[str, float] = {}
    per_column = []
    for words in columns.values():
        # Only words that stand in either name count; so most tables ask what others asked.
        meant = context & (_vocabulary(entity) | set(words))
        degree, name = _best_field(entity, words, meant)
        best[name] = max(degree, best.get(name, 0.0))
        per_column.append(degree if degree == best[name] else 0.0)
    strongest = sorted(per_column, reverse=True)[:8]
    by_columns = sum(strongest) / max(1, len(strongest))
    required = [
        name
        for name, field in ENTITIES[entity].fields().items()
        if field.is_required and name in FIELD_PHRASES[entity]
    ]
    held = [name for name in required if best.get(name, 0.0) >= _CLEAR]
    if entity == "site_reading" and site_columns(list(columns)):
        by_columns, held = 1.0, required
    by_required = len(held) / len(required) if required else by_columns
    score = _NAME_SHARE * by_name + _COLUMN_SHARE * by_columns + _REQUIRED_SHARE * by_required
    matched = sum(degree >= _CLEAR for degree in best.values())
    reason = (
        f"its name fits at {by_name:.0%}, {matched} of {len(columns)} columns have a name that fits"
    )
    return Look(entity, score, reason)
