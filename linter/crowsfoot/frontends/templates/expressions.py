"""Words to values: `books|length`, `book.author.name`, `a if b else c`, in the way of Django and of Jinja.

Both write lookups, filters and comparisons alike. Where they differ, the sign tells: a filter of Django has
its argument behind a colon, one of Jinja between brackets; only Jinja calls and indexes.
"""

from collections.abc import Callable
from typing import Final

from crowsfoot.facts.code import (
    Call,
    Comprehension,
    Const,
    Display,
    Either,
    Element,
    Item,
    Lookup,
    Loop,
    Name,
    Operation,
    Slice,
    Tested,
    Text,
)
from crowsfoot.frontends.templates.scopes import Building
from crowsfoot.frontends.templates.words import Reader, Word


class Expressions:
    """Reads expressions into a scope; modules are the names that `{% import %}` gives templates."""

    def __init__(self, out: Building, modules: dict[str, str], macros: dict[str, tuple[str, str]]) -> None:
        self.out = out
        self.modules = modules
        self.macros = macros  # names to the macros that they stand for, of which template
        self._depth = 0

    def read(self, reader: Reader) -> int | None:
        """The next expression; None where there is none. What it cannot be is left to the caller."""
        if self._depth >= _DEEPEST or reader.next is None:
            return None
        self._depth += 1
        found = self._ternary(reader)
        self._depth -= 1
        return found

    def read_plain(self, reader: Reader) -> int | None:
        """The same without operators between: an argument of a tag, which stand side by side."""
        if self._depth >= _DEEPEST:
            return None
        self._depth += 1
        found = self._filtered(reader)
        self._depth -= 1
        return found

    def end(self, reader: Reader) -> int:
        """Where the word ends that was taken last."""
        before = reader.ahead(-1)
        return before.end if before is not None else 0

    def show(self, number: int, start: int, end: int) -> None:
        """`{{ it }}`"""
        if not isinstance(self.out.values[number], Const):
            self.out.add(Text(start, end, self.out.loop, (number,)))

    def test(self, number: int) -> None:
        """`{% if it %}`"""
        it = self.out.values[number]
        if not isinstance(it, (Operation, Tested)):
            self.out.add(Tested(it.start, it.end, self.out.loop, number))

    def each(self, over: int, start: int, end: int, do: Callable[[int], object]) -> int:
        """What a filter does with each element: the loop that goes over them."""
        out = self.out
        out.loops.append(Loop("comprehension", start, end, out.loop, over, None))
        before, out.loop = out.loop, len(out.loops) - 1
        do(out.add(Element(start, end, out.loop, out.loop)))
        number, out.loop = out.loop, before
        return number

    def path(self, number: int, path: str, start: int, end: int) -> int:
        """`author.name` of what the number is."""
        for word in path.split(".")[:_MOST_STEPS] if path else ():
            number = self.out.add(Lookup(start, end, self.out.loop, number, word))
        return number

    def _ternary(self, reader: Reader) -> int | None:
        found = self._logical(reader)
        if found is None or not reader.is_next("if"):
            return found
        reader.take()
        if (test := self._logical(reader)) is not None:
            self.test(test)
        other = self.read(reader) if reader.took("else") else None
        return self._either(found, other)

    def _logical(self, reader: Reader) -> int | None:
        found = self._compared(reader)
        for _ in range(_MOST_OPERANDS):
            if found is None or not reader.took("and", "or"):
                break
            self.test(found)
            found = self._either(found, self._compared(reader))
        return found

    def _compared(self, reader: Reader) -> int | None:
        out = self.out
        if (sign := reader.next) is not None and reader.took("not"):
            found = self.read(reader) if self._depth >= _DEEPEST else self._compared_deeper(reader)
            if found is not None:
                self.test(found)
            return out.unclear(sign.start, sign.end)
        found = self._filtered(reader)
        for _ in range(_MOST_OPERANDS):
            if found is None or not reader.is_next(*_OPERATORS):
                break
            sign = reader.take()
            assert sign is not None
            operator = sign.text
            if operator == "not" or (operator == "is" and reader.is_next("not")):
                reader.took("in", "not")
                operator = "not in" if operator == "not" else "is not"
            if operator.startswith("is"):
                found = self._asked(found, reader)
                continue
            other = self._filtered(reader)
            if other is None:
                break
            start, end = out.values[found].start, out.values[other].end
            found = out.add(Operation(start, max(start, end), out.loop, operator, (found, other)))
        return found

    def _compared_deeper(self, reader: Reader) -> int | None:
        self._depth += 1
        found = self._compared(reader)
        self._depth -= 1
        return found

    def _asked(self, number: int, reader: Reader) -> int:
        """`is defined`, `is none`, `is divisibleby 3`; Django has `is None` and `is x`."""
        test = reader.name()
        if test is not None and reader.is_next("(", *_PLAIN_TESTS):
            self._filtered(reader)
        it = self.out.values[number]
        return self.out.add(Operation(it.start, it.end, self.out.loop, "is", (number,)))

    def _filtered(self, reader: Reader) -> int | None:
        start = reader.next.start if reader.next is not None else 0
        found = self._postfix(reader)
        for _ in range(_MOST_OPERANDS):
            if found is None or not reader.took("|"):
                break
            name = reader.name()
            if name is None:
                break
            args: list[int] = []
            keywords: dict[str, int] = {}
            if reader.is_next("("):
                args, keywords = self._arguments(reader)
            elif reader.took(":"):
                arg = self._postfix(reader)
                args = [] if arg is None else [arg]
            found = self._filter(found, name, args, keywords, (start, self.end(reader)))
        return found

    def _postfix(self, reader: Reader) -> int | None:
        out = self.out
        start = reader.next.start if reader.next is not None else 0
        if (found := self._primary(reader)) is None:
            return None
        for _ in range(_MOST_STEPS):
            if reader.is_next(".") and reader.touches():
                reader.take()
                word = reader.take()
                if word is None or word.kind not in ("name", "number"):
                    break
                # Of `author.books.0.name` the number and the name behind it are one word.
                called = reader.is_next("(") and reader.touches()
                found = self._step(found, word, start, called)
            elif reader.is_next("(") and reader.touches():
                args, keywords = self._arguments(reader)
                found = out.add(
                    Call(start, self.end(reader), out.loop, found, tuple(args), tuple(keywords.items()))
                )
            elif reader.is_next("[") and reader.touches():
                reader.take()
                index = self._index(reader)
                reader.took("]")
                found = out.add(Item(start, self.end(reader), out.loop, found, index))
            else:
                break
        return found

    def _step(self, of: int, word: Word, start: int, called: bool) -> int:
        for step in word.text.split("."):
            of = self.out.add(Lookup(start, word.end, self.out.loop, of, step, called))
        return of

    def _index(self, reader: Reader) -> int:
        out = self.out
        start = reader.next.start if reader.next is not None else self.end(reader)
        low = None if reader.is_next(":") else self.read(reader)
        if not reader.took(":"):
            return low if low is not None else out.unclear(start, start)
        high = None if reader.is_next("]", ":") else self.read(reader)
        step = self.read(reader) if reader.took(":") and not reader.is_next("]") else None
        return out.add(Slice(start, max(start, self.end(reader)), out.loop, low, high, step))

    def _arguments(self, reader: Reader) -> tuple[list[int], dict[str, int]]:
        """What stands between brackets."""
        args: list[int] = []
        keywords: dict[str, int] = {}
        reader.took("(")
        for _ in range(_MOST_OPERANDS):
            if reader.took(")") or reader.next is None:
                break
            reader.took("*", "**")
            name = reader.next
            sign = reader.ahead(1)
            if name is not None and name.kind == "name" and sign is not None and sign.text == "=":
                reader.at += 2
                if (found := self.read(reader)) is not None:
                    keywords[name.text] = found
            elif (found := self.read(reader)) is not None:
                args.append(found)
            else:
                reader.take()
            reader.took(",")
        return args, keywords

    def _primary(self, reader: Reader) -> int | None:
        out = self.out
        word = reader.next
        if word is None:
            return None
        if word.kind == "text":
            reader.take()
            return out.constant(word.text, word.start, word.end)
        if word.kind == "number":
            reader.take()
            text = word.text.replace("_", "")
            whole = int(text) if text.isdecimal() and len(text) < 18 else None
            return out.constant(whole, word.start, word.end)
        if word.kind == "name":
            if word.text in _NO_NAMES:
                return None
            reader.take()
            if word.text in _CONSTANTS:
                return out.constant(_CONSTANTS[word.text], word.start, word.end)
            return self._name(word, reader)
        if word.text in "([{" and self._depth < _DEEPEST:
            return self._grouped(reader)
        if word.text in ("-", "+") and self._depth < _DEEPEST:
            reader.take()
            return self.read_plain(reader)
        return None

    def _name(self, word: Word, reader: Reader) -> int:
        out = self.out
        if word.text == "_" and reader.is_next("("):  # gettext: what it is given is a text
            reader.take()
            self.read(reader)
            reader.took(")")
            return out.unclear(word.start, word.end)
        if word.text in self.modules and reader.is_next(".") and (name := reader.ahead(1)) is not None:
            reader.at += 2
            known = f"{word.text}.{name.text}"
            self.macros[known] = (self.modules[word.text], name.text)
            return out.add(Name(word.start, name.end, out.loop, known))
        if word.text in self.macros and not out.is_bound(word.text):
            return out.add(Name(word.start, word.end, out.loop, word.text))
        return out.meaning(word.text, word.start, word.end)

    def _grouped(self, reader: Reader) -> int:
        out = self.out
        opening = reader.take()
        assert opening is not None
        closing = _CLOSING[opening.text]
        items: list[int] = []
        keys: list[int] = []
        for _ in range(_MOST_OPERANDS):
            if reader.is_next(closing) or reader.next is None:
                break
            found = self.read(reader)
            if found is None:
                reader.take()
                continue
            if opening.text == "{" and reader.took(":"):
                keys.append(found)
                found = self.read(reader)
                if found is None:
                    keys.pop()
                    continue
            items.append(found)
            if not reader.took(",") and opening.text == "(" and len(items) == 1 and reader.took(")"):
                return found
        reader.took(closing)
        end = max(opening.end, self.end(reader))
        if opening.text == "{" and len(keys) == len(items):
            return out.add(Display(opening.start, end, out.loop, "dict", tuple(items), tuple(keys)))
        return out.add(Display(opening.start, end, out.loop, "list", tuple(items)))

    def _either(self, one: int, other: int | None) -> int:
        if other is None:
            return one
        out = self.out
        start = out.values[one].start
        return out.add(Either(start, max(start, out.values[other].end), out.loop, (one, other)))

    def _filter(
        self, of: int, name: Word, args: list[int], keywords: dict[str, int], where: tuple[int, int]
    ) -> int:
        """What a filter makes of a value; that of one that nobody knows is not followed."""
        out = self.out
        (start, end), loop = where, out.loop
        word = name.text
        if word in ("length", "count", "pluralize"):
            function = out.add(Name(name.start, name.end, loop, "len"))
            return out.add(Call(start, end, loop, function, (of,)))
        if word in ("first", "last"):
            index = out.constant(0 if word == "first" else -1, name.start, name.end)
            return out.add(Item(start, end, loop, of, index))
        if word == "slice" and args:
            return out.add(Item(start, end, loop, of, self._sliced(args[0])))
        if word in _SAME:
            return of
        if word in ("default", "default_if_none", "d") and args:
            self.test(of)
            return self._either(of, args[0])
        if word in ("join", "safeseq", "unordered_list"):
            path = self._text(keywords.get("attribute"))
            self.each(of, start, end, lambda each: self.show(self.path(each, path, start, end), start, end))
            return out.unclear(start, end)
        if word in _BY_PATH:
            path = self._text(keywords.get("attribute", args[0] if args else None))
            held: list[int] = []
            at = self.each(of, start, end, lambda each: held.append(self.path(each, path, start, end)))
            if word != "map":
                return of if word in _KEEPS else out.unclear(start, end)
            return out.add(Comprehension(start, end, loop, "list", held[-1], None, at))
        if word in _TELLS:
            self.show(of, start, end)
        elif word == "yesno":
            self.test(of)
        elif word in ("list", "sort", "reverse", "unique", "batch", "random"):
            function = out.add(Name(name.start, name.end, loop, "list"))
            return out.add(Call(start, end, loop, function, (of,)))
        elif word == "items":
            method = out.add(Lookup(start, end, loop, of, "items", called=True))
            return out.add(Call(start, end, loop, method, ()))
        else:
            function = out.add(Name(name.start, name.end, loop, f"|{word}"))
            return out.add(Call(start, end, loop, function, (of, *args), tuple(keywords.items())))
        return out.unclear(start, end)

    def _text(self, number: int | None) -> str:
        it = self.out.values[number] if number is not None else None
        return it.value if isinstance(it, Const) and isinstance(it.value, str) else ""

    def _sliced(self, number: int) -> int:
        """`":5"`"""
        out = self.out
        it = out.values[number]
        bounds: list[int | None] = []
        for word in self._text(number).split(":")[:2]:
            whole = int(word) if word.strip().isdecimal() and len(word) < 18 else None
            bounds.append(None if whole is None else out.constant(whole, it.start, it.end))
        if len(bounds) == 1:
            bounds.insert(0, None)
        low, high = bounds
        return out.add(Slice(it.start, it.end, out.loop, low, high, None))


