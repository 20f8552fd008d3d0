"""What a run works out, and what it takes from the cache."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crowsfoot import frontends
from crowsfoot import session as sessions
from crowsfoot.config import UserError, repository
from crowsfoot.discover import Discovery, discover
from crowsfoot.session import Choices, Session

from .schemas import UNINDEXED


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one finding, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    (folder / "prisma").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "prisma/schema.prisma").write_text(UNINDEXED)
    return folder


def rules_of(session: Session) -> list[str]:
    return [it.rule for it in session.report.kept]


def open_session(*paths: Path, **options: object) -> Session:
    return Session(paths, Choices(), **options)  # type: ignore[arg-type]


class Counter:
    """Counts how many files are parsed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.files = 0
        read = frontends.read

        def counted(*arguments: object) -> object:
            self.files += 1
            return read(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(frontends, "read", counted)


def test_an_unchanged_project_is_not_parsed_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter(monkeypatch)
    assert rules_of(open_session(project)) == ["unindexed-foreign-key"]
    assert counter.files == 1
    again = open_session(project)
    assert rules_of(again) == ["unindexed-foreign-key"]
    assert counter.files == 1
    assert "rules" not in vars(again), "rules were loaded"


def test_of_a_changed_project_only_the_changed_file_is_parsed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "prisma/more.prisma").write_text("model Tag {\n  id Int @id\n}\n")
    counter = Counter(monkeypatch)
    assert rules_of(open_session(project)) == ["unindexed-foreign-key"]
    assert counter.files == 2
    (project / "prisma/schema.prisma").write_text(UNINDEXED.replace("authorId Int", "authorId Int @unique"))
    assert rules_of(open_session(project)) != ["unindexed-foreign-key"]
    assert counter.files == 3


def test_without_the_cache_everything_is_parsed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter(monkeypatch)
    for _ in range(2):
        assert rules_of(open_session(project, cached=False)) == ["unindexed-foreign-key"]
    assert counter.files == 2


