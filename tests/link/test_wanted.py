"""Who asks what of which table: code, views, functions and policies to shapes of queries."""

from collections.abc import Mapping
from pathlib import Path

from crowsfoot.config import Config
from crowsfoot.discover import discover
from crowsfoot.link.wanted import Queried, Wanted, queried
from crowsfoot.run import analyse

TABLES = """
CREATE TABLE org (id int PRIMARY KEY, name text, active boolean NOT NULL);
CREATE TABLE doc (
  id int PRIMARY KEY, org_id int NOT NULL REFERENCES org (id), kind text, state text, email text, owner uuid,
  deleted_at timestamptz, made_at timestamptz
);
"""
CODE = """
import psycopg

def go(connection: psycopg.Connection, x, clause):
"""
MODELS = """
from django.db import models

class Living(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(deleted_at__isnull=True)

class Author(models.Model):
    name = models.CharField(max_length=50)
    nick = models.CharField(max_length=50)

class Book(models.Model):
    title = models.CharField(max_length=50)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    deleted_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    objects = Living()
    everything = models.Manager()
"""


def asked(root: Path, files: Mapping[str, str]) -> dict[str, Queried]:
    """What is asked of each table."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return {it.table.name: it for it in queried(analyse(discover(root, [root]), Config()))}


def by_sql(root: Path, sql: str) -> dict[str, tuple[Wanted, ...]]:
    """What the migrations ask, beside a program."""
    files = {
        "migrations/migration_lock.toml": 'provider = "postgresql"\n',
        "migrations/20240101000000_all/migration.sql": TABLES + sql,
        "app.py": CODE + "    return None\n",
    }
    return {name: it.shapes for name, it in asked(root, files).items()}


def by_code(root: Path, *lines: str) -> dict[str, tuple[Wanted, ...]]:
    """What lines of a program ask."""
    files = {
        "migrations/migration_lock.toml": 'provider = "postgresql"\n',
        "migrations/20240101000000_all/migration.sql": TABLES,
        "app.py": CODE + "".join(f"    {line}\n" for line in lines),
    }
    return {name: it.shapes for name, it in asked(root, files).items()}


def by_models(root: Path, *lines: str) -> dict[str, tuple[Wanted, ...]]:
    """What lines ask by the models of Django."""
    code = "from shop.models import Author, Book\ndef go(x, y):\n" + "".join(
        f"    {line}\n" for line in lines
    )
    files = {"shop/models.py": MODELS, "shop/__init__.py": "", "app.py": code}
    return {name.removeprefix("shop_"): it.shapes for name, it in asked(root, files).items()}


def kinds(shape: Wanted) -> dict[str, set[str]]:
    """The columns of each kind that it has any of."""
    asked = shape.asked
    found = {
        "equal": asked.equal,
        "null": asked.null,
        "among": asked.among,
        "ranges": asked.ranges,
        "others": shape.others,
    }
    return {kind: set(columns) for kind, columns in found.items() if columns}


# Code


def test_one_shape_has_all_places_that_ask_it(tmp_path: Path) -> None:
    (shape,) = by_code(
        tmp_path,
        'connection.execute("SELECT * FROM doc WHERE org_id = %s", [x])',
        'connection.execute("SELECT id FROM doc WHERE %s = org_id", [x])',
    )["doc"]
    assert kinds(shape) == {"equal": {"org_id"}}
    assert [it.span.path for it in shape.places] == ["app.py", "app.py"]
    assert shape.whole


def test_all_that_a_query_says_is_in_its_shape(tmp_path: Path) -> None:
    (shape,) = by_code(
        tmp_path,
        "connection.execute(\"SELECT * FROM doc WHERE kind = 'a' AND lower(email) = %s AND deleted_at IS NULL\""
        ' " AND (org_id = %s OR owner = %s) ORDER BY made_at DESC NULLS LAST, id LIMIT 5", [x])',
    )["doc"]
    assert kinds(shape) == {"equal": {"kind"}, "null": {"deleted_at"}, "others": {"email", "org_id", "owner"}}
    assert shape.constants == {("kind", "'a'")}
    assert shape.functions == {("email", "lower")}
    assert list(map(set, shape.either)) == [{"org_id"}, {"owner"}]
    assert [(it.column, it.descending, it.nulls_first) for it in shape.asked.order] == [
        ("made_at", True, False),
        ("id", False, False),
    ]
    assert (shape.limit, shape.nulls_written, shape.whole) == (True, True, True)


def test_a_shape_is_not_whole_where_something_is_not_known(tmp_path: Path) -> None:
    shapes = by_code(
        tmp_path,
        'connection.execute(f"SELECT * FROM doc WHERE kind = %s AND {clause}", [x])',
        'connection.execute("SELECT * FROM doc WHERE org_id = %s AND EXISTS (SELECT 1 FROM org)", [x])',
        'connection.execute("SELECT * FROM doc WHERE owner = %s ORDER BY lower(kind) LIMIT 3", [x])',
        'connection.execute("SELECT * FROM doc JOIN org o ON o.id = doc.org_id WHERE state = %s AND o.name = %s", [x])',
    )["doc"]
    assert not any(it.whole for it in shapes)
    assert {name for it in shapes for name in it.asked.equal} == {"kind", "org_id", "owner", "state"}


def test_the_target_of_an_upsert_is_told(tmp_path: Path) -> None:
    (shape,) = by_code(
        tmp_path,
        'connection.execute("INSERT INTO doc (id, kind) VALUES (%s, %s) ON CONFLICT (kind)"'
        ' " WHERE deleted_at IS NULL DO NOTHING", [x])',
    )["doc"]
    assert (shape.target, shape.target_where) == (("kind",), "deleted_at IS NULL")


def test_what_only_some_ways_ask_is_nothing_to_count_on(tmp_path: Path) -> None:
    (shape,) = by_models(
        tmp_path,
        "books = Book.everything.filter(author=x)",
        "if y:",
        "    books = books.filter(title=y)",
        "return list(books)",
    )["book"]
    assert kinds(shape) == {"equal": {"author_id"}, "others": {"title"}}
    assert shape.whole


def test_a_manager_s_own_filter_is_part_of_every_query(tmp_path: Path) -> None:
    shapes = by_models(
        tmp_path, "list(Book.objects.filter(title=x))", "list(Book.everything.filter(title=x))"
    )
    assert [kinds(it) for it in shapes["book"]] == [
        {"equal": {"title"}, "null": {"deleted_at"}},
        {"equal": {"title"}},
    ]


def test_a_filter_through_a_relation_is_asked_of_its_far_side(tmp_path: Path) -> None:
    shapes = by_models(tmp_path, 'list(Book.everything.filter(author__name=x, author__nick="y"))')
    (far,) = shapes["author"]
    assert (kinds(far), far.whole) == ({"equal": {"name", "nick"}}, True)
    assert far.constants == {("nick", "'y'")}
    (near,) = shapes["book"]
    assert not near.whole


def test_a_far_side_may_be_looked_up_where_something_else_narrows_the_search(tmp_path: Path) -> None:
    shapes = by_models(
        tmp_path,
        "list(Book.everything.filter(author__name=x, title=y))",
        'list(Book.everything.filter(author__name=x).order_by("made_at")[:3])',
        "list(Book.everything.exclude(author__name=x))",
        "list(Book.everything.filter(author__nick=None))",
    )
    assert not any(it.whole and it.asked.points for it in shapes.get("author", ()))


def test_a_far_side_is_found_by_the_name_that_sql_joins_it_by(tmp_path: Path) -> None:
    shapes = by_code(
        tmp_path,
        'connection.execute("SELECT d.* FROM doc d JOIN org o ON o.id = d.org_id WHERE o.name = %s", [x])',
    )
    (far,) = shapes["org"]
    assert (kinds(far), far.whole) == ({"equal": {"name"}}, True)


# Views, functions, policies


def test_a_view_tells_what_it_asks_but_not_all(tmp_path: Path) -> None:
    (shape,) = by_sql(
        tmp_path, "CREATE VIEW live AS SELECT * FROM doc WHERE deleted_at IS NULL AND kind = 'x';"
    )["doc"]
    assert kinds(shape) == {"equal": {"kind"}, "null": {"deleted_at"}}
    assert shape.constants == {("kind", "'x'")}
    assert [(it.said, it.source) for it in shape.places] == [("view live", "view")]
    assert not shape.whole


def test_a_table_that_a_view_joins_is_looked_up_by_that_column(tmp_path: Path) -> None:
    shapes = by_sql(
        tmp_path,
        "CREATE VIEW all_docs AS SELECT d.*, o.name FROM doc d JOIN org o ON o.id = d.org_id WHERE o.active;",
    )
    (doc,) = shapes["doc"]
    assert (kinds(doc), doc.whole, doc.places[0].likely) == ({"equal": {"org_id"}}, True, False)
    (org,) = shapes["org"]
    assert kinds(org) == {"equal": {"active"}}


def test_the_far_side_of_an_outer_join_is_not_whole(tmp_path: Path) -> None:
    shapes = by_sql(
        tmp_path, "CREATE VIEW all_orgs AS SELECT o.*, d.kind FROM org o LEFT JOIN doc d ON d.org_id = o.id;"
    )
    assert not any(it.whole for it in shapes["doc"])
    assert {name for it in shapes["doc"] for name in it.others} >= {"org_id", "kind"}


def test_a_function_asks_as_its_caller_would(tmp_path: Path) -> None:
    (shape,) = by_sql(
        tmp_path,
        "CREATE FUNCTION docs(p int) RETURNS SETOF doc LANGUAGE sql STABLE AS"
        " $$ SELECT * FROM doc WHERE org_id = p AND lower(email) = 'x' AND made_at > now() $$;",
    )["doc"]
    assert kinds(shape) == {"equal": {"org_id"}, "ranges": {"made_at"}, "others": {"email"}}
    assert shape.functions == {("email", "lower")}
    assert (shape.whole, shape.places[0].said, shape.places[0].source) == (
        True,
        "function docs()",
        "function",
    )


def test_what_a_function_changes_is_told_by_its_columns(tmp_path: Path) -> None:
    (shape,) = by_sql(
        tmp_path,
        "CREATE FUNCTION close(p text) RETURNS void LANGUAGE plpgsql AS"
        " $$ BEGIN UPDATE doc SET state = 'x' WHERE kind = p; END $$;",
    )["doc"]
    assert (kinds(shape), shape.whole) == ({"others": {"kind"}}, False)


def test_a_policy_is_a_part_of_what_every_statement_asks(tmp_path: Path) -> None:
    sql = "ALTER TABLE doc ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON doc USING "
    (shape,) = by_sql(tmp_path, sql + "(org_id = current_setting('app.org')::int);")["doc"]
    assert (kinds(shape), shape.whole) == ({"equal": {"org_id"}}, False)
    assert [(it.said, it.source) for it in shape.places] == [('policy "own"', "policy")]


def test_a_policy_s_subquery_asks_another_table(tmp_path: Path) -> None:
    sql = (
        "ALTER TABLE doc ENABLE ROW LEVEL SECURITY; CREATE POLICY member ON doc USING"
        " (owner = auth.uid() OR org_id IN (SELECT id FROM org WHERE name = current_user));"
    )
    shapes = by_sql(tmp_path, sql)
    (org,) = shapes["org"]
    assert (kinds(org), org.whole) == ({"equal": {"name"}}, True)
    # Each row is looked up in a hash of what the subquery gives.
    (doc,) = shapes["doc"]
    assert (kinds(doc), doc.either) == ({"others": {"owner", "org_id"}}, ())


def test_a_function_of_the_user_s_that_may_change_between_rows_serves_no_index(tmp_path: Path) -> None:
    sql = (
        "CREATE FUNCTION who() RETURNS int LANGUAGE sql {} AS $$ SELECT 1 $$;"
        "ALTER TABLE doc ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON doc USING (org_id = who());"
    )
    (shape,) = by_sql(tmp_path / "volatile", sql.format("VOLATILE"))["doc"]
    assert kinds(shape) == {"others": {"org_id"}}
    (shape,) = by_sql(tmp_path / "stable", sql.format("STABLE"))["doc"]
    assert kinds(shape) == {"equal": {"org_id"}}


def test_which_patterns_an_index_serves_the_kind_of_database_decides(tmp_path: Path) -> None:
    served = {
        "postgresql": (set(), {"nick", "title"}),
        # Django sends MySQL LIKE BINARY for startswith, which is no range of an index, and LIKE for istartswith.
        "mysql": ({"name"}, set()),
        "sqlite3": (set(), set()),
    }
    for engine, (ranges, prefixes) in served.items():
        files = {
            "shop/settings.py": f'DATABASES = {{"default": {{"ENGINE": "django.db.backends.{engine}"}}}}\n',
            "shop/models.py": MODELS,
            "shop/views.py": "from shop.models import Author, Book\n\n\ndef go(request, x):\n"
            "    list(Author.objects.filter(nick__startswith=x))\n"
            "    list(Author.objects.filter(name__istartswith=x))\n"
            "    list(Book.everything.filter(title__startswith=x))\n",
        }
        shapes = [it for found in asked(tmp_path, files).values() for it in found.shapes]
        assert {name for it in shapes for name in it.asked.ranges} == ranges, engine
        assert {name for it in shapes for name in it.asked.prefixes} == prefixes, engine
        assert all(it.others or it.asked.ranges for it in shapes), engine
