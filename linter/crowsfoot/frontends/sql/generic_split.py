"""SQL text to the tokens of each statement, for MySQL and SQLite; of each batch or less, for SQL Server."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

import msgspec

from crowsfoot.facts.common import Problem
from crowsfoot.facts.sql import Dialect
from crowsfoot.frontends.sql.generic_tokens import ANSI_MYSQL, SYNTAX, Token, lex
from crowsfoot.source import Range


class Piece(msgspec.Struct, frozen=True):
    """The tokens of a statement, without the semicolon; of SQL Server those of all statements up to one.

    cut is the rest of a long INSERT, whose rows need only be counted.
    """

    tokens: list[Token]
    cut: Range | None = None
    begins_batch: bool = False


_LONG_INSERT: Final = 6000  # tokens
_INSERTS_READ: Final = 200  # statements that begin with the same words
_INSERT: Final = re.compile(
    r"\s*(?:INSERT|REPLACE)\s+INTO\s+[^\s('\"\[;,]+(?:\"[^\"]*\")?\s*(?:\([^()';]*\)\s*)?VALUES\s*(?=\()",
    re.IGNORECASE,
)
_LONGEST: Final = 400_000  # tokens of one statement; what is longer is not looked into
_GAP: Final = r"(?:\s|--[^\n]*\n|/\*[^*]*(?:\*(?!/)[^*]*)*\*/)*"
# Lines that the command line program of the database understands, and the database does not.
_COMMANDS: Final[dict[Dialect, re.Pattern[str]]] = {
    # Source: https://dev.mysql.com/doc/refman/8.4/en/mysql-commands.html
    "mysql": re.compile(
        r"(?:\s|(?:--\s|\#)[^\n]*\n|/\*(?!M?!)[^*]*(?:\*(?!/)[^*]*)*\*/)*"
        r"DELIMITER(?:[ \t]+(?P<delimiter>\S+))?[^\n]*",
        re.IGNORECASE,
    ),
    # Source: https://sqlite.org/cli.html
    "sqlite": re.compile(rf"{_GAP}(?P<delimiter>(?!))?\.[A-Za-z][^\n]*"),
    # Source: https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-commands
    "sqlserver": re.compile(rf"{_GAP}(?P<delimiter>(?!))?(?::|!!)[A-Za-z][^\n]*"),
}
_ANSI: Final = re.compile(r"\bSQL_MODE\b[^;]{0,200}\bANSI", re.IGNORECASE)
_OTHER_FILE: Final = re.compile(r"(?i)(?:^|\n)[ \t]*(\.read|:r)[ \t]\S[^\n]*\Z")
_ROUTINES: Final = frozenset(("PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "PACKAGE"))
_GO_LINE: Final = re.compile(r"(?im)^[ \t]*GO(?:[ \t]+\d+)?[ \t]*;?[ \t]*(?:--[^\n]*)?\r?$")
# Where a statement begins that follows one which has ended, for text in which a quote is missing.
_NEXT_STATEMENT: Final = re.compile(
    r";[ \t]*(?:--[^\n]*)?\r?\n(?:\s|--[^\n]*\n)*"
    r"(?=(?:CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|PRAGMA|RENAME|TRUNCATE|EXEC|GRANT|SELECT|SET|COMMIT)\b)",
    re.IGNORECASE,
)


class Splitter:
    """Hands out pieces one after another; recover() goes back into the last one where that is broken."""

    def __init__(self, text: str, dialect: Dialect, start: int = 0, end: int | None = None) -> None:
        self.text = text
        self.dialect = dialect
        self.syntax = SYNTAX[dialect]
        if dialect == "mysql" and _ANSI.search(text):
            self.syntax = ANSI_MYSQL
        self.at = start
        self.end = len(text) if end is None else end
        self._delimiter = ";"
        self._in_comment = False
        self._attempts = 0
        self._inserts: dict[str, int] = {}
        self.unread: list[Problem] = []  # commands that run another file
        self._begins_batch = True

    def pieces(self) -> Iterator[Piece]:
        while self.at < self.end:
            command = _COMMANDS[self.dialect].match(self.text, self.at, self.end)
            if command is not None:
                self._delimiter = command["delimiter"] or self._delimiter
                if (other := _OTHER_FILE.search(command[0])) is not None:
                    place = Range(command.start() + other.start(1), command.start() + other.end(1))
                    message = f"what stands in the file that {other[1]} names is not known"
                    self.unread.append(Problem(place, message, "unsupported"))
                self.at = command.end()
                continue
            piece = self._delimited() if self._delimiter != ";" else self._next()
            if piece is not None and piece.tokens:
                yield piece

    def recover(self, tokens: Sequence[Token]) -> Token | None:
        """Go on at the next statement inside of tokens, the last piece, if they have swallowed one.

        The string or name that has swallowed it.
        """
        if self._attempts >= 50:
            return None
        start, end = tokens[0].start, tokens[-1].end
        next_one = (_GO_LINE if self.dialect == "sqlserver" else _NEXT_STATEMENT).search(
            self.text, start, end
        )
        if next_one is None:
            return None
        self._attempts += 1
        self.at = next_one.end()
        self._in_comment = False
        self._begins_batch = True
        return next((it for it in tokens if it.start <= next_one.start() < it.end), None)

    def _next(self) -> Piece | None:
        """The tokens up to the next semicolon that ends a statement."""
        if self.dialect != "sqlserver" and (piece := self._one_more_insert()) is not None:
            return piece
        start = self.at
        compound = _COMPOUNDS[self.dialect](self.text)
        tokens, at, self._in_comment = lex(
            self.text, start, self.end, self.syntax, compound.stop, _LONG_INSERT, self._in_comment
        )
        self.at = at
        cut: Range | None = None
        if len(tokens) >= _LONG_INSERT and tokens[-1].key != ";":
            if self._may_be_cut(tokens):
                end = self._end_of_statement(at)
                cut = Range(at, end)
                self.at = end + 1
            else:
                _, self.at, self._in_comment = lex(
                    self.text, at, self.end, self.syntax, compound.stop, _LONGEST, self._in_comment, tokens
                )
                if len(tokens) >= _LONGEST and tokens[-1].key != ";":
                    self.at = self._end_of_statement(self.at) + 1
        begins = self._begins_batch
        self._begins_batch = False
        if not tokens:
            return None
        if tokens[-1].key == "GO" and self.dialect == "sqlserver" and _is_go(self.text, tokens[-1]):
            tokens.pop()
            self.at = self._line_end(self.at)
            self._begins_batch = True
        elif tokens[-1].key == ";":
            tokens.pop()
        return Piece(tokens, cut, begins)

    def _may_be_cut(self, tokens: Sequence[Token]) -> bool:
        """Whether the rest are rows. SQL Server takes a thousand, and needs no semicolon after them."""
        return (
            self.dialect != "sqlserver"
            and tokens[0].key in ("INSERT", "REPLACE")
            and any(it.key in ("VALUES", "VALUE") for it in tokens)
        )

    def _one_more_insert(self) -> Piece | None:
        """An INSERT that begins as many before it: its rows need only be counted."""
        head = _INSERT.match(self.text, self.at, self.end)
        if head is None or self._in_comment:
            return None
        words = head[0].lstrip()
        self._inserts[words] = self._inserts.get(words, 0) + 1
        if self._inserts[words] <= _INSERTS_READ:
            return None
        end = self._end_of_statement(head.end())
        tokens, *_ = lex(self.text, self.at, head.end(), self.syntax, lambda _: False)
        self.at = end + 1
        return Piece(tokens, Range(head.end(), len(self.text[head.end() : end].rstrip()) + head.end()))

    def _delimited(self) -> Piece | None:
        """The tokens up to MySQL's other delimiter, which the mysql program looks for outside of strings."""
        start = self.at
        end = self._end_of_statement(start, self._delimiter)
        tokens, *_ = lex(self.text, start, end, self.syntax, lambda _: False, _LONGEST)
        self.at = end + len(self._delimiter)
        while tokens and tokens[-1].key == ";":
            tokens.pop()
        return Piece(tokens)

    def _line_end(self, at: int) -> int:
        end = self.text.find("\n", at, self.end)
        return self.end if end < 0 else end

    def _end_of_statement(self, at: int, delimiter: str = ";") -> int:
        """Where the next delimiter stands outside of strings and comments, or the end."""
        pattern = _coarse(self.dialect, delimiter)
        for m in pattern.finditer(self.text, at, self.end):
            if m.lastgroup == "stop":
                return m.start()
        return self.end


