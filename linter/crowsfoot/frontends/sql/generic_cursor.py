"""A place in the tokens of one statement: what stands there, and what is read from it."""

from collections.abc import Sequence
from typing import Final

from crowsfoot.facts.sql import Dialect, ObjectName
from crowsfoot.frontends.sql.generic_tokens import Token
from crowsfoot.source import Range


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that are no names unless they are quoted, in every version: those that people mistake for names, and
# those that follow where something has been left out.
_RESERVED: Final = words(
    "ADD ALL ALTER AND AS BETWEEN CASE CHECK CONSTRAINT CREATE DEFAULT DELETE DISTINCT DROP ELSE EXISTS "
    "FOREIGN FROM GROUP HAVING IN INSERT INTO IS JOIN NOT NULL ON OR ORDER PRIMARY REFERENCES SELECT SET "
    "TABLE THEN TO UNION UNIQUE UPDATE VALUES WHEN WHERE"
)
RESERVED: Final[dict[Dialect, frozenset[str]]] = {
    # Source: https://dev.mysql.com/doc/refman/5.7/en/keywords.html
    "mysql": _RESERVED
    | words(
        "BY CHANGE COLUMN CONVERT CROSS FULLTEXT GRANT IF INDEX INNER KEY KEYS LEFT LIKE LIMIT LOCK MATCH "
        "RENAME REPLACE RIGHT TRIGGER UNLOCK USE USING WHILE WITH"
    ),
    # Source: https://sqlite.org/lang_keywords.html, those without %fallback in SQLite's parse.y
    "sqlite": _RESERVED
    | words("AUTOINCREMENT COLLATE COMMIT DEFERRABLE ESCAPE INDEX LIMIT TRANSACTION USING"),
    # Source: https://learn.microsoft.com/sql/t-sql/language-elements/reserved-keywords-transact-sql
    "sqlserver": _RESERVED - {"ADD", "ALL"}
    | words("BEGIN BY COLUMN COMMIT EXEC EXECUTE FULL IF INDEX INNER LEFT MERGE PROCEDURE RIGHT VIEW WITH"),
    "postgresql": frozenset(),
}


class UnreadableError(Exception):
    """The database would refuse the statement, for this reason and at this place."""

    def __init__(self, range: Range, message: str) -> None:
        super().__init__(message)
        self.range = range
        self.message = message


class ForeignError(UnreadableError):
    """The file is written for another database, which one statement shows as well as all of them."""


