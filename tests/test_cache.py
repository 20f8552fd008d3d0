"""The cache gives back what was put, or nothing; and it harms nobody's files."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowsfoot.cache import Cache, clean, code_fingerprint, for_project
from crowsfoot.digests import digest
from crowsfoot.facts import PrismaFile
from crowsfoot.facts.common import Comment, Problem
from crowsfoot.source import Range

VALUE = PrismaFile(
    comments=(Comment(Range(0, 5), ("wide-table",), "why \U0001f426", None),),
    problems=(Problem(Range(1, 2), "wrong"),),
)


class Facts(msgspec.Struct):
    number: int


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def entry(cache: Cache) -> Path:
    """The one entry."""
    assert cache.folder
    (found,) = cache.folder.glob("facts-*")
    return found


def files(folder: Path) -> set[str]:
    return {it.name for it in folder.iterdir()}


# Keys


def test_what_was_put_comes_back(cache: Cache) -> None:
    assert cache.get("facts", "key", PrismaFile) is None
    cache.put("facts", "key", VALUE)
    assert cache.get("facts", "key", PrismaFile) == VALUE
    assert Cache(cache.folder).get("facts", "key", PrismaFile) == VALUE


def test_kinds_and_keys_are_apart(cache: Cache) -> None:
    cache.put("facts", "key", 1)
    cache.put("report", "key", 2)
    assert cache.get("facts", "key", int) == 1
    assert cache.get("report", "key", int) == 2
    assert cache.get("facts", "kez", int) is None


def test_a_later_value_replaces_an_earlier_one(cache: Cache) -> None:
    cache.put("facts", "key", 1)
    cache.put("facts", "key", 2)
    assert cache.get("facts", "key", int) == 2


def test_a_key_may_hold_anything(cache: Cache) -> None:
    for key in ("../../x", "", "a/b", "\ud800", "k" * 5000, "\n\0"):
        cache.put("facts", key, key)
    assert cache.folder
    assert len(list(cache.folder.glob("facts-*"))) == 5  # "\ud800" is no text to msgpack
    assert cache.get("facts", "../../x", str) == "../../x"


@given(st.lists(st.text() | st.binary()), st.lists(st.text() | st.binary()))
def test_digests_are_the_same_only_for_the_same_parts(
    some: list[str | bytes], others: list[str | bytes]
) -> None:
    assert (digest(*some) == digest(*others)) == (some == others)


@pytest.mark.parametrize(
    ("some", "others"),
    [(("ab", "c"), ("a", "bc")), (("a",), (b"a",)), (("",), ()), (("a", ""), ("a",)), (("1:a",), ("1", "a"))],
)
def test_the_cut_between_parts_counts(some: tuple[str | bytes, ...], others: tuple[str | bytes, ...]) -> None:
    assert digest(*some) != digest(*others)
    assert len(digest(*some)) == 40


# Entries that are not what was put


@given(st.binary(max_size=200))
def test_any_bytes_as_an_entry_are_as_good_as_none(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder))
        cache.put("facts", "key", VALUE)
        entry(cache).write_bytes(data)
        assert cache.get("facts", "key", PrismaFile) is None


@given(st.data())
def test_a_cut_or_changed_entry_is_as_good_as_none(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder))
        cache.put("facts", "key", VALUE)
        whole = entry(cache).read_bytes()
        place = data.draw(st.integers(0, len(whole) - 1))
        if data.draw(st.booleans()):
            broken = whole[:place]
        else:
            broken = (
                whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
            )
        entry(cache).write_bytes(broken)
        assert cache.get("facts", "key", PrismaFile) is None
        cache.put("facts", "key", VALUE)
        assert cache.get("facts", "key", PrismaFile) == VALUE


def test_an_entry_longer_than_what_was_put_is_as_good_as_none(cache: Cache) -> None:
    cache.put("facts", "key", 1)
    entry(cache).write_bytes(entry(cache).read_bytes() + b"\1")
    assert cache.get("facts", "key", int) is None


def test_an_entry_under_the_name_of_another_is_as_good_as_none(cache: Cache) -> None:
    cache.put("facts", "clean", 0)
    (clean_entry,) = set(files(cache.folder)) - {"CACHEDIR.TAG", ".gitignore", ".pruned"}  # type: ignore[arg-type]
    cache.put("facts", "dirty", 9)
    assert cache.folder
    for it in cache.folder.glob("facts-*"):
        if it.name != clean_entry:
            shutil.copy(cache.folder / clean_entry, it)
    assert cache.get("facts", "dirty", int) is None


def test_an_entry_of_another_shape_is_as_good_as_none(cache: Cache) -> None:
    cache.put("facts", "key", {"number": "one"})
    assert cache.get("facts", "key", Facts) is None
    assert cache.get("facts", "key", dict[str, Any]) == {"number": "one"}


@pytest.mark.parametrize("value", ["\ud800", 2**70])
def test_a_value_that_cannot_be_kept_is_not(cache: Cache, value: object) -> None:
    cache.put("facts", "key", value)
    assert cache.get("facts", "key", object) is None
    cache.put("facts", "key", 1)
    assert cache.get("facts", "key", int) == 1


# The folder


def test_the_folder_says_that_it_is_a_cache_and_keeps_out_of_git(cache: Cache) -> None:
    cache.put("facts", "key", 1)
    assert cache.folder
    tag = (cache.folder / "CACHEDIR.TAG").read_text()
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    subprocess.run(["git", "init", "-q", str(cache.folder.parent)], check=True)
    status = subprocess.run(
        ["git", "-C", str(cache.folder.parent), "status", "--porcelain"], capture_output=True, check=True
    )
    assert status.stdout == b""
    assert cache.folder.stat().st_mode & 0o077 == 0


def test_a_folder_of_the_user_is_not_marked_and_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").touch()
    (tmp_path / "facts-of-life.txt").touch()
    cache = Cache(tmp_path)
    cache.put("facts", "key", 1)
    assert cache.get("facts", "key", int) == 1
    assert clean(cache) == 1
    assert files(tmp_path) == {"photo.jpg", "facts-of-life.txt", ".pruned"}


def test_no_temporary_file_is_left(cache: Cache) -> None:
    cache.put("facts", "key", 1)
    assert cache.folder
    assert files(cache.folder) == {"CACHEDIR.TAG", ".gitignore", ".pruned", entry(cache).name}


def test_without_a_folder_nothing_is_kept() -> None:
    cache = Cache(None)
    cache.put("facts", "key", 1)
    assert cache.get("facts", "key", int) is None
    assert clean(cache) == 0


def test_a_folder_that_cannot_be_made_turns_the_cache_off(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file" / "cache")
    assert cache.get("facts", "key", int) is None
    cache.put("facts", "key", 1)
    assert cache.folder is None


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder, and a process that is not root for as long as the test takes."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield folder
    if user == 0:
        os.seteuid(0)
    shutil.rmtree(folder)


def test_a_read_only_folder_is_read_and_not_written(unprivileged: Path) -> None:
    folder = unprivileged / "cache"
    Cache(folder).put("facts", "key", 1)
    folder.chmod(0o500)
    cache = Cache(folder)
    assert cache.get("facts", "key", int) == 1
    cache.put("facts", "other", 2)
    assert cache.folder is None
    folder.chmod(0o700)
    assert not list(folder.glob("*.*-*"))


def test_a_full_disk_turns_the_cache_off() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    program = """
import resource, signal, sys
from pathlib import Path
from crowsfoot.cache import Cache
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
cache = Cache(Path(sys.argv[1]))
cache.put("facts", "small", 1)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
cache.put("facts", "large", "x" * 5000)
assert cache.folder is None
assert Cache(Path(sys.argv[1])).get("facts", "small", int) == 1
assert Cache(Path(sys.argv[1])).get("facts", "large", str) is None
"""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", program, folder], check=True)
        assert len(list(Path(folder).glob("facts-*"))) == 1


def test_a_link_in_the_place_of_an_entry_is_neither_read_nor_followed(cache: Cache, tmp_path: Path) -> None:
    cache.put("facts", "key", 1)
    mine = tmp_path / "mine"
    shutil.copy(entry(cache), mine)
    before = mine.read_bytes()
    place = entry(cache)
    place.unlink()
    place.symlink_to(mine)
    assert cache.get("facts", "key", int) is None
    cache.put("facts", "key", 2)
    assert cache.get("facts", "key", int) == 2
    assert mine.read_bytes() == before
    assert not entry(cache).is_symlink()


def test_a_pipe_in_the_place_of_an_entry_does_not_hang(cache: Cache) -> None:
    cache.put("facts", "key", 1)
    place = entry(cache)
    place.unlink()
    os.mkfifo(place)
    assert cache.get("facts", "key", int) is None


def test_parallel_runs_never_see_half_an_entry(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from crowsfoot.cache import Cache
cache = Cache(Path(sys.argv[1]))
for number in range(200):
    cache.put("facts", "key", sys.argv[2] * 20_000)
    found = cache.get("facts", "key", str)
    assert found in ("a" * 20_000, "b" * 20_000), found and found[:9]
assert cache.folder
"""
    runs = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "cache"), it]) for it in "ab"]
    assert [it.wait() for it in runs] == [0, 0]


