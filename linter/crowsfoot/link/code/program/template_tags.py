"""Tags and filters that a program registers for Django's templates -> what their names mean there.

https://docs.djangoproject.com/en/5.2/howto/custom-template-tags/
"""

from collections.abc import Iterator, Mapping
from typing import Final

from crowsfoot.facts.code import AnyValue, Attribute, Call, CodeFile, Const, Scope
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Constant, Function, Object
from crowsfoot.libraries.rendering import show


class Tag(Object, frozen=True):
    """A tag that is a function; with a template, that is shown with what the function returns."""

    function: Function
    template: str = ""
    takes_context: bool = False

    def call(self, args: Args, at: At) -> Object:
        if self.takes_context:
            args = args.behind(UNKNOWN)
        made = at.call(self.function, args)
        if not self.template:
            return made
        show(Constant(self.template), made, at)
        return UNKNOWN


def tags_of(files: Mapping[str, CodeFile]) -> dict[str, Object]:
    """`{% name %}` and `|name` to what they are; of several of one name nobody knows which is loaded."""
    found: dict[str, list[Object]] = {}
    for path, file in files.items():
        if "templatetags" in path.split("/"):
            for word, tag in _registered(path, file):
                found.setdefault(word, []).append(tag)
    return {word: tags[0] for word, tags in found.items() if len(tags) == 1}


def _registered(path: str, file: CodeFile) -> Iterator[tuple[str, Object]]:
    for number, scope in enumerate(file.scopes):
        if scope.kind != "function" or scope.parent < 0:
            continue
        values = file.scopes[scope.parent].values
        for decorator in scope.decorators:
            it = values[decorator]
            method = values[it.of] if isinstance(it, Call) else it
            if isinstance(method, Attribute) and method.name in _REGISTERS:
                yield _tag(Function(path, number, scope.name), scope, method.name, it, values)


def _tag(
    function: Function, scope: Scope, method: str, it: AnyValue, values: tuple[AnyValue, ...]
) -> tuple[str, Object]:
    given = {name: _constant(values[at]) for name, at in it.keywords} if isinstance(it, Call) else {}
    first = _constant(values[it.args[0]]) if isinstance(it, Call) and it.args else None
    name = given.get("name") or (first if method == "filter" else None) or scope.name
    if method == "filter":
        return f"|{name}", function
    template = (first or given.get("filename") or "") if method == "inclusion_tag" else ""
    return f"{{% {name} %}}", Tag(function, str(template), given.get("takes_context") is True)


def _constant(it: AnyValue) -> str | int | float | bool | None:
    return it.value if isinstance(it, Const) else None


_REGISTERS: Final = frozenset(("filter", "simple_tag", "inclusion_tag"))
