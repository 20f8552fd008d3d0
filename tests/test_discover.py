"""Paths to Sources: which files are read, and what becomes of those that cannot be."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from crowsfoot import documents
from crowsfoot.config import UserError
from crowsfoot.discover import Discovery, decoded, discover, encoded, standard_input
from crowsfoot.facts.common import Problem
from crowsfoot.frontends import read
from crowsfoot.kinds import DOCUMENTS, KINDS
from crowsfoot.source import Range, Source


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A folder that is a repository to us, so that nothing above it counts."""
    (tmp_path / "top" / ".git").mkdir(parents=True)
    return tmp_path / "top"


def write(file: Path, content: str | bytes = "") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def paths(discovery: Discovery) -> list[str]:
    return [it.path for it in discovery.sources]


def below(root: Path, *given: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return paths(discover(root, [root / it for it in given or ("",)], exclude=exclude))


def messages(discovery: Discovery) -> dict[str, str]:
    assert all(it == Problem(Range(0, 0), it.message, "unreadable") for _, it in discovery.problems)
    return {path: it.message for path, it in discovery.problems}


# Which files


def test_files_of_the_wanted_kinds_are_found_and_sorted(top: Path) -> None:
    for name in ("b.prisma", "a/c.prisma", "a-b/x.prisma", "prisma.config.ts", "prisma.config.mjs"):
        write(top / name, name)
    for name in ("a.sqlx", "README", "prisma", ".prisma.swp", "prisma.config.json", "x.prisma.bak"):
        write(top / name)
    found = discover(top, [top])
    assert paths(found) == [
        "a-b/x.prisma",
        "a/c.prisma",
        "b.prisma",
        "prisma.config.mjs",
        "prisma.config.ts",
    ]
    assert {it.path: it.text for it in found.sources}["a/c.prisma"] == "a/c.prisma"
    assert found.problems == ()
    assert found.named == frozenset()


def test_package_json_counts_when_it_speaks_of_prisma(top: Path) -> None:
    write(top / "a/package.json", '{"prisma": {"schema": "x"}}')
    write(top / "b/package.json", '{"name": "prisma-like"}')
    write(top / "c/package.json", b"\xff")
    found = discover(top, [top])
    assert paths(found) == ["a/package.json"]
    assert found.problems == ()


@pytest.mark.parametrize("folder", [".git", "node_modules", ".venv", "site-packages", ".next"])
def test_folders_of_other_people_are_left_out_unless_named(top: Path, folder: str) -> None:
    write(top / folder / "x/a.prisma")
    assert below(top) == []
    assert below(top, f"{folder}/x") == [f"{folder}/x/a.prisma"]
    assert below(top, folder) == [f"{folder}/x/a.prisma"]


@pytest.mark.parametrize("folder", ["dist", "build", "target", "coverage", "vendor", ".github", "prisma"])
def test_folders_that_may_hold_a_committed_schema_are_read(top: Path, folder: str) -> None:
    write(top / folder / "a.prisma")
    assert below(top) == [f"{folder}/a.prisma"]


def test_a_virtual_environment_is_left_out_whatever_its_name(top: Path) -> None:
    write(top / "my-env/pyvenv.cfg")
    write(top / "my-env/lib/python3/a.prisma")
    assert below(top) == []


def test_a_folder_may_be_called_like_a_file(top: Path) -> None:
    write(top / "x.prisma/a.prisma")
    assert below(top) == ["x.prisma/a.prisma"]


def test_named_files_are_read_once_and_remembered(top: Path) -> None:
    write(top / "a.prisma")
    write(top / "b.prisma")
    found = discover(top, [top, top / "a.prisma", top / "x/../a.prisma", top / "."])
    assert paths(found) == ["a.prisma", "b.prisma"]
    assert found.named == {"a.prisma"}


def test_what_was_found_can_be_told_to_another_process(top: Path) -> None:
    write(top / "a.prisma", "// \u00e4\n")
    write(top / "b.prisma", b"\0")
    write(top / "c\t.prisma")
    write(top / "m/migration_lock.toml")
    (top / "m/1_a").mkdir()
    found = discover(top, [top, top / "a.prisma", write(top / "a.xyz")])
    assert all((found.sources, found.problems, found.named, found.unknown, found.bare, found.renamed))
    told = decoded(encoded(found), top)
    assert [(it.path, it.text) for it in told.sources] == [(it.path, it.text) for it in found.sources]
    assert replace(told, sources=()) == replace(found, sources=())


def test_a_named_file_of_no_wanted_kind_is_told_and_not_read(top: Path) -> None:
    write(top / "a.txt")
    found = discover(top, [top / "a.txt"])
    assert paths(found) == []
    assert found.unknown == ("a.txt",)
    assert found.named == {"a.txt"}


def test_relative_paths_start_at_the_working_folder(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(top / "x/a.prisma")
    monkeypatch.chdir(top / "x")
    assert paths(discover(top, [Path("a.prisma")])) == ["x/a.prisma"]
    assert paths(discover(top, [Path()])) == ["x/a.prisma"]
    assert paths(discover(top, [Path("../x")])) == ["x/a.prisma"]
    assert paths(discover(Path(".."), [Path("..")])) == ["x/a.prisma"]


def test_a_path_outside_of_the_root_is_relative_to_it(top: Path) -> None:
    file = write(top.parent / "other/deep/a.prisma", "x")
    found = discover(top, [file, top.parent / "other"])
    assert paths(found) == ["../other/deep/a.prisma"]
    assert found.file("../other/deep/a.prisma").read_text() == "x"


def test_dots_after_a_link_go_where_the_file_system_goes(top: Path) -> None:
    write(top / "real/deep/a.prisma")
    write(top / "real/b.prisma", "right")
    write(top / "b.prisma", "wrong")
    (top / "link").symlink_to("real/deep")
    assert [it.text for it in discover(top, [top / "link/../b.prisma"]).sources] == ["right"]


def test_a_root_that_is_reached_through_a_link_is_the_root(top: Path) -> None:
    write(top / "a.prisma")
    (top.parent / "link").symlink_to("top")
    assert paths(discover(top.parent / "link", [top / "a.prisma", top])) == ["a.prisma"]
    assert paths(discover(top, [top.parent / "link/a.prisma", top.parent / "link"])) == ["a.prisma"]


@pytest.mark.parametrize("name", ["none.prisma", "a.prisma/x", "x\0y", "n" * 300])
def test_a_missing_path_is_an_error_of_the_user(top: Path, name: str) -> None:
    write(top / "a.prisma")
    with pytest.raises(UserError, match=r"^no such file or folder: "):
        discover(top, [Path(f"{top}/{name}")])


def test_a_named_link_to_nothing_says_where_it_leads(top: Path) -> None:
    (top / "a.prisma").symlink_to("gone.prisma")
    with pytest.raises(UserError, match=r"a\.prisma is a link to 'gone\.prisma', which does not exist"):
        discover(top, [top / "a.prisma"])


# What is ignored


def test_gitignore_files_nest_and_negate(top: Path) -> None:
    write(top / ".gitignore", "generated/\n*.tmp.prisma\n/only-here.prisma\n")
    write(top / "x/.gitignore", "!keep.tmp.prisma\n")
    for name in ("a.tmp.prisma", "x/keep.tmp.prisma", "x/b.tmp.prisma", "x/generated/a.prisma"):
        write(top / name)
    for name in ("only-here.prisma", "x/only-here.prisma"):
        write(top / name)
    assert below(top) == ["x/keep.tmp.prisma", "x/only-here.prisma"]


def test_a_folder_below_the_repository_obeys_what_stands_above(top: Path) -> None:
    write(top / ".gitignore", "a.prisma\n/app/x/b.prisma\n")
    for name in ("a.prisma", "b.prisma", "c.prisma"):
        write(top / "app/x" / name)
    assert below(top / "app") == ["x/c.prisma"]
    assert below(top / "app", "x") == ["x/c.prisma"]


def test_a_named_file_is_read_though_ignored_and_so_is_a_named_folder(top: Path) -> None:
    write(top / ".gitignore", "generated/\na.prisma\n")
    write(top / "generated/a.prisma")
    write(top / "generated/b.prisma")
    assert below(top, "generated/a.prisma") == ["generated/a.prisma"]
    assert below(top, "generated") == ["generated/b.prisma"]


def test_the_exclude_file_of_the_repository_counts(top: Path) -> None:
    write(top / ".git/info/exclude", "a.prisma\n")
    write(top / "a.prisma")
    write(top / "b.prisma")
    assert below(top) == ["b.prisma"]


def test_a_repository_inside_has_its_own_rules(top: Path) -> None:
    write(top / ".gitignore", "a.prisma\n")
    write(top / "inner/.git", "gitdir: elsewhere")
    write(top / "inner/.gitignore", "b.prisma\n")
    write(top / "inner/a.prisma")
    write(top / "inner/b.prisma")
    assert below(top) == ["inner/a.prisma"]


def test_gitignore_counts_without_a_repository_too(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "a.prisma\n")
    write(tmp_path / "x/a.prisma")
    write(tmp_path / "x/b.prisma")
    assert below(tmp_path, "x") == ["x/b.prisma"]


def test_a_gitignore_that_is_a_link_or_no_text_breaks_nothing(top: Path) -> None:
    write(top / "patterns", "a.prisma\n")
    write(top / "x/a.prisma")
    (top / "x/.gitignore").symlink_to("../patterns")
    write(top / "y/a.prisma")
    write(top / "y/.gitignore", b"\xff\x00\n[\n")
    write(top / "z/a.prisma")
    (top / "z/.gitignore").mkdir()
    found = discover(top, [top])
    assert paths(found) == ["x/a.prisma", "y/a.prisma", "z/a.prisma"]
    assert messages(found) == {"z/.gitignore": "this is a folder, not a file"}


def test_a_gitignore_of_absurd_length_is_a_problem(top: Path) -> None:
    write(top / ".gitignore", "a.prisma\n" * 50_000)
    write(top / "a.prisma")
    found = discover(top, [top])
    assert paths(found) == ["a.prisma"]
    assert messages(found) == {".gitignore": "this file has 450,000 bytes; the most that is read is 200,000"}


def test_exclude_speaks_of_paths_below_the_root(top: Path) -> None:
    for name in ("a.prisma", "old/a.prisma", "x/old/a.prisma", "x/gen/a.prisma", "x/b.prisma"):
        write(top / name)
    assert below(top, exclude=("/old", "gen/", "b.*")) == ["a.prisma", "x/old/a.prisma"]
    assert below(top, "old/a.prisma", exclude=("/old",)) == ["old/a.prisma"]


def test_git_agrees_on_a_whole_tree(top: Path) -> None:
    shutil.rmtree(top / ".git")
    subprocess.run(["git", "init", "-q", str(top)], check=True)
    folders = ["", "a", "a/b", "a/b/c", "build", "a/build", "docs", "docs/api", "é", "a b"]
    for folder in folders:
        for name in ("x", "y", "tmp", "x.gen", "é"):
            write(top / folder / f"{name}.prisma")
    write(
        top / ".gitignore",
        "build/\n*.gen.prisma\n/docs/**\n!/docs/api\n!/docs/api/x.*\ntmp.*\n\u00e9/x.prisma\n",
    )
    write(top / "a/.gitignore", "/x.prisma\n!tmp.prisma\n!build/\nb/*\n!b/c\nb/c/*\n!y.prisma\n")
    write(top / "a/b/.gitignore", "!*.gen.prisma\nc/\n")
    listed = subprocess.run(
        ["git", "-C", str(top), "ls-files", "-z", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    expected = sorted(it for it in listed if it.endswith(".prisma"))
    assert len(expected) > 10
    assert below(top) == expected


# Links


def test_links_inside_of_the_repository_are_followed(top: Path) -> None:
    write(top / "shared/a.prisma", "a")
    write(top / "app/prisma/own.prisma")
    (top / "app/prisma/shared").symlink_to("../../shared")
    (top / "app/prisma/link.prisma").symlink_to("../../shared/a.prisma")
    assert below(top / "app") == ["prisma/link.prisma", "prisma/own.prisma", "prisma/shared/a.prisma"]
    assert len(below(top)) == 4


def test_links_in_circles_end(top: Path) -> None:
    write(top / "a/x.prisma")
    (top / "a/up").symlink_to("..")
    (top / "a/self").symlink_to(".")
    (top / "me").symlink_to("me")
    (top / "me.prisma").symlink_to("me.prisma")
    found = discover(top, [top])
    assert paths(found) == ["a/x.prisma"]
    assert list(messages(found)) == ["me.prisma"]


def test_a_tangle_of_links_ends(top: Path) -> None:
    # Followed blindly, these would be 4 ** 20 folders.
    for level in range(20):
        for number in range(4):
            (top / str(level)).mkdir(exist_ok=True)
            (top / str(level) / str(number)).symlink_to(f"../{level + 1}")
    write(top / "20/x.prisma")
    found = discover(top, [top])
    assert "20/x.prisma" in paths(found)
    assert any("links lead to this folder" in it for it in messages(found).values())


def test_links_out_of_the_repository_are_not_followed_unless_named(top: Path) -> None:
    secret = write(top.parent / "secret/token.prisma", "hunter2")
    (top / "schema.prisma").symlink_to(secret)
    (top / "folder").symlink_to(secret.parent)
    found = discover(top, [top])
    assert paths(found) == []
    assert messages(found) == {
        "schema.prisma": f"this link leads out of the repository, to {str(secret.resolve())!r}"
    }
    assert below(top, "schema.prisma") == ["schema.prisma"]
    assert below(top, "folder") == ["folder/token.prisma"]


def test_a_link_to_nothing_is_a_problem(top: Path) -> None:
    (top / "a.prisma").symlink_to("gone.prisma")
    assert messages(discover(top, [top])) == {
        "a.prisma": "this file cannot be read: no such file or directory"
    }


# What cannot be read


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"model A\0", "this file is binary: it has a NUL at byte 7"),
        (b"a\nb\xe9\n", "this file is not UTF-8: byte 0xe9 at byte 3, in line 2"),
        (b"a\n\xed\xa0\x80", "this file is not UTF-8: byte 0xed at byte 2, in line 2"),
        ("model".encode("utf-16"), "this file is in UTF-16; save it as UTF-8"),
        (b"\xfe\xff\0m", "this file is in UTF-16; save it as UTF-8"),
        ("model".encode("utf-32"), "this file is in UTF-32; save it as UTF-8"),
        (b"x" * 101, "this file has 101 bytes; max-file-size is 100"),
    ],
)
def test_a_file_without_readable_text_is_a_problem_and_the_others_are_read(
    top: Path, content: bytes, message: str
) -> None:
    write(top / "a.prisma", content)
    write(top / "b.prisma", "fine")
    found = discover(top, [top], max_file_size=100)
    assert paths(found) == ["b.prisma"]
    assert messages(found) == {"a.prisma": message}


@pytest.mark.parametrize("text", ["", "\ufeffmodel", "a\r\nb\rc", "x" * 100, "\U0001f426"])
def test_text_comes_as_it_is(top: Path, text: str) -> None:
    write(top / "a.prisma", text)
    assert [it.text for it in discover(top, [top], max_file_size=100).sources] == [text]


def test_pipes_sockets_and_devices_do_not_hang(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(top / "pipe.prisma")
    monkeypatch.chdir(top)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.prisma")
        (top / "null.prisma").symlink_to("/dev/zero")
        found = discover(top, [top, top / "null.prisma"])
        assert paths(found) == []
        assert messages(found) == {
            "null.prisma": "this is a device, not a file",
            "pipe.prisma": "this is a pipe, not a file",
            "socket.prisma": "this is a socket, not a file",
        }


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder, and a process that is not root for as long as the test takes."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield folder
    for it in folder.iterdir():
        it.chmod(0o700)
    if user == 0:
        os.seteuid(0)
    shutil.rmtree(folder)


def test_what_may_not_be_read_is_a_problem(unprivileged: Path) -> None:
    write(unprivileged / "a.prisma").chmod(0)
    write(unprivileged / "b.prisma")
    write(unprivileged / "x/c.prisma")
    write(unprivileged / "y/deep/d.prisma")
    (unprivileged / "x").chmod(0)
    (unprivileged / "y").chmod(0o400)  # its names can be read, and nothing else
    found = discover(unprivileged, [unprivileged])
    assert paths(found) == ["b.prisma"]
    assert messages(found) == {
        "a.prisma": "this file cannot be read: permission denied",
        "x": "this folder cannot be read: permission denied",
        "y/deep": "this folder cannot be read: permission denied",
    }
    with pytest.raises(UserError, match=r"^cannot read .*c\.prisma: Permission denied"):
        discover(unprivileged, [unprivileged / "x/c.prisma"])


# Names that cannot be printed


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"caf\xe9.prisma", r"caf\xe9.prisma"),
        (b"caf\\xe9.prisma", r"caf\\xe9.prisma"),
        (b"a\n::error::b.prisma", r"a\u{a}::error::b.prisma"),
        (b"\x1b[31m.prisma", r"\u{1b}[31m.prisma"),
        ("\u202egnp.prisma".encode(), r"\u{202e}gnp.prisma"),
        ("été 1.prisma".encode(), "été 1.prisma"),
    ],
)
def test_every_path_can_be_printed_and_leads_back_to_its_file(top: Path, name: bytes, shown: str) -> None:
    file = Path(os.fsdecode(os.fsencode(top) + b"/" + name))
    write(file, "x")
    found = discover(top, [top])
    assert paths(found) == [shown]
    assert found.file(shown) == file
    assert standard_input(found, b"y", file).file(shown) == file


