"""The text of one SQL statement -> what it asks: its table, and which columns it compares, by how.

It reads words and brackets, and knows no grammar: texts in programs have holes and a driver's placeholders, and
what is asked here is the same in every dialect. A HOLE stands for what is only known when the program runs.
"""

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import msgspec

from crowsfoot.libraries.query import Operation

HOLE: Final = "\x00"
_LONGEST: Final = 10_000  # characters that are read of a statement

_DEEPEST: Final = 30  # brackets of a condition within brackets

Direction = Literal["asc", "desc"]


class Statement(msgspec.Struct, frozen=True):
    """What a statement asks; columns of other tables than its own have theirs before a dot."""

    verb: str  # in lower case; "" where the text is no statement
    operation: Operation = "execute"
    table: str | None = None
    table_unknown: bool = False  # a hole stands where the table should, or in its name
    reads_rows: bool = False  # it asks for rows of a table of the program, or changes them
    parameters: bool = False  # it has placeholders or holes
    equal: tuple[str, ...] = ()
    null: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    order: tuple[tuple[str, Direction], ...] = ()
    limit: int | bool = False
    # Of equal, those that are compared with what the program gives.
    given: tuple[str, ...] = ()


class Token(NamedTuple):
    kind: str  # "word", "name" (a quoted one), "value", "hole", "sign"
    text: str  # a word in lower case
    written: str


