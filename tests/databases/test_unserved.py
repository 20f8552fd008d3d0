"""What keeps an index from serving a query, against what PostgreSQL plans with 20,000 rows."""

from pathlib import Path

from crowsfoot.config import Config
from crowsfoot.databases.unserved import expressions, held_back, lacking
from crowsfoot.discover import Discovery, standard_input
from crowsfoot.link.wanted import Wanted, queried
from crowsfoot.run import analyse

from ..postgres import Postgres

TABLE = """CREATE TABLE message (
  id int PRIMARY KEY, sender_id int NOT NULL, recipient_id int NOT NULL, email varchar(80) NOT NULL,
  live boolean NOT NULL, gone timestamptz, body text NOT NULL
);"""
ROWS = """INSERT INTO message SELECT n, n % 4000, n * 7 % 5000, 'Somebody' || n, n % 2 = 0,
  CASE WHEN n % 3 = 0 THEN now() END, repeat('x', 100) FROM generate_series(1, 20000) n"""

PROGRAM = """
import psycopg

def ask(connection: psycopg.Connection):
    connection.execute({query!r})
"""

SENDER = "CREATE INDEX a ON message (sender_id);"
RECIPIENT = "CREATE INDEX b ON message (recipient_id);"
BOTH = "CREATE INDEX ab ON message (sender_id, recipient_id);"
EMAIL = "CREATE INDEX e ON message (email);"
LOWER = "CREATE INDEX l ON message (lower(email));"
UPPER = "CREATE INDEX u ON message (upper(email));"
PATTERNS = "CREATE INDEX t ON message (email varchar_pattern_ops);"
LIVE = "CREATE INDEX p ON message (email) WHERE live;"
NOT_GONE = "CREATE INDEX g ON message (email) WHERE gone IS NULL;"

ONE_OR_THE_OTHER = "SELECT * FROM message WHERE sender_id = 5 OR recipient_id = 7"
WITHOUT_CASE = "SELECT * FROM message WHERE lower(email) = 'somebody7'"
IN_CAPITALS = "SELECT * FROM message WHERE upper(email) = 'SOMEBODY7'"
AS_IT_IS = "SELECT * FROM message WHERE email = 'Somebody7'"
BEGINNING = "SELECT * FROM message WHERE email LIKE 'Somebody777%'"
OF_THE_LIVE = f"{AS_IT_IS} AND live"
OF_THOSE_THERE = f"{AS_IT_IS} AND gone IS NULL"

# A query, indexes, and whether they serve it.
CASES = [
    (ONE_OR_THE_OTHER, (), False),
    (ONE_OR_THE_OTHER, (SENDER,), False),
    (ONE_OR_THE_OTHER, (BOTH,), False),
    (ONE_OR_THE_OTHER, (SENDER, RECIPIENT), True),
    (ONE_OR_THE_OTHER, (BOTH, RECIPIENT), True),
    (WITHOUT_CASE, (EMAIL,), False),
    (WITHOUT_CASE, (EMAIL, UPPER), False),
    (WITHOUT_CASE, (EMAIL, LOWER), True),
    (IN_CAPITALS, (EMAIL,), False),
    (IN_CAPITALS, (EMAIL, UPPER), True),
    (BEGINNING, (EMAIL,), False),
    (BEGINNING, (EMAIL, PATTERNS), True),
    (AS_IT_IS, (LIVE,), False),
    (AS_IT_IS, (NOT_GONE,), False),
    (AS_IT_IS, (NOT_GONE, EMAIL), True),
    (OF_THE_LIVE, (LIVE,), True),
    (OF_THE_LIVE, (NOT_GONE,), False),
    (OF_THOSE_THERE, (NOT_GONE,), True),
]


def shape_of(query: str, indexes: tuple[str, ...]) -> Wanted:
    files = {
        "migrations/0001_message.sql": "\n".join((TABLE, *indexes)),
        "app.py": PROGRAM.format(query=query),
    }
    found = Discovery(root=Path.cwd())
    for path, text in files.items():
        found = standard_input(found, text.encode(), Path(path))
    project = analyse(found, Config(migrations=("migrations",), dialect="postgresql"))
    ((shape,),) = [it.shapes for it in queried(project)]
    return shape


def serves(query: str, indexes: tuple[str, ...]) -> bool:
    """Whether nothing is said of the query beside these indexes."""
    shape = shape_of(query, indexes)
    return not lacking(shape) and held_back(shape) is None and not list(expressions(shape))


def test_we_say_what_is_written_here() -> None:
    assert [(query, indexes, serves(query, indexes)) for query, indexes, _ in CASES] == CASES


def test_postgresql_reads_nearly_all_where_we_say_so(postgres: Postgres) -> None:
    """By cost: PostgreSQL goes through all of an index as well, which is smaller than the table."""
    postgres.run(TABLE)
    postgres.run(ROWS)
    (collation,) = postgres.run("SELECT datcollate FROM pg_database WHERE datname = current_database()")
    found = []
    for query, indexes, _ in CASES:
        for it in indexes:
            postgres.run(it)
        postgres.run("ANALYZE message")
        cost = float(postgres.run(f"EXPLAIN {query}")[0].partition("..")[2].split()[0])
        # Where the database sorts letter by letter, a plain index finds what begins with a text.
        plain = indexes == (EMAIL,) and query == BEGINNING and collation in ("C", "POSIX")
        found.append((query, indexes, cost < 100 and not plain))
        postgres.run("DROP INDEX IF EXISTS a, b, ab, e, l, u, p, g, t")
    assert found == CASES