# Standard input


def test_standard_input_stands_for_the_file(top: Path) -> None:
    write(top / "a.prisma", "on disk")
    write(top / "b.prisma", "other")
    found = standard_input(discover(top, [top]), b"typed", top / "a.prisma")
    assert {it.path: it.text for it in found.sources} == {"a.prisma": "typed", "b.prisma": "other"}
    assert found.named == {"a.prisma"}


def test_standard_input_may_be_a_new_file_or_end_a_problem(top: Path) -> None:
    write(top / "b.prisma", b"\0")
    found = discover(top, [top])
    assert paths(standard_input(found, b"typed", top / "x/a.prisma")) == ["x/a.prisma"]
    assert standard_input(found, b"typed", top / "b.prisma").problems == ()


def test_standard_input_without_readable_text_is_a_problem(top: Path) -> None:
    write(top / "a.prisma", "on disk")
    found = standard_input(discover(top, [top]), b"\xff", top / "a.prisma")
    assert paths(found) == []
    assert messages(found) == {"a.prisma": "this file is not UTF-8: byte 0xff at byte 0, in line 1"}


def test_standard_input_of_no_wanted_kind_is_told(top: Path) -> None:
    assert standard_input(discover(top, [top]), b"", top / "a.txt").unknown == ("a.txt",)


