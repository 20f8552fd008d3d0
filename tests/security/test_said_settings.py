"""The text of SQL -> what it does to its session."""

import pytest

from crowsfoot.libraries.raw.tokens import HOLE
from crowsfoot.link.security.said_settings import ALL, said


@pytest.mark.parametrize(
    ("sql", "name", "how", "local"),
    [
        ("SET app.tenant = '1'", "app.tenant", "constant", False),
        ("set session app.tenant to 1", "app.tenant", "constant", False),
        ("SET LOCAL app.tenant = %s", "app.tenant", "parameter", True),
        (f"SET LOCAL app.tenant = '{HOLE}'", "app.tenant", "built", True),
        (f"SET {HOLE} = '1'", "", "constant", False),
        ("SET LOCAL \"request.jwt.claims\" = '{}'", "request.jwt.claims", "constant", True),
        ("SET ROLE authenticated", "role", "constant", False),
        ("SET LOCAL role = 'authenticated'", "role", "constant", True),
        (f"SET ROLE {HOLE}", "role", "built", False),
        ("SET SESSION AUTHORIZATION app", "session_authorization", "constant", False),
        ("SELECT set_config('app.tenant', $1, true)", "app.tenant", "parameter", True),
        ("select pg_catalog.set_config('app.tenant', :t, false)", "app.tenant", "parameter", False),
        ("SELECT set_config('app.tenant', :t::text, :local)", "app.tenant", "parameter", None),
        (f"SELECT set_config('app.tenant', '{HOLE}', true)", "app.tenant", "built", True),
        ("/* why */ SET app.tenant = '1' -- now", "app.tenant", "constant", False),
    ],
)
def test_what_is_set(sql: str, name: str, how: str, local: bool | None) -> None:
    (it,) = said(sql)
    assert (it.action, it.name, it.how, it.local) == ("set", name, how, local)


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("RESET app.tenant", "app.tenant"),
        ("SET app.tenant = ''", "app.tenant"),
        ("SET app.tenant TO DEFAULT", "app.tenant"),
        ("SELECT set_config('app.tenant', '', false)", "app.tenant"),
        ("SET ROLE NONE", "role"),
        ("RESET ROLE", "role"),
        ("RESET ALL", ALL),
    ],
)
def test_what_is_taken_back(sql: str, name: str) -> None:
    (it,) = said(sql)
    assert (it.action, it.name) == ("reset", name)


def test_several_statements_are_told_in_their_order() -> None:
    text = "BEGIN; SET LOCAL app.tenant = '1'; SELECT set_config('role', 'x', true), * FROM t; COMMIT"
    assert [(it.action, it.name, it.reads) for it in said(text)] == [
        ("begin", "", False),
        ("set", "app.tenant", False),
        ("set", "role", True),
        ("end", "", False),
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE t SET a = 1",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SELECT 'set_config(1)'",
        "SELECT set_config(",
        "SET",
        "SET LOCAL",
        "",
        "ALTER ROLE app SET app.tenant = '1'",
    ],
)
def test_everything_else_says_nothing(sql: str) -> None:
    assert said(sql) == ()
