"""Spans to places that a reader can look up."""

from collections.abc import Mapping

import msgspec

from crowsfoot.reporters.terminal import visible
from crowsfoot.source import Source, Span


class Place(msgspec.Struct, frozen=True):
    """Where something stands: line is 1-based, 0 where the text of the file is not at hand."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Places:
    """Where spans are, by the texts of the files."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources

    def of(self, span: Span) -> Place:
        source = self._sources.get(span.path)
        return Place(visible(span.path), source.position(span.start)[0] if source is not None else 0)
