"""What shows a template of Jinja with which names: Flask, Quart, Starlette, FastAPI and Pyramid.

https://flask.palletsprojects.com/en/stable/api/#flask.render_template
https://www.starlette.io/templates/
https://docs.pylonsproject.org/projects/pyramid/en/latest/narr/renderers.html
"""

from collections.abc import Iterator
from typing import Final

from crowsfoot.libraries import dotted
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Built, Constant, Many, Object, OneOf, Table
from crowsfoot.libraries.standard import Coroutine


class Rendering(Library):
    """Frameworks that know nothing of databases, but show what was asked of one."""

    REACHES = False
    PACKAGES = ("flask", "quart", "starlette", "fastapi", "pyramid", "aiohttp_jinja2", "jinja2")

    def called(self, name: str, args: Args, at: At) -> Object | None:
        last = dotted.last(name)
        if last == "render_template":
            show(args.get(0, "template_name_or_list"), Table(UNKNOWN, UNKNOWN, args.keywords), at)
            return Coroutine(UNKNOWN) if name.startswith("quart") else UNKNOWN
        if last == "TemplateResponse":
            # Starlette took the request within the context before it took it first.
            first = 1 if _text(args.get(0)) is None else 0
            show(args.get(first, "name"), args.get(first + 1, "context"), at)
            return UNKNOWN
        return None

    def review_function(
        self, decorators: tuple[Object, ...], returned: Object, annotation: Object | None, at: At
    ) -> None:
        """`@view_config(renderer="books.html")`: what the function returns is what the template sees."""
        for it in decorators:
            if isinstance(it, Built) and dotted.last(it.name) in _RENDERS:
                show(it.args.get(None, "renderer") or it.args.get(0, "template_name"), returned, at)


def show(template: Object | None, context: Object | None, at: At) -> bool:
    """Say that a template is shown; of several that may be, each, and of a list the first. Whether the
    program has any of them.
    """
    options = context.options if isinstance(context, OneOf) else (context,)
    tables = [it for it in options if isinstance(it, Table)]
    if len(tables) != 1:
        return False
    shown = [at.renders(it, dict(tables[0].named)) for it in dict.fromkeys(template_names(template))]
    return any(shown)


def template_names(template: Object | None) -> Iterator[str]:
    """The names of the templates that it may be, or the first of a list of them."""
    if isinstance(template, OneOf):
        for it in template.options:
            yield from template_names(it)
    elif isinstance(template, Many):
        yield from template_names(template.items[0] if template.items else template.of)
    elif (text := _text(template)) is not None:
        yield text


def _text(it: Object | None) -> str | None:
    return it.value if isinstance(it, Constant) and isinstance(it.value, str) else None


_RENDERS: Final = frozenset(("view_config", "notfound_view_config", "forbidden_view_config", "template"))

LIBRARY: Final = Rendering()
