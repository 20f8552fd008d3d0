"""What one file says, without its path: small, frozen, typed, and the same on every machine."""

from crowsfoot.facts.common import Comment, Fact, Problem
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.facts.settings import Installed, Journal, MigrationLock, SchemaLocation
from crowsfoot.facts.shell import Automation
from crowsfoot.facts.sql import SqlFile

Facts = PrismaFile | SchemaLocation | Installed | MigrationLock | Journal | Automation | SqlFile

__all__ = [
    "Automation",
    "Comment",
    "Fact",
    "Facts",
    "Installed",
    "Journal",
    "MigrationLock",
    "PrismaFile",
    "Problem",
    "SchemaLocation",
    "SqlFile",
]
