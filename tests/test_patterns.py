"""Lines of a .gitignore to a matcher; git itself is the judge."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowsfoot.patterns import Patterns, compile_patterns, compile_text

NAMES = ("a", "b", "ab", "ba", "aab", "!a", "#", "a b", "z", "-", "]", "a.b", "\\a")
FOLDERS = ("a", "b", "ab", "a/b", "a/a", "b/a", "a/b/a", "ab/b", "z", "a b", "a/b/a/b")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with every name in every folder."""
    root = tmp_path_factory.mktemp("tree")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for folder in ("", *FOLDERS):
        (root / folder).mkdir(exist_ok=True)
    for folder in ("", *FOLDERS):
        for name in NAMES:
            file = root / folder / name
            if not file.exists():
                file.touch()
    return root


def git_ignores(root: Path, text: str) -> set[str]:
    (root / ".gitignore").write_bytes(text.encode())
    paths = [str(it.relative_to(root)) for it in root.rglob("*") if ".git" not in it.parts]
    found = subprocess.run(
        ["git", "-C", str(root), "check-ignore", "--no-index", "--stdin", "-z"],
        input="\0".join(paths),
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode in (0, 1), found.stderr
    return set(found.stdout.split("\0")) - {"", ".gitignore"}


def we_ignore(root: Path, text: str) -> set[str]:
    patterns = compile_text(text)

    def ignored(path: Path) -> bool:
        name = str(path.relative_to(root))
        return (path.parent != root and ignored(path.parent)) or bool(
            patterns.match(name, folder=path.is_dir())
        )

    found = [it for it in root.rglob("*") if ".git" not in it.parts and it.name != ".gitignore"]
    return {str(it.relative_to(root)) for it in found if ignored(it)}


CASES = (
    "a",
    "/a",
    "a/",
    "/a/",
    "a/b",
    "a/b/",
    "*",
    "*\n!a",
    "*\n!*/\n!a",
    "a\n!a/b",
    "**",
    "**/b",
    "a/**",
    "a/**/b",
    "**/a/**",
    "/**",
    "a**b",
    "***/b",
    "a/***/b",
    "*b",
    "a*",
    "?",
    "[ab]",
    "[!a]",
    "[^a]b",
    "[a-b]",
    "[b-a]",
    "[]]",
    "[]-]",
    "[a-]",
    "[[:alpha:]]",
    "[[:alpha:]",
    "[[:nope:]]",
    "[[:a]",
    "[\\]]",
    "[a",
    "[a/b]",
    "a[/]b",
    "\\!a",
    "\\#",
    "#",
    "!",
    "/",
    "//a",
    "a//b",
    "a\\",
    "a\\/b",
    "\\\\a",
    "a b",
    "a ",
    "a\\ b",
    "a b\\ ",
    "a\t",
    "a\r\nb\r\n",
    "a\r",
    "\ufeffa",
    "\n\n  \na",
    "a.b",
    "a?b",
)


@pytest.mark.parametrize("text", CASES)
def test_git_agrees(tree: Path, text: str) -> None:
    assert we_ignore(tree, text) == git_ignores(tree, text)


_WORDS = st.lists(
    st.sampled_from(
        [
            "a",
            "b",
            "*",
            "**",
            "?",
            "[ab]",
            "[!a]",
            "[a-b]",
            "\\",
            "!",
            "#",
            "[",
            "]",
            "-",
            " ",
            "[[:alpha:]]",
            "z",
        ]
    ),
    min_size=1,
    max_size=4,
).map("".join)
_LINES = st.builds(
    lambda no, root, words, end: no + root + "/".join(words) + end,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(_WORDS, min_size=1, max_size=3),
    st.sampled_from(["", "", "/", " ", "\\ ", "\r"]),
)


@settings(max_examples=60)
@given(lines=st.lists(_LINES, min_size=1, max_size=4))
def test_git_agrees_about_any_lines(tree: Path, lines: list[str]) -> None:
    text = "\n".join(lines)
    assert we_ignore(tree, text) == git_ignores(tree, text)


@given(st.text(), st.text(min_size=1), st.booleans())
def test_no_line_and_no_path_raises(text: str, path: str, folder: bool) -> None:
    compile_text(text).match(path, folder=folder)


def test_patterns_cover_what_is_below_a_folder() -> None:
    patterns = compile_patterns(["generated/", "*.old.prisma"])
    assert patterns.cover("a/generated/b/c.prisma")
    assert patterns.cover("a/x.old.prisma")
    assert not patterns.cover("a/generated")
    assert not patterns.cover("a/x.prisma")


def test_no_patterns_are_false() -> None:
    assert not compile_text("# only a comment\n\n")
    assert compile_text("a")


@pytest.mark.parametrize(
    "pattern",
    ["*a" * 60 + "b", "a*" * 60 + "b", "/".join(["**/a"] * 30) + "/b", "/" + "/".join(["*a*a*"] * 30)],
)
def test_no_pattern_makes_matching_explode(pattern: str) -> None:
    # With backtracking, each of these would take longer than the universe has.
    patterns: Patterns = compile_patterns([pattern])
    assert patterns.match("a" * 250, folder=False) is None
    assert patterns.match("/".join("a" * 60), folder=False) is None
