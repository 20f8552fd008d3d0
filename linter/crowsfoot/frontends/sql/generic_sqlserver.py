"""The tokens of a SQL Server batch to statements: where each begins, IF and TRY, EXEC and what it runs.

Semicolons are optional in Transact-SQL, so statements are told apart by their first words.
Source: https://learn.microsoft.com/sql/t-sql/language-reference
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from crowsfoot.facts.common import Problem
from crowsfoot.facts.sql import (
    AlterTable,
    Block,
    ObjectName,
    Operation,
    RenameObject,
    Statement,
    Unknown,
)
from crowsfoot.frontends.sql.generic_cursor import Cursor, UnreadableError, check_brackets
from crowsfoot.frontends.sql.generic_sqlserver_ends import STARTERS, end_of_statement
from crowsfoot.frontends.sql.generic_tokens import SYNTAX, Token, lex
from crowsfoot.frontends.sql.text import heading
from crowsfoot.source import Range

if TYPE_CHECKING:
    from crowsfoot.frontends.sql.generic_statements import Reader

_DEEPEST: Final = 60


class Batches:
    """Reads one batch after another, and remembers what variables hold while one lasts."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.constants: dict[str, Token] = {}  # variables that hold a string
        self.drops: dict[str, ObjectName] = {}  # variables that hold DROP CONSTRAINT for all of a table's
        self.depth = 0
        self.copied = 0

    def begin(self) -> None:
        """A new batch begins, and knows no variables."""
        self.constants.clear()
        self.drops.clear()

    def statements(self, cur: Cursor, conditional: bool = False) -> list[Statement]:
        """All statements from here to the end."""
        found: list[Statement] = []
        depth = self.depth
        while not cur.done:
            if cur.accept(";"):
                continue
            try:
                found += self.one(cur, conditional)
            except UnreadableError as error:  # a condition without an end
                self.reader.problems.append(Problem(error.range, error.message))
                self.depth = depth
                cur.at = cur.stop
        return found

    def one(self, cur: Cursor, conditional: bool) -> list[Statement]:
        """The statement that stands here, or those of the block."""
        key, second = cur.key, cur.peek(1).key
        if key in ("BEGIN", "END") and second == "TRY":
            cur.at += 2
            return []
        if key == "BEGIN" and second not in ("TRAN", "TRANSACTION", "DISTRIBUTED", "DIALOG", "CONVERSATION"):
            return self.block(cur, conditional)
        if key in ("IF", "WHILE", "ELSE"):
            return self.condition(cur, conditional)
        if key == "END":
            cur.take()
            return []
        return self.simple(cur, conditional)

    def block(self, cur: Cursor, conditional: bool) -> list[Statement]:
        """BEGIN ... END; BEGIN CATCH ... END CATCH, which runs only after an error."""
        first = cur.at
        cur.take()
        catch = cur.accept("CATCH")
        self.depth += 1
        found: list[Statement] = []
        if self.depth > _DEEPEST:
            cur.at = cur.stop
        while not cur.done:
            if cur.accept(";"):
                continue
            if cur.key == "END" and cur.peek(1).key != "TRY":
                cur.take()
                if catch:
                    cur.accept("CATCH")
                break
            found += self.one(cur, conditional or catch)
        self.depth -= 1
        if not catch:
            return found
        place = cur.range_from(first)
        return [Statement(place, "BEGIN CATCH", (Block(place, tuple(found)),), conditional)]

    def condition(self, cur: Cursor, conditional: bool) -> list[Statement]:
        """IF ... [ELSE ...], WHILE ...; or the ELSE of an IF that a semicolon has ended."""
        first = cur.at
        verb = cur.take().key
        self.depth += 1
        if self.depth > _DEEPEST:
            cur.at = cur.stop
        body: list[Statement] = []
        if verb != "ELSE":
            self.skip_condition(cur)
        if not cur.done:
            body += self.one(cur, True)
        if verb == "IF" and (cur.key == "ELSE" or cur.sees(";", "ELSE")):
            cur.accept(";")
            cur.take()
            if not cur.done:
                body += self.one(cur, True)
        self.depth -= 1
        place = cur.range_from(first)
        self.constants.clear()  # what a branch puts into a variable may be there or not
        self.drops.clear()
        return [Statement(place, verb, (Block(place, tuple(body)),), conditional)]

    def skip_condition(self, cur: Cursor) -> None:
        cases = 0
        while not cur.done:
            key = cur.key
            if key == "CASE":
                cases += 1
            elif key == "END" and cases:
                cases -= 1
            elif (
                key in STARTERS and not cases and not (key == "UPDATE" and cur.peek(1).key == "(")
            ) or key == ";":
                return
            cur.skip()

    def simple(self, cur: Cursor, conditional: bool) -> list[Statement]:
        end = end_of_statement(cur)
        part = Cursor(cur.text, cur.dialect, cur.tokens, cur.at, end)
        cur.at = end
        key = part.key
        if key in ("EXEC", "EXECUTE"):
            return self.executed(part, conditional)
        if key in ("DECLARE", "SET", "SELECT"):
            self.remember(part)
        it = self.reader.statement(part, None, conditional)
        return [] if it is None else [it]

    def executed(self, part: Cursor, conditional: bool) -> list[Statement]:
        place = Range(part.peek().start, part.tokens[part.stop - 1].end)
        above = heading(self.reader.text, place.start)
        try:
            check_brackets(part)
            does = self.execute(part, place)
        except UnreadableError as error:
            self.reader.problems.append(Problem(error.range, error.message))
            return []
        return [Statement(place, "EXEC", tuple(does), conditional, heading=above)]

    # --- variables and what is run from them ---------------------------------------------------------------

    def remember(self, part: Cursor) -> None:
        """Follow what variables hold, for EXEC."""
        tokens = part.tokens[part.at + 1 : part.stop]
        for at, token in enumerate(tokens):
            if token.kind != "variable":
                continue
            name = token.text.lower()
            rest = tokens[at + 1 :]
            if part.key == "DECLARE":
                equals = next((i for i, it in enumerate(rest) if it.key in ("=", ",")), len(rest))
                rest = rest[equals:]
            if rest and rest[0].key in ("=", "+="):
                table = _prisma_drops(rest) if rest[0].key == "+=" or part.key == "SELECT" else None
                only = len(rest) == 2 or (len(rest) > 2 and rest[2].key == "," and part.key == "DECLARE")
                self.constants.pop(name, None)
                self.drops.pop(name, None)
                if table is not None:
                    self.drops[name] = table
                    return
                if rest[0].key == "=" and only and rest[1].kind == "string":
                    self.constants[name] = rest[1]

    def execute(self, part: Cursor, place: Range) -> list[Operation]:
        part.take()
        if part.key == "(":
            inner = part.parts()
            return self.run(inner[0] if len(inner) == 1 else None, place)
        if part.peek().kind == "variable" and part.peek(1).key == "=":
            part.at += 2
        if part.peek().kind not in ("word", "name"):
            return [Block(place, dynamic=True)]  # the procedure's name stands in a variable
        name = part.object_name().name.lower()
        if name == "sp_rename":
            return _renamed(part, place)
        if name == "sp_executesql":
            arguments = part.split()
            return self.run(arguments[0] if arguments else None, place)
        # What the system brings changes no schema, as far as a migration has use for it.
        return [Unknown(place) if name.startswith(("sp_", "xp_")) else Block(place, dynamic=True)]

    def run(self, text: Cursor | None, place: Range) -> list[Operation]:
        """What EXEC ('...') does."""
        if text is None:
            return [Block(place, dynamic=True)]
        if text.peek(1).key == "=" and text.peek().kind == "variable":  # @stmt = N'...'
            text.at += 2
        token = text.peek()
        if text.stop - text.at != 1:
            return [Block(place, dynamic=True)]
        if token.kind == "variable":
            table = self.drops.get(token.text.lower())
            if table is not None:
                return [AlterTable(place, table, "drop constraints")]
            constant = self.constants.get(token.text.lower())
            if constant is None:
                return [Block(place, dynamic=True)]
            token = constant
        if token.kind != "string":
            return [Block(place, dynamic=True)]
        return [self.inside(token, place)]

    def inside(self, token: Token, place: Range) -> Block:
        """The statements that stand in a string."""
        outer = self.reader.text
        start = outer.index("'", token.start) + 1
        end = token.end - 1
        text = outer
        if "''" in outer[start:end]:
            self.copied += len(outer)
            plain = _undoubled(outer[start:end])
            if plain is None or self.copied > 100_000_000:
                return Block(place, dynamic=True)
            text = outer[:start] + plain + outer[end:]
        self.depth += 1
        if self.depth > _DEEPEST:
            self.depth -= 1
            return Block(place, dynamic=True)
        inner = type(self.reader)(text, "sqlserver")
        tokens, *_ = lex(text, start, end, SYNTAX["sqlserver"], lambda _: False)
        batches = Batches(inner)
        batches.depth = self.depth
        body = batches.statements(inner.cursor(tokens)) if tokens else []
        self.depth -= 1
        # A string that cannot be read alone may be a piece of something.
        return Block(place, tuple(body), dynamic=bool(inner.problems))


