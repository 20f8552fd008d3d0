"""INSERT, UPDATE, DELETE, MERGE, SELECT and views of PostgreSQL to facts."""

from typing import Any

import pytest

from ..sql_facts import does, one


def columns(query: dict[str, Any]) -> list[str]:
    return [f"{it['table']}.{it['name']}" if "table" in it else it["name"] for it in query.get("columns", ())]


def literals(fact: dict[str, Any]) -> dict[str, str]:
    """The constants, each with what it is cast to, or else compared with or put into."""
    return {
        it["text"]: it.get("type") or ".".join(filter(None, (it.get("table"), it.get("column"))))
        for it in fact.get("literals", ())
    }


def query(text: str) -> dict[str, Any]:
    """What the SELECT that text is reads."""
    found: dict[str, Any] = one(text)["query"]
    return found


# --- INSERT ------------------------------------------------------------------------------------------------


def test_an_insert_says_its_values() -> None:
    insert = one("INSERT INTO s.t (a, b) VALUES ('x', 1), (DEFAULT, -2.5), (NULL, f(c))")
    assert (insert["table"], insert["columns"], insert["rows"]) == ("s.t", ["a", "b"], 3)
    assert [[it["text"] for it in row] for row in insert["values"]] == [
        ["'x'", "1"],
        ["DEFAULT", "-2.5"],
        ["NULL", "f(c)"],
    ]
    (text, number), (default, negative), (null, call) = insert["values"]
    assert (text["value"], number["value"], negative["value"]) == ("x", "1", "-2.5")
    assert null["null"] is True
    assert "value" not in default
    assert call["functions"] == ["f"]
    assert literals(insert) == {"x": "a"}
    assert "query" not in insert


def test_an_insert_of_default_values_has_one_row() -> None:
    assert one("INSERT INTO t DEFAULT VALUES") == {"": "Insert", "table": "t", "rows": 1}


def test_an_insert_of_a_query_says_what_it_reads() -> None:
    insert = one("INSERT INTO t (k, l) SELECT 'p', u.a FROM u WHERE c = 'z' RETURNING id")
    assert "rows" not in insert
    assert insert["query"]["tables"] == ["u"]
    assert columns(insert["query"]) == ["u.a", "c", "id"]
    assert literals(insert) == {"p": "k", "z": "c"}
    assert "simple" not in insert["query"]  # id is not of u


def test_constants_of_all_branches_are_put_into_their_columns() -> None:
    insert = one("INSERT INTO t (k, l) SELECT 'p', 'q'::e UNION ALL SELECT a, 'r' FROM v")
    assert literals(insert) == {"p": "k", "q": "e", "r": "l"}


def test_a_subquery_in_values_is_read() -> None:
    insert = one("INSERT INTO t (a) VALUES ((SELECT max(b) FROM u))")
    assert insert["rows"] == 1
    assert insert["values"][0][0]["has_query"] is True
    assert insert["query"]["tables"] == ["u"]


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("ON CONFLICT DO NOTHING", "nothing"),
        ("ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE t.c = 'x'", "update"),
    ],
)
def test_an_insert_says_what_it_does_on_conflict(clause: str, said: str) -> None:
    assert one(f"INSERT INTO t (a) VALUES (1) {clause}")["on_conflict"] == said


def test_only_the_first_rows_are_told_one_by_one() -> None:
    rows = ", ".join(f"('v{number}')" for number in range(50))
    insert = one(f"INSERT INTO t (a) VALUES {rows}")
    assert insert["rows"] == 50
    assert len(insert["values"]) == 20
    assert len(insert["literals"]) == 20


def test_a_file_of_many_inserts_tells_the_values_of_the_first_ones() -> None:
    inserts = does("".join(f"INSERT INTO t (a) VALUES ('v{number}');\n" for number in range(1_500)))
    assert len(inserts) == 1_500
    assert [it["rows"] for it in inserts] == [1] * 1_500
    told = ["values" in it for it in inserts]
    assert told == [True] * 1_000 + [False] * 500


# --- UPDATE, DELETE, MERGE, COPY, TRUNCATE -----------------------------------------------------------------


def test_an_update_says_what_it_sets() -> None:
    update = one(
        "UPDATE t AS x SET a = 'v', d = CASE WHEN a IS DISTINCT FROM 'q' THEN 'w' ELSE lower(e) END"
        " FROM u WHERE x.id = u.id AND u.k IN ('m', 'n')"
    )
    assert (update["table"], update["columns"], update["filtered"]) == ("t", ["a", "d"], True)
    assert {name: it["text"] for name, it in update["sets"]} == {
        "a": "'v'",
        "d": "CASE WHEN a IS DISTINCT FROM 'q' THEN 'w' ELSE lower(e) END",
    }
    assert update["query"]["tables"] == ["t", "u"]
    assert update["query"]["aliases"] == [["x", "t"], ["u", "u"]]
    assert columns(update["query"]) == ["a", "e", "x.id", "u.id", "u.k"]
    assert literals(update["query"]) == {"v": "a", "q": "a", "w": "d", "m": "u.k", "n": "u.k"}


