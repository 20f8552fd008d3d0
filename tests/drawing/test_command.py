"""crowsfoot graph, as a person or a script meets it."""

import json
from pathlib import Path

import pytest

from ..schemas import UNINDEXED
from ..shell import Shell
from .drawings import star


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.write("prisma/schema.prisma", UNINDEXED)
    return shell


def test_without_words_it_writes_a_page(shell: Shell) -> None:
    pytest.importorskip("graphlay", reason="pip install 'crowsfoot[graph]'")
    run = shell("graph")
    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr == "crowsfoot: wrote crowsfoot-graph.html: 2 tables, 1 foreign key\n"
    assert (shell.folder / "crowsfoot-graph.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_findings_are_no_failure_and_are_in_the_graph(shell: Shell) -> None:
    run = shell("graph", "--output", "json")
    assert (run.returncode, run.stderr) == (0, "")
    by_name = {it["id"]: it for it in json.loads(run.stdout)["nodes"]}
    assert [it["rule"] for it in by_name["Post"]["findings"]] == ["unindexed-foreign-key"]
    assert by_name["Post"]["findings"][0]["line"] == 13
    bare = json.loads(shell("graph", "--output", "json", "--no-findings").stdout)
    assert not any(it["findings"] for it in bare["nodes"])


def test_an_unchanged_project_is_drawn_the_same_from_the_cache(shell: Shell) -> None:
    first = shell("graph", "--output", "json")
    assert shell("graph", "--output", "json").stdout == first.stdout


def test_several_formats_in_one_run(shell: Shell) -> None:
    run = shell(
        "graph", "--output", "mermaid", "--output", "dot=out/graph.dot", "--output", "json=graph.json"
    )
    assert run.returncode == 0
    assert run.stdout.startswith("erDiagram\n")
    assert (shell.folder / "out/graph.dot").read_text().startswith("digraph relations {")
    assert len(json.loads((shell.folder / "graph.json").read_text())["nodes"]) == 2


def test_one_table_and_what_is_around_it(shell: Shell) -> None:
    def names(*arguments: str) -> list[str]:
        run = shell("graph", "--output", "json", *arguments)
        return [it["id"] for it in json.loads(run.stdout)["nodes"]]

    assert names("--table", "User", "--depth", "0") == ["User"]
    assert names("--table", "post") == ["User", "Post"]


def test_columns_are_drawn_as_asked(shell: Shell) -> None:
    assert "Int authorId FK" in shell("graph", "--output", "mermaid", "--columns", "keys").stdout
    assert "authorId FK" not in shell("graph", "--output", "mermaid", "--columns", "none").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--table", "Pots"], 'there is no table "Pots"; did you mean "Post"?'),
        (["--output", "htlm=x.html"], 'unknown format "htlm"; did you mean "html"?'),
        (["--output", "svg=schema.prisma"], "schema.prisma is named like a file that crowsfoot reads"),
        (["--output", "svg=sub/"], "--output: sub/ is a folder; name a file in it"),
        (["--output", "dot=a.dot", "--output", "dot=./a.dot"], "./a.dot is named twice"),
        (["-"], "standard input is read by crowsfoot check only"),
        (["--depth", "-1"], "--depth"),
        (["nowhere"], "nowhere"),
    ],
)
def test_what_the_user_can_mend_is_exit_code_2(shell: Shell, arguments: list[str], message: str) -> None:
    run = shell("graph", *arguments)
    assert run.returncode == 2
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_a_tilde_behind_a_format_is_the_home_folder(shell: Shell) -> None:
    home = shell.folder.parent / "home"
    home.mkdir()
    run = shell("graph", "--output", "dot=~/graph.dot", HOME=str(home), USERPROFILE=str(home))
    assert run.returncode == 0
    assert (home / "graph.dot").is_file()
    assert not (shell.folder / "~").exists()


def test_a_diagram_that_mermaid_would_not_draw_is_told(shell: Shell) -> None:
    shell.write("prisma/schema.prisma", star(800))
    run = shell("graph", "--no-findings", "--output", "mermaid", "--columns", "all")
    assert run.returncode == 0
    assert f"crowsfoot: mermaid: {len(run.stdout):,} characters, of which Mermaid draws 50,000" in run.stderr
    assert (
        "characters" not in shell("graph", "--no-findings", "--output", "mermaid", "--columns", "none").stderr
    )


def test_a_project_without_tables_is_an_empty_graph(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    run = shell("graph", "--output", "mermaid")
    assert (run.returncode, run.stdout) == (0, "erDiagram\n")
    assert "no tables found" in run.stderr


def test_without_the_library_it_says_what_to_install(shell: Shell) -> None:
    hidden = shell.folder.parent / "hidden"
    hidden.mkdir()
    (hidden / "graphlay.py").write_text('raise ImportError("not here")\n')
    run = shell("graph", "--output", "svg", PYTHONPATH=str(hidden))
    assert run.returncode == 2
    assert "pip install 'crowsfoot[graph]'" in run.stderr
    assert shell("graph", "--output", "dot", PYTHONPATH=str(hidden)).returncode == 0