def body(reader: Reader, cur: Cursor) -> list[Statement]:
    """The statements of a routine's body, as far as they can be read."""
    inner = type(reader)(reader.text, reader.dialect)
    return Batches(inner).statements(cur)


def _undoubled(text: str) -> str | None:
    """What a string holds, of the same length, so that places stay; None where that cannot be."""
    pieces: list[str] = []
    inside = False
    at = 0
    while (quote := text.find("''", at)) >= 0:
        if text.startswith("''''", quote):
            return None
        pieces.append(text[at:quote])
        pieces.append("' " if inside else " '")
        inside = not inside
        at = quote + 2
    pieces.append(text[at:])
    return "".join(pieces)


def _prisma_drops(tokens: Sequence[Token]) -> ObjectName | None:
    """The table of which all constraints are dropped, as Prisma writes it before it makes a table anew.

    Source: https://github.com/prisma/prisma-engines, mssql_renderer.rs (render_redefine_tables)
    """
    strings = [it.text for it in tokens if it.kind == "string"]
    if not any(it.startswith("ALTER TABLE") for it in strings) or " DROP CONSTRAINT " not in strings:
        return None
    table = schema = None
    place = Range(0, 0)
    for at in range(len(tokens) - 5):
        if tokens[at].key == "OBJECT_NAME" and tokens[at + 4].key == "=" and tokens[at + 5].kind == "string":
            table = tokens[at + 5].text
            place = Range(tokens[at + 5].start, tokens[at + 5].end)
        elif (
            tokens[at].key == "SCHEMA_NAME" and tokens[at + 4].key == "=" and tokens[at + 5].kind == "string"
        ):
            schema = tokens[at + 5].text
    return None if table is None else ObjectName(table, place, schema)


