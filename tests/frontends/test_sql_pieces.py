"""SQL text to quotes, comments and brackets, in every dialect; and to the statements of PostgreSQL."""

import pytest

from crowsfoot.facts.sql import Dialect
from crowsfoot.frontends.sql.pieces import pieces
from crowsfoot.frontends.sql.postgres_split import statements


def cut(text: str, dialect: Dialect) -> list[str]:
    """What semicolons outside of quotes and comments divide."""
    found = []
    start = 0
    for piece in pieces(text, dialect):
        if piece.kind == "semicolon":
            found.append(text[start : piece.start])
            start = piece.end
    return [*found, text[start:]]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgresql", "'a''; b'"),
        ("postgresql", "E'a\\'; b'"),
        ("postgresql", "E'a''b\\'; c'"),
        ("postgresql", '"a""; b"'),
        ("postgresql", "$$ ; $$"),
        ("postgresql", "$a$ ; $$ ; $b$ ; $a$"),
        ("postgresql", "$é$ ; $é$"),
        ("postgresql", "-- ; '\n"),
        ("postgresql", "/* ; /* ; */ ; */"),
        ("mysql", "'a\\'; b'"),
        ("mysql", '"a\\"; b"'),
        ("mysql", "`a``; b`"),
        ("mysql", "# ; '\n"),
        ("mysql", "-- ; '\n"),
        ("mysql", "/* ; /* ; */"),
        ("sqlite", "[a; b]"),
        ("sqlite", "'a\\' || '; b'"),
        ("sqlserver", "[a; b]"),
        ("sqlserver", "/* ; /* ; */ ; */"),
    ],
)
def test_a_semicolon_inside_divides_nothing(dialect: Dialect, text: str) -> None:
    assert cut(f"{text};x", dialect) == [text, "x"]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgresql", "'a\\'"),  # only in E'' does a backslash mean something
        ("postgresql", "type'a\\'"),
        ("postgresql", "a$b$"),  # a name
        ("postgresql", "$1"),
        ("mysql", "a--"),  # no comment without a blank
        ("mysql", "$$"),
        ("sqlite", "'a\\'"),
    ],
)
def test_a_semicolon_behind_divides(dialect: Dialect, text: str) -> None:
    assert cut(f"{text};x", dialect) == [text, "x"]


@pytest.mark.parametrize("text", ["'a", '"a', "$$ a", "$a$ a $$", "/* a /* */", "E'a\\'"])
def test_what_is_not_closed_reaches_to_the_end(text: str) -> None:
    *_, last = pieces(f"SELECT {text}; b", "postgresql")
    assert last.closed is False
    assert last.end == len(f"SELECT {text}; b")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("SELECT 1; SELECT 2", 2),
        ("CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); SELECT 3", 2),
        ("CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN b END; END; SELECT 2", 2),
        ("create procedure p() begin\n atomic select 1; end; begin; select 2; end", 4),
        ("SELECT 1)); SELECT 2", 2),
    ],
)
def test_statements_end_at_their_own_semicolon(text: str, count: int) -> None:
    assert len(list(statements(text))) == count