def test_a_project_that_was_asked_for_is_not_read_again_for_its_report(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = Counter(monkeypatch)
    session = open_session(project, cached=False)
    assert list(session.project.databases[0].tables) == ["User", "Post"]
    assert rules_of(session) == ["unindexed-foreign-key"]
    assert counter.files == 1
    session.write(session.fixed(unsafe=False))
    assert [str(it) for it in session.project.databases[0].indexes()][-1] == "Post(authorId)"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is forked")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("fails", [False, True])
def test_where_nothing_is_kept_another_process_looks_for_the_files(
    project: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    us, here = os.getpid(), 0

    def counted(*arguments: Any, **options: Any) -> Discovery:
        nonlocal here
        if os.getpid() == us:
            here += 1
        elif fails:
            os._exit(1)
        return discover(*arguments, **options)

    monkeypatch.setattr(sessions, "spare_cores", lambda: 1)
    monkeypatch.setattr(sessions, "discover", counted)
    assert rules_of(open_session(project, cached=False)) == ["unindexed-foreign-key"]
    assert here == fails
    assert rules_of(open_session(project)) == ["unindexed-foreign-key"]
    assert here == 2 * fails, "the first run with a cache finds nothing in it"
    assert rules_of(open_session(project)) == ["unindexed-foreign-key"]
    assert here == 2 * fails + 1


def test_another_configuration_is_another_report(project: Path) -> None:
    assert rules_of(open_session(project)) == ["unindexed-foreign-key"]
    (project / "crowsfoot.toml").write_text('ignore = ["unindexed-foreign-key"]\n')
    assert rules_of(open_session(project)) == []


def test_a_run_from_the_cache_imports_no_parser_and_no_graph(project: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from crowsfoot.session import Choices, Session;"
        "Session([Path(sys.argv[1])], Choices()).report;"
        "print(*(it for it in ('lark', 'networkx', 'sarif_om', 'crowsfoot_rules') if it in sys.modules))"
    )
    for expected in ("lark crowsfoot_rules\n", "\n"):
        run = subprocess.run(
            [sys.executable, "-c", code, str(project)], capture_output=True, text=True, check=True
        )
        assert run.stdout == expected


def test_a_file_is_judged_by_the_project_around_it(project: Path) -> None:
    schema = project / "prisma/schema.prisma"
    tag = project / "prisma/tag.prisma"
    schema.write_text(UNINDEXED.replace("posts Post[]", "posts Post[]\n  tags  Tag[]"))
    tag.write_text(
        "model Tag {\n  id     Int  @id\n  userId Int\n"
        "  user   User @relation(fields: [userId], references: [id])\n}\n"
    )
    session = open_session(tag)
    assert [(it.rule, it.finding.span.path) for it in session.report.kept] == [
        ("unindexed-foreign-key", "prisma/tag.prisma")
    ]


def test_a_package_finds_what_it_imports_by_its_own_name(project: Path) -> None:
    if repository(str(project.parent)):
        pytest.skip("the temporary folder is in a repository")
    package = project.parent / "library"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "models.py").write_text(
        "from django.db import models\n"
        "class Book(models.Model):\n"
        "    author = models.ForeignKey('Book', on_delete=models.CASCADE)\n"
    )
    (package / "names.py").write_text(
        "from library.models import Book\ndef names():\n    return [it.author.pk for it in Book.objects.all()]\n"
    )
    assert "lazy-load-in-loop" in rules_of(open_session(package))


def test_standard_input_takes_the_place_of_its_file(project: Path) -> None:
    schema = project / "prisma/schema.prisma"
    text = UNINDEXED.replace("authorId Int", "authorId Int @unique")
    session = open_session(Path("-"), stdin=(text.encode(), schema))
    assert "unindexed-foreign-key" not in rules_of(session)


def test_fixes_are_applied_until_nothing_changes(project: Path) -> None:
    session = open_session(project)
    fixed = session.fixed(unsafe=False)
    assert fixed.count == 1
    assert "@@index([authorId])" in fixed.texts["prisma/schema.prisma"]
    session.write(fixed)
    assert rules_of(session) == []
    assert open_session(project).fixed(unsafe=True).count == 0


def test_crlf_is_kept_by_fixes(project: Path) -> None:
    schema = project / "prisma/schema.prisma"
    schema.write_bytes(UNINDEXED.replace("\n", "\r\n").encode())
    session = open_session(project)
    session.write(session.fixed(unsafe=False))
    data = schema.read_bytes()
    assert b"@@index([authorId])\r\n" in data
    assert data.count(b"\n") == data.count(b"\r\n")


def test_a_file_that_cannot_be_written_is_named(project: Path) -> None:
    session = open_session(project)
    fixed = session.fixed(unsafe=False)
    schema = project / "prisma/schema.prisma"
    schema.unlink()
    schema.mkdir()
    with pytest.raises(UserError, match=r"prisma/schema\.prisma: cannot be written"):
        session.write(fixed)


def test_two_databases_in_one_repository_are_kept_apart(project: Path) -> None:
    (project / "analytics").mkdir()
    (project / "analytics/schema.prisma").write_text(UNINDEXED.replace("postgresql", "mysql"))
    found = [it.finding.span.path for it in open_session(project).report.kept]
    assert found == ["prisma/schema.prisma"]  # InnoDB indexes foreign keys by itself


def test_a_file_that_somebody_else_has_changed_meanwhile_is_not_written_to(project: Path) -> None:
    file = project / "prisma/schema.prisma"
    session = open_session(project)
    fixed = session.fixed(unsafe=False)
    assert fixed.count == 1
    file.write_text("// saved by an editor\n")
    with pytest.raises(UserError, match=r"schema\.prisma: has changed"):
        session.write(fixed)
    assert file.read_text() == "// saved by an editor\n"
    file.unlink()
    with pytest.raises(UserError, match=r"schema\.prisma: cannot be written"):
        session.write(fixed)
    assert not file.exists()


def test_a_file_under_two_names_is_fixed_once(project: Path) -> None:
    file = project / "prisma/schema.prisma"
    (project / "prisma/link.prisma").symlink_to("schema.prisma")
    session = open_session(project)
    session.write(session.fixed(unsafe=False))
    assert file.read_text().count("@@index") == 1
    assert (project / "prisma/link.prisma").is_symlink()


def test_arguments_that_are_no_text_are_the_users_to_mend(project: Path) -> None:
    with pytest.raises(UserError, match="no rule or category"):
        Session([project], Choices(select=("\udcff",)))


# Migrations

LOCK = 'provider = "postgresql"\n'
TABLES = 'CREATE TABLE "User" ("id" INTEGER PRIMARY KEY);\n'
MORE = (
    'CREATE TABLE "Post" ("id" INTEGER PRIMARY KEY, "authorId" INTEGER NOT NULL,\n'
    '  CONSTRAINT "fk" FOREIGN KEY ("authorId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE);\n'
)


@pytest.fixture
def migrated(project: Path) -> Path:
    """A project with the migrations that make its schema."""
    folder = project / "prisma/migrations"
    for name, text in (("1_a", TABLES), ("2_b", MORE)):
        (folder / name).mkdir(parents=True)
        (folder / name / "migration.sql").write_text(text)
    (folder / "migration_lock.toml").write_text(LOCK)
    return project


def places(session: Session) -> list[tuple[str, str]]:
    return [(it.rule, it.finding.span.path) for it in session.report.kept]


def test_of_migrations_only_a_new_one_is_parsed(migrated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter(monkeypatch)
    open_session(migrated).report  # noqa: B018  # it is worked out when it is asked for
    assert counter.files == 4
    open_session(migrated).report  # noqa: B018
    assert counter.files == 4
    folder = migrated / "prisma/migrations/3_c"
    folder.mkdir()
    (folder / "migration.sql").write_text("DROP TABEL x;\n")
    assert ("syntax-error", "prisma/migrations/3_c/migration.sql") in places(open_session(migrated))
    assert counter.files == 5


def test_what_migrations_create_counts_for_the_schema(migrated: Path) -> None:
    assert "unindexed-foreign-key" in rules_of(open_session(migrated))
    folder = migrated / "prisma/migrations/3_c"
    folder.mkdir()
    (folder / "migration.sql").write_text('CREATE INDEX "i" ON "Post" ("authorId");\n')
    assert "unindexed-foreign-key" not in rules_of(open_session(migrated))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("prisma/migrations/2_b/migration.sql", MORE + "-- more\n"),
        ("prisma/migrations/migration_lock.toml", 'provider = "sqlite"\n'),
        ("package.json", '{"devDependencies": {"prisma": "7.4.0"}}'),
        ("package-lock.json", '"node_modules/prisma": {\n"version": "7.4.0"'),
        ("crowsfoot.toml", "postgres-version = 17\n"),
        ("crowsfoot.toml", 'migrations-after = "1_a"\n'),
    ],
)
def test_whatever_decides_on_migrations_makes_another_report(
    migrated: Path, path: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crowsfoot import run

    checked = 0
    check = run.check

    def counted(*arguments: object) -> object:
        nonlocal checked
        checked += 1
        return check(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "check", counted)
    for expected in (1, 1):
        open_session(migrated).report  # noqa: B018
        assert checked == expected
    (migrated / path).write_text(text)
    open_session(migrated).report  # noqa: B018
    assert checked == 2


def test_sql_of_no_tool_is_neither_parsed_nor_reported(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "dump.sql").write_text("this is ; no SQL")
    (project / "binary.sql").write_bytes(b"\0")
    counter = Counter(monkeypatch)
    session = open_session(project)
    assert rules_of(session) == ["unindexed-foreign-key"]
    assert (counter.files, session.report.files) == (1, 1)


def test_sql_that_is_named_is_read(project: Path) -> None:
    (project / "dump.sql").write_text("this is ; no SQL")
    (project / "binary.sql").write_bytes(b"\0")
    found = places(open_session(project / "dump.sql", project / "binary.sql"))
    assert ("syntax-error", "dump.sql") in found
    assert ("unreadable-file", "binary.sql") in found


def test_what_is_wrong_with_a_migration_that_is_not_new_is_not_told(migrated: Path) -> None:
    broken = migrated / "prisma/migrations/2_b/migration.sql"
    broken.write_text("CREATE TABEL x;\n-- crowsfoot: allow syntax-error\nSELECT 1;\n")
    path = "prisma/migrations/2_b/migration.sql"
    found = places(open_session(migrated))
    assert ("syntax-error", path) in found
    assert ("unused-suppression", path) in found
    (migrated / "crowsfoot.toml").write_text('migrations-after = "2_b"\n')
    assert path not in {it for _, it in places(open_session(migrated))}


def test_since_a_revision_only_what_has_changed_is_reported(migrated: Path) -> None:
    (migrated / ".git").rmdir()
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
    for arguments in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "x")):
        subprocess.run([*git, *arguments], cwd=migrated, check=True)

    def since() -> list[tuple[str, str]]:
        return places(Session([migrated], Choices(since="HEAD")))

    assert "unindexed-foreign-key" in rules_of(open_session(migrated))
    assert since() == []
    folder = migrated / "prisma/migrations/3_c"
    folder.mkdir()
    (folder / "migration.sql").write_text("CREATE TABEL x;\n")
    assert ("syntax-error", "prisma/migrations/3_c/migration.sql") in since()
    assert "unindexed-foreign-key" not in {rule for rule, _ in since()}
    schema = migrated / "prisma/schema.prisma"
    schema.write_text(schema.read_text() + "\n")
    assert "unindexed-foreign-key" in {rule for rule, _ in since()}