ROW_VERBS: Final = frozenset(
    ("select", "insert", "update", "delete", "replace", "merge", "with", "values", "upsert")
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
        *(
            "call",
            "do",
            "declare",
            "fetch",
            "close",
            "describe",
            "optimize",
            "load",
            "exec",
            "execute",
            "prepare",
        ),
        *(
            "deallocate",
            "discard",
            "checkpoint",
            "kill",
            "flush",
            "rename",
            "unlock",
            "abort",
            "end",
            "import",
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


@lru_cache(maxsize=4096)
def read(text: str) -> Statement:
    """What the statement asks; of several, the first."""
    verb = verb_of(text)
    if verb not in ROW_VERBS:
        return Statement(verb)
    return _Reader(_tokens(text)).statement(verb)


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    for match in _TOKEN.finditer(text[:_LONGEST]):
        kind = match.lastgroup
        written = match[0]
        if kind is None or kind == "cast":
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
    return found


# The words that end a WHERE, or whatever stands between two others.
_CLAUSES: Final = frozenset(
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
_JOINS: Final = frozenset(("join", "left", "right", "inner", "outer", "full", "cross", "natural", "lateral"))
_NO_ALIAS: Final = (
    _CLAUSES | _JOINS | frozenset(("as", "when", "then", "and", "or", "not", "default", "only"))
)
# No rows of the program's own: what the database knows of itself grows with its tables.
_CATALOGS: Final = (
    "information_schema",
    "pg_catalog",
    "pg_",
    "sqlite_",
    "sys",
    "mysql",
    "performance_schema",
)
_OF_SESSIONS: Final = (
    "pg_",
    "set_config",
    "setval",
    "current_",
    "version",
    "now",
    "last_insert",
    "get_lock",
    "release_",
)
_AGGREGATES: Final = frozenset(("sum", "avg", "min", "max", "array_agg", "string_agg", "group_concat"))


class _Reader:
    """The tokens of one statement, and what has been understood of them."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.depths, self.closing = _brackets(tokens)
        self.table: str | None = None
        self.table_unknown = False
        self.names: dict[str, str] = {}  # alias or name of a table -> "" for the statement's own, or its name
        self.found: dict[str, list[str]] = {
            it: [] for it in ("equal", "null", "among", "ranges", "others", "given")
        }

    def statement(self, verb: str) -> Statement:
        start, floor = self._main(verb)
        verb = self.tokens[start].text if start < len(self.tokens) else verb
        within = start + 3
        if [it.text for it in self.tokens[start:within]] == ["select", "exists", "("]:
            inner = _Reader(self.tokens[within : self.closing.get(within - 1, len(self.tokens))])
            return msgspec.structs.replace(inner.plain("select"), operation="exists")
        return self.plain(verb, start, floor)

    def plain(self, verb: str, start: int = 0, floor: int = 0) -> Statement:
        clauses = self._clauses(start, floor)
        function = self._tables(verb, start, floor, clauses)
        for first, last in clauses.get("where", ()):
            self._conditions(first, last)
        if verb == "select":
            for first, last in clauses.get("on", ()):
                self._conditions(first, last)
        parameters = any(it.kind == "hole" or _is_placeholder(it) for it in self.tokens)
        found = {key: tuple(dict.fromkeys(value)) for key, value in self.found.items()}
        return Statement(
            verb,
            self._operation(verb, start, clauses),
            self.table,
            self.table_unknown,
            reads_rows=self._reads_rows(verb, start, parameters, function),
            parameters=parameters,
            order=self._order(clauses),
            limit=self._limit(clauses, start),
            **found,
        )

    def _main(self, verb: str) -> tuple[int, int]:
        """Where the statement itself begins, behind its WITH, and how many brackets are open there."""
        tokens = self.tokens
        start = next((number for number, it in enumerate(tokens) if it.text == verb), 0)
        floor = self.depths[start] if start < len(tokens) else 0
        if verb == "with":
            for number in range(start + 1, len(tokens)):
                if (
                    self.depths[number] == floor
                    and tokens[number].text in ROW_VERBS
                    and tokens[number].kind == "word"
                ):
                    return number, floor
        return start, floor

    def _clauses(self, start: int, floor: int) -> dict[str, list[tuple[int, int]]]:
        """The ranges of tokens that follow each word that begins a clause of the statement itself."""
        found: dict[str, list[tuple[int, int]]] = {}
        opened, since = "", start
        for number in range(start, len(self.tokens)):
            it = self.tokens[number]
            if self.depths[number] != floor or it.kind != "word" or it.text not in _CLAUSES | {"join"}:
                continue
            if opened:
                found.setdefault(opened, []).append((since, number))
            opened, since = it.text, number + 1
            if it.text in ("union", "intersect", "except"):
                return found
        if opened:
            found.setdefault(opened, []).append((since, len(self.tokens)))
        return found

    def _tables(self, verb: str, start: int, floor: int, clauses: dict[str, list[tuple[int, int]]]) -> bool:
        """Find the tables; whether the first of them is a function."""
        tokens = self.tokens
        at = -1
        if verb in ("select", "delete"):
            at = clauses["from"][0][0] if "from" in clauses else -1
            if verb == "delete" and at < 0:
                at = start + 1
        elif verb in ("insert", "replace", "merge", "upsert"):
            at = clauses["into"][0][0] if "into" in clauses else start + 1
        elif verb == "update":
            at = start + 1
            if at < len(tokens) and tokens[at].text in ("or", "low_priority"):
                at += 2 if tokens[at].text == "or" else 1
        if at < 0:
            return False
        if at < len(tokens) and tokens[at].text == "only":
            at += 1
        name, end = self._name(at)
        # No driver puts a table in place of a placeholder: the program does, by "%" or format().
        self.table_unknown = at < len(tokens) and (_is_placeholder(tokens[at]) or tokens[at].text == "%")
        function = end < len(tokens) and end > at and tokens[end].text == "(" and verb == "select"
        if name is not None and not function:
            self.table_unknown = HOLE in name or "{" in name
            self.table = None if self.table_unknown else name
            self._alias(name, end, own=True)
            if verb == "select" and "from" in clauses:
                self._further(end, clauses["from"][0][1])
        for word in ("join", "using") if verb != "insert" else ():
            for first, _ in clauses.get(word, ()):
                joined, behind = self._name(first)
                if joined is not None:
                    self._alias(joined, behind, own=False)
        if verb == "update":
            for first, last in clauses.get("from", ()):
                self._further(first - 1, last, comma=False)
        return function

    def _further(self, first: int, last: int, comma: bool = True) -> None:
        """The tables behind commas."""
        floor = self.depths[first] if first < len(self.tokens) else 0
        for number in range(first, last):
            if (self.tokens[number].text == "," and self.depths[number] == floor) or (
                not comma and number == first
            ):
                name, end = self._name(number + 1)
                if name is not None:
                    self._alias(name, end, own=False)

    def _alias(self, name: str, end: int, own: bool) -> None:
        last = name.rpartition(".")[2]
        meant = "" if own else last
        self.names.setdefault(last.lower(), meant)
        if end < len(self.tokens) and self.tokens[end].text == "as":
            end += 1
        if end < len(self.tokens) and self.tokens[end].kind in ("word", "name"):
            alias = self.tokens[end].text
            if alias not in _NO_ALIAS:
                self.names[alias.lower()] = meant

    def _name(self, at: int) -> tuple[str | None, int]:
        """The dotted name that stands there, and where it ends; None where none does."""
        tokens = self.tokens
        parts: list[str] = []
        while at < len(tokens) and tokens[at].kind in ("word", "name", "hole"):
            if tokens[at].kind == "word" and tokens[at].text in _CLAUSES | {"select"} and not parts:
                break
            parts.append(HOLE if tokens[at].kind == "hole" else tokens[at].text)
            at += 1
            if at < len(tokens) and tokens[at].text == "." and at + 1 < len(tokens):
                at += 1
                continue
            break
        return (".".join(parts), at) if parts else (None, at)

    def _conditions(self, first: int, last: int, nested: int = 0) -> None:
        """What stands between AND, each by itself."""
        if first >= last or nested > _DEEPEST:
            return
        tokens, depths = self.tokens, self.depths
        while tokens[first].text == "(" and self.closing.get(first) == last - 1:
            first, last = first + 1, last - 1
            if first >= last:
                return
        floor = min(depths[first:last])
        ands: list[int] = []
        between = False
        for number in range(first, last):
            if depths[number] != floor or tokens[number].kind != "word":
                continue
            word = tokens[number].text
            if word == "or":
                self._all_other(first, last)
                return
            if word == "between":
                between = True
            elif word == "and":
                if between:
                    between = False
                else:
                    ands.append(number)
        if not ands:
            self._condition(first, last)
            return
        for since, to in zip([first, *(it + 1 for it in ands)], [*ands, last], strict=True):
            self._conditions(since, to, nested + 1)

    def _condition(self, first: int, last: int) -> None:
        tokens = self.tokens
        column, at = self._column(first, last)
        if column is None or at >= last:
            # The other way round: %s = id
            behind, end = self._column(first + 2, last) if last - first > 2 else (None, 0)
            if behind is not None and end == last and tokens[first + 1].text == "=" and self._is_given(first):
                self.found["equal"].append(behind)
                self.found["given"].append(behind)
            else:
                self._all_other(first, last)
            return
        word = tokens[at].text
        negated = word == "not"
        if negated and at + 1 < last:
            at += 1
            word = tokens[at].text
        if word in ("=", "==", "<=>") and at + 1 < last:
            self._equal(column, at + 1, last)
        elif word == "in":
            self.found["others" if negated else "among"].append(column)
        elif word == "is":
            missing = last == at + 2 and tokens[at + 1].text == "null"
            self.found["null" if missing else "others"].append(column)
        elif word in ("<", ">", "<=", ">=", "between"):
            self.found["others" if negated else "ranges"].append(column)
        elif word == "like" and at + 1 < last and tokens[at + 1].kind == "value":
            prefix = tokens[at + 1].written.lstrip("'")[:1] not in ("%", "_", "?", "$", ":", "")
            self.found["ranges" if prefix and not negated else "others"].append(column)
        else:
            self._all_other(first, last)

    def _equal(self, column: str, at: int, last: int) -> None:
        tokens = self.tokens
        if tokens[at].text in ("any", "some") and at + 1 < last and tokens[at + 1].text == "(":
            self.found["among"].append(column)
            return
        other, end = self._column(at, last)
        if other is not None and end == last and tokens[at].text not in _VALUES:
            return  # two columns, of tables that are joined
        self.found["equal"].append(column)
        if self._is_given(at):
            self.found["given"].append(column)

    def _is_given(self, at: int) -> bool:
        return self.tokens[at].kind == "hole" or _is_placeholder(self.tokens[at])

    def _column(self, at: int, last: int) -> tuple[str | None, int]:
        """The column that stands there, by its name and that of its table, and where it ends."""
        tokens = self.tokens
        if at >= last or tokens[at].kind not in ("word", "name"):
            return None, at
        if tokens[at].kind == "word" and tokens[at].text in (
            "not",
            "exists",
            "case",
            "select",
            "cast",
            "null",
        ):
            return None, at
        name, end = self._name(at)
        if name is None or HOLE in name or (end < last and tokens[end].text == "("):
            return None, at
        return self._named(name), end

    def _named(self, name: str) -> str:
        qualifier, _, column = name.rpartition(".")
        if not qualifier:
            return column
        table = self.names.get(qualifier.rpartition(".")[2].lower())
        return column if table == "" else f"{table or qualifier}.{column}"

    def _all_other(self, first: int, last: int) -> None:
        """The columns of what no index of a column serves; those of a query within are its own."""
        number = first
        while number < last:
            if self.tokens[number].text == "select":
                return
            column, end = self._column(number, last)
            text = self.tokens[number].text
            if column is not None and text not in _OPERATORS and text not in _VALUES:
                self.found["others"].append(column)
            number = max(end, number + 1)

    def _operation(self, verb: str, start: int, clauses: dict[str, list[tuple[int, int]]]) -> Operation:
        tokens = self.tokens
        if verb in ("insert", "replace", "merge", "upsert"):
            words = {it.text for it in tokens if it.kind == "word"}
            # ON CONFLICT of PostgreSQL and SQLite, ON DUPLICATE KEY of MySQL
            return "upsert" if verb != "insert" or words & {"conflict", "duplicate"} else "insert"
        if verb == "update":
            return "update"
        if verb == "delete":
            return "delete"
        if verb != "select":
            return "execute"
        first = tokens[start + 1].text if start + 1 < len(tokens) else ""
        called = start + 2 < len(tokens) and tokens[start + 2].text == "("
        if first == "count" and called:
            return "count"
        if first == "exists" or (first == "1" and "from" in clauses):
            return "exists"
        return "aggregate" if first in _AGGREGATES and called else "select"

    def _reads_rows(self, verb: str, start: int, parameters: bool, function: bool) -> bool:
        if self.table is not None:
            schema, _, name = self.table.rpartition(".")
            return not (name.startswith(("pg_", "sqlite_")) or (schema or name).startswith(_CATALOGS))
        if self.table_unknown:
            return True
        first = next((it.text for it in self.tokens[start + 1 : start + 2]), "")
        if verb == "select" and not function:
            return parameters and not first.startswith(_OF_SESSIONS)
        return verb in ("select", "insert", "update", "delete", "replace", "merge", "upsert")

    def _order(self, clauses: dict[str, list[tuple[int, int]]]) -> tuple[tuple[str, Direction], ...]:
        found: list[tuple[str, Direction]] = []
        for first, last in clauses.get("order", ()):
            at = first + 1  # behind BY
            while at < last:
                column, end = self._column(at, last)
                if column is None:
                    return ()
                direction: Direction = "asc"
                if end < last and self.tokens[end].text in ("asc", "desc"):
                    direction = "desc" if self.tokens[end].text == "desc" else "asc"
                    end += 1
                while end < last and self.tokens[end].text in ("nulls", "first", "last"):
                    end += 1
                if end < last and self.tokens[end].text != ",":
                    return ()
                found.append((column, direction))
                at = end + 1
        return tuple(found)

    def _limit(self, clauses: dict[str, list[tuple[int, int]]], start: int) -> int | bool:
        for word, skip in (("limit", 0), ("fetch", 1)):
            for first, last in clauses.get(word, ()):
                at = first + skip
                if at < last:
                    text = self.tokens[at].text
                    return int(text) if text.isascii() and text.isdigit() else True
        if start + 2 < len(self.tokens) and self.tokens[start + 1].text == "top":
            text = self.tokens[start + 2].text
            return int(text) if text.isascii() and text.isdigit() else True
        return False


_VALUES: Final = frozenset(("null", "true", "false", "default", "current_timestamp", "current_date", "now"))
_OPERATORS: Final = frozenset(
    (
        *(
            "and",
            "or",
            "not",
            "in",
            "is",
            "like",
            "ilike",
            "between",
            "exists",
            "any",
            "all",
            "some",
            "case",
            "when",
        ),
        *(
            "then",
            "else",
            "end",
            "similar",
            "to",
            "escape",
            "regexp",
            "rlike",
            "glob",
            "match",
            "collate",
            "distinct",
        ),
        *(
            "from",
            "as",
            "interval",
            "at",
            "time",
            "zone",
            "array",
            "cast",
            "against",
            "mode",
            "using",
            "date",
        ),
    )
)


def _is_placeholder(it: Token) -> bool:
    return it.kind == "value" and it.written[0] in "%?$:@"


def _brackets(tokens: list[Token]) -> tuple[list[int], dict[int, int]]:
    """How many brackets are open around each token, itself left out, and where each that opens is closed."""
    depths: list[int] = []
    closing: dict[int, int] = {}
    opened: list[int] = []
    for number, it in enumerate(tokens):
        if it.text == ")" and it.kind == "sign" and opened:
            closing[opened.pop()] = number
        depths.append(len(opened))
        if it.text == "(" and it.kind == "sign":
            opened.append(number)
    return depths, closing
