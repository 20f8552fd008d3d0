"""crowsfoot report, as a person or a script meets it."""

import shutil
import subprocess
import sys

import pytest

from ..schemas import UNINDEXED
from ..shell import Shell
from .pages import read
from .projects import SHOP

SECOND = "prisma/migrations/20250101000000_second/migration.sql"


def test_the_page_is_written_to_a_file(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    run = shell("report")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "crowsfoot: wrote crowsfoot-report.html\n")
    document = read((shell.folder / "crowsfoot-report.html").read_text())
    assert document.one("header").one("h1").text == "project"
    assert len(document.all("details", "f")) == 1
    run = shell("report", "--output", "out/page.html", "--title", "My <shop>")
    assert run.returncode == 0
    assert read((shell.folder / "out/page.html").read_text()).one("header").one("h1").text == "My <shop>"


def test_the_page_can_go_to_the_screen(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    run = shell("report", "--output", "-")
    assert run.returncode == 0
    assert run.stdout.startswith("<!doctype html>")
    assert not (shell.folder / "crowsfoot-report.html").exists()


def test_a_report_that_is_cached_makes_the_same_page(shell: Shell) -> None:
    for path, text in SHOP.items():
        shell.write(path, text)
    first = shell("report", "--output", "-").stdout
    assert shell("report", "--output", "-").stdout == first
    assert shell("report", "--output", "-", "--no-cache").stdout == first


def test_rules_can_be_chosen(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    run = shell("report", "--output", "-", "--ignore", "unindexed-foreign-key")
    assert not read(run.stdout).all("details", "f")


def test_a_page_does_not_overwrite_what_is_read(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    run = shell("report", "--output", "schema.prisma")
    assert run.returncode == 2
    assert "is named like a file that crowsfoot reads" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "sub/"], "--output: sub/ is a folder; name a file in it"),
        (["-"], "standard input is read by crowsfoot check only"),
    ],
)
def test_what_the_user_can_mend_is_exit_code_2(shell: Shell, arguments: list[str], message: str) -> None:
    run = shell("report", *arguments)
    assert (run.returncode, run.stderr) == (2, f"crowsfoot: {message}\n")


def test_a_page_that_cannot_be_written_is_exit_code_2(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    shell.write("taken", "")
    run = shell("report", "--output", "taken/page.html")
    assert run.returncode == 2
    assert "cannot be written" in run.stderr


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_what_is_new_since_a_revision_is_marked_and_the_rest_is_there(shell: Shell) -> None:
    for path, text in SHOP.items():
        if path != SECOND:
            shell.write(path, text)
    shutil.rmtree(shell.folder / ".git")
    for command in ("init -q", "add .", "-c user.name=a -c user.email=a@b commit -qm first"):
        subprocess.run(["git", *command.split()], cwd=shell.folder, check=True)
    shell.write(SECOND, SHOP[SECOND])
    document = read(shell("report", "--output", "-", "--since", "HEAD").stdout)
    findings = document.all("details", "f")
    new = {it.get("data-r") for it in findings if it.has("data-n")}
    assert "index-without-concurrently" in new
    assert "unindexed-foreign-key" in {it.get("data-r") for it in findings if not it.has("data-n")}
    assert document.one("div", "fresh").one("dd").text == str(sum(it.has("data-n") for it in findings))
    marked = [it for it in document.all(of_class="migration") if it.all(of_class="fresh")]
    assert [it.get("id") for it in marked] == ["m1-1"]


def test_a_revision_that_git_does_not_know_is_exit_code_2(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    run = shell("report", "--since", "nowhere")
    assert run.returncode == 2
    assert "git knows no revision 'nowhere' here" in run.stderr


def test_checking_loads_nothing_of_the_page(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    program = (
        "import sys\nfrom crowsfoot.cli import cli\n"
        "cli(['check', '--fail-on', 'never'], standalone_mode=False)\n"
        "print(*(it for it in sys.modules if it.startswith(('jinja2', 'crowsfoot.pages'))))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=shell.folder,
        env=shell.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.endswith("\n\n")


def test_the_page_has_the_relations_and_the_index_plan(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    document = read(shell("report", "--output", "-").stdout)
    plan = document.one(id="plan")
    assert [it.text for it in plan.all("h3")] == ["Post"]
    assert plan.one("code", "what").text == "@@index([authorId])"
    assert "CREATE INDEX CONCURRENTLY" in plan.one("pre", "paste").text
    relations = document.one(id="relations")
    assert relations.all("svg") or "pip install" in relations.text
    assert len([it for it in document.all("h1") if not it.has("hidden")]) == 1
    ids = [it.get("id") for it in document.all() if it.has("id")]
    assert len(ids) == len(set(ids))


def test_places_can_lead_to_where_the_files_are_seen(shell: Shell) -> None:
    shell.write("a b/schema.prisma", UNINDEXED)
    run = shell("report", "--output", "-", "--source-url", "https://example.org/{path}#L{line}")
    (link,) = read(run.stdout).one("details", "f").all("figcaption")[0].all("a")
    assert link.get("href") == "https://example.org/a%20b/schema.prisma#L13"
    run = shell("report", "--source-url", "javascript:alert(1)")
    assert run.returncode == 2
    assert "--source-url" in run.stderr


def test_what_the_database_has_counted_can_go_into_the_plan(shell: Shell) -> None:
    shell.write("schema.prisma", UNINDEXED)
    shell.write("counted.json", "this is none")
    run = shell("report", "--stats", "counted.json")
    assert run.returncode == 2
    assert "counted.json" in run.stderr


def test_names_of_a_repository_stay_text_in_every_section(shell: Shell) -> None:
    name = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"
    shell.write("migrations/migration_lock.toml", 'provider = "postgresql"\n')
    shell.write(
        "migrations/20240101000000_a/migration.sql",
        f'CREATE TABLE "{name}" ("id" INTEGER PRIMARY KEY, "{name}" INTEGER REFERENCES "{name}" ("id"));\n'
        f'CREATE INDEX "i" ON "{name}" ("id");\n',
    )
    shell.write("migrations/20250101000000_b/migration.sql", f'CREATE INDEX "j" ON "{name}" ("{name}");\n')
    document = read(shell("report", "--output", "-", "--title", name).stdout)
    for section in ("tables", "rules", "plan", "migrations"):
        assert name in document.one(id=section).text, section
    assert not document.all("img")
    assert not [it for it in document.all() for attribute in it.attributes if attribute.startswith("on")]
    assert all(it.get("type") in ("", "application/json") for it in document.all("script"))
    assert document.one("head").one("title").text.startswith(name)
