"""How sure a rule is, which fixtures do not say."""

from crowsfoot.finding import Confidence
from crowsfoot.rule import load
from crowsfoot.testing import lint

MODEL = """
datasource db {{
  provider = "{provider}"
}}

model Usage {{
  id     Int    @id
  userId Int
  day    Int
  model  String
  region String
  page   String @db.VarChar(500)

  @@index([userId]{options})
  @@index([{longer}])
}}
"""


def confidence(longer: str, provider: str = "postgresql", options: str = "") -> Confidence:
    """Of the finding that the index over userId is redundant beside one over these columns."""
    text = MODEL.format(longer=longer, provider=provider, options=options)
    (found,) = lint({"schema.prisma": text}, load()["redundant-index"]).kept
    return found.finding.confidence


def test_an_index_that_is_longer_by_one_key_is_sure_to_replace_the_short_one() -> None:
    assert confidence("userId, day") is Confidence.CERTAIN


def test_an_index_that_is_longer_by_two_keys_probably_replaces_it() -> None:
    assert confidence("userId, day, model") is Confidence.LIKELY


def test_an_index_that_is_longer_by_three_keys_may_be_too_large_to_replace_it() -> None:
    assert confidence("userId, day, model, region") is Confidence.POSSIBLE


def test_an_index_that_is_longer_by_a_long_text_may_be_too_large_to_replace_it() -> None:
    assert confidence("userId, page") is Confidence.POSSIBLE


def test_an_index_with_the_primary_key_at_its_end_probably_replaces_it() -> None:
    assert confidence("userId, day", provider="mysql") is Confidence.LIKELY


def test_an_index_that_may_be_partial_may_be_needed() -> None:
    assert confidence("userId, day", options=', map: "live_users"') is Confidence.POSSIBLE


KEPT = """
from django.db import models

class Town(models.Model):
    name = models.TextField()

{known}

def towns(names):
    return [town(name) for name in names]
"""


def confidence_of_call(known: str) -> Confidence:
    (found,) = lint({"app.py": KEPT.format(known=known)}, load()["query-behind-call-in-loop"]).kept
    return found.finding.confidence


def test_what_a_function_asks_in_each_call_is_likely_asked_once_per_row() -> None:
    assert confidence_of_call("def town(name):\n    return Town.objects.get(name=name)") is Confidence.LIKELY


def test_what_a_function_keeps_for_its_next_call_is_only_possibly_asked_once_per_row() -> None:
    known = """
_towns = {}

def town(name):
    if name not in _towns:
        _towns[name] = Town.objects.get(name=name)
    return _towns[name]
"""
    assert confidence_of_call(known) is Confidence.POSSIBLE


TEAM = """
CREATE TABLE contact (id uuid PRIMARY KEY, user_id uuid NOT NULL);
ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY team ON contact FOR UPDATE TO authenticated USING (true);
GRANT SELECT, UPDATE ON contact TO authenticated;
"""
ANOTHER = """
CREATE TABLE note (id uuid PRIMARY KEY, user_id uuid NOT NULL);
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON note TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT, UPDATE ON note TO authenticated;
"""


def test_a_policy_that_lets_all_users_in_is_wrong_where_others_keep_their_rows_apart() -> None:
    path, rule = "supabase/migrations/20261101000000_init.sql", load()["policy-always-true"]
    (of_a_team,) = lint({path: TEAM}, rule).kept
    assert of_a_team.finding.confidence is Confidence.POSSIBLE
    (of_users,) = lint({path: TEAM + ANOTHER}, rule).kept
    assert of_users.finding.confidence is Confidence.LIKELY


LATEST = """
from prisma import Prisma

db = Prisma()

async def latest(tenant: int):
    return await db.order.find_many(where={where}, order={order}, take=20)
"""
OF_A_TENANT = """
datasource db {{
  provider = "{provider}"
}}

model Order {{
  id        Int       @id
  tenantId  {required}
  placedBy  Int
  state     String
  total     Int
  createdAt DateTime
  deletedAt DateTime?
  closedAt  DateTime?

  {index}
}}
"""
NEWEST = '{"createdAt": "desc"}'


