"""The text of SQL in a program -> the settings that it makes and takes back, and where transactions begin.

What a program leaves open is a HOLE, as in libraries.raw. Only words and brackets are read.
Source: https://www.postgresql.org/docs/current/sql-set.html
        https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from crowsfoot.libraries.raw.tokens import HOLE

ALL: Final = "*"  # RESET ALL
Action = Literal["set", "reset", "begin", "end"]
# constant: the text says it; parameter: it is sent beside the text; built: the program writes it into it
How = Literal["constant", "parameter", "built"]


class Said(NamedTuple):
    """One thing that a statement does to its session.

    name is in lower case: "app.tenant", "role", "session_authorization", ALL; "" where it is not known.
    local: until the transaction ends; None: nobody can tell. placeholders name what is sent beside the text.
    reads: the same statement reads a table.
    """

    action: Action
    name: str = ""
    value: str = ""  # where it is constant
    how: How = "constant"
    local: bool | None = False
    name_placeholder: str = ""
    local_placeholder: str = ""
    reads: bool = False
    function: bool = False  # set_config()


class _Token(NamedTuple):
    kind: str  # "string", "name", "given", "word", "sign"
    text: str


_TOKEN: Final = re.compile(
    r"--[^\n]*|/\*.{0,2000}?\*/|\s+"
    r"|(?P<string>[EeNn]?'(?:[^']|'')*')"
    r"|(?P<name>\"(?:[^\"]|\"\")*\")"
    r"|(?P<given>%\(\w{1,100}\)s|%s|\?|\$\d+|(?<!:):[A-Za-z_]\w*|\{\w{0,100}\})"
    rf"|(?P<word>[A-Za-z_0-9{HOLE}][\w${HOLE}]*(?:\.[A-Za-z_{HOLE}][\w${HOLE}]*)*)"
    r"|(?P<sign>::|.)",
    re.DOTALL,
)
_MAY_SAY: Final = re.compile(
    r"\bset\b|set_config|\breset\b|\bdiscard\b|^\s*(?:begin|start|commit|rollback|end)\b", re.IGNORECASE
)
_LONGEST: Final = 10_000
_OFF: Final = frozenset(("default", "none"))
_TRUE: Final = frozenset(("true", "'true'", "'t'", "'on'"))
_FALSE: Final = frozenset(("false", "'false'", "'f'", "'off'"))


@lru_cache(maxsize=1024)
def said(text: str) -> tuple[Said, ...]:
    """All that the text says, in its order."""
    if _MAY_SAY.search(text) is None:
        return ()
    return tuple(it for statement in _statements(text) for it in _of(statement))


def _statements(text: str) -> Iterator[list[_Token]]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(text[:_LONGEST]):
        kind = match.lastgroup
        if kind is None:
            continue
        if match[0] == ";":
            if found:
                yield found
            found = []
            continue
        found.append(_Token(kind, match[0]))
    if found:
        yield found


def _of(tokens: Sequence[_Token]) -> Iterator[Said]:
    words = [it.text.lower() for it in tokens]
    first = words[0]
    if first == "set":
        yield from _set(tokens, words)
    elif first == "reset" and len(tokens) > 1:
        name = "session_authorization" if words[1:3] == ["session", "authorization"] else _name(tokens[1])
        yield Said("reset", ALL if name == "all" else name)
    elif first == "discard" and words[1:2] == ["all"]:
        yield Said("reset", ALL)
        yield Said("reset", "role")
    elif first in ("begin", "start"):
        yield Said("begin")
    elif first in ("commit", "rollback", "end", "abort") and "to" not in words:
        yield Said("end")
    else:
        reads = bool({"from", "into", "update"}.intersection(words))
        for number, word in enumerate(words):
            if word in ("set_config", "pg_catalog.set_config") and words[number + 1 : number + 2] == ["("]:
                yield from _set_config(list(_arguments(tokens, number + 1)), reads)


def _set(tokens: Sequence[_Token], words: Sequence[str]) -> Iterator[Said]:
    at, local = 1, False
    if words[1:2] == ["local"] or (words[1:2] == ["session"] and words[2:3] != ["authorization"]):
        at, local = 2, words[1] == "local"
    if words[at : at + 2] == ["session", "authorization"]:
        name, at = "session_authorization", at + 2
    elif at < len(tokens):
        name, at = _name(tokens[at]), at + 1
    else:
        return
    if name in ("transaction", "constraints", "characteristics", "time", "names"):
        return
    if words[at : at + 1] in (["="], ["to"]):
        at += 1
    elif name not in ("role", "session_authorization"):
        return  # UPDATE's SET, of a text that is not whole
    value = tokens[at:]
    if not value:
        return
    how, constant = _value(value)
    if how == "constant" and (not constant or (len(value) == 1 and value[0].text.lower() in _OFF)):
        yield Said("reset", name, local=local)
    else:
        yield Said("set", name, constant, how, local)


def _set_config(arguments: Sequence[Sequence[_Token]], reads: bool) -> Iterator[Said]:
    if len(arguments) != 3 or not all(arguments):
        return
    name, value, local = arguments
    how, constant = _value(value)
    named, placeholder = "", ""
    if name[0].kind == "string" and HOLE not in name[0].text:
        named = _unquoted(name[0].text).lower()
    elif name[0].kind == "given":
        placeholder = name[0].text
    word = local[0].text.lower()
    holds = True if word in _TRUE else False if word in _FALSE else None
    takes_back = how == "constant" and not constant and len(value) == 1
    yield Said(
        "reset" if takes_back else "set",
        named,
        constant,
        how,
        holds,
        placeholder,
        local[0].text if local[0].kind == "given" else "",
        reads,
        True,
    )


def _arguments(tokens: Sequence[_Token], opening: int) -> Iterator[list[_Token]]:
    depth, found = 0, list[_Token]()
    for it in tokens[opening:]:
        if it.text == "(":
            depth += 1
            if depth == 1:
                continue
        elif it.text == ")":
            depth -= 1
            if depth == 0:
                yield found
                return
        elif it.text == "," and depth == 1:
            yield found
            found = []
            continue
        found.append(it)


def _value(tokens: Sequence[_Token]) -> tuple[How, str]:
    if any(HOLE in it.text for it in tokens):
        return "built", ""
    if any(it.kind == "given" for it in tokens):
        return "parameter", ""
    return "constant", " ".join(_unquoted(it.text) for it in tokens)


def _name(it: _Token) -> str:
    if HOLE in it.text or it.kind not in ("word", "name"):
        return ""
    return it.text.strip('"').lower()


def _unquoted(text: str) -> str:
    if text.endswith("'"):
        return text[text.index("'") + 1 : -1].replace("''", "'")
    return text.strip('"') if text.startswith('"') else text
