"""What a project asks of its tables -> the smallest set of indexes that serves it, in one of several formats.

plan.py makes the plan. There is a module for each format;
only that of the one that is asked for is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from crowsfoot.reporters import View as Page
from crowsfoot.reporters.places import place

if TYPE_CHECKING:
    from crowsfoot.advice.model import Plan
    from crowsfoot.source import Span

FORMATS: Mapping[str, str] = MappingProxyType(
    {it: f"crowsfoot.advice.as_{it}" for it in ("text", "markdown", "json", "sql", "prisma")}
)


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A plan, and how somebody wants to see it; page knows the sources, and who looks at them."""

    plan: Plan
    page: Page

    def at(self, span: Span) -> str:
        """path:line, as a reader finds it."""
        where = place(self.page, span)
        path = self.page.path(span.path)
        return path if where is None else f"{path}:{where.line}"


def render(format: str, view: View) -> str:
    """The plan in one of FORMATS."""
    text: str = import_module(FORMATS[format]).render(view)
    return text