def test_from_in_a_comparison_does_not_end_what_is_set() -> None:
    update = one("UPDATE t SET a = b IS DISTINCT FROM c FROM u")
    assert [it["text"] for _, it in update["sets"]] == ["b IS DISTINCT FROM c"]
    assert "filtered" not in update


def test_columns_that_are_set_together_are_named() -> None:
    update = one("UPDATE t SET (a, b) = (SELECT 1, 2)")
    assert update["columns"] == ["a", "b"]
    assert "sets" not in update


def test_an_update_of_one_table_names_its_columns_only() -> None:
    update = one("UPDATE t SET a = b + 1 WHERE c > 2 RETURNING d")
    assert update["query"]["simple"] is True
    assert columns(update["query"]) == ["b", "c", "d"]


def test_a_delete_is_filtered_or_not() -> None:
    everything, some, using = does(
        "DELETE FROM t; DELETE FROM t x WHERE x.a = 'b'; DELETE FROM t USING u WHERE t.a = u.a"
    )
    assert "filtered" not in everything
    assert (some["filtered"], some["query"]["alias"], literals(some["query"])) == (True, "x", {"b": "x.a"})
    assert using["query"]["tables"] == ["t", "u"]


def test_what_a_cte_changes_is_done_too() -> None:
    delete, insert = does(
        "WITH w AS (DELETE FROM old WHERE id IN (SELECT id FROM gone) RETURNING *), r AS (SELECT * FROM w)"
        " INSERT INTO t SELECT * FROM r"
    )
    assert (delete[""], delete["table"]) == ("Delete", "old")
    assert delete["query"]["tables"] == ["old", "gone"]
    assert (insert[""], insert["table"]) == ("Insert", "t")
    assert "tables" not in insert["query"]


def test_merge_does_what_its_branches_do() -> None:
    delete, update, insert = does(
        """
        MERGE INTO t USING s ON t.id = s.id
        WHEN MATCHED AND s.x = 'd' THEN DELETE
        WHEN MATCHED THEN UPDATE SET a = s.a
        WHEN NOT MATCHED THEN INSERT (id, a) VALUES (s.id, 'n')
        """
    )
    assert [it[""] for it in (delete, update, insert)] == ["Delete", "Update", "Insert"]
    assert update["columns"] == ["a"]
    assert (insert["columns"], insert["source"]) == (["id", "a"], "merge")
    assert insert["query"]["tables"] == ["t", "s"]


def test_copy_and_truncate() -> None:
    into, out, queried, truncated = does(
        "COPY t (a, b) FROM '/x'; COPY t TO '/x'; COPY (SELECT a FROM t) TO '/x'; TRUNCATE t, s.u CASCADE"
    )
    assert into == {"": "Insert", "table": "t", "columns": ["a", "b"], "source": "copy"}
    assert out["query"]["tables"] == ["t"]
    assert columns(queried["query"]) == ["a"]
    assert truncated == {"": "Truncate", "tables": ["t", "s.u"], "cascade": True}


# --- queries -----------------------------------------------------------------------------------------------


def test_a_query_says_what_it_names() -> None:
    read = query(
        "SELECT count(*), x.* FROM s.t x WHERE a = ANY('{a,b}'::e[]) AND b BETWEEN 'c' AND 'd'"
        " AND f LIKE 'g%' AND 'h' <> i LIMIT 1 FOR UPDATE"
    )
    assert read["tables"] == ["s.t"]
    assert columns(read) == ["a", "b", "f", "i"]
    assert read["functions"] == ["count"]
    assert read["casts"] == ["e"]
    assert literals(read) == {"{a,b}": "e[]", "c": "b", "d": "b", "g%": "", "h": "i"}
    assert all(read[it] is True for it in ("simple", "filtered", "locking", "star"))
    assert (read["alias"], read["aliases"]) == ("x", [["x", "s.t"]])


def test_names_of_ctes_are_no_tables() -> None:
    read = query(
        "WITH a AS (SELECT 1 FROM a), b AS (SELECT 2 FROM a JOIN c USING (id)) SELECT * FROM a, b, s.a"
    )
    assert read["tables"] == ["a", "c", "s.a"]  # the first a stands inside of the CTE of that name
    recursive = query("WITH RECURSIVE a AS (SELECT 1 UNION SELECT 2 FROM a) SELECT * FROM a")
    assert "tables" not in recursive
    around = query("SELECT (WITH a AS (SELECT 1) SELECT 2 FROM a) FROM a")
    assert around["tables"] == ["a"]