# SQL, and what is beside it


def test_sql_files_are_found_and_folders_called_like_them_are_entered(top: Path) -> None:
    write(top / "m/1_a.sql/migration.sql", "SELECT 1;")
    write(top / "x.sql", "SELECT 2;")
    (top / "empty.sql").mkdir()
    found = discover(top, [top])
    assert paths(found) == ["m/1_a.sql/migration.sql", "x.sql"]
    assert found.problems == ()


def test_a_folder_beside_migrations_that_holds_none_is_known(top: Path) -> None:
    write(top / "m/migration_lock.toml", 'provider = "postgresql"')
    write(top / "m/1_a/migration.sql")
    write(top / "m/2_b/notes.txt")
    (top / "m/3_c/migration.sql").mkdir(parents=True)
    (top / "other/4_d").mkdir(parents=True)
    write(top / "m/1_a/deeper/notes.txt")
    assert discover(top, [top]).bare == ("m/2_b", "m/3_c")


def test_of_lock_files_only_those_that_speak_of_prisma_are_read(top: Path) -> None:
    for name in (
        "package-lock.json",
        "pnpm-lock.yaml",
        "yarn.lock",
        "bun.lock",
        "requirements.txt",
        "pyproject.toml",
    ):
        write(top / "with" / name, "prisma")
        write(top / "without" / name, "lodash")
    found = discover(top, [top])
    assert {it.partition("/")[0] for it in paths(found)} == {"with"}
    assert len(found.sources) == 6


