"""What lies in a folder of migrations need not be kind: it is named, nobody is accused wrongly, no run hangs."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crowsfoot.config import Config
from crowsfoot.discover import Discovery
from crowsfoot.finding import Confidence, Report
from crowsfoot.rule import load
from crowsfoot.run import check
from crowsfoot.source import Source

from .shell import Shell

RULES = load()
EVERYTHING = Config(select=("all",), min_confidence=Confidence.POSSIBLE)
TABLE = "CREATE TABLE t (id int PRIMARY KEY, a int);\n"
DIALECTS = ("postgresql", "mysql", "sqlite", "sqlserver")


def prisma(*texts: str | bytes, provider: str = "postgresql") -> dict[str, Any]:
    """The files of a project whose migrations are the texts."""
    files: dict[str, Any] = {"m/migrations/migration_lock.toml": f'provider = "{provider}"\n'}
    for number, text in enumerate(texts):
        files[f"m/migrations/{20240101000000 + number}_x/migration.sql"] = text
    return files


def report_on(files: Mapping[str, str]) -> Report:
    """The report, every place of which lies in the text of its file."""
    sources = tuple(Source(path, text) for path, text in sorted(files.items()))
    report = check(Discovery(root=Path(), sources=sources), EVERYTHING, RULES)
    assert not report.failures, report.failures[0]
    for it in report.kept:
        for span in (it.finding.span, *(other.span for other in it.finding.related)):
            assert 0 <= span.start <= span.end <= len(files.get(span.path, "")), (it.rule, span)
    return report


def accused(report: Report) -> list[str]:
    return [it.finding.message for it in report.kept if it.rule == "failing-migration"]


# What was not read may have done anything


@pytest.mark.parametrize("dialect", DIALECTS)
def test_who_has_read_all_says_what_is_missing(dialect: str) -> None:
    assert accused(report_on(prisma(TABLE, "SELECT 1;", "DROP TABLE unknown_one;", provider=dialect)))


MAKER = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE unknown_one (); RETURN 1; END $$;"
TRIGGERED = (
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE unknown_one (); RETURN NEW;"
    " END $$; CREATE TRIGGER g BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION f();"
)
CALLER = "CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM f(); RETURN 1; END $$;"
OPAQUE = [
    ("postgresql", "DO $$ DECLARE q text := current_user; BEGIN EXECUTE q; END $$;"),
    ("postgresql", "DO LANGUAGE plpython3u $$ x $$;"),
    ("postgresql", f"{MAKER} SELECT f();"),
    ("postgresql", f"{MAKER} INSERT INTO t SELECT f();"),
    ("postgresql", f"{MAKER} INSERT INTO t VALUES (1, f());"),
    ("postgresql", f"{MAKER} UPDATE t SET a = f();"),
    ("postgresql", f"{MAKER} DELETE FROM t WHERE a = f();"),
    ("postgresql", f"{MAKER} {CALLER} SELECT g();"),
    ("postgresql", f"{TRIGGERED} INSERT INTO t VALUES (1, 1);"),
    ("postgresql", f"{TRIGGERED} UPDATE t SET a = 1;"),
    ("postgresql", f"{TRIGGERED} DELETE FROM t;"),
    ("postgresql", "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'x', 'y'; SELECT f();"),
    (
        "postgresql",
        "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE unknown_one ();"
        " END $$; CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();",
    ),
    ("postgresql", "IMPORT FOREIGN SCHEMA x FROM SERVER s INTO public;"),
    ("postgresql", "\\i other.sql\n"),
    ("postgresql", "SELECT 'CREATE TABLE unknown_one ()' \\gexec\n"),
    ("postgresql", "\\if :x\nCREATE TABLE unknown_one ();\n\\endif\nDROP TABLE unknown_one;\n"),
    ("mysql", "CREATE PROCEDURE p() BEGIN CREATE TABLE unknown_one (id int PRIMARY KEY); END;\nCALL p();"),
    ("mysql", "SET @s = CONCAT('CREATE ', @x); PREPARE p FROM @s; EXECUTE p;"),
    ("mysql", "SOURCE other.sql;"),
    ("sqlite", ".read other.sql\n"),
    ("sqlserver", "EXEC dbo.make_it;"),
    ("sqlserver", "DECLARE @s nvarchar(max); SELECT @s = 'x' + name FROM sys.tables; EXEC (@s);"),
    ("sqlserver", ":r other.sql\nGO\n"),
    *((dialect, "CREATE TABLE u (id int;") for dialect in DIALECTS[1:]),
    *((dialect, "CREATE TABLE u (id varchar(9) DEFAULT 'x);") for dialect in DIALECTS[1:]),
]


@pytest.mark.parametrize(("dialect", "text"), OPAQUE)
def test_after_what_cannot_be_followed_nobody_is_accused(dialect: str, text: str) -> None:
    assert accused(report_on(prisma(TABLE, text, "DROP TABLE unknown_one;", provider=dialect))) == []


@pytest.mark.parametrize(
    "text",
    [
        "DROP INDEX u_at_idx;",
        "DROP INDEX public.u_at_idx;",
        "ALTER INDEX u_at_idx RENAME TO u_at;",
        "DROP TRIGGER u_insert_blocker ON u;",
        "COMMENT ON INDEX u_at_idx IS 'x';",
        "CREATE INDEX u_at_idx ON u (at);",
        "CREATE INDEX IF NOT EXISTS u_at_idx ON u (at); DROP INDEX u_at_idx; CREATE INDEX u_at_idx ON u (at);",
        "ALTER TABLE u DROP CONSTRAINT u_at_check;",
    ],
)
@pytest.mark.parametrize("name", ["u", "public.u", '"u"'])
def test_what_the_function_of_an_extension_may_have_made_is_not_missed(text: str, name: str) -> None:
    made = (
        "CREATE EXTENSION timescaledb; CREATE TABLE u (at timestamptz NOT NULL);"
        f"SELECT create_hypertable('{name}', 'at');"
    )
    assert accused(report_on(prisma(TABLE, made, text))) == []
    assert len(accused(report_on(prisma(TABLE, made, text, "DROP INDEX t_at_idx;")))) == 1


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("sqlite", "SELECT * FROM sqlite_master; DELETE FROM sqlite_sequence;"),
        (
            "sqlserver",
            "CREATE SYNONYM s FOR other.dbo.s; INSERT INTO s VALUES (1); INSERT INTO dbo.s VALUES (1);",
        ),
        ("mysql", "INSERT INTO mysql.user VALUES (1); SELECT * FROM information_schema.tables;"),
        (
            "sqlserver",
            "SELECT * FROM sys.tables; SELECT * INTO #x FROM t; DROP TABLE #x;",
        ),
        ("postgresql", "CREATE EXTENSION postgis; ALTER TABLE spatial_ref_sys ENABLE ROW LEVEL SECURITY;"),
    ],
)
def test_what_others_have_made_is_not_missed(dialect: str, text: str) -> None:
    assert accused(report_on(prisma(TABLE, text, provider=dialect))) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SELECT 1;\n  \\ir a.sql\n", "\\ir"),
        ("SELECT 'x' \\gexec\n", "\\gexec"),
        ("\\connect other\n", "\\connect"),
    ],
)
def test_what_psql_would_run_besides_is_told_with_its_place(text: str, place: str) -> None:
    files = {"migrations/001_x.sql": TABLE, "migrations/002_x.sql": text}
    (said,) = [it.finding for it in report_on(files).kept if it.rule == "unsupported-schema"]
    assert files[said.span.path][said.span.start : said.span.end] == place
    assert [it.rule for it in report_on(files).kept if it.rule == "empty-migration"] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"DROP TABLE \0t;", "binary"),
        (b"-- caf\xe9\nDROP TABLE t;", "0xe9"),
        ("DROP TABLE t;".encode("utf-16"), "UTF-16"),
        (b"-- x\n" * 30_000, "max-file-size"),
        (None, "P3015"),
    ],
    ids=["nul", "latin-1", "utf-16", "too-large", "a-folder"],
)
def test_a_migration_without_a_text_is_named_and_what_follows_is_not_accused(
    shell: Shell, text: bytes | None, said: str
) -> None:
    shell.write("crowsfoot.toml", "max-file-size = 100000\n")
    for path, content in prisma(TABLE, text or b"", "DROP TABLE unknown_one;").items():
        if content == b"":
            (shell.folder / path).mkdir(parents=True)
        else:
            shell.write(path, content)
    run = shell("check", "--no-cache", "--output", "concise")
    assert (run.returncode, run.stderr) == (1, "")
    first, *_ = run.stdout.splitlines()
    assert said in first
    assert "1 finding " in run.stdout


def test_a_file_that_the_journal_of_drizzle_names_in_vain_is_told() -> None:
    tags = ["0000_a", "0001_gone", "../../../etc/passwd"]
    journal = {"version": "7", "dialect": "postgresql", "entries": [{"idx": 0, "tag": it} for it in tags]}
    files = {"drizzle/0000_a.sql": TABLE, "drizzle/meta/_journal.json": json.dumps(journal)}
    (said,) = [it.finding for it in report_on(files).kept if it.rule == "unreadable-file"]
    assert said.span.path == "drizzle/meta/_journal.json"
    assert "0001_gone, and 1 more" in said.message


# Deep and large

DEEP: dict[str, tuple[str, ...]] = {
    "brackets": ("SELECT " + "(" * 10_000 + "1" + ")" * 10_000 + ";",),
    "brackets without end": ("SELECT " + "(" * 200_000,),
    "comments": ("/*" * 50_000 + "*/" * 50_000 + "SELECT 1;",),
    "operators": ("ALTER TABLE t ADD CHECK (" + " AND ".join(["a <> 1"] * 50_000) + ");",),
    "strings": ("SELECT " + " || ".join(["'x'"] * 50_000) + ";",),
    "not": ("SELECT " + "NOT " * 60_000 + "true;",),
    "casts": ("SELECT 1" + "::int" * 30_000 + ";",),
    "unions": ("CREATE VIEW v AS " + " UNION ".join(["SELECT a FROM t"] * 5_000) + ";",),
    "queries": ("SELECT * FROM " + "(SELECT * FROM " * 3_000 + "t" + ") x" * 3_000 + ";",),
    "case": ("SELECT " + "CASE WHEN true THEN " * 3_000 + "1" + " END" * 3_000 + ";",),
    "blocks": ("DO $$ " + "BEGIN " * 3_000 + "DROP TABLE t;" + "END;" * 2_999 + "END $$;",),
    "conditions": (
        "DO $$ BEGIN " + "IF true THEN " * 3_000 + "DROP TABLE t;" + "END IF;" * 3_000 + "END $$;",
    ),
    "tags": ("".join(f"$a{it}$ " for it in range(20_000)),),
    "quotes": ("'" * 100_001 + "; DROP TABLE t;",),
    "columns": ("CREATE TABLE u (" + ", ".join(f"c{it} int" for it in range(50_000)) + ");",),
    "values": ("DELETE FROM t WHERE id IN (" + ", ".join(map(str, range(100_000))) + ");",),
    "labels": ("CREATE TYPE e AS ENUM (" + ", ".join(f"'v{it}'" for it in range(10_000)) + ");",),
    "name": (f'CREATE TABLE "{"x" * 500_000}" (id int);', f"COMMENT ON TABLE t IS '{'x' * 500_000}';"),
    "rows without end": ("COPY t FROM stdin;\n" + "1\t2\n" * 100_000,),
}


def test_no_depth_ends_the_process(shell: Shell) -> None:
    for provider in ("postgresql", "sqlserver"):  # whose parsers are different
        for name, texts in DEEP.items():
            for path, text in prisma(TABLE, *texts, provider=provider).items():
                shell.write(f"{provider}/{name}/{path}", text)
    run = shell("check", "--no-cache", "--output", "concise")
    assert (run.returncode, run.stderr) == (1, "")


def chain(first: str, next_one: Callable[[int], str], size: int) -> str:
    return first + "".join(map(next_one, range(1, size)))


CHAINS: dict[str, Callable[[int], tuple[str, str]]] = {
    "views": lambda n: (
        chain(
            "CREATE VIEW v0 AS SELECT * FROM t;",
            lambda it: f"CREATE VIEW v{it} AS SELECT * FROM v{it - 1};",
            n,
        ),
        "ALTER TABLE t DROP COLUMN a CASCADE; DROP VIEW IF EXISTS v0 CASCADE;",
    ),
    "partitions": lambda n: (
        chain(
            "CREATE TABLE p0 (id int) PARTITION BY LIST (id);",
            lambda it: f"CREATE TABLE p{it} PARTITION OF p{it - 1} FOR VALUES IN (1) PARTITION BY LIST (id);",
            n,
        ),
        "ALTER TABLE p0 ADD COLUMN c int; CREATE INDEX i ON p0 (id); DROP TABLE p0 CASCADE;",
    ),
    "heirs": lambda n: (
        chain("CREATE TABLE p0 (id int);", lambda it: f"CREATE TABLE p{it} () INHERITS (p{it - 1});", n),
        "ALTER TABLE p0 ADD COLUMN c int; ALTER TABLE p0 INHERIT p5; DROP TABLE p0 CASCADE;",
    ),
    "cascades": lambda n: (
        chain(
            "CREATE TABLE r0 (id int PRIMARY KEY);",
            lambda it: f"CREATE TABLE r{it} (id int PRIMARY KEY REFERENCES r{it - 1} ON DELETE CASCADE);",
            n,
        ),
        f"ALTER TABLE r0 ADD FOREIGN KEY (id) REFERENCES r{n - 1}; DELETE FROM r0; TRUNCATE r0 CASCADE;",
    ),
    "domains": lambda n: (
        chain("CREATE DOMAIN d0 AS int;", lambda it: f"CREATE DOMAIN d{it} AS d{it - 1};", n),
        f"CREATE TABLE u (a d{n - 1}); DROP DOMAIN d0 CASCADE;",
    ),
    "functions": lambda n: (
        chain(
            MAKER, lambda it: f"CREATE FUNCTION f{it}() RETURNS int LANGUAGE sql AS 'SELECT f{it - 1}()';", n
        ),
        f"SELECT f{n - 1}();",
    ),
}


@pytest.mark.parametrize("shape", CHAINS)
def test_a_chain_of_two_thousand_is_followed(shape: str) -> None:
    report_on(prisma(TABLE, *CHAINS[shape](2_000)))


def calls(work: Callable[[], object]) -> int:
    """How many functions are called meanwhile: an amount of work that no other process changes."""
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def many(line: str) -> Callable[[int], list[str]]:
    return lambda n: [TABLE, "".join(line.replace("#", str(it)) for it in range(n))]


MANY: dict[str, tuple[str, Callable[[int], list[str]]]] = {
    "columns that come and go": ("postgresql", many("ALTER TABLE t ADD c int; ALTER TABLE t DROP c;")),
    "types that come and go": (
        "postgresql",
        many("ALTER TABLE t ALTER a TYPE bigint; ALTER TABLE t ALTER a TYPE int;"),
    ),
    "names that come and go": ("postgresql", many("ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO t;")),
    "broken": ("postgresql", many("CREATE TABEL x (id int;\n")),
    "keys": ("postgresql", many("CREATE TABLE r# (id int REFERENCES t);")),
    "drops": (
        "postgresql",
        lambda n: [
            "".join(f"CREATE TABLE t{it} ();" for it in range(n)),
            "".join(f"DROP TABLE t{it};" for it in range(n)),
        ],
    ),
    "migrations": ("postgresql", lambda n: [f"CREATE TABLE t{it} (id int PRIMARY KEY);" for it in range(n)]),
    "failing migrations": ("postgresql", lambda n: [f"DROP TABLE t{it};" for it in range(n)]),
    "calls": (
        "postgresql",
        lambda n: [TABLE, MAKER.replace("CREATE TABLE unknown_one ();", "") + "SELECT f();" * n],
    ),
    "defaults": ("mysql", many("ALTER TABLE t ALTER COLUMN a SET DEFAULT #;")),
    "rows": ("mysql", many("INSERT INTO t VALUES (#, 'it''s #');\n")),
    "columns of SQLite": ("sqlite", many("ALTER TABLE t ADD c int; ALTER TABLE t DROP c;")),
    "casts": ("sqlite", lambda n: [TABLE, "SELECT " + "CAST(" * n + "1" + " AS int)" * n + ";"]),
    "batches": ("sqlserver", many("UPDATE t SET a = #\nGO\n")),
    "conditions": ("sqlserver", many("IF (SELECT (1 ")),
}


@pytest.mark.parametrize("shape", MANY)
def test_twice_as_much_is_twice_the_work(shape: str) -> None:
    dialect, texts = MANY[shape]
    size = 40 if shape == "casts" else 300
    report_on(prisma(*texts(10), provider=dialect))  # what is imported and compiled once
    once = calls(lambda: report_on(prisma(*texts(size), provider=dialect)))
    twice = calls(lambda: report_on(prisma(*texts(2 * size), provider=dialect)))
    assert twice < 2.4 * once


# Broken at random

RICH: dict[str, str] = {
    "postgresql": (
        "CREATE TYPE e AS ENUM ('a', 'b');\nCREATE TABLE u (id serial PRIMARY KEY, e e DEFAULT 'a', t text[] NOT NULL);\n"
        "CREATE UNIQUE INDEX CONCURRENTLY i ON u (lower(e::text)) INCLUDE (t) WHERE id > 1; -- x\n"
        "ALTER TABLE u ADD CONSTRAINT k CHECK (id > 0) NOT VALID, ADD FOREIGN KEY (id) REFERENCES t, DROP COLUMN t;\n"
        "DO $$ BEGIN IF true THEN EXECUTE 'DROP TABLE u'; END IF; EXCEPTION WHEN others THEN NULL; END $$;\n"
        "/* Warnings:\n  - x\n*/\nINSERT INTO u VALUES (1, 'a', E'\\'{}'), (2, 'b', '');\nUPDATE u SET e = 'b' WHERE id = 1;\n"
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE plpgsql AS $f$ BEGIN RETURN a; END $f$;\n"
        "CREATE VIEW v AS SELECT * FROM u JOIN t USING (id); COPY t FROM stdin;\n1\t2\n\\.\nBEGIN; COMMIT;\n"
    ),
    "mysql": (
        "CREATE TABLE `u` (`id` INT UNSIGNED AUTO_INCREMENT, e ENUM('a','b'), KEY k (e(3)), PRIMARY KEY (`id`)) "
        "ENGINE=InnoDB;\nALTER TABLE u MODIFY e VARCHAR(9) NULL, ADD COLUMN x JSON AFTER id, ALGORITHM=INPLACE;\n"
        "DELIMITER //\nCREATE TRIGGER g BEFORE INSERT ON u FOR EACH ROW BEGIN IF 1 THEN SET NEW.e = 'x\\''; END IF; END//\n"
        "DELIMITER ;\n/*!40101 SET NAMES utf8 */; INSERT INTO u VALUES (1, 'a', '{}'); # x\nRENAME TABLE u TO w, w TO u;\n"
    ),
    "sqlite": (
        'PRAGMA foreign_keys=OFF;\nCREATE TABLE "new_t" (id INTEGER PRIMARY KEY AUTOINCREMENT, [a b] TEXT, '
        "CHECK (id > 0));\nINSERT INTO new_t SELECT id, a FROM t;\nDROP TABLE t;\nALTER TABLE new_t RENAME TO t;\n"
        "CREATE TRIGGER g AFTER UPDATE OF id ON t BEGIN UPDATE t SET id = CASE WHEN 1 THEN 2 END; END;\n"
        "CREATE UNIQUE INDEX i ON t (lower(id)) WHERE id > 1; PRAGMA foreign_keys=ON;\n"
    ),
    "sqlserver": (
        "BEGIN TRY\nBEGIN TRAN;\nCREATE TABLE [dbo].[u] ([id] INT IDENTITY(1,1), e NVARCHAR(max) CONSTRAINT d DEFAULT 'x', "
        "CONSTRAINT p PRIMARY KEY CLUSTERED ([id]));\nIF (SELECT COUNT(*) FROM u) > 0 ALTER TABLE u ALTER COLUMN e INT;\n"
        "EXEC sp_rename 'dbo.u', N'w'; DECLARE @s NVARCHAR(9) = N'DROP TABLE t'; EXEC(@s);\nCOMMIT TRAN;\nEND TRY\n"
        "BEGIN CATCH\nIF @@TRANCOUNT > 0 ROLLBACK TRAN; THROW\nEND CATCH\nGO\nCREATE VIEW v AS SELECT 'it''s' AS x\nGO 2\n"
    ),
}
ODD = st.sampled_from(
    [
        *(
            "'",
            '"',
            "`",
            "$$",
            "/*",
            "*/",
            "--",
            "(",
            ")",
            "[",
            "]",
            ";",
            "\\",
            "\r",
            "\ufeff",
            "\u2028",
            "\x1b",
            "é",
        ),
        *(
            "\U0001f600",
            "BEGIN ",
            "END ",
            "IF ",
            "CASE ",
            "GO\n",
            "DELIMITER //\n",
            "COPY t FROM stdin;\n",
            "\\.\n",
            "E'",
        ),
        *(
            "-- +goose Down\n",
            "::",
            "1e999999",
            "",
            "\\gexec ",
            "/*!",
            "\0",
            "${x}",
            "--> statement-breakpoint",
        ),
    ]
)


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_text_that_is_broken_anywhere_neither_raises_nor_points_outside(
    dialect: str, data: st.DataObject
) -> None:
    text = RICH[data.draw(st.sampled_from([dialect, dialect, dialect, *DIALECTS]))]
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.sampled_from([start, start, start + 1, start + 9, len(text)]))
        text = text[:start] + data.draw(ODD) + text[end:]
    report_on(prisma(TABLE, text, "ALTER TABLE u ADD COLUMN z int;", provider=dialect))


# Names


def test_names_of_tables_are_no_commands_to_a_runner(shell: Shell) -> None:
    evil = "::error::x\n::error::y\x1b[31m\u202e%0A"
    texts = (f'CREATE TABLE "{evil}" (id int PRIMARY KEY);', f'DROP TABLE "{evil}"; DROP TABLE "{evil}";')
    for path, text in prisma(*texts).items():
        shell.write(path, text)
    run = shell("check", "--no-cache", "--output", "full", "--output", "github=out")
    assert run.returncode == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", run.stdout)
    assert not re.search(r"^\s*::\w", run.stdout, re.MULTILINE)
    lines = (shell.folder / "out").read_text().splitlines()
    assert len(lines) == 2
    assert all(re.match(r"::(error|warning) file=m/", it) for it in lines)
