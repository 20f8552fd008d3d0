"""A statement behind calls -> whether a logger writes it, which tells of each thing as it happens."""

import re
from typing import Final

from crowsfoot.facts import code as facts
from crowsfoot.link.code.per_row.unchanging import Step, Way


def is_logged(way: Way) -> bool:
    """Whether one of the calls is `logger.info()`: whoever logs in a loop has no statement to ask for all."""
    return any(_is_log(step) for step in way.steps)


def _is_log(step: Step) -> bool:
    values = step.scope.values
    it = values[step.value]
    of = values[it.of] if isinstance(it, facts.Call) else None
    if not isinstance(of, facts.Attribute) or of.name not in _LEVELS:
        return False
    return _LOGGER.search(facts.word_of(values, of.of)) is not None


_LEVELS: Final = frozenset(("debug", "info", "warning", "warn", "error", "exception", "critical"))
_LOGGER: Final = re.compile(r"(?:^|_)log(?:ger|ging)?$", re.IGNORECASE)
