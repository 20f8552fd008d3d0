"""Programs that are linted and then run, two tenants on a real PostgreSQL: what leaks is what is reported.

Each program is a module with an `engine` on URL and a function `work(tenant)`. It goes through SQLAlchemy's
own pool, by pg8000.
"""

from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest

from crowsfoot.rule import load
from crowsfoot.testing import lint

from ..postgres import Postgres
from .leaks import run

pytest.importorskip("pg8000")
sqlalchemy = pytest.importorskip("sqlalchemy")

SCHEMA = """
CREATE TABLE invoice (id int PRIMARY KEY, tenant int NOT NULL);
INSERT INTO invoice VALUES (1, 1), (2, 2);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (tenant = nullif(current_setting('app.tenant', true), '')::int
  OR current_setting('app.is_admin', true) = 'true');
"""
ROLES = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'plain_app') THEN
    CREATE ROLE plain_app LOGIN;
    CREATE ROLE owning_app LOGIN;
    CREATE ROLE bypassing_app LOGIN BYPASSRLS;
  END IF;
END $$;
GRANT plain_app TO owning_app, bypassing_app;
GRANT ALL ON SCHEMA public TO plain_app, owning_app, bypassing_app;
GRANT ALL ON invoice TO plain_app, owning_app, bypassing_app;
"""
HEAD = """from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool, StaticPool

"""
MAKES = "engine = create_engine(URL, pool_size=1, max_overflow=0)\n"


@pytest.fixture
def app(postgres: Postgres) -> Postgres:
    run(postgres, SCHEMA + ROLES)
    return postgres


def url(postgres: Postgres, user: str) -> Any:
    parts = urlsplit(postgres.uri)
    (folder,) = parse_qs(parts.query)["host"]
    return sqlalchemy.URL.create(
        "postgresql+pg8000",
        username=user,
        database=parts.path.lstrip("/"),
        query={"unix_sock": f"{folder}/.s.PGSQL.5432"},
    )


def module(source: str, postgres: Postgres, user: str = "plain_app") -> dict[str, Any]:
    """The names of the program, which has been run."""
    names: dict[str, Any] = {"URL": url(postgres, user)}
    exec(compile(source, "app.py", "exec"), names)
    return names


def said(rule: str, source: str, **files: str) -> list[str]:
    """What the rule says of a project with the program, the schema, and further files."""
    project = {"app.py": source, "migrations/0001_init.sql": SCHEMA, **files}
    return [it.finding.message for it in lint(project, load()[rule]).kept]


def likely(rule: str, source: str, **files: str) -> bool:
    project = {"app.py": source, "migrations/0001_init.sql": SCHEMA, **files}
    return any(it.finding.confidence >= 2 for it in lint(project, load()[rule]).kept)


def seen(names: dict[str, Any], query: str = "SELECT id FROM invoice ORDER BY id") -> list[Any]:
    """What the next one sees that gets a connection, and sets nothing."""
    with names["engine"].connect() as connection:
        return [row[0] for row in connection.execute(sqlalchemy.text(query))]


class Program(NamedTuple):
    """work() sets tenant 1; leaks says what the next one sees of it."""

    name: str
    source: str
    leaks: bool
    rule: str = "session-setting-leaks"


PROGRAMS = (
    Program(
        "SET",
        MAKES
        + """