def test_an_array_of_constants_is_cast_one_by_one() -> None:
    assert literals(query("SELECT ARRAY['a', 'b']::e[], 'c'::e, '{d}'::e[]")) == {
        "a": "e",
        "b": "e",
        "c": "e",
        "{d}": "e[]",
    }


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a FROM t, u",
        "SELECT a FROM t WHERE b IN (SELECT c FROM u)",
        "SELECT a FROM (SELECT a FROM t) s",
        "SELECT a FROM t AS x (a, b)",
        "SELECT a FROM t CROSS JOIN LATERAL f(t.b) AS g",
        "SELECT a FROM t UNION SELECT b FROM t",
        "WITH w AS (SELECT 1) SELECT a FROM t",
        "SELECT a FROM f(1)",
    ],
)
def test_a_query_of_several_sources_is_not_simple(text: str) -> None:
    assert "simple" not in query(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("SELECT a AS x FROM t ORDER BY x, b", ["a", "b"]),
        ("SELECT count(*), a FROM t GROUP BY a ORDER BY count", ["a"]),
        ("SELECT lower(a) FROM t ORDER BY lower(lower)", ["a", "lower"]),
        ("SELECT a FROM t UNION SELECT b FROM u ORDER BY a", ["a", "b"]),
        ("SELECT t FROM t", []),  # the whole row
        ("SELECT row_to_json(x) FROM t x", []),
        ("SELECT g FROM generate_series(1, 2) AS g", []),
        ("SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY c)", ["a", "b", "c"]),
        ("SELECT a FROM t GROUP BY a HAVING sum(b) > 1 LIMIT (SELECT c)", ["a", "b", "c"]),
        ("SELECT DISTINCT ON (a) b FROM t", ["b", "a"]),
        ("SELECT a, a, t.a FROM t", ["a", "t.a"]),
    ],
)
def test_columns_are_told_from_other_names(text: str, named: list[str]) -> None:
    assert columns(query(text)) == named


def test_a_long_chain_of_operators_or_queries_is_read() -> None:
    chain = query("SELECT " + " || ".join(["a"] * 400) + " FROM t")
    assert columns(chain) == ["a"]
    union = query(" UNION ALL ".join(f"SELECT {number} FROM t{number}" for number in range(400)))
    assert len(union["tables"]) == 400


def test_an_alias_stands_for_a_table_where_it_always_does() -> None:
    read = query("SELECT 1 FROM a x JOIN b ON x.i = b.i WHERE EXISTS (SELECT 1 FROM c x)")
    assert read["aliases"] == [["b", "b"]]


# --- views -------------------------------------------------------------------------------------------------


def test_a_view_says_its_query_and_columns() -> None:
    view = one(
        "CREATE OR REPLACE VIEW s.v (x, y) WITH (security_invoker = true) AS"
        " SELECT a, lower(b) FROM t WHERE c = 'k' WITH LOCAL CHECK OPTION"
    )
    assert (view["view"], view["columns"], view["replace"]) == ("s.v", ["x", "y"], True)
    assert view["options"] == [["security_invoker", "true"]]
    assert view["query"]["range"] == "SELECT a, lower(b) FROM t WHERE c = 'k'"


def test_results_are_called_as_postgresql_calls_them() -> None:
    view = one(
        "CREATE VIEW v AS SELECT t.a, b AS c, count(*), 'x'::text, NULL::int, 1, coalesce(d, 1),"
        " CASE WHEN e THEN 1 END, CASE WHEN e THEN 1 ELSE f END, (SELECT g FROM h), ARRAY[1], (i).j,"
        ' current_date, EXISTS (SELECT 1), greatest(1, 2), nullif(1, 2), ROW(1), k COLLATE "C", l[1] FROM t'
    )
    assert view["columns"] == [
        *("a", "c", "count", "text", "int4", "?column?", "coalesce"),
        *("case", "f", "g", "array", "j"),
        *("current_date", "exists", "greatest", "nullif", "row", "k", "l"),
    ]


def test_a_star_hides_the_columns_of_a_view() -> None:
    view = one("CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT *, 1 AS a FROM b WITH NO DATA")
    assert "columns" not in view
    assert (view["materialized"], view["if_not_exists"], view["with_data"]) == (True, True, False)
    assert view["query"]["star"] is True
    assert view["query"]["range"] == "SELECT *, 1 AS a FROM b"


def test_a_table_can_be_made_from_a_query() -> None:
    made, into, values, executed = does(
        """
        CREATE TEMP TABLE a (p) ON COMMIT DROP AS SELECT b, c::int FROM d;
        SELECT 1 AS x INTO UNLOGGED y FROM z;
        CREATE TABLE e AS VALUES (1, 2);
        CREATE TABLE f AS EXECUTE g;
        """
    )
    assert (made["table"], made["temporary"], made["on_commit_drop"]) == ("a", True, True)
    assert [it["name"] for it in made["query"]["outputs"]] == ["p", "c"]
    assert made["query"]["outputs"][1]["type"] == "integer"
    assert (into["table"], into["unlogged"]) == ("y", True)
    assert into["query"]["tables"] == ["z"]
    assert [it["name"] for it in values["columns"]] == ["column1", "column2"]
    assert executed["table"] == "f"
