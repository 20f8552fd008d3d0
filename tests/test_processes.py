"""Copies of a process that help it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator

import pytest

from crowsfoot.processes import Helpers, Pile

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is forked"),
    # Whoever runs the tests may have threads of its own; the copies here use none of their locks.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

Work = Callable[[], Iterable[bytes]]


def all_said(work: Work, count: int) -> list[bytes]:
    said: list[bytes] = []
    with Helpers(work, count) as helpers:
        while helpers.wait():
            said += helpers.said()
    return sorted(said)


def test_each_number_is_taken_by_one() -> None:
    with Pile(300) as pile:
        said = all_said(lambda: (number.to_bytes(2) for number in pile), 3)
        assert [int.from_bytes(it) for it in said] == list(range(300))
        assert pile.take() is None


def test_a_pile_is_shared_with_those_who_help() -> None:
    with Pile(300) as pile, Helpers(lambda: (number.to_bytes(2) for number in pile), 2) as helpers:
        said = [number.to_bytes(2) for number in pile]
        while helpers.wait():
            said += helpers.said()
    assert sorted(said) == [number.to_bytes(2) for number in range(300)]


def test_pieces_may_be_empty_or_larger_than_a_pipe() -> None:
    pieces = [b"", b"a", b"b" * 5_000_000, b""]
    assert all_said(lambda: iter(pieces), 1) == sorted(pieces)


def test_who_has_nothing_to_say_is_not_waited_for() -> None:
    with Helpers(lambda: (), 2) as helpers:
        while helpers.wait():
            assert list(helpers.said()) == []


def fails() -> Iterator[bytes]:
    yield b"first"
    raise ValueError("after the first piece")


def dies() -> Iterator[bytes]:
    yield b"first"
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("work", [fails, dies])
def test_what_was_said_before_the_end_counts(work: Work, capfd: pytest.CaptureFixture[str]) -> None:
    assert all_said(work, 2) == [b"first", b"first"]
    assert capfd.readouterr() == ("", "")


def test_where_no_process_starts_nobody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise PermissionError("no processes here")

    monkeypatch.setattr(os, "fork", refused)
    with Helpers(lambda: [b"never"], 2) as helpers:
        assert not helpers.wait()
        assert list(helpers.said()) == []


def test_nobody_goes_on_when_the_first_process_is_killed() -> None:
    script = """
import os, sys
from crowsfoot.processes import Helpers

def endless():
    while True:
        yield f"{os.getpid()} ".encode()

with Helpers(endless, 2) as helpers:
    for _ in range(2):
        helpers.wait()
        print(*{it.decode() for it in helpers.said()}, flush=True)
    os.kill(os.getpid(), 9)
"""
    # They hold the standard output too: it ends when the last of them does.
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=False)
    assert run.returncode == -signal.SIGKILL
    assert run.stdout.split()


def test_nobody_goes_on_when_the_work_is_left() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield str(os.getpid()).encode()

    with Helpers(endless, 1) as helpers:
        assert helpers.wait()
        process = int(next(helpers.said()))
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
