"""What one file says, without its path: small, frozen, typed, and the same on every machine."""

from typing import TYPE_CHECKING

from crowsfoot.facts.common import Comment, Fact, Problem, Unread
from crowsfoot.facts.environment import Environment
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.facts.settings import Installed, Journal, MigrationLock, SchemaLocation, ServedSchemas
from crowsfoot.facts.shell import Automation
from crowsfoot.facts.sql import SqlFile

if TYPE_CHECKING:
    from crowsfoot.facts.code import CodeFile
    from crowsfoot.facts.templates import TemplateFile

    Facts = (
        PrismaFile
        | SchemaLocation
        | Installed
        | MigrationLock
        | Journal
        | Automation
        | SqlFile
        | Environment
        | ServedSchemas
        | Unread
        | CodeFile
        | TemplateFile
    )
else:
    # What a file of Python or a template says takes 5 ms to load, and is decoded by itself.
    Facts = (
        PrismaFile
        | SchemaLocation
        | Installed
        | MigrationLock
        | Journal
        | Automation
        | SqlFile
        | Environment
        | ServedSchemas
        | Unread
    )

__all__ = [
    "Automation",
    "Comment",
    "Environment",
    "Fact",
    "Facts",
    "Installed",
    "Journal",
    "MigrationLock",
    "PrismaFile",
    "Problem",
    "SchemaLocation",
    "ServedSchemas",
    "SqlFile",
    "Unread",
]
