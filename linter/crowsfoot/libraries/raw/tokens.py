"""The text of one SQL statement -> its words, names, values and signs, and where its brackets close."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

HOLE: Final = "\x00"  # what is only known when the program runs
_LONGEST: Final = 10_000  # characters that are read of a statement


class Token(NamedTuple):
    kind: str  # "word", "name" (a quoted one), "value", "hole", "sign"
    text: str  # a word in lower case
    written: str
    cast: str = ""  # the type that it is cast to by "::"


ROW_VERBS: Final = frozenset(
    ("select", "insert", "update", "delete", "replace", "merge", "with", "values", "upsert")
)
# The words that begin a clause, and end the one before.
CLAUSES: Final = frozenset(
    (
        *(
            "from",
            "where",
            "group",
            "having",
            "order",
            "limit",
            "offset",
            "fetch",
            "for",
            "union",
            "intersect",
        ),
        *("except", "returning", "window", "on", "set", "values", "using", "into", "qualify", "output"),
    )
)
OTHER_VERBS: Final = frozenset(
    (
        *(
            "create",
            "alter",
            "drop",
            "truncate",
            "analyze",
            "vacuum",
            "set",
            "reset",
            "show",
            "begin",
            "start",
        ),
        *(
            "commit",
            "rollback",
            "savepoint",
            "release",
            "pragma",
            "explain",
            "copy",
            "lock",
            "notify",
            "listen",
        ),
        *(
            "unlisten",
            "grant",
            "revoke",
            "comment",
            "refresh",
            "reindex",
            "cluster",
            "attach",
            "detach",
            "use",
        ),
        *("call", "do", "declare", "fetch", "close", "describe", "optimize", "load", "exec", "execute"),
        *(
            "prepare",
            "deallocate",
            "discard",
            "checkpoint",
            "kill",
            "flush",
            "rename",
            "unlock",
            "abort",
            "end",
        ),
    )
)

_TOKEN: Final = re.compile(
    r"--[^\n]*|/\*(?:[^*]|\*(?!/)){0,2000}\*/|\s+"
    r"|(?P<cast>::\s*[A-Za-z_][\w.]*(?:\(\s*\d+(?:\s*,\s*\d+)?\s*\))?(?:\[\s*\])*)"
    r"|(?P<string>[EeNnBbXx]?'(?:[^']|'')*')"
    r"|(?P<value>%\(\w{1,200}\)s|%s|\?\d*|\$\d+|(?<!:):[A-Za-z_]\w*|@\w+|\d+(?:\.\d+)?|\{\w*\})"
    r"|(?P<dollar>\$\$.*?\$\$)"
    r"|(?P<name>\"[^\"]{0,200}\"|`[^`]{0,200}`|\[[A-Za-z_][^\]]{0,200}\])"
    r"|(?P<word>[A-Za-z_\x00\x80-\uffff][\w$\x00]*)"
    r"|(?P<sign><=>|<=|>=|<>|!=|\|\||->>?|[@<>&~#?|!=*^+/%.,();:\[\]-])"
    r"|.",
    re.DOTALL,
)
_FIRST: Final = re.compile(r"(?:--[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/)){0,2000}\*/|[\s(;])*([A-Za-z]+)\b")


def verb_of(text: str) -> str:
    """The first word, in lower case; "" where the text does not begin with one that SQL has."""
    found = _FIRST.match(text[:_LONGEST])
    verb = found[1].lower() if found else ""
    return verb if verb in ROW_VERBS or verb in OTHER_VERBS else ""


class Tokens:
    """The tokens of one statement; depths say how many brackets are open around each, itself left out."""

    def __init__(self, items: list[Token]) -> None:
        self.items = items
        self.depths: list[int] = []
        self.closing: dict[int, int] = {}  # where each bracket that opens is closed
        opened: list[int] = []
        for number, it in enumerate(items):
            if it.text == ")" and it.kind == "sign" and opened:
                self.closing[opened.pop()] = number
            self.depths.append(len(opened))
            if it.text == "(" and it.kind == "sign":
                opened.append(number)

    def name(self, at: int) -> tuple[str | None, int]:
        """The dotted name that stands there, and where it ends; None where none does."""
        tokens = self.items
        parts: list[str] = []
        while at < len(tokens) and tokens[at].kind in ("word", "name", "hole"):
            if tokens[at].kind == "word" and tokens[at].text in CLAUSES | {"select"} and not parts:
                break
            parts.append(HOLE if tokens[at].kind == "hole" else tokens[at].text)
            at += 1
            if at < len(tokens) and tokens[at].text == "." and at + 1 < len(tokens):
                at += 1
                continue
            break
        return (".".join(parts), at) if parts else (None, at)

    def is_given(self, at: int) -> bool:
        """It is a value that the program gives."""
        return self.items[at].kind == "hole" or is_placeholder(self.items[at])

    def placeholders(self) -> Iterator[tuple[int, str]]:
        """Where each stands, and which it is: its name, or its number from "1" on; "" where nobody knows."""
        count = 0
        known = True  # how many there have been
        for at, it in enumerate(self.items):
            if it.kind == "value" and it.written in _IN_ORDER:
                count += 1
                yield at, str(count) if known else ""
            elif is_placeholder(it):
                yield at, it.written[2:-2] if it.written.startswith("%(") else it.written[1:]
            elif self._may_hold_others(at):
                known = False
                yield at, ""
            elif it.kind == "hole":
                yield at, ""

    def _may_hold_others(self, at: int) -> bool:
        """Whether placeholders may stand within: `IN ({places})`, `WHERE {sql}`, `SET place = '%s, %s'`."""
        it = self.items[at]
        if it.kind != "hole":
            return it.kind == "value" and it.written.startswith("'") and "%" in it.written
        return at == 0 or self.items[at - 1].text not in _BEFORE_NAMES


_IN_ORDER: Final = ("?", "%s")
_BEFORE_NAMES: Final = frozenset(("select", "distinct", "from", "join", "into", "update", "as", ".", "="))


def is_placeholder(it: Token) -> bool:
    return it.kind == "value" and it.written[0] in "%?$:@"


def tokens_of(text: str) -> Tokens:
    """The tokens of the first statement in the text."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text[:_LONGEST]):
        kind = match.lastgroup
        written = match[0]
        if kind is None:
            continue
        if kind == "cast":
            if found:
                found[-1] = found[-1]._replace(cast=written.lstrip(": \t\r\n").lower())
            continue
        if kind == "string":
            kind = "hole" if HOLE in written else "value"
        elif kind == "dollar":
            kind = "value"
        elif kind == "name":
            written = written[1:-1]
            kind = "hole" if HOLE in written or "{" in written else "name"
        elif (kind == "word" and HOLE in written) or (kind == "value" and written.startswith("{")):
            kind = "hole"
        elif kind == "sign" and written == ";":
            if found:
                break
            continue
        found.append(Token(kind, written.lower() if kind == "word" else written, written))
    return Tokens(found)
