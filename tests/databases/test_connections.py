"""What connection strings give away, and what they only seem to."""

import pytest

from crowsfoot.databases.connections import is_planetscale, is_pooled, names_a_pooler, secret


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://app:Kx7pQ2m@db.acme.io:5432/app", "the password of app at db.acme.io"),
        ("mysql://app:Kx7pQ2m@db.acme.io/app?sslaccept=strict", "the password of app at db.acme.io"),
        (
            "mongodb+srv://app:Kx7pQ2m@cluster0.abcde.mongodb.net/app",
            "the password of app at cluster0.abcde.mongodb.net",
        ),
        ("postgresql://us%40er:Kx7pQ2m@db.acme.io/app", "the password of us@er at db.acme.io"),
        ("postgresql://app:p@ss/word@db.acme.io/app", "the password of app at db.acme.io"),
        ("postgresql://:Kx7pQ2m@db.acme.io/app", "the password at db.acme.io"),
        ("postgresql://app:Kx7pQ2m@[2001:db8::7]:5432/app", "the password of app at [2001:db8::7]"),
        ("postgresql://app:Kx7pQ2m@10.0.0.7/app", "the password of app at 10.0.0.7"),
        (
            "prisma://accelerate.prisma-data.net/?api_key=eyJhbGci",
            "the API key at accelerate.prisma-data.net",
        ),
        ("prisma+postgres://db.prisma.io/x?a=1&api_key=eyJhbGci", "the API key at db.prisma.io"),
        (
            "sqlserver://sql.acme.io:1433;database=a;user=sa;password=Kx7pQ2m",
            "the password of sa at sql.acme.io",
        ),
        ("sqlserver://sql.acme.io;uid=app;pwd={Kx;7};encrypt=true", "the password of app at sql.acme.io"),
    ],
)
def test_a_secret_is_named_and_not_shown(url: str, found: str) -> None:
    assert secret(url) == found
    assert "Kx" not in found


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:./dev.db",
        "postgresql://db.acme.io/app",
        "postgresql://app@db.acme.io/app",
        "postgresql://app:@db.acme.io/app",
        "sqlserver://sql.acme.io:1433;database=app;integratedSecurity=true",
        "prisma://accelerate.prisma-data.net/",
        "not a url: a@b",
    ],
)
def test_without_a_password_there_is_no_secret(url: str) -> None:
    assert secret(url) is None


_NOWHERE = """
    localhost 127.0.0.1 0.0.0.0 [::1] db postgres host.docker.internal HOST [HOST] <host> ${DB_HOST}
    db.test db.local my.example.com example.org db.example
"""

_STAND_INS = """
    password PASSWORD Password1! postgres prisma secret changeme change_me root pass test123 app APP
    your-password your_db_password mypassword <password> [YOUR-PASSWORD] ${DB_PASSWORD} {password}
    $PASSWORD %DB_PASSWORD% **** xxxxxxxx ... abc...
"""


@pytest.mark.parametrize("host", _NOWHERE.split())
def test_an_address_that_leads_nowhere_holds_no_secret(host: str) -> None:
    assert secret(f"postgresql://app:Kx7pQ2m@{host}:5432/app") is None


@pytest.mark.parametrize("password", _STAND_INS.split())
def test_a_stand_in_for_a_password_is_no_secret(password: str) -> None:
    assert secret(f"postgresql://app:{password}@db.acme.io:5432/app") is None


@pytest.mark.parametrize(
    "password", ["passw0rd-Kx7", "prisma-Kx7pQ2", "rootbeer77x", "testament-9", "%40bc77x", "$bc7-7x"]
)
def test_a_password_that_begins_like_a_stand_in_is_a_secret(password: str) -> None:
    assert secret(f"postgresql://app:{password}@db.acme.io:5432/app")


@pytest.mark.parametrize(
    ("url", "pooled"),
    [
        ("postgresql://a:b@h:6432/d?pgbouncer=true", True),
        ("postgresql://a:b@h:6432/d?schema=x&pgbouncer=true", True),
        ("postgresql://a.b:c@aws-0-eu-west-1.pooler.supabase.com:6543/postgres", True),
        ("postgresql://a:b@db.abcdefgh.supabase.co:6543/postgres", True),
        ("postgresql://a.b:c@aws-0-eu-west-1.pooler.supabase.com:5432/postgres", False),
        ("postgresql://a:b@db.abcdefgh.supabase.co:5432/postgres", False),
        ("postgresql://a:b@h:6432/d?pgbouncer=false", False),
        ("postgresql://a:b@ep-x-1-pooler.eu-central-1.aws.neon.tech/d", False),
        ("postgresql://a:b@ep-x-1-pooler.eu-central-1.aws.neon.tech/d?pgbouncer=true", False),
        ("postgresql://a:b@h:5432/d", False),
    ],
)
def test_a_pooler_is_known_by_its_address(url: str, pooled: bool) -> None:
    assert is_pooled(url) == pooled


@pytest.mark.parametrize(
    ("variable", "pooled"),
    [
        ("DATABASE_POOL_URL", True),
        ("POOLED_DATABASE_URL", True),
        ("DATABASE_URL_POOLER", True),
        ("PGBOUNCER_URL", True),
        ("databasePoolUrl", True),
        ("DATABASE_URL", False),
        ("POSTGRES_URL_NON_POOLING", False),
        ("POSTGRES_PRISMA_URL", False),
        ("DATABASE_URL_UNPOOLED", False),
        ("DIRECT_POOL_URL", False),
        ("LIVERPOOL_URL", False),
        ("SPOOL_URL", False),
    ],
)
def test_a_pooler_is_known_by_the_name_of_a_variable(variable: str, pooled: bool) -> None:
    assert names_a_pooler(variable) == pooled


def test_planetscale_is_known_by_its_host() -> None:
    assert is_planetscale("mysql://a:b@aws.connect.psdb.cloud/d?sslaccept=strict")
    assert not is_planetscale("mysql://a:b@db.acme.io/psdb.cloud")


def test_a_text_of_megabytes_is_no_address() -> None:
    url = f"postgresql://app:Kx7pQ2m@db.acme.io/{'a@' * 1_000_000}?pgbouncer=true"
    assert secret(url) is None
    assert not is_pooled(url)
    assert not is_planetscale(url)
