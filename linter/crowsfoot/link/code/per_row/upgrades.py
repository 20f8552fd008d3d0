"""A function -> whether it upgrades the database: what it does for each row then, it does once in their life.

`cursor.execute("ALTER TABLE book …")`, then `for key in keys: cursor.execute("UPDATE book SET …")`.
"""

import re
from typing import Final

from crowsfoot.link.code.evaluation.frame import Frame


def is_upgrade(frame: Frame) -> bool:
    """Whether the function itself alters a table."""
    return any(
        not it.chain and it.query.sql is not None and _ALTERS.match(it.query.sql) for it in frame.effects
    )


_ALTERS: Final = re.compile(r"\s*ALTER\s+TABLE\b", re.IGNORECASE)