def work(tenant):
    with engine.begin() as conn:
        conn.execute(text("SET app.tenant = '1'"))
        return conn.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        leaks=True,
    ),
    Program(
        "set_config() with false",
        MAKES
        + """
def work(tenant):
    with Session(engine) as session:
        session.execute(text("SELECT set_config('app.tenant', :tenant, false)"), {"tenant": tenant})
        found = session.execute(text("SELECT id FROM invoice")).scalars().all()
        session.commit()
        return found
""",
        leaks=True,
    ),
    Program(
        "func.set_config() with False",
        MAKES
        + """
def work(tenant):
    with Session(engine) as session, session.begin():
        session.execute(select(func.set_config("app.tenant", tenant, False)))
        return session.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        leaks=True,
    ),
    Program(
        "AUTOCOMMIT",
        """engine = create_engine(URL, pool_size=1, isolation_level="AUTOCOMMIT")

def work(tenant):
    with engine.connect() as conn:
        conn.execute(text("SET app.tenant = '1'"))
        return conn.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        leaks=True,
    ),
    Program(
        "SET ROLE",
        MAKES.replace("URL,", 'URL.set(username="owning_app"),')
        + """
def work(tenant):
    with engine.begin() as conn:
        conn.execute(text("SET ROLE plain_app"))
        conn.execute(text("SELECT set_config('app.tenant', '1', true)"))
        return conn.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        leaks=True,
    ),
    Program(
        "set_config() with true",
        MAKES
        + """
def work(tenant):
    with engine.begin() as conn:
        conn.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
        return conn.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        leaks=False,
    ),
    Program(
        "RESET in finally",
        MAKES
        + """
def work(tenant):
    with engine.begin() as conn:
        conn.execute(text("SET app.tenant = '1'"))
        try:
            return conn.execute(text("SELECT id FROM invoice")).scalars().all()
        finally:
            conn.execute(text("RESET app.tenant"))
""",
        leaks=False,
    ),
    Program(
        "without a commit",
        MAKES
        + """
def work(tenant):
    with engine.connect() as conn:
        conn.execute(text("SET app.tenant = '1'"))
        return conn.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        leaks=False,
    ),
    Program(
        "NullPool",
        """engine = create_engine(URL, poolclass=NullPool)

def work(tenant):
    with engine.begin() as conn:
        conn.execute(text("SET app.tenant = '1'"))
        return conn.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        leaks=False,
    ),
    Program(
        "a flag",
        MAKES
        + """
def work(tenant):
    with engine.begin() as conn:
        conn.execute(text("SET app.is_admin = 'true'"))
        return conn.execute(text("SELECT id FROM invoice WHERE tenant = 1")).scalars().all()
""",
        leaks=True,
        rule="elevated-setting-leaks",
    ),
    Program(
        "a flag with LOCAL",
        MAKES
        + """
def work(tenant):
    with engine.begin() as conn:
        conn.execute(text("SET LOCAL app.is_admin = 'true'"))
        return conn.execute(text("SELECT id FROM invoice WHERE tenant = 1")).scalars().all()
""",
        leaks=False,
        rule="elevated-setting-leaks",
    ),
    Program(
        "at connect",
        MAKES
        + """
WHO = ["1"]

@event.listens_for(engine, "connect")
def opened(connection, record):
    cursor = connection.cursor()
    cursor.execute("SELECT set_config('app.tenant', %s, false)", (WHO[0],))
    connection.commit()

def work(tenant):
    with engine.begin() as conn:
        return conn.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        leaks=True,
        rule="setting-at-connect",
    ),
    Program(
        "at the beginning of each transaction",
        MAKES
        + """
WHO = ["1"]

@event.listens_for(engine, "begin")
def begun(connection):
    connection.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": WHO[0]})

def work(tenant):
    with engine.begin() as conn:
        found = conn.execute(text("SELECT id FROM invoice")).scalars().all()
    WHO[0] = ""
    return found
""",
        leaks=False,
        rule="setting-at-connect",
    ),
)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda it: it.name)
def test_what_stays_on_a_connection_is_reported(program: Program, app: Postgres) -> None:
    source = HEAD + program.source
    names = module(source, app)
    assert names["work"]("1") == [1]
    after = (
        seen(names, "SELECT 1 WHERE current_user <> session_user")
        if program.name == "SET ROLE"
        else seen(names)
    )
    names["engine"].dispose()
    assert bool(after) is program.leaks
    assert likely(program.rule, source) is program.leaks


LOST = {
    "each statement commits": (
        """engine = create_engine(URL, isolation_level="AUTOCOMMIT")

def work(tenant):
    with engine.connect() as conn:
        conn.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
        return conn.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        True,
    ),
    "a transaction": (
        """engine = create_engine(URL)

def work(tenant):
    with engine.connect() as conn:
        conn.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
        return conn.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        False,
    ),
    "after a commit": (
        """engine = create_engine(URL)

def work(tenant):
    with Session(engine) as session:
        session.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
        session.commit()
        return session.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        True,
    ),
    "before a commit": (
        """engine = create_engine(URL)

def work(tenant):
    with Session(engine) as session:
        session.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
        found = session.execute(text("SELECT id FROM invoice")).scalars().all()
        session.commit()
        return found
""",
        False,
    ),
}


@pytest.mark.parametrize("name", LOST)
def test_a_local_setting_is_lost_where_it_is_reported(name: str, app: Postgres) -> None:
    source, lost = LOST[name]
    names = module(HEAD + source, app)
    found = names["work"]("1")
    names["engine"].dispose()
    assert found == ([] if lost else [1])
    assert likely("local-setting-outside-transaction", HEAD + source) is lost


