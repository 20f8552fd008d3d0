"""The Python installation to the names of the packages that bring rules."""

import os
import sys
from collections.abc import Iterator

GROUP = "crowsfoot.rules"
OURS = "crowsfoot_rules"


def packages() -> tuple[str, ...]:
    """The packages in the entry-point group crowsfoot.rules, sorted.

    Nearly always that is ours alone. To import importlib.metadata and have it ask every installed package
    takes longer than a check, so it is only asked when some other package mentions the group.
    """
    if _mentions(GROUP.encode()) <= 1:
        return (OURS,)

    from importlib.metadata import entry_points

    return tuple(sorted({OURS, *(entry.value for entry in entry_points(group=GROUP))}))


def _mentions(group: bytes) -> int:
    """In how many lists of entry points the group stands; many where that cannot be told.

    Source: https://packaging.python.org/specifications/entry-points/
    """
    found = 0
    for folder in dict.fromkeys(os.path.realpath(path or ".") for path in sys.path):
        if os.path.isfile(folder):
            return 2  # an archive, which only importlib.metadata looks into
        for file in _entry_points_in(folder):
            try:
                with open(file, "rb") as stream:
                    found += group in stream.read()
            except OSError:
                continue  # a distribution without entry points
    return found


def _entry_points_in(folder: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith((".dist-info", ".egg-info")):
                    yield os.path.join(entry.path, "entry_points.txt")
    except OSError:
        return  # sys.path may name folders that are not there