def confidence_in_order(
    rule: str,
    where: str,
    order: str = NEWEST,
    index: str = "@@index([tenantId])",
    provider: str = "postgresql",
    required: str = "Int",
) -> Confidence:
    """Of what the rule says of a query with that filter and order, over a table with that index."""
    files = {
        "app.py": LATEST.format(where=where, order=order),
        "schema.prisma": OF_A_TENANT.format(index=index, provider=provider, required=required),
        "crowsfoot.toml": 'tenant-column = "tenantId"',
    }
    (found,) = lint(files, load()[rule]).kept
    return found.finding.confidence


def test_all_rows_of_a_tenant_are_many_and_those_of_something_smaller_may_be_few() -> None:
    assert confidence_in_order("sort-not-served", '{"tenantId": tenant}') is Confidence.LIKELY
    of_one = confidence_in_order("sort-not-served", '{"placedBy": 1}', index="@@index([placedBy])")
    assert of_one is Confidence.POSSIBLE


def test_rows_that_belong_to_nobody_may_be_few() -> None:
    assert confidence_in_order("sort-not-served", "{}") is Confidence.LIKELY
    assert confidence_in_order("sort-not-served", "{}", required="Int?") is Confidence.POSSIBLE


def test_rows_that_are_not_deleted_are_many_and_those_that_are_not_closed_may_be_few() -> None:
    for column, sure in (("deletedAt", Confidence.LIKELY), ("closedAt", Confidence.POSSIBLE)):
        index = f"@@index([tenantId, {column}, createdAt])"
        where = f'{{"tenantId": tenant, "{column}": None}}'
        assert confidence_in_order("null-before-sort", where, index=index) is sure


def test_rows_of_several_values_may_be_few() -> None:
    where = '{"tenantId": tenant, "state": {"in": ["open", "paid"]}}'
    index = "@@index([tenantId, state, createdAt])"
    assert confidence_in_order("in-before-sort", where, index=index) is Confidence.POSSIBLE


def test_sorting_in_groups_may_be_fast_enough() -> None:
    order, index = '[{"total": "asc"}, {"createdAt": "desc"}]', "@@index([tenantId, total, createdAt])"
    for provider, sure in (("mysql", Confidence.LIKELY), ("postgresql", Confidence.POSSIBLE)):
        found = confidence_in_order("direction-mismatch", '{"tenantId": tenant}', order, index, provider)
        assert found is sure


def test_an_index_is_surely_in_the_wrong_order_for_what_tells_rows_apart() -> None:
    for column, sure in (("tenantId", Confidence.LIKELY), ("state", Confidence.POSSIBLE)):
        where = f'{{"{column}": tenant, "createdAt": {{"gte": 1}}}}'
        index = f"@@index([createdAt, {column}])"
        assert confidence_in_order("wrong-index-order", where, index=index) is sure


ASKED = """
import psycopg

def find(connection: psycopg.Connection, value: str):
    return connection.execute("{query}", [value])
"""
ACCOUNTS = """
CREATE TABLE account (id int PRIMARY KEY, email text NOT NULL, notes text NOT NULL, color text NOT NULL);
CREATE INDEX account_notes ON account (notes);
CREATE INDEX account_email ON account (email);
"""


def asking(rule: str, query: str, more: str = "") -> Confidence:
    """Of what the rule finds in a program that sends the query."""
    files = {
        "migrations/20240101000000_accounts/migration.sql": ACCOUNTS + more,
        "app.py": ASKED.format(query=query),
    }
    (found,) = lint(files, load()[rule]).kept
    return found.finding.confidence


def test_whoever_looks_for_an_address_without_its_case_looks_for_one_row() -> None:
    query = "SELECT * FROM account WHERE lower(email) = %s"
    assert asking("expression-not-indexed", query) is Confidence.LIKELY


def test_a_text_of_any_kind_may_be_searched_without_its_case_now_and_then() -> None:
    query = "SELECT * FROM account WHERE lower(notes) = %s"
    assert asking("expression-not-indexed", query) is Confidence.POSSIBLE