def test_old_entries_go_once_a_day(cache: Cache) -> None:
    cache.put("facts", "old", 1)
    assert cache.folder
    month_ago = time.time() - 31 * 86_400
    os.utime(entry(cache), (month_ago, month_ago))
    Cache(cache.folder).put("facts", "new", 2)
    assert cache.get("facts", "old", int) == 1
    os.utime(cache.folder / ".pruned", (month_ago, month_ago))
    Cache(cache.folder).put("facts", "newer", 3)
    assert cache.get("facts", "old", int) is None
    assert cache.get("facts", "new", int) == 2


def test_clean_removes_every_entry_and_what_a_killed_run_left(cache: Cache) -> None:
    cache.put("facts", "key", 1)
    cache.put("report", "key", 1)
    assert cache.folder
    (cache.folder / f"facts-{'0' * 40}.123-0123abcd").touch()
    assert clean(cache) == 3
    assert files(cache.folder) == {"CACHEDIR.TAG", ".gitignore", ".pruned"}


# Where it is, and whom it trusts


def project(tmp_path: Path) -> Path:
    (tmp_path / "top/.git").mkdir(parents=True)
    (tmp_path / "top/app").mkdir()
    return tmp_path / "top/app"


def test_it_is_in_the_cache_folder_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project(tmp_path)
    assert for_project(root, {"XDG_CACHE_HOME": "/var/x"}).folder == Path("/var/x/crowsfoot")
    assert for_project(root, {"XDG_CACHE_HOME": "x", "HOME": "/h"}).folder in (
        Path("/h/.cache/crowsfoot"),
        Path("/h/Library/Caches/crowsfoot"),
    )
    assert for_project(root, {}).folder is None
    outside = tmp_path / "outside"
    assert for_project(root, {"CROWSFOOT_CACHE_DIR": str(outside), "HOME": "/h"}).folder == outside
    monkeypatch.chdir(tmp_path)
    assert for_project(root, {"CROWSFOOT_CACHE_DIR": "outside"}).folder == outside


