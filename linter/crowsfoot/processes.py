"""Work that copies of this process do beside it, and what they say of it; on Linux.

A copy has everything that this process has, so that nothing is sent to it, and it starts in milliseconds: a
pool of the standard library takes 50 to load alone. Elsewhere to fork is not safe, or not possible.
"""

import os
import select
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NoReturn, Self

_MOST_PROCESSES: Final = 8
_KILL: Final = 9  # SIGKILL, without loading the module signal


def spare_cores() -> int:
    """How many helpers pay, and may be started: none where other threads run, which a copy would lack."""
    if sys.platform != "linux":
        return 0
    try:
        alone = len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return 0
    return min(len(os.sched_getaffinity(0)), _MOST_PROCESSES) - 1 if alone else 0


class Pile:
    """The numbers below count, at most 1,000 of them; each is taken by one process, whoever comes first."""

    def __init__(self, count: int) -> None:
        assert count <= 1_000, "more could fill the pipe that they lie in, and nobody would empty it"
        self._taken_from, put_into = os.pipe()
        os.write(put_into, b"".join(number.to_bytes(_SIZE) for number in range(count)))
        os.close(put_into)

    def take(self) -> int | None:
        """The least that nobody has taken yet."""
        # All are of one size, so that a read never takes a part of one.
        number = os.read(self._taken_from, _SIZE)
        return int.from_bytes(number) if number else None

    def __iter__(self) -> Iterator[int]:
        while (number := self.take()) is not None:
            yield number

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._taken_from)


_SIZE: Final = 2  # bytes


class Helpers:
    """So many copies of this process that do some work, and say piece by piece what it comes to.

    There are fewer, or none, where no more can be started. One that dies, or whose work raises, says no more:
    whoever misses a piece does that work himself, and sees what is wrong.
    """

    def __init__(self, work: Callable[[], Iterable[bytes]], count: int) -> None:
        self._heard: dict[int, bytearray] = {}  # by the pipe of each that still works: the piece that comes
        self._processes: dict[int, int] = {}  # by that pipe
        self._poll = select.poll()
        wait_for_the_ending()
        try:
            for _ in range(count):
                self._start(work)
        except OSError:
            pass  # a sandbox, or too many processes

    def said(self) -> Iterator[bytes]:
        """The pieces that have come since the last time; it does not wait for any."""
        for pipe, _ in self._poll.poll(0):
            heard = self._heard[pipe]
            data = os.read(pipe, _CAPACITY)
            heard += data
            while len(heard) >= _LENGTH and len(heard) >= (end := _LENGTH + int.from_bytes(heard[:_LENGTH])):
                yield bytes(heard[_LENGTH:end])
                del heard[:end]
            if not data:
                self._forget(pipe)

    def wait(self) -> bool:
        """Wait until more has come; False if there is nobody left to say it."""
        return bool(self._heard) and bool(self._poll.poll())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Stop those that still work."""
        stopped = list(self._processes.values())
        for pipe in list(self._heard):
            self._forget(pipe)
        for process in stopped:
            os.kill(process, _KILL)
            os.waitpid(process, 0)
            _ENDING.remove(process)

    def _start(self, work: Callable[[], Iterable[bytes]]) -> None:
        hear, say = os.pipe()
        try:
            process = os.fork()
            if process == 0:
                # Who holds the end that is read as well does not notice that nobody reads any more.
                for pipe in (hear, *self._heard):
                    os.close(pipe)
                _do(work, say)
        except OSError:
            os.close(hear)
            raise
        finally:
            os.close(say)
        self._processes[hear] = process
        self._heard[hear] = bytearray()
        self._poll.register(hear, select.POLLIN)

    def _forget(self, pipe: int) -> None:
        self._poll.unregister(pipe)
        del self._heard[pipe]
        _ENDING.append(self._processes.pop(pipe))
        os.close(pipe)


# Those that have said all. The system takes 4 ms to clear away a large one, in which this process goes on.
_ENDING: Final[list[int]] = []


def wait_for_the_ending() -> None:
    """Wait until all that have said everything are gone; they have been clearing up meanwhile."""
    while _ENDING:
        os.waitpid(_ENDING.pop(), 0)


_LENGTH: Final = 4  # bytes before each piece that say how long it is
_CAPACITY: Final = 1 << 20


def _do(work: Callable[[], Iterable[bytes]], say: int) -> NoReturn:
    """In the copy: it ends here, and neither flushes nor says what this process would have said later."""
    try:
        # So that it need not wait while this process has no time to listen.
        from fcntl import F_SETPIPE_SZ, fcntl

        fcntl(say, F_SETPIPE_SZ, _CAPACITY)
    except (ImportError, OSError):
        pass
    try:
        with open(say, "wb", buffering=0) as stream:
            for piece in work():
                left = memoryview(len(piece).to_bytes(_LENGTH) + piece)
                while left:
                    left = left[stream.write(left) :]
    finally:
        os._exit(0)