OTHERS = {
    "another connection": (
        """engine = create_engine(URL, pool_size=2)

def work(tenant):
    with engine.connect() as one, engine.connect() as other:
        one.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
        return other.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        True,
    ),
    "the same": (
        """engine = create_engine(URL, pool_size=2)

def work(tenant):
    with engine.connect() as one, engine.connect() as other:
        one.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
        return one.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        False,
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_setting_on_another_connection_does_not_count(name: str, app: Postgres) -> None:
    source, other = OTHERS[name]
    names = module(HEAD + source, app)
    found = names["work"]("1")
    names["engine"].dispose()
    assert found == ([] if other else [1])
    assert likely("setting-on-other-connection", HEAD + source) is other


BUILT = {
    "written into the text": (
        """engine = create_engine(URL)

def work(tenant):
    with engine.begin() as conn:
        conn.execute(text(f"SELECT set_config('app.tenant', '{tenant}', true)"))
        return conn.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        True,
    ),
    "sent beside it": (
        """engine = create_engine(URL)

def work(tenant):
    with engine.begin() as conn:
        conn.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
        return conn.execute(text("SELECT id FROM invoice")).scalars().all()
""",
        False,
    ),
}


@pytest.mark.parametrize("name", BUILT)
def test_a_value_in_the_text_chooses_another_tenant(name: str, app: Postgres) -> None:
    source, built = BUILT[name]
    names = module(HEAD + source, app)
    hostile = "1', true), set_config('app.tenant', '2"
    try:
        found = names["work"](hostile)
    except sqlalchemy.exc.DBAPIError:  # that is no number
        found = []
    names["engine"].dispose()
    assert found == ([2] if built else [])
    assert likely("setting-built-from-strings", HEAD + source) is built


CLAIMS = """engine = create_engine(URL)

def work(tenant):
    with engine.begin() as conn:
        conn.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
        return sorted(conn.execute(text("SELECT id FROM invoice")).scalars().all())
"""
WITH_ROLE = CLAIMS.replace(
    "        return", '        conn.execute(text("SET LOCAL ROLE plain_app"))\n        return'
)
FORCED = "ALTER TABLE invoice FORCE ROW LEVEL SECURITY;\n"
OWNED = "CREATE ROLE owning_app LOGIN;\nALTER TABLE invoice OWNER TO owning_app;\n"
KNOWN = "CREATE ROLE plain_app LOGIN;\nCREATE ROLE bypassing_app LOGIN BYPASSRLS;\n"


@pytest.mark.parametrize("with_role", [False, True], ids=("claims alone", "with the role"))
@pytest.mark.parametrize(
    ("user", "sql", "around"),
    [
        ("plain_app", KNOWN, False),
        ("owning_app", OWNED, True),
        ("owning_app", OWNED + FORCED, False),
        ("bypassing_app", KNOWN, True),
        ("bypassing_app", KNOWN + FORCED, True),
        ("postgres", "", True),
        ("postgres", FORCED, True),
    ],
)
def test_policies_count_for_who_connects(
    user: str, sql: str, around: bool, with_role: bool, app: Postgres
) -> None:
    done = "\n".join(it for it in sql.splitlines() if not it.startswith("CREATE ROLE"))
    if done:
        run(app, done)
    source = HEAD + (WITH_ROLE if with_role else CLAIMS)
    names = module(source, app, user)
    found = names["work"]("1")
    names["engine"].dispose()
    leaks = around and not with_role
    assert found == ([1, 2] if leaks else [1])
    files = {
        "migrations/0002_roles.sql": sql or "SELECT 1;",
        ".env": f"DATABASE_URL=postgresql://{user}:s3cret@db.internal/app\n",
    }
    assert likely("claims-without-role", source, **files) is leaks
    assert likely("connection-bypasses-rls", source, **files) is leaks


def test_set_survives_a_transaction_and_its_local_kind_does_not(app: Postgres) -> None:
    app.run("BEGIN")
    app.run("SET app.tenant = '1'")
    app.run("SELECT set_config('app.other', '1', true)")
    app.run("COMMIT")
    assert app.run("SELECT current_setting('app.tenant'), current_setting('app.other', true)") == ["1|"]
    app.run("BEGIN")
    app.run("SET app.tenant = '2'")
    app.run("ROLLBACK")
    assert app.run("SELECT current_setting('app.tenant')") == ["1"]


def test_reset_all_leaves_the_role_as_it_is(app: Postgres) -> None:
    """What a pool of asyncpg sends; DISCARD ALL takes the role back as well."""
    app.run("SET app.tenant = '1'")
    app.run("SET ROLE plain_app")
    app.run("RESET ALL")
    assert app.run("SELECT current_setting('app.tenant', true), current_user") == ["|plain_app"]
    app.run("DISCARD ALL")
    assert app.run("SELECT current_user") == ["postgres"]


def test_no_message_holds_a_password() -> None:
    env = {".env": "DATABASE_URL=postgresql://postgres:s3cret@db.internal/app\n"}
    assert said("connection-bypasses-rls", HEAD + CLAIMS, **env)
    assert not any("s3cret" in it for it in said("connection-bypasses-rls", HEAD + CLAIMS, **env))
