"""PL/pgSQL bodies to the SQL that they run: where it stands, and whether it may stay undone.

Only the outline is read: blocks, conditions and loops. The SQL itself is left to PostgreSQL's parser.
Source: https://www.postgresql.org/docs/18/plpgsql.html
"""

import re
from typing import Final, Literal

import msgspec

from crowsfoot.frontends.sql.pieces import pieces
from crowsfoot.frontends.sql.postgres_words import Words, unquoted


class Sql(msgspec.Struct, frozen=True):
    """SQL of a body. text is as long as what it stands for, with blanks for what is PL/pgSQL's own."""

    start: int
    end: int
    text: str
    conditional: bool
    # It is what IF, WHILE or an assignment works out, behind a SELECT that stands for what is before it.
    worked_out: bool = False


class Constant(msgspec.Struct, frozen=True):
    """EXECUTE of a constant: its text, and where that stands; verbatim where no character is escaped."""

    start: int
    end: int
    text: str
    verbatim: bool
    conditional: bool


class Body(msgspec.Struct, frozen=True):
    sql: tuple[Sql | Constant, ...]
    variables: frozenset[str]
    dynamic: bool  # it also runs SQL that it makes at run time
    whole: bool  # its blocks open and close as they should


_Frame = Literal["block", "if", "case", "loop"]
_SKIPPED: Final = frozenset(("EXIT", "CONTINUE", "RAISE", "ASSERT", "GET", "FETCH", "MOVE", "CLOSE", "NULL"))
_QUERY: Final = frozenset(("SELECT", "WITH", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE", "("))
_INTO_AFTER: Final = frozenset(("INSERT", "MERGE"))  # whose INTO names a table
_ESCAPE: Final = re.compile(
    r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))",
    re.DOTALL,
)
_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def read(text: str) -> Body:
    """The SQL that a body runs."""
    if not all(piece.closed for piece in pieces(text, "postgresql")):
        return Body((), frozenset(), True, False)
    return _Outline(text, Words(text, 0, len(text))).read()


def constant(word: str) -> tuple[str, int, bool] | None:
    """What a string says, after how many characters that begins, and whether it is written so."""
    if word.startswith("$"):
        tag = word.index("$", 1) + 1
        return word[tag:-tag], tag, True
    if word.startswith("'"):
        inner = word[1:-1]
        if "'" not in inner:
            return inner, 1, True
        return None if inner.replace("''", "").count("'") else (inner.replace("''", "'"), 1, False)
    if word[:2] in ("E'", "e'"):
        inner = word[2:-1]
        if "'" in inner.replace("\\'", "").replace("''", ""):
            return None
        return (
            _ESCAPE.sub(_unescaped, inner.replace("''", "'")),
            2,
            "\\" not in inner and "'" not in inner,
        )
    return None


def _unescaped(match: re.Match[str]) -> str:
    octal, two, four, eight, character = match.groups()
    try:
        if octal is not None:
            return chr(int(octal, 8))
        if character is None:
            return chr(int(two or four or eight, 16))
    except ValueError:
        return ""
    return _ESCAPES.get(character, character)


class _Outline:
    def __init__(self, text: str, words: Words) -> None:
        self._text = text
        self._words = words
        self._count = len(words.words)
        self._frames: list[tuple[_Frame, int]] = []  # with how many pieces of SQL stood before it
        self._handlers = 0  # of the frames: those of which we are in the EXCEPTION part
        self._found: list[Sql | Constant] = []
        self._variables: set[str] = {"new", "old", "found"}
        self._dynamic = False
        self._left = False  # whether something before may have ended the body
        self._whole = True

    def read(self) -> Body:
        index = 0
        while index < self._count:
            after = self._statement(index)
            if after <= index:  # nothing that we know begins so
                self._whole = False
                after = index + 1
            index = after
        return Body(
            tuple(self._found),
            frozenset(self._variables),
            self._dynamic,
            self._whole and not self._frames,
        )

    @property
    def _conditional(self) -> bool:
        return self._left or self._handlers > 0 or any(kind != "block" for kind, _ in self._frames)

    def _statement(self, index: int) -> int:
        """Read the statement that begins at index; the index after it."""
        words = self._words.words
        word = words[index]
        following = words[index + 1] if index + 1 < self._count else ""
        if word == ";":
            return index + 1
        if word == "<" and following == "<":  # a label
            return min(index + 5, self._count)
        if word == "DECLARE":
            return self._declarations(index + 1)
        if word == "BEGIN":
            self._frames.append(("block", len(self._found)))
            return index + 1
        if word == "EXCEPTION":
            return self._exception(index)
        if word == "END":
            return self._close(index)
        if word == "LOOP":
            self._frames.append(("loop", 0))
            return index + 1
        if word in ("IF", "CASE"):
            then = self._until_word("THEN", index + 1)
            if word == "IF":
                self._expression(index + 1, then)
            self._frames.append(("if" if word == "IF" else "case", 0))
            return then + 1
        if word in ("ELSIF", "ELSEIF", "WHEN"):
            then = self._until_word("THEN", index + 1)
            if word != "WHEN":
                self._expression(index + 1, then)
            return then + 1
        if word == "ELSE":
            return index + 1
        if word in ("WHILE", "FOREACH"):
            loop = self._until_word("LOOP", index + 1)
            if word == "WHILE":
                self._expression(index + 1, loop)
            return loop
        if word == "FOR":
            return self._for(index)
        if (value := self._assigned(index)) is not None:
            end = self._end(index)
            self._expression(value, end)
            return end + 1
        return self._plain(index, word, following)

    def _plain(self, index: int, word: str, following: str) -> int:
        """A statement without statements inside of it."""
        end = self._end(index)
        if word == "RETURN" and following not in ("QUERY", "NEXT"):
            self._left = True
        if word == "EXECUTE":
            self._execute(index + 1, end)
        elif word == "PERFORM":
            self._sql(index, end, "SELECT ")
        elif word == "RETURN":
            if following == "QUERY":
                if index + 2 < end and self._words.words[index + 2] == "EXECUTE":
                    self._execute(index + 3, end)
                else:
                    self._sql(index + 2, end)
            elif following != "NEXT" and end - index > 2:  # more than a variable
                self._sql(index, end, "SELECT")
        elif word == "OPEN":
            self._cursor(index, end)
        elif word not in _SKIPPED:
            self._sql(index, end)
        return end + 1

    def _assigned(self, index: int) -> int | None:
        """Where the value begins, if one is set: name := value, name.field = value, name[1] := value."""
        words = self._words
        after = words.name_end(index)
        while after < self._count and words.words[after] in ("[", "."):
            after = words.closing[after] + 1 if words.words[after] == "[" else after + 2
        if words.words[after : after + 1] == ["="]:
            return after + 1
        return after + 2 if words.words[after : after + 2] == [":", "="] else None

    def _declarations(self, index: int) -> int:
        words = self._words.words
        while index < self._count and words[index] != "BEGIN":
            self._variables.add(unquoted(words[index]))
            end = self._end(index)
            value = min(self._words.find(it, index, end) for it in ("=", "DEFAULT"))
            self._expression(value + 1, end)
            index = end + 1
        return index

    def _exception(self, index: int) -> int:
        kind, before = self._frames[-1] if self._frames else ("if", 0)
        if kind != "block":
            self._whole = False
            return index + 1
        # What fails before is undone, and what comes after goes on.
        for at in range(before, len(self._found)):
            self._found[at] = msgspec.structs.replace(self._found[at], conditional=True)
        self._frames[-1] = ("block", -1)
        self._handlers += 1
        return index + 1

    def _close(self, index: int) -> int:
        if self._frames:
            kind, before = self._frames.pop()
            if kind == "block" and before < 0:
                self._handlers -= 1
        else:
            self._whole = False
        return self._end(index) + 1

    def _for(self, index: int) -> int:
        words = self._words.words
        loop = self._until_word("LOOP", index)
        within = self._words.find("IN", index, loop)
        for at in range(index + 1, within):
            if words[at] not in (",", "."):
                self._variables.add(unquoted(words[at]))
        first = within + 1
        if first < loop:
            if words[first] == "EXECUTE":
                self._execute(first + 1, loop)
            elif words[first] in _QUERY:
                self._sql(first, loop)
        return loop

    def _cursor(self, index: int, end: int) -> None:
        """OPEN c FOR SELECT, or FOR EXECUTE."""
        first = self._words.find("FOR", index, end) + 1
        if first >= end:
            return
        if self._words.words[first] == "EXECUTE":
            self._execute(first + 1, end)
        else:
            self._sql(first, end)

    def _execute(self, first: int, end: int) -> None:
        """EXECUTE of what stands from first to before end."""
        words = self._words
        for word in ("INTO", "USING"):
            end = words.find(word, first, end)
        if end - first > 3 and words.words[first] == "FORMAT" and words.closing.get(first + 1) == end - 1:
            first, end = first + 2, end - 1
            formatted = True
        else:
            formatted = False
        while end - first > 2 and words.words[first] == "(" and words.closing.get(first) == end - 1:
            first, end = first + 1, end - 1
        parts: list[tuple[str, int, bool]] = []
        index = first
        while index < end:
            read = constant(self._raw(index))
            if read is None or (index + 1 < end and words.words[index + 1 : index + 3] != ["|", "|"]):
                self._dynamic = True
                return
            parts.append(read)
            index += 3
        text = "".join([it[0] for it in parts])
        if not parts or (formatted and "%" in text):
            self._dynamic = True
            return
        conditional = self._conditional
        if len(parts) == 1:
            _, skipped, verbatim = parts[0]
            start, stop = words.range(first, first + 1)
            if verbatim:
                start += skipped
                stop = start + len(text)
            self._found.append(Constant(start, stop, text, verbatim, conditional))
        else:
            self._found.append(Constant(words.starts[first], words.ends[end - 1], text, False, conditional))

    def _raw(self, index: int) -> str:
        return self._text[self._words.starts[index] : self._words.ends[index]]

    def _sql(self, first: int, end: int, instead: str = "") -> None:
        """A statement of SQL; instead stands for its first word."""
        if first >= end:
            return
        start, stop = self._words.range(first, end)
        text = self._text[start:stop]
        if instead:
            text = instead + text[len(instead) :]
        if (into := self._into(first, end)) is not None:
            begin, after = into
            text = text[: begin - start] + " " * (after - begin) + text[after - start :]
        self._found.append(Sql(start, stop, text, self._conditional))

    def _expression(self, first: int, end: int) -> None:
        """What PL/pgSQL works out by itself: it may call functions and read tables, too."""
        if "(" not in self._words.words[first:end]:
            return
        start, stop = self._words.range(first, end)
        select = "SELECT "
        if start >= len(select):  # BEGIN or DECLARE, at least, stands before
            text = select + self._text[start:stop]
            self._found.append(Sql(start - len(select), stop, text, self._conditional, True))

    def _into(self, first: int, end: int) -> tuple[int, int] | None:
        """From where to where INTO with its variables goes."""
        words = self._words.words
        if words[first] in ("CREATE", "ALTER", "DROP", "GRANT", "REVOKE", "COMMENT"):
            return None
        index = first
        while (index := self._words.find("INTO", index, end)) < end:
            if words[index - 1] not in _INTO_AFTER or index == first:
                break
            index += 1
        else:
            return None
        after = index + 1
        if after < end and words[after] == "STRICT":
            after += 1
        while after < end:
            after = self._words.name_end(after)
            if after < end and words[after] == "[":
                after = self._words.closing.get(after, after) + 1
            if after >= end or words[after] != ",":
                break
            after += 1
        return self._words.starts[index], self._words.ends[min(after, end) - 1]

    def _end(self, index: int) -> int:
        """The index of the semicolon that ends the statement at index."""
        return self._words.find(";", index, self._count)

    def _until_word(self, word: str, index: int) -> int:
        """The index of THEN or LOOP after a condition; a CASE in it stands in brackets."""
        words = self._words.words
        closing = self._words.closing
        while index < self._count and words[index] != ";":
            if words[index] == word:
                return index
            index = closing[index] + 1 if words[index] in ("(", "[") else index + 1
        self._whole = False
        return min(index, self._count)
