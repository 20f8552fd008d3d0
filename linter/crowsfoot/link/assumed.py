"""What the user says of migrations that no file says: which are new, and how they run."""

import msgspec

from crowsfoot.databases.tools import OLDEST_POSTGRES


class Changes(msgspec.Struct, frozen=True):
    """What has become of files since a revision; paths are those of the project."""

    new: frozenset[str] = frozenset()
    edited: frozenset[str] = frozenset()
    deleted: tuple[str, ...] = ()


class Assumed(msgspec.Struct, frozen=True):
    """Which PostgreSQL runs the migrations, and which of them are new: all, if nothing says so."""

    postgres: int = OLDEST_POSTGRES
    after: str | None = None  # the last migration that has been deployed, or how its name begins
    changes: Changes | None = None

    @property
    def narrows(self) -> bool:
        """Whether the user says that some migrations are not new."""
        return self.changes is not None or self.after is not None
