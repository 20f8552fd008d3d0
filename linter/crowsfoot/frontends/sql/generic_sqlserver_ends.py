"""Where a statement of SQL Server ends, which needs no semicolon: at the word that begins the next.

Source: https://learn.microsoft.com/sql/t-sql/language-reference
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from crowsfoot.frontends.sql.generic_cursor import Cursor, words
from crowsfoot.frontends.sql.generic_tokens import Token

STARTERS: Final = words(
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


def end_of_statement(cur: Cursor) -> int:
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
        elif key in STARTERS and not (cases and key == "ELSE"):
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
