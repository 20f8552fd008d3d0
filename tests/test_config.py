"""Configuration text to a Config, and where it is found."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from crowsfoot.config import (
    Config,
    UserError,
    enabled,
    locate,
    locate_file,
    override,
    parse,
    repository,
    severity,
    silenced,
)
from crowsfoot.finding import Confidence, Finding, Severity
from crowsfoot.rule import Rule


def plain(subject: int) -> Iterable[Finding]:
    return ()


def with_options(  # type: ignore[no-untyped-def]
    subject: int,
    *,
    max_tables: int = 30,
    ratio: float = 0.5,
    strict: bool = False,
    prefix: str = "idx",
    names: tuple[str, ...] = ("id",),
    style: Literal["snake", "camel"] = "snake",
    bare=7,
) -> Iterable[Finding]:
    return ()


def rule(name: str, category: str, *, default: bool = True, options: bool = False) -> Rule[int]:
    check = with_options if options else plain
    return Rule(name, category, "Doc.", int, check, Severity.WARNING, "0.1", default)


RULES = {
    it.name: it
    for it in (
        rule("duplicate-index", "indexes"),
        rule("missing-index", "indexes"),
        rule("no-primary-key", "schema"),
        rule("wide-table", "schema", default=False, options=True),
    )
}


def config(text: str) -> Config:
    return parse(text, "crowsfoot.toml", RULES)


def complaint(text: str, file: str = "crowsfoot.toml") -> str:
    with pytest.raises(UserError) as caught:
        parse(text, file, RULES)
    return str(caught.value)


def names(config: Config) -> list[str]:
    return [it.name for it in enabled(config, RULES)]


# Text to Config


def test_no_text_is_the_default() -> None:
    assert config("") == Config()
    assert parse("[project]\nname = 'x'\n", "pyproject.toml", RULES) == Config()


def test_every_key_is_read() -> None:
    found = config("""
        select = ["indexes"]
        extend-select = ["wide-table"]
        ignore = ["missing-index"]
        fail-on = "never"
        min-confidence = "possible"
        exclude = ["generated/", "*.old.prisma"]
        tenant-column = "tenantId"
        max-file-size = 5
        migrations = ["db/sql"]
        dialect = "sqlite"
        migrations-after = "20240102_b"
        postgres-version = 17
        prisma-version = "7.4.1"
        prisma-engine = "js"
        [code-roles]
        "tools/**" = "application"
        [severity]
        indexes = "note"
        wide-table = "error"
        [per-file-ignores]
        "legacy/**" = ["all"]
        [rules.wide-table]
        max-tables = 3
        ratio = 1
        strict = true
        prefix = "ix"
        names = ["a", "b"]
        style = "camel"
        bare = 8
    """)
    assert found == Config(
        select=("indexes",),
        extend_select=("wide-table",),
        ignore=("missing-index",),
        fail_on="never",
        min_confidence=Confidence.POSSIBLE,
        exclude=("generated/", "*.old.prisma"),
        tenant_column="tenantId",
        max_file_size=5,
        migrations=("db/sql",),
        dialect="sqlite",
        migrations_after="20240102_b",
        postgres_version=17,
        prisma_version=(7, 4),
        prisma_engine="js",
        code_roles={"tools/**": "application"},
        severity={"indexes": Severity.NOTE, "wide-table": Severity.ERROR},
        per_file_ignores={"legacy/**": ("all",)},
        options={
            "wide-table": {
                "max_tables": 3,
                "ratio": 1.0,
                "strict": True,
                "prefix": "ix",
                "names": ("a", "b"),
                "style": "camel",
                "bare": 8,
            }
        },
    )
    # The cache gives back what was put: tuples where the check expects tuples.
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Config) == found


def test_underscores_are_accepted() -> None:
    text = 'fail_on = "error"\n[rules.wide-table]\nmax_tables = 1\n'
    assert config(text).fail_on == "error"
    assert config(text).options == {"wide-table": {"max_tables": 1}}


def test_pyproject_has_a_table_for_it() -> None:
    text = '[tool.crowsfoot]\nfail-on = "error"\n[tool.other]\nx = 1\n'
    assert parse(text, "pyproject.toml", RULES).fail_on == "error"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('fial-on = "error"', 'unknown key "fial-on"; did you mean "fail-on"?'),
        ("zzz = 1", 'unknown key "zzz"'),
        (
            'fail-on = "warn"',
            'fail-on: "warn" is not one of error, warning, note, never; did you mean "warning"?',
        ),
        ("fail-on = 3", "fail-on: 3 is not one of error, warning, note, never"),
        (f"fail-on.{'a.' * 40}a = 1", "fail-on: expected `str`, got `object`"),
        ("max-file-size = 1" + "0" * 30, "max-file-size: expected a number of at most 64 bits"),
        ("a." * 60 + "a = 1", "not valid TOML: a key has too many dots (at line 1)"),
        ("a = " + "[" * 5000, "not valid TOML: too deeply nested"),
        ('fail-on = "note"\nfail_on = "note"', "fail-on: given twice, with dashes and with underscores"),
        ('min-confidence = "sure"', 'min-confidence: "sure" is not one of possible, likely, certain'),
        ('select = "all"', "select: expected `array`, got `str`"),
        ("select = [1]", "select: expected `str`, got `int` - at `$[0]`"),
        ('select = ["index"]', 'select: no rule or category is called "index"; did you mean "indexes"?'),
        (
            'ignore = ["mising-index"]',
            'ignore: no rule or category is called "mising-index"; did you mean "missing-index"?',
        ),
        ("severity = 1", "severity: expected `object`, got `int`"),
        ('severity.indexes = "bad"', 'severity.indexes: "bad" is not one of note, warning, error'),
        ('severity.all = "error"', 'severity: no rule or category is called "all"'),
        ('per-file-ignores."a" = ["x"]', 'per-file-ignores."a": no rule or category is called "x"'),
        ('per-file-ignores."a" = "all"', 'per-file-ignores."a": expected `array`, got `str`'),
        ('exclude = "a"', "exclude: expected `array`, got `str`"),
        ("max-file-size = 0", "max-file-size: expected `int` >= 1"),
        ("max-file-size = true", "max-file-size: expected `int`, got `bool`"),
        ("tenant-column = 1", "tenant-column: expected `str`, got `int`"),
        ('migrations = "db/sql"', "migrations: expected `array`, got `str`"),
        (
            'dialect = "postgres"',
            'dialect: "postgres" is not one of postgresql, mysql, sqlite, sqlserver; did you mean "postgresql"?',
        ),
        ("postgres-version = 9", "postgres-version: expected `int` >= 10"),
        ('postgres-version = "17"', "postgres-version: expected `int`, got `str`"),
        ("prisma-version = 7.4", "prisma-version: expected `str`, got `float`"),
        ('prisma-version = "seven"', 'prisma-version: expected a version like "6.19"'),
        ('prisma-engine = "wasm"', 'prisma-engine: "wasm" is not one of classic, js'),
        ("rules.wide-tabel.x = 1", 'rules: no rule is called "wide-tabel"; did you mean "wide-table"?'),
        ("rules.wide-table = 1", "rules.wide-table: expected `object`, got `int`"),
        (
            "rules.wide-table.max-table = 1",
            'rules.wide-table: the rule has no option "max-table"; did you mean "max-tables"?',
        ),
        (
            "rules.wide-table.zzz = 1",
            'rules.wide-table: the rule has no option "zzz"; '
            "it has max-tables, ratio, strict, prefix, names, style, bare",
        ),
        ("rules.missing-index.x = 1", 'rules.missing-index: the rule has no option "x"; it has none'),
        ("rules.wide-table.max-tables = true", "rules.wide-table.max-tables: expected `int`, got `bool`"),
        ('rules.wide-table.max-tables = "3"', "rules.wide-table.max-tables: expected `int`, got `str`"),
        ("rules.wide-table.names = [1]", "rules.wide-table.names: expected `str`, got `int` - at `$[0]`"),
        ('rules.wide-table.style = "kebab"', "rules.wide-table.style: invalid enum value 'kebab'"),
        ("rules.wide-table.bare = 1.5", "rules.wide-table.bare: expected `int`, got `float`"),
    ],
)
def test_what_is_unknown_or_of_the_wrong_type_is_told_with_its_place(text: str, message: str) -> None:
    assert complaint(text) == f"crowsfoot.toml: {message}"


def test_messages_about_pyproject_name_the_whole_key() -> None:
    text = '[tool.crowsfoot]\nfail-on = "x"\n'
    assert complaint(text, "pyproject.toml").startswith('pyproject.toml: tool.crowsfoot.fail-on: "x" is not')
    assert (
        complaint("tool.crowsfoot = 1", "pyproject.toml")
        == "pyproject.toml: tool.crowsfoot: expected a table"
    )


@pytest.mark.parametrize("text", ["a = ", "a = 1\na = 2", "\x00", "a = " + "[" * 5000])
def test_what_is_not_toml_is_told(text: str) -> None:
    assert complaint(text).startswith("crowsfoot.toml: not valid TOML: ")


# Which rules run


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["duplicate-index", "missing-index", "no-primary-key"]),
        ('select = ["all"]', ["duplicate-index", "missing-index", "no-primary-key", "wide-table"]),
        ('select = ["schema"]', ["no-primary-key", "wide-table"]),
        ("select = []", []),
        (
            'extend-select = ["wide-table"]',
            ["duplicate-index", "missing-index", "no-primary-key", "wide-table"],
        ),
        ('select = []\nextend-select = ["wide-table"]', ["wide-table"]),
        ('ignore = ["indexes"]', ["no-primary-key"]),
        ('ignore = ["all"]', []),
        ('select = ["indexes"]\nignore = ["missing-index"]', ["duplicate-index"]),
        ('select = ["missing-index"]\nignore = ["indexes"]', ["missing-index"]),
        ('select = ["missing-index"]\nignore = ["missing-index"]', []),
        ('select = ["indexes"]\nignore = ["indexes"]', []),
        ('select = ["indexes"]\nignore = ["all"]', ["duplicate-index", "missing-index"]),
    ],
)
def test_the_more_exact_word_wins_and_of_equals_ignore(text: str, expected: list[str]) -> None:
    assert names(config(text)) == expected


def test_select_on_the_command_line_starts_afresh() -> None:
    found = config('select = ["schema"]\nextend-select = ["wide-table"]\nignore = ["missing-index"]')
    assert names(override(found, RULES, select=["indexes"])) == ["duplicate-index", "missing-index"]
    assert names(override(found, RULES, select=["indexes"], ignore=["duplicate-index"])) == ["missing-index"]


def test_extend_select_on_the_command_line_brings_back_what_the_file_ignores() -> None:
    found = config('ignore = ["missing-index", "schema"]')
    assert names(override(found, RULES, extend_select=["missing-index"])) == [
        "duplicate-index",
        "missing-index",
    ]
    assert names(override(found, RULES, extend_select=["missing-index"], ignore=["missing-index"])) == [
        "duplicate-index"
    ]


def test_ignore_on_the_command_line_adds_to_the_file() -> None:
    assert names(override(config('ignore = ["indexes"]'), RULES, ignore=["schema"])) == []


def test_an_override_of_nothing_changes_nothing() -> None:
    found = config('select = []\nextend-select = ["wide-table"]\nignore = ["schema"]')
    assert override(found, RULES) == found


@pytest.mark.parametrize("flag", ["select", "extend_select", "ignore"])
def test_an_unknown_word_on_the_command_line_is_told_with_its_flag(flag: str) -> None:
    with pytest.raises(
        UserError, match=f'--{flag.replace("_", "-")}: no rule or category is called "wide-tabel"; did'
    ):
        override(Config(), RULES, **{flag: ["wide-tabel"]})


def test_the_severity_of_the_name_goes_before_that_of_the_category() -> None:
    found = config('severity = {indexes = "note", missing-index = "error"}')
    assert severity(found, RULES["missing-index"]) is Severity.ERROR
    assert severity(found, RULES["duplicate-index"]) is Severity.NOTE
    assert severity(found, RULES["wide-table"]) is Severity.WARNING


def test_per_file_ignores_go_by_pattern_and_selector() -> None:
    silent = silenced(config('per-file-ignores = {"legacy/" = ["indexes"], "*.old.prisma" = ["wide-table"]}'))
    assert silent(RULES["missing-index"], "legacy/deep/a.prisma")
    assert not silent(RULES["wide-table"], "legacy/deep/a.prisma")
    assert silent(RULES["wide-table"], "x/a.old.prisma")
    assert not silent(RULES["missing-index"], "prisma/a.prisma")
    assert not silenced(Config())(RULES["missing-index"], "a.prisma")


# Where it is found


def write(file: Path, text: str = "") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A folder that is a repository to us, so that nothing above it counts."""
    (tmp_path / "top" / ".git").mkdir(parents=True)
    return tmp_path / "top"