class Cursor:
    """Reads the tokens of one statement from left to right, and never past their end."""

    __slots__ = ("_end", "at", "dialect", "stop", "text", "tokens")

    def __init__(
        self, text: str, dialect: Dialect, tokens: Sequence[Token], at: int = 0, stop: int | None = None
    ) -> None:
        self.text = text
        self.dialect: Final = dialect
        self.tokens = tokens
        self.at = at
        self.stop = len(tokens) if stop is None else stop
        place = tokens[self.stop - 1].end if self.stop else 0
        self._end = Token("end", "", "", place, place)

    # --- looking -------------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> Token:
        at = self.at + ahead
        return self.tokens[at] if at < self.stop else self._end

    @property
    def key(self) -> str:
        """The keyword or sign that stands here."""
        return self.tokens[self.at].key if self.at < self.stop else ""

    @property
    def done(self) -> bool:
        return self.at >= self.stop

    def sees(self, *keys: str) -> bool:
        at = self.at
        if at + len(keys) > self.stop:
            return False
        tokens = self.tokens
        for key in keys:
            if tokens[at].key != key:
                return False
            at += 1
        return True

    # --- taking --------------------------------------------------------------------------------------------

    def take(self) -> Token:
        token = self.peek()
        if self.at < self.stop:
            self.at += 1
        return token

    def accept(self, *keys: str) -> bool:
        if self.sees(*keys):
            self.at += len(keys)
            return True
        return False

    def accept_any(self, keys: frozenset[str]) -> str:
        """The keyword that stands here, if it is one of keys."""
        key = self.key
        if key and key in keys:
            self.at += 1
            return key
        return ""

    def expect(self, key: str) -> Token:
        token = self.peek()
        if token.key != key:
            raise self.unexpected(f"`{key}`")
        self.at += 1
        return token

    def name(self, what: str = "a name") -> Token:
        """The name that stands here, quoted or not."""
        token = self.peek()
        if token.kind == "name" or (token.kind == "word" and token.key not in RESERVED[self.dialect]):
            self.at += 1
            return token
        if token.kind == "string" and self.dialect != "sqlserver":
            # SQLite takes a string where only a name can stand; MySQL does with ANSI_QUOTES, for "x" alone.
            # Source: https://sqlite.org/quirks.html
            if self.dialect == "sqlite":
                self.at += 1
                return token
            quoted = self.text[token.start : token.end]
            raise ForeignError(
                Range(token.start, token.end),
                f"{quoted} is a string in MySQL; write a name as `{token.text}`",
            )
        raise self.unexpected(what)

    def object_name(self, what: str = "a name") -> ObjectName:
        """A name with the schema or database before it, if there is one."""
        token = self.name(what)
        start = token.start
        schema = None
        while self.key == ".":
            self.at += 1
            if self.key == ".":  # SQL Server: db..table, in the schema dbo
                schema = f"{token.text}.dbo" if schema is None else f"{schema}.{token.text}.dbo"
                self.at += 1
            elif schema is not None and self.dialect == "sqlserver":
                schema = f"{schema}.{token.text}"  # that of another database
            else:
                schema = token.text
            token = self.take() if self.peek().kind == "word" else self.name()  # reserved or not
        return ObjectName(token.text, Range(start, token.end), schema)

    def names(self) -> tuple[str, ...]:
        """(a, b, c), from bracket to bracket; MySQL's lengths, and orders, are passed over."""
        return tuple([self.text_of_key(part) for part in self.parts()])

    def text_of_key(self, part: "Cursor") -> str:
        name = part.name("a column").text
        if part.key == "(":
            part.skip()
        if not part.accept("ASC"):
            part.accept("DESC")
        part.end("a comma")
        return name

    def parts(self) -> list["Cursor"]:
        """What stands between the commas of the brackets that open here; none is empty."""
        opening = self.expect("(")
        inner = Cursor(self.text, self.dialect, self.tokens, self.at, self.closing(self.at - 1))
        self.at = inner.stop + 1
        if inner.done:
            raise UnreadableError(
                Range(opening.start, self.tokens[self.at - 1].end), "nothing stands in the brackets"
            )
        return inner.split()

    def split(self) -> list["Cursor"]:
        """What stands between the commas from here on, brackets aside; none is empty."""
        found: list[Cursor] = []
        start = self.at
        depth = 0
        tokens = self.tokens
        for at in range(self.at, self.stop):
            key = tokens[at].key
            if key == "(":
                depth += 1
            elif key == ")":
                depth -= 1
            elif key == "," and depth == 0:
                if at == start:
                    raise UnreadableError(
                        Range(tokens[at].start, tokens[at].end), "nothing stands before this comma"
                    )
                found.append(Cursor(self.text, self.dialect, tokens, start, at))
                start = at + 1
        if start < self.stop:
            found.append(Cursor(self.text, self.dialect, tokens, start, self.stop))
        elif found and self.dialect != "sqlserver":  # which lets a table end with a comma
            last = tokens[start - 1]
            raise UnreadableError(Range(last.start, last.end), "nothing stands after this comma")
        return found

    def closing(self, at: int) -> int:
        """Where the bracket is closed that stands at `at`."""
        depth = 0
        tokens = self.tokens
        for i in range(at, self.stop):
            key = tokens[i].key
            if key == "(":
                depth += 1
            elif key == ")":
                depth -= 1
                if depth == 0:
                    return i
        raise UnreadableError(Range(tokens[at].start, tokens[at].end), "this bracket is not closed")

    def skip(self) -> None:
        """Pass over one token, or all that stands in brackets."""
        if self.key == "(":
            self.at = self.closing(self.at) + 1
        else:
            self.at += 1

    def find(self, *keys: str) -> int:
        """Where one of keys stands next, outside of brackets; -1 where none does."""
        depth = 0
        tokens = self.tokens
        for at in range(self.at, self.stop):
            key = tokens[at].key
            if key == "(":
                depth += 1
            elif key == ")":
                depth -= 1
            elif depth == 0 and key in keys:
                return at
        return -1

    def end(self, expected: str) -> None:
        """Nothing can follow here."""
        if not self.done:
            raise self.unexpected(expected)

    # --- places --------------------------------------------------------------------------------------------

    def range_from(self, at: int) -> Range:
        """From the token at `at` to the last one that was taken."""
        tokens = self.tokens
        start = tokens[at].start if at < len(tokens) else self._end.start
        return Range(start, max(start, tokens[self.at - 1].end)) if self.at > at else Range(start, start)

    def written(self, start: int, stop: int) -> str:
        """The tokens from start to stop as they are written, with one blank where some stand between them."""
        return written(self.text, self.tokens[start:stop])

    # --- failing -------------------------------------------------------------------------------------------

    def unexpected(self, expected: str) -> UnreadableError:
        token = self.peek()
        place = Range(token.start, token.end)
        if token.kind == "end":
            before = self.tokens[self.stop - 1] if self.stop else token
            return UnreadableError(Range(before.start, before.end), f"expected {expected} after this")
        found = self.text[token.start : token.end]
        return UnreadableError(
            place, f"expected {expected}, found `{found if len(found) < 40 else found[:37] + '...'}`"
        )


def written(text: str, tokens: Sequence[Token]) -> str:
    """The tokens as they are written, with one blank where some, or comments, stand between them."""
    pieces: list[str] = []
    last = -1
    for token in tokens:
        if 0 <= last < token.start:
            pieces.append(" ")
        pieces.append(text[token.start : token.end])
        last = token.end
    return "".join(pieces)


def check_brackets(cur: Cursor, cut: bool = False) -> None:
    """Each bracket is closed, and no string is left open."""
    open_ones: list[Token] = []
    for at in range(cur.at, cur.stop):
        token = cur.tokens[at]
        if token.key == "(":
            open_ones.append(token)
        elif token.key == ")":
            if not open_ones:
                raise UnreadableError(Range(token.start, token.end), "no bracket is open here")
            open_ones.pop()
        elif token.kind == "open":
            raise UnreadableError(Range(token.start, token.start + 1), f"this {token.text} is not closed")
    if open_ones and not cut:
        token = open_ones[0]
        raise UnreadableError(Range(token.start, token.end), "this bracket is not closed")
