"""Work to what copies of this process make of it, beside what it does itself; on Linux.

A copy has everything that this process has, so that nothing is sent to it, and it starts in milliseconds: a
pool of the standard library takes 50 to load alone. Elsewhere to fork is not safe, or not possible.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, Self

# More than that many numbers could fill the pipe that they lie in, and nobody would be there to empty it.
MOST_NUMBERS: Final = 1_000
_MOST_PROCESSES: Final = 8


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
    """The numbers below count, each of which one process takes, whoever comes first."""

    def __init__(self, count: int) -> None:
        assert count <= MOST_NUMBERS
        self._taken_from, put_into = os.pipe()
        os.write(put_into, b"".join(number.to_bytes(_SIZE) for number in range(count)))
        os.close(put_into)

    def __iter__(self) -> Iterator[int]:
        # All are of one size, so that a read never takes a part of one.
        while number := os.read(self._taken_from, _SIZE):
            yield int.from_bytes(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._taken_from)


_SIZE: Final = 2  # bytes


@contextmanager
def helpers(work: Callable[[], bytes], count: int) -> Iterator[list["Helper"]]:
    """So many copies of this process that do the work; fewer, or none, where no more can be started.

    Those that are not asked for their answer are stopped in the end.
    """
    started: list[Helper] = []
    try:
        with suppress(OSError):
            while len(started) < count:
                started.append(Helper(work))
        yield started
    finally:
        for it in started:
            it.stop()


class Helper:
    """A copy of this process that does the work, and answers with its result.

    Raises OSError where none can be started.
    """

    def __init__(self, work: Callable[[], bytes]) -> None:
        self._answer, here = os.pipe()
        try:
            self._process = os.fork()
        except BaseException:
            os.close(self._answer)
            os.close(here)
            raise
        if self._process == 0:
            _do(work, here)
        os.close(here)

    def answer(self) -> bytes | None:
        """What the work has come to; None where it failed, or where the process was killed."""
        with open(self._answer, "rb", closefd=False) as stream:
            data = stream.read()
        return data if self._end() == 0 else None

    def stop(self) -> None:
        """It is not waited for any more, if it still runs."""
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            self._end()

    def _end(self) -> int:
        os.close(self._answer)
        _, status = os.waitpid(self._process, 0)
        self._process = 0
        return status


def _do(work: Callable[[], bytes], answer: int) -> None:
    """In the copy: it ends here, and neither flushes nor says what this process would have said later."""
    status = 1
    try:
        with open(answer, "wb") as stream:
            stream.write(work())
        status = 0
    finally:
        # Whatever was raised, the process that waits does the same work, and raises it where it is seen.
        os._exit(status)