def _renamed(part: Cursor, place: Range) -> list[Operation]:
    """sp_rename 'schema.table.column', 'new', 'COLUMN'.

    Source: https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-rename-transact-sql
    """
    values: list[Token] = []
    for argument in part.split():
        if argument.peek(1).key == "=":
            argument.at += 2
        values.append(argument.peek())
    if len(values) < 2 or not all(it.kind in ("string", "word", "name") for it in values[:2]):
        return [Block(place, dynamic=True)]
    old, new = values[0], values[1].text
    where = Range(old.start, old.end)
    names = _dotted(old.text)
    if not names:
        return [Block(place, dynamic=True)]
    kind = values[2].text.upper() if len(values) > 2 else "OBJECT"
    if kind in ("COLUMN", "INDEX", "STATISTICS") and len(names) > 1:
        table = ObjectName(names[-2], where, names[-3] if len(names) > 2 else None)
        what = ObjectName(names[-1], where)
        if kind == "COLUMN":
            return [RenameObject(place, "column", what, new, table)]
        return [RenameObject(place, "index" if kind == "INDEX" else "statistics", what, new, table)]
    name = ObjectName(names[-1], where, names[-2] if len(names) > 1 else None)
    if kind == "USERDATATYPE":
        return [RenameObject(place, "type", name, new)]
    return [RenameObject(place, "table", name, new)]


def _dotted(text: str) -> list[str]:
    """'[dbo].[a.b]' to its names."""
    tokens, *_ = lex(text, 0, len(text), SYNTAX["sqlserver"], lambda _: False)
    return [it.text for it in tokens if it.kind in ("word", "name")]