_DEEPEST: Final = 20
_MOST_STEPS: Final = 30
_MOST_OPERANDS: Final = 200
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_OPERATORS: Final = (
    *("==", "!=", "<", ">", "<=", ">=", "in", "not", "is"),
    *("+", "-", "*", "/", "//", "%", "**", "~"),
)
_NO_NAMES: Final = frozenset(("and", "or", "not", "in", "is", "if", "else", "as", "recursive"))
_CONSTANTS: Final = {"True": True, "true": True, "False": False, "false": False, "None": None, "none": None}
_PLAIN_TESTS: Final = ("divisibleby", "sameas")
# What gives what it was given, as far as rows go.
_SAME: Final = frozenset(("safe", "escape", "force_escape", "e"))
_BY_PATH: Final = frozenset(
    (
        *("map", "sum", "selectattr", "rejectattr", "groupby", "max", "min"),
        *("dictsort", "dictsortreversed"),
    )
)
_KEEPS: Final = frozenset(("selectattr", "rejectattr", "dictsort", "dictsortreversed"))
# What makes a text of what it is given.
_TELLS: Final = frozenset(
    (
        *("capfirst", "title", "upper", "lower", "truncatechars", "truncatewords", "urlize", "linebreaks"),
        *("linebreaksbr", "striptags", "slugify", "addslashes", "ljust", "rjust", "center", "wordwrap"),
        *("truncate", "trim", "string", "escapejs", "stringformat", "urlencode", "cut", "capitalize"),
    )
)
