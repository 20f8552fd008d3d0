"""What one file says, without its path: small, frozen, typed, and the same on every machine."""

from crowsfoot.facts.common import Comment, Fact, Problem
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.facts.settings import SchemaLocation

Facts = PrismaFile | SchemaLocation

__all__ = ["Comment", "Fact", "Facts", "PrismaFile", "Problem", "SchemaLocation"]
