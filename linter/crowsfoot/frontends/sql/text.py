"""SQL text as it lies in a file to what a database is given, of the same length, and what comments say.

What only other programs understand is blanked out: commands of psql, the data of COPY, and the parts that a
migration tool runs to go back. So every place in the text stays what it was.
"""

import re
from typing import Final

import msgspec

from crowsfoot.facts.common import Comment, Problem
from crowsfoot.facts.sql import Dialect
from crowsfoot.frontends import directives
from crowsfoot.frontends.sql.pieces import comment_end, pieces
from crowsfoot.source import Range


class Script(msgspec.Struct, frozen=True):
    """What a file gives to the database, and what it says to the tools that read it."""

    text: str
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()  # of comments that speak to the linter, and of commands of psql
    runs_in_transaction: bool | None = None
    warnings: Range | None = None
    warned: tuple[tuple[Range, str], ...] = ()
    for_psql: tuple[Range, ...] = ()  # commands of psql, and the data of COPY


# Patterns are text where few files need them: then re does not compile them for the others.

# The sections of one file, of dbmate, goose, sql-migrate and node-pg-migrate.
# Source: https://github.com/amacneil/dbmate#creating-migrations
# Source: https://pressly.github.io/goose/documentation/annotations/
# Source: https://github.com/rubenv/sql-migrate#writing-migrations
# Source: https://salsita.github.io/node-pg-migrate/migrations/
_SECTION: Final = (
    r"(?im)^[ \t]*--[ \t]*(?:"
    r"(?P<down>migrate:down|\+goose[ \t]+down|\+migrate[ \t]+down|down[ \t]+migration)"
    r"|(?P<up>migrate:up|\+goose[ \t]+up|\+migrate[ \t]+up|up[ \t]+migration))\b[^\n]*"
)

# What says that the file runs outside of a transaction: goose, dbmate, sql-migrate, sqlx, Atlas,
# graphile-migrate.
# Source: https://docs.rs/sqlx/latest/sqlx/macro.migrate.html
# Source: https://atlasgo.io/versioned/apply#transaction-configuration
# Source: https://github.com/graphile/migrate#running-statements-outside-of-a-transaction
_NO_TRANSACTION: Final = (
    r"(?im)^[ \t]*--[ \t]*(?:\+goose[ \t]+no[ \t]+transaction|migrate:up\b[^\n]*\btransaction:[ \t]*false"
    r"|\+migrate[ \t]+up\b[^\n]*\bnotransaction|no-transaction|!?[ \t]*no-transaction"
    r"|atlas:txmode[ \t]+none)\b"
)

_WARNINGS: Final = re.compile(r"/\*\s*Warnings:")
_WARNING: Final = re.compile(r"^[ \t]*-[ \t]+(?P<text>[^\r\n]*[^\s])", re.MULTILINE)

# A command begins its line or ends a statement; a backslash elsewhere stands in a string.
_FOR_PSQL: Final = r"(?im)^[ \t]*\\|;[ \t]*\\|\\g|\bSTDIN\b"
_NESTED: Final = r"(?s)/\*(?:(?!\*/|/\*).)*/\*"
_RUNS_MORE: Final = r"\\(?:i|ir|include|include_relative|gexec|c|connect|if|elif|else)\b"
_BLANK: Final = r"[^\r\n]+"
_COPY: Final = r"(?i)\s*COPY\b"
_FROM_STDIN: Final = r"(?i)\bFROM\s+STDIN\b"
_END_OF_DATA: Final = r"(?m)^\\\.[ \t]*\r?$"


def prepare(text: str, dialect: Dialect) -> Script:
    """The text that the database is given, and what the comments say."""
    given = text
    if given.startswith("\ufeff"):
        given = " " + given[1:]
    # Most files have none of the words, and a pattern takes a hundred times longer to find nothing.
    words = given.lower()
    if "down" in words and ("migrat" in words or "goose" in words):
        given = _without_down(given)
    runs_in_transaction: bool | None = None
    if ("transaction" in words or "txmode" in words) and re.search(_NO_TRANSACTION, given):
        runs_in_transaction = False
    psql = dialect == "postgresql" and ("\\" in given or "stdin" in words)
    unread: list[Problem] = []
    for_psql: list[Range] = []
    if psql and re.search(_FOR_PSQL, given):
        given = _without_commands(given, unread, for_psql)
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()
    if directives.WORD in given:
        places = [
            Range(piece.start, piece.end)
            for piece in pieces(given, dialect)
            if piece.kind == "line comment" and directives.WORD in given[piece.start : piece.end]
        ]
        comments, problems = directives.read(text, places, "--")
    warnings, warned = _warnings(given) if "Warnings:" in given else (None, ())
    if dialect == "postgresql" and given.count("/*") > 1 and re.search(_NESTED, given):
        given = _without_comments(given)
    return Script(
        given, comments, (*problems, *unread), runs_in_transaction, warnings, warned, tuple(for_psql)
    )


