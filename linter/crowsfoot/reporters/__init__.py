"""A report to text, one module per format; reporters open no file and print nothing."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import msgspec

from crowsfoot.finding import Report
from crowsfoot.rule import Rule
from crowsfoot.source import Source

# A format's name -> the function that renders it; only the chosen one's module is imported.
FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "full": "full:render",
        "concise": "concise:render",
        "grouped": "grouped:render",
        "json": "json:render",
        "jsonl": "json:render_lines",
        "github": "github:render",
        "gitlab": "gitlab:render",
        "junit": "junit:render",
        "rdjson": "rdjson:render",
        "markdown": "markdown:render",
        "sarif": "sarif:render",
    }
)


def _no_rules() -> Mapping[str, Rule[Any]]:
    return {}


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A report, and how somebody wants to see it."""

    report: Report
    sources: Mapping[str, Source] = {}  # by path; a finding whose source is missing has no line
    rules: Callable[[], Mapping[str, Rule[Any]]] = _no_rules  # called only by formats that describe rules
    prefix: str = ""  # put before every path ("apps/api/"): from where the reader stands to the project root
    color: bool = False
    width: int = 100  # columns; only "full" and "grouped" fit their text to it
    summary: bool = True  # end "full", "concise" and "grouped" with a line of counts
    include_allowed: bool = False  # sarif: also what directives allow, marked as suppressed
    category: str = ""  # sarif: automationDetails.id; empty leaves it to the uploader
    homepage: str = ""  # an https address; informationUri and the source's url where it is known
    rule_url: str = ""  # where a rule is explained, with {rule} for its name

    def path(self, path: str) -> str:
        """A project's path as the reader names it."""
        return self.prefix + path

    def help_url(self, rule: str) -> str | None:
        """Where the rule is explained, or None where nobody said."""
        return self.rule_url.replace("{rule}", rule) if self.rule_url else None


def render(format: str, view: View) -> str:
    """The whole output in one of FORMATS; it ends with a newline unless it is empty.

    The text can always be encoded as UTF-8. Raises KeyError for an unknown format.
    """
    module, _, function = FORMATS[format].partition(":")
    text: str = getattr(import_module(f"{__name__}.{module}"), function)(view)
    return encodable(text)


def encodable(text: str) -> str:
    """The text, as far as UTF-8 can hold it."""
    # File names that are not UTF-8 reach us with lone surrogates (PEP 383), which no output can take.
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
