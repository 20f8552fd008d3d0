"""What ARCHITECTURE.md says always holds, and no other test does."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import crowsfoot
import crowsfoot_rules
from crowsfoot.facts import Facts
from crowsfoot.frontends import read
from crowsfoot.reporters import FORMATS
from crowsfoot.source import Source

LINTER = Path(crowsfoot.__file__).parent
RULES = Path(crowsfoot_rules.__file__).parent
ROOT = Path(__file__).resolve().parent.parent

READS_FILES = {
    "__main__.py",
    "discover.py",
    "cache.py",
    "config.py",
    "session.py",
    "streams.py",
    "testing.py",
    "plugins.py",
    "revisions.py",
    "processes.py",
}
ASKS_THE_MACHINE = {"os.path.join", "os.cpu_count"}
PRINTS = {"cli.py", "__main__.py"}
RUNS_PROGRAMS = {"revisions.py"}  # git


def modules() -> list[Path]:
    return sorted([*LINTER.rglob("*.py"), *RULES.rglob("*.py")])


def calls(module: Path) -> Iterator[str]:
    """The dotted names of everything that the module calls."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("module", modules(), ids=lambda it: it.relative_to(it.parents[2]).as_posix())
def test_only_the_edges_touch_the_disk_and_the_screen(module: Path) -> None:
    called = set(calls(module))
    if module.name not in READS_FILES:
        assert not {it for it in called if it == "open" or it.startswith(("os.", "io."))} - ASKS_THE_MACHINE
        assert not {it for it in called if it.endswith((".read_text", ".read_bytes", ".write_text"))}
    if module.name not in PRINTS:
        assert not called & {"print", "sys.exit", "exit", "input"}


@pytest.mark.parametrize("module", modules(), ids=lambda it: it.relative_to(it.parents[2]).as_posix())
def test_nothing_executes_text(module: Path) -> None:
    called = set(calls(module))
    assert not called & {"eval", "exec", "compile", "os.system", "pickle.loads"}
    assert module.name in RUNS_PROGRAMS or not any(it.startswith("subprocess.") for it in called)


@pytest.mark.parametrize("module", modules(), ids=lambda it: it.relative_to(it.parents[2]).as_posix())
def test_every_module_says_what_it_is(module: Path) -> None:
    text = module.read_text()
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "an empty module or one with a docstring"


def test_the_rule_folders_hold_packages_only_and_are_none() -> None:
    for folder, package in ((ROOT / "linter", "crowsfoot"), (ROOT / "rules", "crowsfoot_rules")):
        assert {it.name for it in folder.iterdir() if not it.name.startswith((".", "__pycache__"))} == {
            package
        }


def test_the_map_names_every_module() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    formats = {name.partition(":")[0] for name in FORMATS.values()}
    for module in LINTER.rglob("*.py"):
        listed_elsewhere = module.parent.name in ("facts",) or module.stem in formats
        if not module.name.startswith("__") and not listed_elsewhere:
            assert f"`{module.name}`" in text, f"{module.name} is missing from ARCHITECTURE.md"


def test_facts_survive_encoding() -> None:
    text = (ROOT / "examples/shop/prisma/schema.prisma").read_text()
    facts = read(Source("schema.prisma", text))
    encoded = msgspec.msgpack.encode(facts)
    assert msgspec.msgpack.decode(encoded, type=Facts) == facts


@pytest.mark.parametrize("module", modules(), ids=lambda it: it.relative_to(it.parents[2]).as_posix())
def test_no_pattern_has_a_possessive_group(module: Path) -> None:
    # Python 3.11.0 to 3.11.4 match them wrongly: https://github.com/python/cpython/issues/106052
    assert not re.search(r"\)[*?+]\+", module.read_text())