@cache
def _coarse(dialect: Dialect, delimiter: str) -> re.Pattern[str]:
    escaped = r"(?:\\.|'')" if dialect == "mysql" else "''"
    inner = r"[^'\\]*" if dialect == "mysql" else "[^']*"
    quoted = rf"'{inner}(?:{escaped}{inner})*'"
    double = r'"[^"\\]*(?:\\.[^"\\]*)*"' if dialect == "mysql" else r'"[^"]*"'
    names = r"`[^`]*`" if dialect == "mysql" else r"\[[^\]]*\]|`[^`]*`"
    comments = r"/\*[^*]*(?:\*(?!/)[^*]*)*\*/|--[^\n]*" + (r"|\#[^\n]*" if dialect == "mysql" else "")
    return re.compile(
        rf"(?P<skip>{quoted}|{double}|{names}|{comments})|(?P<stop>{re.escape(delimiter)})", re.DOTALL
    )


class _Statements:
    """Ends a statement at each semicolon, but not inside of a trigger or routine."""

    ENDING: frozenset[str]
    BEFORE_A_STATEMENT: Final = frozenset(
        (";", "BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT", ":", "ROW", "HANDLER")
    )

    def __init__(self, text: str) -> None:
        self.text = text
        self.read = 0
        self.depth = 0
        self.is_routine: bool | None = None

    def stop(self, tokens: list[Token]) -> bool:
        if tokens[-1].key == "GO":
            return False
        if self.is_routine is None:
            self.is_routine = self.begins_routine(tokens)
        if not self.is_routine:
            return True
        for at in range(self.read, len(tokens)):
            self.count(tokens, at)
        self.read = len(tokens)
        return self.depth <= 0

    def begins_routine(self, tokens: list[Token]) -> bool:
        if tokens[0].key == "BEGIN":  # MariaDB: BEGIN NOT ATOMIC ... END
            return len(tokens) > 2 and tokens[1].key == "NOT"
        return tokens[0].key == "CREATE" and any(it.key in _ROUTINES for it in tokens[1:20])

    def count(self, tokens: list[Token], at: int) -> None:
        key = tokens[at].key
        before = tokens[at - 1].key if at else ""
        if before == "END":
            return
        if key == "END":
            self.depth -= 1
        elif key in ("BEGIN", "CASE", "LOOP") or (
            key in ("IF", "WHILE", "REPEAT") and before in self.BEFORE_A_STATEMENT
        ):
            self.depth += 1


