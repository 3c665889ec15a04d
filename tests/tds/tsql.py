"""Statements of T-SQL in the words of SQLite, as far as a reader of tables sends them.

Everything that a statement may hold is known here; anything else is a syntax error, so that a
reader cannot begin to send other things unseen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.tds.answers import Error

_TOKEN = re.compile(
    r"(?P<text>N?'(?:[^']|'')*')|(?P<name>\[(?:[^\]]|\]\])*\])|(?P<parameter>@\w+)"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<number>\d+)|(?P<sign>>=|<=|<>|[-+*=<>(),.;])|\s+"
)
_CONVERTING = {"CAST", "CONVERT"}
_TYPED = {"DATALENGTH": "bigint", "SQL_VARIANT_PROPERTY": "nvarchar(128)"}
_RENAMED = {"COUNT_BIG": "COUNT"}
_FOREIGN = {"OFFSET", "FETCH", "TRY_CONVERT", "TRY_CAST", "FORMAT", "CONCAT", "STRING_AGG", "IIF"}
"""What SQL Server 2008 R2 does not know."""


@dataclass
class Translated:
    """A SELECT for SQLite.

    Attributes:
        text: The statement.
        columns: (name, type) of what it answers; a type nobody knows is empty.
    """

    text: str
    columns: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Token:
    kind: str
    text: str

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.upper() in words


def tokens_of(statement: str) -> list[Token]:
    tokens, at = [], 0
    while at < len(statement):
        found = _TOKEN.match(statement, at)
        if not found:
            raise Error(102, "Incorrect syntax.")
        if found.lastgroup:
            tokens.append(Token(found.lastgroup, found[0]))
        at = found.end()
    for token in tokens:
        if token.is_word(*_FOREIGN):
            raise Error(102, f"Incorrect syntax near {token.text}.")
    return tokens


def translated(statement: str, types: dict[tuple[str, str], dict[str, str]]) -> Translated:
    """A SELECT in the words of SQLite.

    Args:
        statement: T-SQL.
        types: Of the columns of each (schema, table).
    """
    return _translated(tokens_of(statement), types)


def _translated(tokens: list[Token], types: dict[tuple[str, str], dict[str, str]]) -> Translated:
    limit = ""
    if not tokens or not tokens[0].is_word("SELECT"):
        raise Error(102, "Incorrect syntax.")
    tokens = _without_samples(tokens)
    del tokens[0]
    if tokens[0].is_word("TOP"):
        limit = f" LIMIT {tokens[2].text}"
        del tokens[:4]
    end = _at_depth_0(tokens, "FROM")
    listed, rest = tokens[:end], tokens[end:]
    known = types.get(_place(rest), {})
    columns, items = [], []
    for item in _split(listed):
        name, tokens_of_item = _named(item)
        expression = _Expression(tokens_of_item, known)
        items.append(expression.text)
        columns.append((name, expression.type))
    tail = _Expression(rest, known).text
    return Translated(f"SELECT {', '.join(items)} {tail}{limit}", columns)


def _at_depth_0(tokens: list[Token], *words: str) -> int:
    depth = 0
    for place, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.is_word(*words):
            return place
    return len(tokens)


def _split(tokens: list[Token]) -> Iterator[list[Token]]:
    depth = 0
    item: list[Token] = []
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text == ",":
            yield item
            item = []
        else:
            item.append(token)
    yield item


def _without_samples(tokens: list[Token]) -> list[Token]:
    """The same without TABLESAMPLE: all of a table is a sample of it, where TOP cuts it."""
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        if tokens[at].is_word("TABLESAMPLE"):
            # TABLESAMPLE (n ROWS) REPEATABLE (n)
            at += 9
            continue
        kept.append(tokens[at])
        at += 1
    return kept


def _place(rest: list[Token]) -> tuple[str, str]:
    """The first table that is named, however deep."""
    for one, dot, other in zip(rest, rest[1:], rest[2:], strict=False):
        if (one.kind, dot.text, other.kind) == ("name", ".", "name"):
            return _plain(one), _plain(other)
    return "", ""


def _named(item: list[Token]) -> tuple[str, list[Token]]:
    if len(item) > 2 and item[-2].is_word("AS"):
        return _plain(item[-1]), item[:-2]
    return item[-1].text if item[-1].kind == "word" else "", item


def _plain(token: Token) -> str:
    return token.text[1:-1].replace("]]", "]") if token.kind == "name" else token.text


class _Expression:
    """Tokens in the words of SQLite, and the type of what they come to."""

    def __init__(self, tokens: list[Token], known: dict[str, str]) -> None:
        self._tokens, self._known, self._at = tokens, known, 0
        self._types: list[str] = []
        parts = []
        while self._at < len(tokens):
            parts.append(self._next())
        self.text = " ".join(parts)

    @property
    def type(self) -> str:
        if any(token.text == "+" for token in self._outer()):
            return "nvarchar(max)"
        outer = [token for token in self._outer() if token.is_word("THEN")]
        return next((t for t in self._types[1 if outer else 0 :] if t), "") if self._types else ""

    def _outer(self) -> Iterator[Token]:
        depth = 0
        for token in self._tokens:
            depth += (token.text == "(") - (token.text == ")")
            if depth == 0:
                yield token

    def _next(self) -> str:
        token = self._tokens[self._at]
        self._at += 1
        if token.kind == "word":
            return self._word(token)
        if token.kind == "name":
            return self._name(token)
        if token.kind == "text":
            return token.text.removeprefix("N")
        if token.kind == "parameter":
            return token.text
        if token.text == "(" and [t.text for t in self._tokens[self._at : self._at + 2]] == [
            "SELECT",
            "TOP",
        ]:
            self._at -= 1
            return self._nested(self._inside())
        return "||" if token.text == "+" else token.text

    def _word(self, token: Token) -> str:
        word = token.text.upper()
        if [after.kind for after in self._tokens[self._at : self._at + 2]] == ["sign", "name"]:
            # A column with its table before it.
            self._at += 2
            return self._name(self._tokens[self._at - 1], f"{token.text}.")
        if word == "COLLATE":
            self._at += 1
            return ""
        if self._at < len(self._tokens) and self._tokens[self._at].text == "(":
            if word in _CONVERTING:
                return self._converted(word, self._inside())
            if word in _TYPED:
                inner = _Expression(next(_split(self._inside())), self._known)
                self._types.append(_TYPED[word])
                return f"tds_{word.lower()}({inner.text}, '{inner.type}')"
        return _RENAMED.get(word, token.text)

    def _name(self, token: Token, table: str = "") -> str:
        name = _plain(token)
        self._types.append(self._known.get(name, ""))
        quoted = table + '"' + name.replace('"', '""') + '"'
        following = [after.text for after in self._tokens[self._at : self._at + 2]]
        if following in ([".", "STSrid"], [".", "AsTextZM"]):
            self._at += 2 if following[1] == "STSrid" else 4
            return f"tds_{following[1].lower()}({quoted})"
        return quoted

    def _nested(self, inside: list[Token]) -> str:
        """A SELECT TOP within another, whose limit stands at its end."""
        rows, rest = inside[3].text, _Expression(inside[5:], self._known)
        return f"(SELECT {rest.text} LIMIT {rows})"

    def _inside(self) -> list[Token]:
        start, depth = self._at + 1, 0
        while True:
            depth += (self._tokens[self._at].text == "(") - (self._tokens[self._at].text == ")")
            self._at += 1
            if depth == 0:
                return self._tokens[start : self._at - 1]

    def _converted(self, word: str, inside: list[Token]) -> str:
        if word == "CAST":
            end = _at_depth_0(inside, "AS")
            value, target, style = inside[:end], inside[end + 1 :], "NULL"
        else:
            target, value, *others = _split(inside)
            style = others[0][0].text if others else "NULL"
        kind = "".join(token.text for token in target)
        inner = _Expression(value, self._known)
        self._types.append(kind)
        return f"tds_convert({inner.text}, '{inner.type}', '{kind}', {style})"