_HEADING: Final = re.compile(r"[ \t]*--[ \t]*([A-Za-z]+)[ \t]*\r?")


def heading(text: str, start: int) -> str | None:
    """The word that is all of the comment on the line above the statement that begins at start."""
    line = start - 1
    while line >= 0 and text[line] in " \t":
        line -= 1
    if line < 0 or text[line] != "\n":
        return None
    above = text.rfind("\n", 0, line) + 1
    found = _HEADING.fullmatch(text, above, line)
    return found[1] if found else None


_DEFINES: Final = r"(?is)(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:CREATE|ALTER|DROP|DO|COMMENT)\b"
_NAME: Final = r'"([^"]{1,100})"|([^\W\d][\w$]{0,100})'
_MOST_LOOKED_AT: Final = 20_000  # characters


def names_in_definition(text: str) -> dict[str, None]:
    """Every word of a broken statement that would have made or changed an object, as names are stored."""
    if not re.match(_DEFINES, text):
        return {}
    return dict.fromkeys(it[1] or it[2].lower() for it in re.finditer(_NAME, text[:_MOST_LOOKED_AT]))


def _without_down(text: str) -> str:
    """The text with blanks for all that goes back."""
    parts: list[str] = []
    kept = 0
    down: int | None = None
    for match in re.finditer(_SECTION, text):
        if match["down"] is not None:
            if down is None:
                down = match.start()
        elif down is not None:
            parts += (text[kept:down], _blanks(text[down : match.start()]))
            kept = match.start()
            down = None
    if down is not None:
        parts += (text[kept:down], _blanks(text[down:]))
        kept = len(text)
    return "".join([*parts, text[kept:]]) if parts else text


def _without_commands(text: str, unread: list[Problem], found: list[Range]) -> str:
    """The text with blanks for the commands of psql and the data of COPY, the places of which found gets.

    unread gets the commands by which psql runs more than the text says, or less.
    Source: https://www.postgresql.org/docs/18/app-psql.html
    """
    parts: list[str] = []
    kept = 0
    at = 0
    while True:
        statement = at  # where the one begins in which we are
        for piece in pieces(text, "postgresql", at):
            if piece.kind == "command":
                # \g and its like end a statement.
                mark = ";" if text.startswith("\\g", piece.start) else " "
                parts += (text[kept : piece.start], mark, " " * (piece.end - piece.start - 1))
                kept = piece.end
                found.append(Range(piece.start, piece.end))
                if (command := re.compile(_RUNS_MORE).match(text, piece.start)) is not None:
                    place = Range(piece.start, command.end())
                    unread.append(
                        Problem(place, f"what psql runs by {command[0]} is not known", "unsupported")
                    )
            elif piece.kind == "semicolon":
                if re.match(_COPY, _code(text, statement, piece.end)) and re.compile(_FROM_STDIN).search(
                    text, statement, piece.end
                ):
                    line = text.find("\n", piece.end)
                    line = len(text) if line < 0 else line + 1
                    data_end = re.compile(_END_OF_DATA).search(text, line)
                    at = data_end.end() if data_end else len(text)
                    parts += (text[kept:line], _blanks(text[line:at]))
                    if at > line:
                        found.append(Range(line, at))
                    kept = at
                    break
                statement = piece.end
        else:
            return "".join([*parts, text[kept:]]) if parts else text


def _without_comments(text: str) -> str:
    """The text with blanks for block comments, which other modules only know where they do not nest."""
    parts: list[str] = []
    kept = 0
    for piece in pieces(text, "postgresql"):
        if piece.kind == "block comment" and piece.closed:
            parts += (text[kept : piece.start], _blanks(text[piece.start : piece.end]))
            kept = piece.end
    return "".join([*parts, text[kept:]])


def _code(text: str, start: int, end: int) -> str:
    """The first words from start on, without the comments before them."""
    while start < end:
        if text[start].isspace():
            start += 1
        elif text.startswith("--", start):
            line = text.find("\n", start, end)
            start = end if line < 0 else line + 1
        elif text.startswith("/*", start):
            close = comment_end(text, start, nesting=True)
            start = end if close < 0 else close
        else:
            break
    return text[start : min(start + 8, end)]


def _blanks(text: str) -> str:
    """As many blanks, on the same lines."""
    return re.sub(_BLANK, lambda it: " " * len(it[0]), text)


def _warnings(text: str) -> tuple[Range | None, tuple[tuple[Range, str], ...]]:
    """The comment that Prisma writes over a migration that may lose data, and its lines."""
    match = _WARNINGS.search(text)
    end = text.find("*/", match.end()) if match else -1
    if match is None or end < 0:
        return None, ()
    lines = [
        (Range(it.start("text"), it.end("text")), it["text"])
        for it in _WARNING.finditer(text, match.end(), end)
    ]
    return Range(match.start(), end + 2), tuple(lines)
