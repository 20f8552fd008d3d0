"""Tags to scopes: what each of Django's and Jinja's own tags binds, tests, shows and includes.

A tag that nobody knows has its arguments read, as Django's own ways of making one do; what stands between it
and its end is shown once. https://docs.djangoproject.com/en/5.2/ref/templates/builtins/
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from crowsfoot.facts.code import Call, Display, Element, Included, Loop, Name, Part, Scope
from crowsfoot.facts.templates import Block, TemplateFile
from crowsfoot.frontends.templates.expressions import Expressions
from crowsfoot.frontends.templates.scopes import Building
from crowsfoot.frontends.templates.tags import Tag, tags
from crowsfoot.frontends.templates.words import Reader, words
from crowsfoot.source import Range


class _Open(NamedTuple):
    """A tag whose end has not come: what is to be done there."""

    name: str
    close: Callable[[int], None]


class Statements:
    """Reads a template tag by tag."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._modules: dict[str, str] = {}
        self._macros: dict[str, tuple[str, str]] = {}  # each with its template, "" for this one, and name
        self._scopes: list[Scope | None] = [Scope("module", "", -1, Range(0, len(text)), Range(0, 0)), None]
        self._blocks: list[Block] = []
        self._own: list[tuple[str, int]] = []
        self._extends: str | None = None
        self._open: list[_Open] = []
        self._silent = 0  # how many tags are open whose contents are kept from one time to the next
        self._to(Building("template", 0))

    def read(self) -> TemplateFile:
        for tag in tags(self._text):
            reader = Reader(words(self._text, tag.rest, tag.rest_end))
            if tag.name.startswith("end"):
                self._end(tag)
            elif self._silent:
                if tag.name in _SILENT:
                    self._begin_silent(tag, reader)
            elif not tag.name:
                first = reader.next
                if first is not None and (found := self._expressions.read(reader)) is not None:
                    self._expressions.show(found, first.start, self._expressions.end(reader))
            elif tag.name in _OPENING and len(self._open) >= _DEEPEST:
                continue
            else:
                _TAGS.get(tag.name, Statements._any)(self, tag, reader)
        while self._open:
            self._open.pop().close(len(self._text))
        self._scopes[1] = self._out.scope(len(self._text))
        return TemplateFile(
            tuple(it for it in self._scopes if it is not None),
            self._extends,
            tuple(self._blocks),
            tuple(self._own),
            tuple(sorted((word, *of) for word, of in self._macros.items())),
        )

    def _to(self, out: Building) -> None:
        self._out = out
        self._expressions = Expressions(out, self._modules, self._macros)

    def _push(self, name: str, close: Callable[[int], None]) -> None:
        self._open.append(_Open(name, close))

    def _end(self, tag: Tag) -> None:
        """The end of the nearest tag of that name; others that are open within it end as well."""
        name = tag.name.removeprefix("end")
        if all(it.name != name for it in self._open[-_DEEPEST:]):
            return
        while self._open:
            it = self._open.pop()
            it.close(tag.start)
            if it.name == name:
                return

    # Loops

    def _for(self, tag: Tag, reader: Reader) -> None:
        out = self._out
        names: list[str] = []
        while (name := reader.name()) is not None and name.text != "in":
            names.append(name.text)
            reader.took(",")
            if reader.took("("):
                continue
        over = self._expressions.read(reader)
        out.open()
        if over is None:
            unknown = out.unclear(tag.start, tag.end)
            for it in names:
                out.bind(it, unknown)
            self._push("for", lambda end: out.close())
            return
        before = out.loop
        out.loops.append(Loop("for", tag.start, tag.end, before, over, None, target=", ".join(names)))
        out.loop = len(out.loops) - 1
        element = out.add(Element(tag.start, tag.end, out.loop, out.loop))
        if len(names) == 1:
            out.bind(names[0], element)
        else:
            for index, it in enumerate(names[:_MOST_NAMES]):
                out.bind(it, out.add(Part(tag.start, tag.end, out.loop, element, index)))
        unknown = out.unclear(tag.start, tag.end)
        tested = -1
        for it in ("forloop", "loop"):
            if it not in names:
                out.bind(it, unknown)
        if reader.took("if") and (test := self._expressions.read(reader)) is not None:
            self._expressions.test(test)
            tested = len(out.values)

        def close(end: int) -> None:
            if tested >= 0:
                out.perhaps(tested)
            out.loop = before
            out.close()

        self._push("for", close)

    def _empty(self, tag: Tag, reader: Reader) -> None:
        """`{% empty %}`, and `{% else %}` of a loop: what follows is no longer in it."""
        if self._open and self._open[-1].name == "for":
            self._open.pop().close(tag.start)
            self._push("for", lambda end: None)

    # Branches

    def _if(self, tag: Tag, reader: Reader) -> None:
        said = self._text[tag.rest : tag.rest_end].strip()
        self._test(reader)
        self._push("if", self._seldom() if said in _ONCE else self._perhaps())

    def _elif(self, tag: Tag, reader: Reader) -> None:
        self._branch(tag)
        self._test(reader)

    def _else(self, tag: Tag, reader: Reader) -> None:
        self._empty(tag, reader)
        self._branch(tag)

    def _branch(self, tag: Tag) -> None:
        if self._open and self._open[-1].name == "if":
            self._open.pop().close(tag.start)
            self._push("if", self._perhaps())

    def _ifchanged(self, tag: Tag, reader: Reader) -> None:
        self._arguments(reader)
        self._push("ifchanged", self._seldom())

    def _test(self, reader: Reader) -> None:
        if (found := self._expressions.read(reader)) is not None:
            self._expressions.test(found)

    def _seldom(self) -> Callable[[int], None]:
        """What the loop comes to once, or once in a while."""
        out, first, loop = self._out, len(self._out.values), self._out.loop

        def close(end: int) -> None:
            if loop >= 0:
                out.seldom.append((loop, first, len(out.values)))
            out.perhaps(first)

        return close

    def _perhaps(self) -> Callable[[int], None]:
        """What is shown under a condition."""
        out, first = self._out, len(self._out.values)
        return lambda end: out.perhaps(first)

    # Variables

    def _with(self, tag: Tag, reader: Reader) -> None:
        out = self._out
        found = dict(self._named(reader))
        out.open()
        for name, value in found.items():
            out.bind(name, value)
        self._push(tag.name, lambda end: out.close())

    def _translated(self, tag: Tag, reader: Reader) -> None:
        """`{% blocktranslate with a=b count n=c %}`"""
        reader.took("with")
        self._with(tag, reader)

    def _named(self, reader: Reader) -> list[tuple[str, int]]:
        """`a=b c=d`, `a = b, c = d`, `b as a`, in the words of Django and Jinja."""
        found: list[tuple[str, int]] = []
        while reader.next is not None and len(found) < _MOST_NAMES:
            sign, name = reader.ahead(1), reader.next
            if name.kind == "name" and sign is not None and sign.text == "=":
                reader.at += 2
                value = self._expressions.read_plain(reader)
                if value is not None:
                    found.append((name.text, value))
            elif name.text in _JOINING:
                reader.take()
            else:
                before = reader.at
                value = self._expressions.read_plain(reader)
                if value is not None and reader.took("as") and (alias := reader.name()) is not None:
                    found.append((alias.text, value))
                if reader.at == before:
                    reader.take()
            reader.took(",")
        return found

    def _set(self, tag: Tag, reader: Reader) -> None:
        names: list[str] = []
        while (name := reader.name()) is not None:
            names.append(name.text)
            if not reader.took(","):
                break
        out = self._out
        if reader.took("="):
            found = self._expressions.read(reader)
            value = out.unclear(tag.start, tag.end) if found is None else found
            for index, it in enumerate(names):
                one = value if len(names) == 1 else out.add(Part(tag.start, tag.end, out.loop, value, index))
                out.bind(it, one)
        elif reader.next is None and names:
            out.bind(names[0], out.unclear(tag.start, tag.end))
            self._push("set", _nothing)

    def _regroup(self, tag: Tag, reader: Reader) -> None:
        """`{% regroup books by author.name as groups %}`"""
        out = self._out
        over = self._expressions.read_plain(reader)
        if over is None or not reader.took("by"):
            return
        path: list[str] = []
        while (word := reader.next) is not None and not reader.is_next("as"):
            reader.take()
            if word.kind == "name":
                path.append(word.text)
        read = self._expressions.path
        self._expressions.each(
            over, tag.start, tag.end, lambda each: read(each, ".".join(path), tag.start, tag.end)
        )
        reader.took("as")
        alias = reader.name()
        if alias is None:
            return
        start, end = tag.start, tag.end
        keys = tuple(out.constant(it, start, end) for it in ("grouper", "list"))
        group = out.add(Display(start, end, out.loop, "dict", (out.unclear(start, end), over), keys))
        out.bind(alias.text, out.add(Display(start, end, out.loop, "list", (group,))))

    # Other templates, and parts of this one

    def _include(self, tag: Tag, reader: Reader) -> None:
        name = reader.next
        value = self._expressions.read_plain(reader)
        out = self._out
        given: list[tuple[str, int]] = []
        if reader.took("with") and not reader.is_next("context"):
            given = self._named(reader)
        said = self._text[tag.rest : tag.rest_end].split()
        alone = "only" in said[-1:] or said[-2:] == ["without", "context"]
        if value is None or name is None or name.kind != "text" or not name.text:
            return
        named = dict(given) if alone else {**dict(out.visible()), **dict(given)}
        out.add(Included(tag.start, tag.end, out.loop, name.text, tuple(named.items())[:_MOST_NAMES], alone))

    def _extend(self, tag: Tag, reader: Reader) -> None:
        name = reader.next
        if name is not None and name.kind == "text" and self._extends is None:
            self._extends = name.text or None

    def _block(self, tag: Tag, reader: Reader) -> None:
        name = reader.name()
        out = self._out
        if name is None:
            self._push("block", _nothing)
            return
        number = len(self._scopes)
        self._scopes.append(None)
        out.add(Included(tag.start, tag.end, out.loop, number, out.visible()[:_MOST_NAMES]))
        inner = Building(f"block {name.text}", tag.start)
        self._to(inner)

        def close(end: int) -> None:
            self._scopes[number] = inner.scope(end)
            shows_super = "block.super" in self._text[tag.end : end] or "super()" in self._text[tag.end : end]
            self._blocks.append(Block(name.text, number, shows_super))
            self._to(out)

        self._push("block", close)

    def _macro(self, tag: Tag, reader: Reader) -> None:
        name = reader.name()
        if name is None:
            self._push("macro", _nothing)
            return
        params: list[str] = []
        reader.took("(")
        while (param := reader.name()) is not None:
            params.append(param.text)
            if reader.took("="):
                self._expressions.read(reader)
            reader.took(",")
        number, out = len(self._scopes), self._out
        self._scopes.append(None)
        self._own.append((name.text, number))
        self._macros[name.text] = ("", name.text)
        inner = Building(name.text, tag.start, tuple(dict.fromkeys(params)))
        self._to(inner)

        def close(end: int) -> None:
            self._scopes[number] = inner.scope(end)
            self._to(out)

        self._push("macro", close)

    def _import(self, tag: Tag, reader: Reader) -> None:
        """`{% import "forms.html" as forms %}`"""
        template = reader.take()
        if template is None or template.kind != "text" or not reader.took("as"):
            return
        if (alias := reader.name()) is not None:
            self._modules[alias.text] = template.text

    def _from(self, tag: Tag, reader: Reader) -> None:
        """`{% from "forms.html" import field as f %}`"""
        template = reader.take()
        if template is None or template.kind != "text" or not reader.took("import"):
            return
        while (name := reader.name()) is not None and name.text not in ("with", "without"):
            alias = reader.name() if reader.took("as") else name
            if alias is not None:
                self._macros[alias.text] = (template.text, name.text)
            reader.took(",")

    # What remains

    def _begin_silent(self, tag: Tag, reader: Reader) -> None:
        """`{% cache %}`: what is in it is shown from memory."""
        self._silent += 1

        def close(end: int) -> None:
            self._silent -= 1

        self._push(tag.name, close)

    def _inline(self, tag: Tag, reader: Reader) -> None:
        """What has an end, and shows what is in it as it stands."""
        self._push(tag.name, _nothing)

    def _nothing(self, tag: Tag, reader: Reader) -> None:
        """What says nothing of rows: `{% load %}`, `{% csrf_token %}`."""

    def _any(self, tag: Tag, reader: Reader) -> None:
        """A tag of another's making: what it makes of its arguments is told by the function that it is."""
        out = self._out
        args, keywords, alias = self._arguments(reader)
        function = out.add(Name(tag.start, tag.end, out.loop, f"{{% {tag.name} %}}"))
        made = out.add(Call(tag.start, tag.end, out.loop, function, tuple(args), tuple(keywords.items())))
        if alias:
            out.bind(alias, made)

    def _arguments(self, reader: Reader) -> tuple[list[int], dict[str, int], str]:
        """`book.author "x" size=3 as it`"""
        args: list[int] = []
        keywords: dict[str, int] = {}
        while (word := reader.next) is not None and len(args) + len(keywords) < _MOST_NAMES:
            sign = reader.ahead(1)
            if word.text == "as" and sign is not None and sign.kind == "name":
                return args, keywords, sign.text
            before = reader.at
            if word.kind == "name" and sign is not None and sign.text == "=":
                reader.at += 2
                if (found := self._expressions.read_plain(reader)) is not None:
                    keywords[word.text] = found
            elif (found := self._expressions.read_plain(reader)) is not None:
                args.append(found)
            if reader.at == before:
                reader.take()
        return args, keywords, ""


