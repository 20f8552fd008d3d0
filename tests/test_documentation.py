"""What is written about the tool is true."""

import re
from pathlib import Path

import pytest

from crowsfoot.cli import cli
from crowsfoot.explain import describe
from crowsfoot.reporters import FORMATS
from crowsfoot.rule import load

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])


def test_the_page_of_rules_is_current() -> None:
    said = (ROOT / "docs/rules.md").read_text()
    assert said == describe((), load(), "markdown"), "run make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda it: it.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_the_readme_names_every_command_and_format() -> None:
    text = (ROOT / "README.md").read_text()
    for command in cli.commands:
        assert f"crowsfoot {command}" in text or command == "clean", command
    for format in FORMATS:
        assert f"`{format}`" in text, format


def test_the_configuration_page_names_every_key() -> None:
    from crowsfoot.config import Config

    text = (ROOT / "docs/configuration.md").read_text()
    for field in Config.__struct_fields__:
        key = "rules" if field == "options" else field.replace("_", "-")
        assert re.search(rf"^(?:\[tool\.crowsfoot\.)?{key}\b", text, re.MULTILINE), key


def test_every_rule_that_the_pages_speak_of_is_there() -> None:
    rules = load()
    for page in PAGES:
        for name in re.findall(r"crowsfoot: allow(?:-file)? ([a-z-]+)", page.read_text()):
            assert name in rules, f"{page.name}: {name}"


def test_the_first_result_stands_in_the_first_screen_of_the_readme() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert next(n for n, line in enumerate(lines) if line.startswith("error[")) < 40
