"""The types of what queries give, against what a real PostgreSQL makes of them."""

import pytest

from crowsfoot.facts.sql import ObjectName
from crowsfoot.source import Range

from ...postgres import Postgres
from . import described
from .test_replay import left

_TABLES = """
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE t (s smallint, i int, b bigint, n numeric(10,2), r real, d double precision, x text,
    v varchar(5), k boolean, day date, at timestamp(3), tz timestamptz, j jsonb, m mood, a text[], u uuid);
CREATE FUNCTION iif(condition boolean, yes anyelement, no anyelement) RETURNS anyelement
    LANGUAGE sql AS 'SELECT CASE WHEN condition THEN yes ELSE no END';
CREATE VIEW w AS SELECT i AS one, count(*) AS two FROM t GROUP BY i;
"""

_EXPRESSIONS = [
    "i, b, n, v, at, m, a, x AS other",
    "i + 1, i + b, i * n, r + r, r * i, d / i, n / i, s + s, -i, -n",
    "1, 1.5, 'x', true, NULL, 12345678901, now(), CURRENT_DATE, CURRENT_TIMESTAMP, LOCALTIMESTAMP",
    "i::text, x::mood, '{}'::int[], i::numeric(5,1)",
    "x || 'y', x || i, a || x, j || '{}', j -> 'a', j ->> 'a', j #>> '{a,b}'",
    "i = 1, x LIKE 'y', k AND i > 2, i IN (1, 2), x IS NULL, EXISTS (SELECT 1), m = 'sad', NOT k",
    "day - day, day + 1, at - at, tz + interval '1 day', day + interval '1 day', at - interval '1 hour'",
    "coalesce(i, 0), coalesce(x, 'y'), coalesce(i, b), coalesce(v, 'z'), nullif(i, 0), greatest(i, b, s)",
    "CASE WHEN k THEN i ELSE b END, CASE WHEN k THEN 'a' END, CASE WHEN k THEN n ELSE i END, CASE i WHEN 1 THEN m END",
    "iif(k, i, 0), iif(k, 0.5::double precision, d), iif(k, x, 'a')",
    "row_number() OVER (), rank() OVER (ORDER BY i), lag(i) OVER (), ntile(4) OVER (), percent_rank() OVER ()",
    "length(x), lower(x), concat(i, x), substring(x, 1), to_char(at, 'YYYY'), split_part(x, ',', 1), md5(x)",
    "round(d), round(n, 1), ceil(i), floor(n), abs(i), sqrt(i), power(d, 2), random(), trunc(d)",
    "date_trunc('day', at), date_trunc('day', tz), date_trunc('day', day), extract(year FROM at), date_part('day', at)",
    "jsonb_build_object('a', i), to_jsonb(x), array_length(a, 1), cardinality(a), gen_random_uuid(), jsonb_typeof(j)",
    "ARRAY[i, 2], ARRAY[x, 'y'], ARRAY(SELECT i FROM t), (SELECT max(b) FROM t), (SELECT x FROM t LIMIT 1)",
]
_QUERIES = [
    *(f"SELECT {it} FROM t" for it in _EXPRESSIONS),
    "SELECT sum(i), sum(b), sum(n), sum(d), sum(r), avg(i), avg(d), max(n), min(x), max(v), count(*), bool_or(k),"
    " string_agg(x, ','), array_agg(i), jsonb_agg(x), max(at) FROM t",
    "SELECT * FROM t",
    "SELECT t.*, w.two FROM t JOIN w ON w.one = t.i",
    "SELECT two * 2, one FROM w",
    "WITH c AS (SELECT i, sum(b) AS total FROM t GROUP BY i), d(p, q) AS (SELECT * FROM c) SELECT q, p, c.* FROM c, d",
    "SELECT s.y FROM (SELECT i + b AS y FROM t) s",
    "SELECT z, y FROM (VALUES (1, 'a'), (2.5, 'b')) v(z, y)",
    "SELECT i FROM t UNION SELECT b FROM t",
    "SELECT i, x FROM t UNION ALL SELECT n, NULL FROM t UNION ALL SELECT 1, 'a'",
    "SELECT (SELECT w.two FROM w WHERE w.one = t.i) FROM t",
]  # fmt: skip


@pytest.mark.parametrize("query", _QUERIES)
def test_a_type_that_is_known_is_the_right_one(query: str, postgres: Postgres) -> None:
    # Columns need names of their own in a table; what they are called is the frontend's to say.
    statement = (
        f"CREATE TABLE made ({', '.join(f'c{it}' for it in range(count(postgres, query)))}) AS {query}"
    )
    postgres.run(statement)
    real = postgres.run(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'made'::regclass"
        " AND attnum > 0 ORDER BY attnum"
    )
    table = left(_TABLES + statement).table(ObjectName("made", Range(0, 0)))
    assert table is not None
    assert [described.type_text(it.type) for it in table.columns.values()] == real


def count(postgres: Postgres, query: str) -> int:
    """How many columns the query gives."""
    postgres.run(_TABLES)
    postgres.run(f"PREPARE q AS {query}")
    return int(
        postgres.run("SELECT cardinality(result_types) FROM pg_prepared_statements WHERE name = 'q'")[0]
    )