def test_what_is_read_in_passing_may_be_unreadable(top: Path) -> None:
    write(top / "yarn.lock", b"prisma\xff")
    write(top / "deploy.yml", b"npx prisma \0")
    write(top / "big.yaml", b"prisma" + b" " * 600_000)
    write(top / "x.sql", b"\xff")
    (top / "run.sh").symlink_to("/etc/hostname")
    found = discover(top, [top])
    assert paths(found) == []
    assert list(messages(found)) == ["x.sql"]
    assert list(messages(discover(top, [top / "yarn.lock"]))) == ["yarn.lock"], "unless it is named"


def test_a_large_lock_file_is_read_whatever_the_most_is(top: Path) -> None:
    write(top / "package-lock.json", b"prisma" + b" " * 2_000)
    write(top / "x.sql", b" " * 2_000)
    found = discover(top, [top], max_file_size=1_000)
    assert paths(found) == ["package-lock.json"]
    assert "max-file-size" in messages(found)["x.sql"]


@pytest.mark.parametrize(
    "name",
    [
        ".github/workflows/deploy.yml",
        "Dockerfile",
        "docker/Dockerfile.prod",
        "api.Dockerfile",
        "entrypoint.sh",
        "Makefile",
        "Procfile",
        "vercel.json",
    ],
)
def test_automation_is_read_when_it_may_run_prisma(top: Path, name: str) -> None:
    write(top / name, "RUN npx prisma migrate deploy")
    write(top / "other" / name, "hello")
    assert below(top) == [name]


def test_every_kind_of_file_has_a_frontend() -> None:
    for name in KINDS:
        file = Source(name.replace("*", "x"), "")
        if file.path.endswith(DOCUMENTS):
            assert documents.read(file.text) is not None
        else:
            assert read(file, "postgresql" if name == "*.sql" else None) is not None, name


def test_templates_are_read_below_folders_of_templates(top: Path) -> None:
    for name in (
        "shop/templates/shop/books.html",
        "shop/templates/mail.txt",
        "app/jinja2/a.j2",
        "public/index.html",
        "notes.txt",
        "templates/plain.html",
    ):
        file = top / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("<p>" if name == "templates/plain.html" else "{% for it in them %}{% endfor %}")
    assert [it.path for it in discover(top, [top]).sources] == [
        "app/jinja2/a.j2",
        "shop/templates/mail.txt",
        "shop/templates/shop/books.html",
    ]


def test_a_page_elsewhere_is_of_no_wanted_kind(top: Path) -> None:
    (top / "a.html").write_text("{{ a }}")
    assert discover(top, [top / "a.html"]).unknown == ("a.html",)
