"""The tokens of an expression or query to what it names.

Most defaults are a constant or a call without arguments, and are read here. All else goes to sqlglot, and
where that gives up, the tokens themselves say what they can.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    ColumnUse,
    Constant,
    Expression,
    ObjectName,
    Output,
    Query,
)
from crowsfoot.frontends.sql.generic_cursor import Cursor, words
from crowsfoot.frontends.sql.generic_tokens import Token
from crowsfoot.frontends.sql.generic_words import NOT_CALLS, NOT_COLUMNS, once, scanned
from crowsfoot.source import Range

if TYPE_CHECKING:
    from crowsfoot.frontends.sql.generic_sqlglot import Named

# Functions that are called without brackets.
NILADIC: Final = frozenset(
    (
        "CURRENT_TIMESTAMP",
        "CURRENT_DATE",
        "CURRENT_TIME",
        "CURRENT_USER",
        "LOCALTIME",
        "LOCALTIMESTAMP",
        "SESSION_USER",
        "SYSTEM_USER",
        "USER",
        "UTC_DATE",
        "UTC_TIME",
        "UTC_TIMESTAMP",
    )
)


_SET_OPERATIONS: Final = frozenset(("UNION", "INTERSECT", "EXCEPT"))


_TOO_LONG: Final = 20_000  # tokens, for a parser that needs 10 microseconds for each


# Source: https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
_HINTS: Final = words(
    "FORCESCAN FORCESEEK HOLDLOCK NOLOCK NOWAIT PAGLOCK READCOMMITTED READCOMMITTEDLOCK READPAST "
    "READUNCOMMITTED REPEATABLEREAD ROWLOCK SERIALIZABLE SNAPSHOT TABLOCK TABLOCKX UPDLOCK XLOCK NOEXPAND "
    "KEEPIDENTITY"
)


_LOCKING: Final = words("HOLDLOCK SERIALIZABLE TABLOCK TABLOCKX UPDLOCK XLOCK")


# What cannot stand before one of _NEEDS_LEFT, or at the end.
_NEEDS_RIGHT: Final = words(
    "= <> != < > <= >= || + - / , ( SELECT FROM WHERE AND OR NOT SET ON JOIN BY HAVING LIKE IN BETWEEN IS AS "
    "INTO VALUES"
)


_NEEDS_LEFT: Final = words("= <> != < > <= >= || / , ) FROM WHERE AND OR GROUP ORDER HAVING SET")


def expression(part: Cursor) -> Expression:
    """What the tokens of part say, from where it stands to its end."""
    first, last = part.at, part.stop
    tokens = part.tokens
    if first >= last:
        raise part.unexpected("an expression")
    place = Range(tokens[first].start, tokens[last - 1].end)
    text = part.written(first, last)
    if tokens[first].key == "(":
        inner, end = _unbracketed(tokens, first, last)
        if inner == end:
            return Expression(place, text)
    else:
        inner, end = first, last
    return _plain(tokens[inner:end], place, text) or _parsed(part, tokens[first:last], place, text)


def _unbracketed(tokens: Sequence[Token], first: int, last: int) -> tuple[int, int]:
    """The same without the brackets around all of it."""
    open_ones: list[int] = []
    closing: dict[int, int] = {}
    for at in range(first, last):
        key = tokens[at].key
        if key == "(":
            open_ones.append(at)
        elif key == ")" and open_ones:
            closing[open_ones.pop()] = at
    while first < last and closing.get(first) == last - 1:
        first, last = first + 1, last - 1
    return first, last


def _plain(tokens: Sequence[Token], place: Range, text: str) -> Expression | None:
    """A constant, or a call that is handed constants alone."""
    token = tokens[0]
    if len(tokens) == 1:
        if token.kind == "string":
            constant = Constant(token.text, Range(token.start, token.end))
            return Expression(place, text, literals=(constant,), value=token.text)
        if token.kind == "number":
            return Expression(place, text, value=token.text)
        if token.key == "NULL":
            return Expression(place, text, null=True)
        if token.key in ("TRUE", "FALSE"):
            return Expression(place, text, value=token.key.lower())
        if token.key in NILADIC:
            return Expression(place, text, functions=(token.key.lower(),))
        return None
    if len(tokens) == 2 and token.key in ("-", "+") and tokens[1].kind == "number":
        return Expression(place, text, value=("-" if token.key == "-" else "") + tokens[1].text)
    if token.kind == "word" and tokens[1].key == "(" and tokens[-1].key == ")" and token.key not in NOT_CALLS:
        arguments = tokens[2:-1]
        if all(it.kind in ("string", "number") or it.key == "," for it in arguments):
            literals = [Constant(it.text, Range(it.start, it.end)) for it in arguments if it.kind == "string"]
            return Expression(place, text, functions=(token.text.lower(),), literals=tuple(literals))
    return None


def _parsed(part: Cursor, tokens: Sequence[Token], place: Range, text: str) -> Expression:
    named = _named(part, tokens, (), expression=True)
    if named is None:
        query = scanned(part, tokens, place)
        return Expression(
            place,
            text,
            once([it.name for it in query.columns]),
            query.functions,
            query.literals,
            query.casts,
            has_query=bool(query.tables),
        )
    return Expression(
        place,
        text,
        once([it.name for it in named.columns]),
        named.functions,
        named.literals,
        named.casts,
        has_query=named.has_query,
    )


def query(part: Cursor, targets: Sequence[str] = ()) -> tuple[Query, Named | None]:
    """What a query, or a statement with a query in it, reads; and all that its parser knows, if it could.

    targets are the columns that its results are put into.
    """
    tokens: Sequence[Token] = part.tokens[part.at : part.stop]
    place = Range(tokens[0].start, tokens[-1].end)
    locking = False
    if part.dialect == "sqlserver":
        tokens, locking = _without_hints(tokens)
    plain = _plain_select(tokens, place, locking)
    if plain is not None and not targets:
        return plain, None
    named = _named(part, tokens, targets, expression=False)
    if named is None:
        return scanned(part, tokens, place, locking), None
    if locking:
        named = replace(named, locking=True)
    return named.query(place), named


def outputs(part: Cursor, read: Query, named: Named | None) -> tuple[str, ...]:
    """What the results of a query are called; () where one is not known."""
    if named is not None:
        return named.outputs
    plain = _plain_select(part.tokens[part.at : part.stop], read.range)
    return () if plain is None or plain.star else tuple([it.name for it in plain.columns])


def with_items(part: Cursor, read: Query) -> Query:
    """The query with what its SELECT gives, item by item, where it is a plain one."""
    tokens = part.tokens[part.at : part.stop]
    if tokens[0].key != "SELECT" or read.star:
        return read
    items: list[list[Token]] = [[]]
    depth = 0
    ended = False
    for token in tokens[1:]:
        depth += (token.key == "(") - (token.key == ")")
        if depth == 0 and token.key in _SET_OPERATIONS:
            return read
        ended = ended or (depth == 0 and token.key == "FROM")
        if depth == 0 and token.key == "," and not ended:
            items.append([])
        elif not ended:
            items[-1].append(token)
    return replace(read, outputs=tuple([_output(it) for it in items if it]))


def _output(item: Sequence[Token]) -> Output:
    place = Range(item[0].start, item[-1].end)
    alias = item[-1].text if len(item) > 2 and item[-2].key == "AS" else None
    value = item[:-2] if alias is not None else item
    if len(value) == 1 and value[0].key == "NULL":
        return Output(place, alias or "NULL", null=True)
    qualified = len(value) == 3 and value[1].key == "." and value[0].kind in ("word", "name")
    last = value[-1]
    named = last.kind == "name" or (
        last.kind == "word" and last.key not in NILADIC and last.key not in NOT_COLUMNS
    )
    if not named or not (len(value) == 1 or qualified):
        return Output(place, alias or "?column?")
    return Output(place, alias or last.text, last.text, value[0].text if qualified else None)


def _plain_select(tokens: Sequence[Token], place: Range, locking: bool = False) -> Query | None:
    """SELECT a, b FROM c, which is most of what copies a table."""
    if len(tokens) < 4 or tokens[0].key != "SELECT":
        return None
    columns: list[ColumnUse] = []
    star = False
    at = 1
    while True:
        token = tokens[at]
        if token.kind == "name":
            columns.append(ColumnUse(token.text, Range(token.start, token.end)))
        elif token.key == "*":
            star = True
        else:
            return None
        at += 1
        if at >= len(tokens) or tokens[at].key != ",":
            break
        at += 1
        if at >= len(tokens):
            return None
    if at + 2 > len(tokens) or tokens[at].key != "FROM" or tokens[at + 1].kind != "name":
        return None
    rest = tokens[at + 1 :]
    if len(rest) == 1:
        table = ObjectName(rest[0].text, Range(rest[0].start, rest[0].end))
    elif len(rest) == 3 and rest[1].key == "." and rest[2].kind == "name":
        table = ObjectName(rest[2].text, Range(rest[0].start, rest[2].end), rest[0].text)
    else:
        return None
    return Query(place, (table,), tuple(columns), simple=True, locking=locking, star=star)


def _named(part: Cursor, tokens: Sequence[Token], targets: Sequence[str], expression: bool) -> Named | None:
    if len(tokens) > _TOO_LONG:
        return None
    from crowsfoot.frontends.sql import generic_sqlglot

    start, end = tokens[0].start, tokens[-1].end
    text = part.text[start:end]
    if part.dialect == "sqlserver":
        text = _blanked(text, start, tokens)
    named = generic_sqlglot.read(text, start, part.dialect, targets, expression)
    if named is None and part.dialect != "sqlserver":
        _refuse(part, tokens)
    return named


def _without_hints(tokens: Sequence[Token]) -> tuple[Sequence[Token], bool]:
    """The tokens without WITH (TABLOCKX HOLDLOCK), and whether such a hint locks what is read.

    Commas between them may be left out, which sqlglot does not know.
    """
    kept: list[Token] = []
    locking = False
    at = 0
    while at < len(tokens):
        if tokens[at].key == "WITH" and at + 2 < len(tokens) and tokens[at + 2].key in _HINTS:
            end = at + 2
            while end < len(tokens) and (tokens[end].key in _HINTS or tokens[end].key == ","):
                locking = locking or tokens[end].key in _LOCKING
                end += 1
            if end < len(tokens) and tokens[end].key == ")":
                at = end + 1
                continue
        kept.append(tokens[at])
        at += 1
    return (kept, locking) if len(kept) < len(tokens) else (tokens, False)


def _blanked(text: str, start: int, tokens: Sequence[Token]) -> str:
    """The text with blanks for words that are not among tokens."""
    pieces: list[str] = []
    at = start
    for token in tokens:
        gap = text[at - start : token.start - start]
        pieces.append(gap if gap.isspace() or "WITH" not in gap.upper() else " " * len(gap))
        pieces.append(text[token.start - start : token.end - start])
        at = token.end
    return "".join(pieces)


def _refuse(part: Cursor, tokens: Sequence[Token]) -> None:
    """Say what is wrong, if that is plain; what sqlglot cannot read may still be right."""
    before = ""
    for at, token in enumerate(tokens):
        key = token.key
        if (key in _NEEDS_LEFT and (before in _NEEDS_RIGHT or not at)) or (
            token.kind == "number" and at and tokens[at - 1].kind in ("number", "string")
        ):
            raise Cursor(part.text, part.dialect, tokens, at).unexpected("something else")
        before = key or token.kind
    if before in _NEEDS_RIGHT:
        raise Cursor(part.text, part.dialect, tokens, len(tokens)).unexpected("more")