def _nothing(end: int) -> None:
    pass


_DEEPEST: Final = 100
_MOST_NAMES: Final = 100
_ONCE: Final = frozenset(f"{loop}.{which}" for loop in ("forloop", "loop") for which in ("first", "last")) | {
    "forloop.counter == 1",
    "loop.index == 1",
    "forloop.counter0 == 0",
    "loop.index0 == 0",
}
_SILENT: Final = ("cache",)
_JOINING: Final = frozenset(("count", "and", "with", "trimmed", "asvar", "only", "without", "context"))
_TAGS: Final[dict[str, Callable[[Statements, Tag, Reader], None]]] = {
    "for": Statements._for,
    "empty": Statements._empty,
    "if": Statements._if,
    "elif": Statements._elif,
    "else": Statements._else,
    "ifchanged": Statements._ifchanged,
    "with": Statements._with,
    "blocktrans": Statements._translated,
    "blocktranslate": Statements._translated,
    "set": Statements._set,
    "regroup": Statements._regroup,
    "include": Statements._include,
    "extends": Statements._extend,
    "block": Statements._block,
    "macro": Statements._macro,
    "import": Statements._import,
    "from": Statements._from,
    "cache": Statements._begin_silent,
    **dict.fromkeys(
        ("autoescape", "spaceless", "filter", "call", "localize", "localtime"), Statements._inline
    ),
    **dict.fromkeys(("load", "csrf_token", "plural", "trans", "translate", "static"), Statements._nothing),
}
_OPENING: Final = frozenset(
    (
        *("for", "if", "ifchanged", "with", "blocktrans", "blocktranslate", "set", "block", "macro", "cache"),
        *("autoescape", "spaceless", "filter", "call", "localize", "localtime"),
    )
)