@pytest.mark.parametrize("inside", ["top/.cache", "top/app/.cache", "top"])
def test_entries_that_a_repository_brings_count_for_nothing(tmp_path: Path, inside: str) -> None:
    root = project(tmp_path)
    victim = {"HOME": str(tmp_path / "home"), "CROWSFOOT_CACHE_DIR": str(tmp_path / inside)}
    # What an attacker can make: plain entries, and entries that are sealed with another secret.
    Cache(tmp_path / inside).put("report", "plain", "nothing to report")
    for_project(root, {**victim, "HOME": str(tmp_path / "attacker")}).put(
        "report", "sealed", "nothing to report"
    )
    cache = for_project(root, victim)
    assert cache.folder
    assert cache.get("report", "plain", str) is None
    assert cache.get("report", "sealed", str) is None
    cache.put("report", "own", "1 finding")
    assert for_project(root, victim).get("report", "own", str) == "1 finding"
    secret = tmp_path / "home/.cache/crowsfoot/secret"
    if secret.exists():
        assert secret.stat().st_mode & 0o077 == 0


def test_a_linked_cache_folder_of_a_repository_is_not_used(tmp_path: Path) -> None:
    root = project(tmp_path)
    (tmp_path / "precious").mkdir()
    (root / ".cache").symlink_to(tmp_path / "precious")
    for place in (root / ".cache", root / ".cache/deep"):
        assert for_project(root, {"HOME": "/h", "CROWSFOOT_CACHE_DIR": str(place)}).folder is None