def test_the_nearest_configuration_counts_alone(top: Path) -> None:
    write(top / "crowsfoot.toml", "a")
    near = write(top / "x/pyproject.toml", "[tool.crowsfoot]\n")
    found = locate(write(top / "x/y/schema.prisma"))
    assert (found.root, found.file, found.text, found.found) == (
        top / "x",
        near,
        "[tool.crowsfoot]\n",
        "config",
    )


def test_crowsfoot_toml_goes_before_pyproject(top: Path) -> None:
    write(top / "pyproject.toml", "[tool.crowsfoot]")
    file = write(top / "crowsfoot.toml")
    assert locate(top).file == file


@pytest.mark.parametrize(
    "text",
    [
        "[tool.crowsfoot]",
        "[ tool . crowsfoot ]\n",
        '[tool."crowsfoot".rules.x]',
        "[tool]\ncrowsfoot = {}",
        "tool.crowsfoot.fail-on = 'error'",
    ],
)
def test_pyproject_counts_when_it_has_the_table(top: Path, text: str) -> None:
    file = write(top / "pyproject.toml", text)
    assert locate(top).file == file


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[project]\ndependencies = ['crowsfoot']",
        "# [tool.crowsfoot]",
        "[tool.crowsfoots]",
        "[project]\nname = 'crowsfoot' broken",
        "tool = 'crowsfoot'",
    ],
)
def test_pyproject_without_the_table_does_not_count(top: Path, text: str) -> None:
    write(top / "pyproject.toml", text)
    found = locate(top)
    assert (found.root, found.file, found.found) == (top, None, "git")


