"""The tokens of a SQL Server batch to statements: where each begins, IF and TRY, EXEC and what it runs.

Semicolons are optional in Transact-SQL, so statements are told apart by their first words.
Source: https://learn.microsoft.com/sql/t-sql/language-reference
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from crowsfoot.facts.sql import (
    AlterTable,
    Block,
    ObjectName,
    Operation,
    RenameObject,
    Statement,
    Unknown,
)
from crowsfoot.frontends.sql.generic_cursor import Cursor, words
from crowsfoot.frontends.sql.generic_tokens import SYNTAX, Token, lex
from crowsfoot.frontends.sql.text import heading
from crowsfoot.source import Range

if TYPE_CHECKING:
    from crowsfoot.frontends.sql.generic_statements import Reader

_DEEPEST: Final = 60
_STARTERS: Final = words(
    "CREATE ALTER DROP INSERT UPDATE DELETE SELECT EXEC EXECUTE IF WHILE BEGIN END ELSE DECLARE SET PRINT "
    "RAISERROR COMMIT ROLLBACK SAVE TRUNCATE MERGE USE GRANT REVOKE DENY RETURN GOTO BREAK CONTINUE "
    "WAITFOR FETCH OPEN CLOSE DEALLOCATE DBCC BACKUP RESTORE KILL RECONFIGURE CHECKPOINT THROW BULK"
)
_OBJECTS: Final = words(
    "TABLE VIEW INDEX PROCEDURE PROC FUNCTION TRIGGER SCHEMA DATABASE ROLE USER LOGIN SEQUENCE TYPE "
    "SYNONYM STATISTICS UNIQUE CLUSTERED NONCLUSTERED COLUMNSTORE OR FULLTEXT SPATIAL XML PARTITION "
    "SECURITY EXTERNAL SERVER APPLICATION CERTIFICATE SYMMETRIC ASYMMETRIC MASTER RULE DEFAULT ASSEMBLY "
    "QUEUE SERVICE MESSAGE CONTRACT ROUTE EVENT ENDPOINT AUTHORIZATION PRIMARY WORKLOAD RESOURCE "
    "CREDENTIAL AVAILABILITY"
)
_QUERY_JOINTS: Final = frozenset(("UNION", "ALL", "EXCEPT", "INTERSECT", "FOR", "AS"))
_ROW_VERBS: Final = frozenset(("INSERT", "UPDATE", "DELETE", "SELECT", "EXECUTE", "EXEC"))
_JOINS: Final = frozenset(("INNER", "LEFT", "RIGHT", "FULL", "OUTER"))
_CONDITIONAL_DROPS: Final = _OBJECTS | {"COLUMN", "CONSTRAINT"}


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
        while not cur.done:
            if not cur.accept(";"):
                found += self.one(cur, conditional)
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
                key in _STARTERS and not cases and not (key == "UPDATE" and cur.peek(1).key == "(")
            ) or key == ";":
                return
            cur.skip()

    def simple(self, cur: Cursor, conditional: bool) -> list[Statement]:
        end = _end(cur)
        part = Cursor(cur.text, cur.dialect, cur.tokens, cur.at, end)
        cur.at = end
        key = part.key
        if key in ("EXEC", "EXECUTE"):
            place = Range(part.peek().start, part.tokens[end - 1].end)
            above = heading(self.reader.text, place.start)
            return [Statement(place, "EXEC", tuple(self.execute(part, place)), conditional, heading=above)]
        if key in ("DECLARE", "SET", "SELECT"):
            self.remember(part)
        it = self.reader.statement(part, None, conditional)
        return [] if it is None else [it]

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
        return [Unknown(place)]

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


# --- where a statement ends --------------------------------------------------------------------------------


def _end(cur: Cursor) -> int:
    """Where the statement ends that begins here."""
    tokens = cur.tokens
    first = cur.at
    verb = tokens[first].key
    if verb in ("CREATE", "ALTER") and any(
        it.key in ("PROCEDURE", "PROC", "FUNCTION", "TRIGGER") for it in tokens[first + 1 : first + 4]
    ):
        return cur.stop  # the rest of its batch
    depth = cases = 0
    has_body = False  # of an INSERT, or what follows WITH
    for at in range(first + 1, cur.stop):
        key = tokens[at].key
        if not key:
            continue
        if key == "(":
            depth += 1
        elif key == ")":
            depth -= 1
        elif depth > 0:
            continue
        elif key == ";":
            return at
        elif key == "CASE":
            cases += 1
        elif key == "END" and cases:
            cases -= 1
        elif key in ("VALUES", "DEFAULT") and verb == "INSERT":
            has_body = True
        elif key in _STARTERS and not (cases and key == "ELSE"):
            if not _continues(tokens, first, at, verb, has_body, cur.stop):
                return at
            has_body = True
    return cur.stop


def _continues(tokens: Sequence[Token], first: int, at: int, verb: str, has_body: bool, stop: int) -> bool:
    """Whether a word that could begin a statement belongs to the one that begins at first."""
    key = tokens[at].key
    before = tokens[at - 1].key
    after = tokens[at + 1].key if at + 1 < stop else ""
    if before == "." or (before == "OR" and key == "ALTER"):
        return True
    if key in ("CREATE", "ALTER", "DROP"):
        if verb == "ALTER" and at - first <= 7 and key != "CREATE":
            return not has_body and (after not in _OBJECTS or _names_end(tokens, first + 2) == at)
        return verb in ("GRANT", "DENY", "REVOKE") and not has_body
    if key == "IF":
        return after == "EXISTS" and before in _CONDITIONAL_DROPS
    if key == "SET":
        if before in ("DELETE", "UPDATE") and tokens[at - 2].key == "ON":
            return True
        return (
            (verb in ("UPDATE", "ALTER") and not has_body)
            or (verb == "MERGE" and before == "UPDATE")
            or (verb == "WITH" and tokens[first].key == "WITH" and _last_verb(tokens, first, at) == "UPDATE")
        )
    if key in _ROW_VERBS:
        if before == "ON" and key in ("DELETE", "UPDATE") and verb in ("CREATE", "ALTER"):
            return True
        if verb in ("GRANT", "DENY", "REVOKE"):
            return not _seen(tokens, first, at, "TO", "FROM")
        if verb == "MERGE":
            return before == "THEN"
        if verb == "WITH":
            return (
                not has_body
                or (key == "SELECT" and before in _QUERY_JOINTS)
                or (key == "SELECT" and _last_verb(tokens, first, at) == "INSERT")
            )
        if key == "SELECT":
            return before in _QUERY_JOINTS or (verb == "INSERT" and not has_body)
        if key in ("EXEC", "EXECUTE"):
            return (verb == "INSERT" and not has_body) or after == "AS"
        return before in ("FOR", "OF", ",") and verb in ("DECLARE", "CREATE", "ALTER")
    if key == "FETCH":
        return before in ("ROW", "ROWS")
    if key == "MERGE":
        return before in _JOINS or (verb == "WITH" and not has_body)
    if key == "ELSE":
        return False
    if key == "THROW":  # which is no reserved word
        return after not in ("", ";", "END") and tokens[at + 1].kind not in ("number", "variable")
    if key == "BULK":
        return after != "INSERT"
    if key in ("OPEN", "CLOSE", "USE", "RETURN", "CHECKPOINT"):
        return before in (",", "=", "(") or (key == "OPEN" and verb == "CREATE")
    return False


def _names_end(tokens: Sequence[Token], at: int) -> int:
    """Where the name ends that begins at `at`."""
    at += 1
    while at + 1 < len(tokens) and tokens[at].key == ".":
        at += 2
    return at


def _last_verb(tokens: Sequence[Token], first: int, at: int) -> str:
    """The last verb before `at` outside of brackets."""
    depth = 0
    for i in range(at - 1, first, -1):
        key = tokens[i].key
        if key == ")":
            depth += 1
        elif key == "(":
            depth -= 1
        elif depth == 0 and key in ("INSERT", "UPDATE", "DELETE", "SELECT"):
            return key
    return ""


def _seen(tokens: Sequence[Token], first: int, at: int, *keys: str) -> bool:
    return any(it.key in keys for it in tokens[first:at])
