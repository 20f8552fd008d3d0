"""The command line, as a person or a script meets it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crowsfoot import __version__

from .schemas import UNINDEXED
from .shell import Shell

GOOD = UNINDEXED.replace("references: [id])\n}", "references: [id])\n\n  @@index([authorId])\n}")


def test_findings_are_exit_code_1(shell: Shell) -> None:
    shell.write("prisma/schema.prisma", UNINDEXED)
    run = shell("check", "--output", "concise")
    assert run.returncode == 1
    assert run.stdout.startswith("prisma/schema.prisma:13:3: warning")
    assert "unindexed-foreign-key" in run.stdout
    assert run.stderr == ""


def test_a_clean_project_is_exit_code_0(shell: Shell) -> None:
    shell.write("prisma/schema.prisma", GOOD)
    run = shell("check")
    assert (run.returncode, run.stdout) == (0, "no findings in 1 file\n")


def test_a_project_without_a_schema_says_so(shell: Shell) -> None:
    run = shell("check")
    assert run.returncode == 0
    assert run.stdout == "no findings in 0 files\n"
    assert "no schema and no migrations found" in run.stderr


def test_what_fails_is_the_users_decision(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    assert shell("check", "--fail-on", "error").returncode == 0
    assert shell("check", "--fail-on", "never").returncode == 0
    assert shell("check", "--fail-on", "note").returncode == 1
    shell.write("crowsfoot.toml", 'fail-on = "error"\n')
    assert shell("check").returncode == 0
    assert shell("check", "--fail-on", "warning").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nowhere.prisma"], "nowhere.prisma"),
        (["check", "--select", "unindexed-forein-key"], "unindexed-foreign-key"),
        (["check", "--output", "srif"], "sarif"),
        (["check", "--config", "nowhere.toml"], "nowhere.toml"),
        (["check", "--no-such-option"], "--no-such-option"),
        (["check", "-"], "--stdin-filename"),
        (["rule", "unindexed-forein-key"], "unindexed-foreign-key"),
    ],
)
def test_a_wrong_call_is_exit_code_2_and_says_why(shell: Shell, arguments: list[str], message: str) -> None:
    shell.write("schema.prisma", UNINDEXED)
    run = shell(*arguments)
    assert run.returncode == 2
    assert message in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fail-onn = 'error'", "fail-on"),
        ("[rules.unindexed-forein-key]\nx = 1", "unindexed-foreign-key"),
        ("[severity]\nunindexed-foreign-key = 'errror'", "error"),
        ("this is not toml", "crowsfoot.toml"),
    ],
)
def test_a_wrong_configuration_is_exit_code_2_and_says_why(shell: Shell, text: str, message: str) -> None:
    shell.write("schema.prisma", UNINDEXED)
    shell.write("crowsfoot.toml", text)
    run = shell("check")
    assert run.returncode == 2
    assert "crowsfoot.toml" in run.stderr
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_a_rule_that_raises_is_exit_code_3_and_the_others_still_run(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    shell.write(
        "plugins/acme_rules/broken_rule.py",
        '"""Raises."""\n\nfrom crowsfoot import Table, rule\n\n\n'
        '@rule(over=Table, since="1")\ndef check(table: Table):\n    raise ZeroDivisionError("oh")\n',
    )
    shell.write("plugins/acme_rules/__init__.py", "")
    shell.write("plugins/acme-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    shell.write("plugins/acme-1.dist-info/entry_points.txt", "[crowsfoot.rules]\nacme = acme_rules\n")
    run = shell("check", "--output", "concise", PYTHONPATH=str(shell.folder / "plugins"))
    assert run.returncode == 3
    assert "unindexed-foreign-key" in run.stdout
    assert "broken-rule failed on User" in run.stderr
    assert "ZeroDivisionError: oh" in run.stderr


def test_a_package_of_rules_that_cannot_be_imported_is_named(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    shell.write("plugins/acme_rules/__init__.py", "import nothing_of_that_name\n")
    shell.write("plugins/acme-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    shell.write("plugins/acme-1.dist-info/entry_points.txt", "[crowsfoot.rules]\nacme = acme_rules\n")
    run = shell("check", PYTHONPATH=str(shell.folder / "plugins"))
    assert run.returncode == 2
    assert "the rules of acme_rules cannot be loaded" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_rules_of_another_package_run_and_are_explained(shell: Shell) -> None:
    shell.write("schema.prisma", GOOD)
    shell.write(
        "plugins/acme_rules/naming/plural_model.py",
        '"""A model has a name in the plural."""\n\nfrom crowsfoot import Finding, Table, rule\n\n\n'
        '@rule(over=Table, since="1")\ndef check(table: Table, *, ending: str = "s"):\n'
        "    if table.model.endswith(ending):\n"
        '        yield Finding(table.name_span, f"{table} is in the plural")\n',
    )
    shell.write("plugins/acme_rules/__init__.py", "")
    shell.write("plugins/acme_rules/naming/__init__.py", "")
    shell.write("plugins/acme-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    shell.write("plugins/acme-1.dist-info/entry_points.txt", "[crowsfoot.rules]\nacme = acme_rules\n")
    shell.write("crowsfoot.toml", '[rules.plural-model]\nending = "t"\n')
    plugins = str(shell.folder / "plugins")
    run = shell("check", "--output", "concise", PYTHONPATH=plugins)
    assert "Post is in the plural" in run.stdout
    assert "A model has a name in the plural." in shell("rule", "naming", PYTHONPATH=plugins).stdout


def test_several_outputs_in_one_run(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    run = shell(
        "check", "--output", "sarif=out/crowsfoot.sarif", "--output", "json=out.json", "--output", "github"
    )
    assert run.stdout.startswith("::warning file=schema.prisma,line=13")
    sarif = json.loads((shell.folder / "out/crowsfoot.sarif").read_text())
    assert sarif["runs"][0]["results"][0]["ruleId"] == "unindexed-foreign-key"
    assert json.loads((shell.folder / "out.json").read_text())["findings"]


def test_an_output_that_cannot_be_written_is_named(shell: Shell) -> None:
    shell.write("schema.prisma", GOOD)
    (shell.folder / "out").mkdir()
    run = shell("check", "--output", "json=out")
    assert run.returncode == 2
    assert "out: cannot be written" in run.stderr


def test_paths_are_told_from_where_the_reader_stands(shell: Shell) -> None:
    shell.write("apps/api/crowsfoot.toml", "")
    shell.write("apps/api/schema.prisma", UNINDEXED)
    assert shell("check", "apps/api", "--output", "concise").stdout.startswith("apps/api/schema.prisma:13:")
    assert "file=apps/api/schema.prisma," in shell("check", "apps/api", "--output", "github").stdout


def test_diff_shows_and_changes_nothing(shell: Shell) -> None:
    file = shell.write("schema.prisma", UNINDEXED)
    run = shell("check", "--diff")
    assert run.returncode == 1
    assert "--- a/schema.prisma\n+++ b/schema.prisma\n" in run.stdout
    assert "+  @@index([authorId])\n" in run.stdout
    assert file.read_text() == UNINDEXED
    file.write_text(GOOD)
    assert (shell("check", "--diff").returncode, shell("check", "--diff").stdout) == (0, "")


def test_fix_writes_what_diff_shows_and_reports_the_rest(shell: Shell) -> None:
    file = shell.write("schema.prisma", UNINDEXED)
    run = shell("check", "--fix")
    assert run.returncode == 0
    assert "fixed 1 finding in 1 file" in run.stderr
    assert file.read_text() == GOOD
    assert "fixed 0 findings in 0 files" in shell("check", "--fix").stderr
    assert file.read_text() == GOOD


def test_standard_input(shell: Shell) -> None:
    shell.write("schema.prisma", GOOD)
    run = shell(
        "check", "-", "--stdin-filename", "schema.prisma", "--output", "concise", stdin=UNINDEXED.encode()
    )
    assert run.returncode == 1
    assert run.stdout.startswith("schema.prisma:13:3:")


def test_statistics_count_the_findings_of_each_rule(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    run = shell("check", "--statistics")
    assert run.returncode == 1
    assert run.stdout.split()[:2] == ["1", "unindexed-foreign-key"]


def test_a_comment_allows_a_finding(shell: Shell) -> None:
    comment = "  // crowsfoot: allow unindexed-foreign-key -- never deleted\n"
    shell.write("schema.prisma", UNINDEXED.replace("  author   User", comment + "  author   User"))
    run = shell("check")
    assert run.returncode == 0
    assert "1 allowed" in run.stdout


def test_color_is_the_readers_decision(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    assert "\x1b[" not in shell("check").stdout
    assert "\x1b[" in shell("check", FORCE_COLOR="1").stdout
    assert "\x1b[" not in shell("check", "--no-color", FORCE_COLOR="1").stdout
    assert "\x1b[" in shell("check", "--color", "always", NO_COLOR="1").stdout


def test_a_reader_that_leaves_early_is_no_error(shell: Shell) -> None:
    models = "".join(
        f"model P{n} {{\n  id Int @id\n  u Int\n  user User @relation(fields: [u], references: [id])\n}}\n"
        for n in range(2000)
    )
    backs = "".join(f"  p{n} P{n}[]\n" for n in range(2000))
    shell.write(
        "schema.prisma",
        f'datasource db {{\n  provider = "postgresql"\n}}\nmodel User {{\n  id Int @id\n{backs}}}\n{models}',
    )
    run = subprocess.run(
        f"{sys.executable} -m crowsfoot check --output concise | head -n 1",
        shell=True,
        cwd=shell.folder,
        env=shell.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.count("\n") == 1
    assert run.stderr == ""


def test_rules_are_listed_and_explained(shell: Shell) -> None:
    overview = shell("rule").stdout
    assert "indexes\n" in overview
    assert "* unindexed-foreign-key" in overview
    page = shell("rule", "unindexed-foreign-key").stdout
    assert page.startswith("# unindexed-foreign-key\n")
    assert ' want "' not in page
    data = json.loads(shell("rule", "--output", "json").stdout)
    assert {"name", "summary", "severity", "default", "options"} <= data[0].keys()


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: Shell, name: str) -> None:
    assert "_CROWSFOOT_COMPLETE" in shell("completion", name).stdout


def test_the_cache_can_be_removed(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    shell("check")
    assert "removed 0" not in shell("clean").stdout
    assert "removed 0" in shell("clean").stdout


def test_the_version(shell: Shell) -> None:
    assert __version__ in shell("--version").stdout


def test_modules_that_lie_in_the_repository_are_not_imported(shell: Shell) -> None:
    for name in ("click", "lark", "msgspec", "networkx", "difflib", "crowsfoot"):
        shell.write(f"{name}.py", f"raise SystemExit('the {name} of the repository was run')\n")
    shell.write("schema.prisma", UNINDEXED)
    # As it is installed: `python -m` itself puts the working folder first among the places of modules.
    run = subprocess.run(
        [Path(sys.executable).with_name("crowsfoot"), "check", "--output", "concise"],
        cwd=shell.folder,
        env=shell.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stderr
    assert "unindexed-foreign-key" in run.stdout


def test_a_revision_that_git_does_not_know_is_exit_code_2(shell: Shell) -> None:
    shell.write("schema.prisma", GOOD)
    run = shell("check", "--since", "nowhere")
    assert run.returncode == 2
    assert run.stderr == "crowsfoot: --since: git knows no revision 'nowhere' here\n"


@pytest.mark.parametrize(
    "command", [("advise",), ("graph", "--output", "mermaid", "--no-findings"), ("report", "--output", "-")]
)
def test_every_command_says_where_there_is_nothing(shell: Shell, command: tuple[str, ...]) -> None:
    run = shell(*command)
    assert run.returncode == 0
    assert re.fullmatch(r"crowsfoot: no (tables|schema and no migrations) found below .+\n", run.stderr)
    shell.write("schema.prisma", GOOD)
    shell.write("notes.txt", "x")
    run = shell(*command, "schema.prisma", "notes.txt")
    assert (run.returncode, run.stderr) == (
        0,
        "crowsfoot: notes.txt: not a kind of file that crowsfoot reads\n",
    )


@pytest.mark.parametrize("command", [("advise",), ("graph", "--output", "json")])
def test_commands_without_findings_say_what_they_could_not_read(
    shell: Shell, command: tuple[str, ...]
) -> None:
    shell.write("schema.prisma", GOOD)
    for number in range(4):
        shell.write(f"other{number}/schema.prisma", f"{GOOD}\nmodel Half {{\n  id Int @@@\n}}\n")
    shell.write("prisma/latin.prisma", GOOD.encode() + b"// \xe9\n")
    run = shell(*command)
    assert run.returncode == 0
    told = run.stderr.splitlines()
    assert [it for it in told if "not read whole: " in it] == told[:3]
    assert re.match(r"crowsfoot: other0/schema\.prisma:\d+: not read whole: ", told[0])
    assert told[3:] == ["crowsfoot: 5 files in all are not read whole; crowsfoot check tells of each"]


def test_a_page_without_a_name_is_told(shell: Shell) -> None:
    run = shell("report", "--output", "")
    assert (run.returncode, run.stderr) == (2, "crowsfoot: --output: a file has to be named\n")


def test_folders_of_migrations_can_be_configured(shell: Shell) -> None:
    shell.write("sql/b.sql", "CREATE TABEL x;\n")
    assert "no schema and no migrations found" in shell("check").stderr
    shell.write("crowsfoot.toml", 'migrations = ["sql"]\ndialect = "postgresql"\n')
    run = shell("check", "--output", "concise")
    assert run.returncode == 1
    assert run.stdout.startswith("sql/b.sql:1:8: error syntax-error")
    shell.write("crowsfoot.toml", 'migrations = ["sqll"]\n')
    assert "migrations: there is no folder sqll" in shell("check").stderr