class _SqliteStatements(_Statements):
    """Only triggers hold statements, between BEGIN and END."""

    def begins_routine(self, tokens: list[Token]) -> bool:
        return tokens[0].key == "CREATE" and any(it.key == "TRIGGER" for it in tokens[1:4])

    def count(self, tokens: list[Token], at: int) -> None:
        key = tokens[at].key
        if key == "END":
            self.depth -= 1
        elif key in ("BEGIN", "CASE"):
            self.depth += 1


_ELSE_NEXT: Final = re.compile(rf"{_GAP}ELSE\b", re.IGNORECASE)
_NO_BLOCK: Final = frozenset(("TRAN", "TRANSACTION", "TRY", "DISTRIBUTED", "DIALOG", "CONVERSATION"))
_NO_END: Final = frozenset(("TRY", "CONVERSATION"))


class _SqlserverStatements(_Statements):
    """Ends a piece at a semicolon outside of BEGIN ... END, and at GO. A routine is the rest of its batch."""

    def stop(self, tokens: list[Token]) -> bool:
        if tokens[-1].key == "GO":
            return _is_go(self.text, tokens[-1])
        if self.is_routine is None:
            self.is_routine = tokens[0].key in ("CREATE", "ALTER") and any(
                it.key in ("PROCEDURE", "PROC", "FUNCTION", "TRIGGER") for it in tokens[1:4]
            )
        if self.is_routine:
            return False
        for at in range(self.read, len(tokens)):
            self.count(tokens, at)
        self.read = len(tokens)
        return self.depth <= 0 and _ELSE_NEXT.match(self.text, tokens[-1].end) is None

    def count(self, tokens: list[Token], at: int) -> None:
        # The word after decides, so what is counted is the word before; the last token is a semicolon.
        key = tokens[at].key
        before = tokens[at - 1].key if at else ""
        if before == "BEGIN" and key not in _NO_BLOCK:
            self.depth += 1
        elif before == "END" and key not in _NO_END:
            self.depth -= 1
        if key == "CASE":
            self.depth += 1


_COMPOUNDS: Final[dict[Dialect, type[_Statements]]] = {
    "mysql": _Statements,
    "sqlite": _SqliteStatements,
    "sqlserver": _SqlserverStatements,
}


def _is_go(text: str, token: Token) -> bool:
    """Whether GO stands alone on its line, perhaps with a number of times."""
    start = token.start
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    return (start == 0 or text[start - 1] == "\n") and _GO_LINE.match(text, start) is not None