def test_without_a_place_for_the_secret_a_cache_in_the_project_is_off(tmp_path: Path) -> None:
    root = project(tmp_path)
    named = {"CROWSFOOT_CACHE_DIR": str(root / ".cache")}
    assert for_project(root, named).folder is None
    assert for_project(root, {**named, "XDG_CACHE_HOME": str(root)}).folder is None
    assert for_project(root, {"XDG_CACHE_HOME": str(root)}).folder is None
    (tmp_path / "file").touch()
    assert for_project(root, {**named, "XDG_CACHE_HOME": str(tmp_path / "file")}).folder is None


def test_a_broken_secret_is_made_anew(tmp_path: Path) -> None:
    root = project(tmp_path)
    (tmp_path / "home/crowsfoot").mkdir(parents=True)
    (tmp_path / "home/crowsfoot/secret").write_bytes(b"short")
    environ = {"XDG_CACHE_HOME": str(tmp_path / "home"), "CROWSFOOT_CACHE_DIR": str(root / ".cache")}
    for_project(root, environ).put("facts", "key", 1)
    assert for_project(root, environ).get("facts", "key", int) == 1


# Code


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that would raise if it were imported."""
    folder = tmp_path / "boom_rules"
    (folder / "deep").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('imported')")
    (folder / "deep/rule.py").write_text("a = 1")
    (folder / "grammar.lark").write_text("start: A")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


@pytest.mark.parametrize("name", ["__init__.py", "deep/rule.py", "grammar.lark", "deep/new.py"])
def test_the_fingerprint_changes_with_any_file_of_code(package: Path, name: str) -> None:
    before = code_fingerprint(["boom_rules"])
    assert code_fingerprint(["boom_rules"]) == before
    (package / name).write_text("changed it all")
    assert code_fingerprint(["boom_rules"]) != before


def test_the_fingerprint_changes_with_the_time_of_a_file_and_when_it_goes(package: Path) -> None:
    before = code_fingerprint(["boom_rules"])
    os.utime(package / "deep/rule.py", (1, 1))
    touched = code_fingerprint(["boom_rules"])
    (package / "deep/rule.py").unlink()
    assert len({before, touched, code_fingerprint(["boom_rules"])}) == 3


def test_the_fingerprint_leaves_out_what_is_no_code(package: Path) -> None:
    before = code_fingerprint(["boom_rules"])
    (package / "notes.txt").touch()
    (package / "__pycache__").mkdir()
    (package / "__pycache__/x.py").touch()
    assert code_fingerprint(["boom_rules"]) == before


def test_the_fingerprint_of_part_of_a_package_and_of_none(package: Path) -> None:
    kinds = [["boom_rules"], ["boom_rules.deep"], ["boom_rules.deep.rule"], ["no_such_package"], []]
    assert len({code_fingerprint(it) for it in kinds}) == len(kinds)
    assert "boom_rules" not in sys.modules


def test_the_fingerprint_of_a_package_in_an_archive_changes_with_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "source/zipped_rules").mkdir(parents=True)
    (tmp_path / "source/zipped_rules/__init__.py").touch()
    archive = Path(shutil.make_archive(str(tmp_path / "plugins"), "zip", tmp_path / "source"))
    monkeypatch.syspath_prepend(str(archive))
    before = code_fingerprint(["zipped_rules"])
    assert before != code_fingerprint(["no_such_package"])
    os.utime(archive, (1, 1))
    assert code_fingerprint(["zipped_rules"]) != before


def test_what_other_code_has_made_is_not_there(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.of("old").put("facts", "key", 1)
    assert cache.of("old").get("facts", "key", int) == 1
    assert cache.of("new").get("facts", "key", int) is None
    assert cache.get("facts", "key", int) is None