def test_the_search_ends_at_the_repository(top: Path) -> None:
    write(top.parent / "crowsfoot.toml")
    (top / "a/b").mkdir(parents=True)
    found = locate(top / "a/b")
    assert (found.root, found.file, found.found) == (top, None, "git")


def test_a_work_tree_is_a_repository_too(tmp_path: Path) -> None:
    write(tmp_path / "tree/.git", "gitdir: elsewhere")
    assert locate(tmp_path / "tree").found == "git"


def test_without_anything_the_start_is_the_root(tmp_path: Path) -> None:
    if repository(str(tmp_path)):
        pytest.skip("the temporary folder is in a repository")
    file = write(tmp_path / "x/schema.prisma")
    for start in (file, file.parent, file.parent / "missing.prisma"):
        found = locate(start)
        assert (found.root, found.file, found.found) == (file.parent, None, "start")


def test_without_anything_a_package_lies_in_the_root(tmp_path: Path) -> None:
    if repository(str(tmp_path)):
        pytest.skip("the temporary folder is in a repository")
    write(tmp_path / "library/__init__.py")
    file = write(tmp_path / "library/books/__init__.py")
    for start in (file, file.parent, file.parent.parent):
        assert locate(start).root == tmp_path


@pytest.mark.parametrize("name", ["manage.py", "pyproject.toml", "setup.py"])
def test_the_top_of_a_project_is_no_package(tmp_path: Path, name: str) -> None:
    if repository(str(tmp_path)):
        pytest.skip("the temporary folder is in a repository")
    write(tmp_path / "library/__init__.py")
    write(tmp_path / "library" / name)
    file = write(tmp_path / "library/books/__init__.py")
    assert locate(file).root == tmp_path / "library"


def test_a_folder_called_like_a_configuration_does_not_count(top: Path) -> None:
    (top / "crowsfoot.toml").mkdir()
    (top / "pyproject.toml").mkdir()
    assert locate(top).file is None


def test_a_configuration_that_is_not_utf_8_is_told(top: Path) -> None:
    (top / "crowsfoot.toml").write_bytes(b"# a\n# \xe9\n")
    with pytest.raises(UserError, match=r"crowsfoot\.toml: not UTF-8: byte 0xe9 in line 2"):
        locate(top)


def test_the_user_can_name_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "x/other.toml", "fail-on = 'error'")
    found = locate_file(file)
    assert (found.root, found.file, found.found) == (tmp_path / "x", file, "config")
    with pytest.raises(UserError, match="no such configuration file: "):
        locate_file(tmp_path / "none.toml")


def test_an_unknown_role_of_code_is_an_error_with_a_suggestion() -> None:
    said = complaint('[code-roles]\n"tools/**" = "scripts"\n')
    assert said == (
        'crowsfoot.toml: code-roles."tools/**": "scripts" is not one of application, test, migration, script; '
        'did you mean "script"?'
    )
