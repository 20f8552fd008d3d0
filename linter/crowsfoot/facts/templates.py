"""What one template of Django or Jinja says: scopes as those of code, and how they are joined.

The names that nothing in a template binds are its parameters: whoever shows it gives them.
"""

from crowsfoot.facts.code import Scope
from crowsfoot.facts.common import Comment, Fact, Problem


class Block(Fact, frozen=True, array_like=True):
    """`{% block name %}`: its scope; shows_super where it shows that of the parent as well."""

    name: str
    scope: int
    shows_super: bool = False


class TemplateFile(Fact, frozen=True, array_like=True, tag="template"):
    """scopes[0] is empty, scopes[1] what the template shows; the others are its blocks and macros."""

    scopes: tuple[Scope, ...]
    extends: str | None = None  # the name of the template around it
    blocks: tuple[Block, ...] = ()
    macros: tuple[tuple[str, int], ...] = ()  # each with its scope
    # Names that stand for macros: of which template, "" for this one, and what they are called there.
    imports: tuple[tuple[str, str, str], ...] = ()
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()