def test_a_pattern_may_be_what_somebody_types_into_a_search() -> None:
    query = "SELECT * FROM account WHERE email ILIKE %s"
    assert asking("expression-not-indexed", query) is Confidence.POSSIBLE


def test_each_branch_of_or_that_has_no_index_and_few_values_may_find_many_rows() -> None:
    query = "SELECT * FROM account WHERE email = %s OR color = 'red'"
    assert asking("or-without-indexes", query) is Confidence.POSSIBLE


def test_a_partial_index_that_a_query_does_not_fit_is_likely_not_used() -> None:
    more = "CREATE INDEX account_red ON account (color) WHERE color = 'red' AND notes = 'x';"
    query = "SELECT * FROM account WHERE color = 'red'"
    assert asking("partial-index-not-implied", query, more) is Confidence.LIKELY


def test_an_upsert_without_an_index_that_decides_fails_for_certain() -> None:
    more = "CREATE UNIQUE INDEX account_one ON account (email) WHERE color = 'red';"
    query = "INSERT INTO account VALUES (1, %s, '', '') ON CONFLICT (email) DO NOTHING"
    assert asking("upsert-on-partial-unique", query, more) is Confidence.CERTAIN


DATABASES = """
import sqlite3

connection = sqlite3.connect("all.db")


class Store:
    def __init__(self, path: str, timeout: float = 5.0):
        self._connection = sqlite3.connect(path, timeout=timeout)

    def execute(self, sql: str, *args):
        return self._connection.execute(sql, args)

    def first(self, *args):
        return self.execute(*args).fetchone()


class Named:
    def __init__(self, connection: sqlite3.Connection, name: str):
        self.connection = connection
        self.name = name

    def key(self):
        return self.connection.execute("SELECT id FROM book WHERE name = ?", (self.name,)).fetchone()


def get_connection(tenant: str):
    return sqlite3.connect(f"{tenant}.db")


def count_of(connection: sqlite3.Connection, name: str):
    return connection.execute("SELECT id FROM book WHERE name = ?", (name,)).fetchone()


def in_files(paths: list[str], name: str):
    found = []
    for path in paths:
        store = Store(path)
        found.append(store.first("SELECT id FROM book WHERE name = ?", name))
    return found


def of_tenants(tenants: list[str], name: str):
    return [count_of(get_connection(tenant), name) for tenant in tenants]


def in_one_file(names: list[str]):
    store = Store("all.db")
    return [store.first("SELECT id FROM book WHERE name = ?", name) for name in names]


def in_one_database(names: list[str]):
    for name in names:
        with Store("all.db") as store:
            store.first("SELECT id FROM book WHERE name = ?", name)


def by_objects(names: list[str]):
    return [Named(connection, name).key() for name in names]
"""


def test_what_each_pass_asks_of_another_database_is_only_possible() -> None:
    kept = lint({"shop/books.py": DATABASES}, load()["query-behind-call-in-loop"]).kept
    found = {DATABASES[: it.finding.span.start].rpartition("def ")[2].partition("(")[0]: it for it in kept}
    assert {name: it.finding.confidence for name, it in found.items()} == {
        "in_files": Confidence.POSSIBLE,
        "of_tenants": Confidence.POSSIBLE,
        "in_one_file": Confidence.LIKELY,
        "in_one_database": Confidence.LIKELY,
        "by_objects": Confidence.LIKELY,
    }


LOGGED = """
import sqlite3

connection = sqlite3.connect("log.db")

class Logger:
    def info(self, text):
        connection.execute("INSERT INTO log (text) VALUES (?)", (text,))

logger = Logger()

def told(names):
    for name in names:
        logger.info(name)
"""


def test_what_a_logger_writes_is_only_possibly_to_be_written_at_once() -> None:
    def of(code: str) -> Confidence:
        (found,) = lint({"app.py": code}, load()["query-behind-call-in-loop"]).kept
        return found.finding.confidence

    assert of(LOGGED) is Confidence.POSSIBLE
    assert of(LOGGED.replace("logger", "writer")) is Confidence.LIKELY
