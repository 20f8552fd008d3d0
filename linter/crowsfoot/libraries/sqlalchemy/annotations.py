"""Annotations of models to what they say: Mapped["list[Book]"] leads to many of Book."""

import re
from typing import Final

import msgspec

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.objects import Built, Class, Constant, External, Object, OneOf, Subscripted

_COLLECTIONS: Final = frozenset(
    [
        "list",
        "List",
        "set",
        "Set",
        "Sequence",
        "Collection",
        "Iterable",
        "tuple",
        "Tuple",
        "frozenset",
        "FrozenSet",
        "AbstractSet",
        "MutableSequence",
        "dict",
        "Dict",
        "Mapping",
        "MutableMapping",
        "KeyFuncDict",
        "MappedCollection",
        "OrderingList",
        "InstrumentedList",
    ]
)
_MAPPED: Final = frozenset(
    ("Mapped", "DynamicMapped", "WriteOnlyMapped", "AppenderMapped", "InstrumentedAttribute")
)
_WRAPPERS: Final = frozenset(
    [
        "Optional",
        "Union",
        "None",
        "Annotated",
        "Required",
        "Literal",
        "InitVar",
        "relationship",
        "NoneType",
        "typing",
        "t",
        "orm",
    ]
)
_WORD: Final = re.compile(r"[\w.]+")


class Said(msgspec.Struct, frozen=True):
    """What an annotation says of an attribute."""

    mapped: str = ""  # "Mapped", "DynamicMapped", ...; "" where none of them is around it
    many: bool = False
    optional: bool = False
    # What it leads to: classes of the program, and names in quotes or of libraries.
    classes: tuple[Class, ...] = ()
    names: tuple[str, ...] = ()
    built: tuple[Built, ...] = ()  # what Annotated adds: mapped_column(...)

    @property
    def target(self) -> "Class | str | None":
        """The class that it leads to; the last one, as in dict[str, Book]."""
        if self.classes:
            return self.classes[-1]
        return self.names[-1] if self.names else None


def said(annotation: Object | None) -> Said:
    """What an annotation says; of what cannot be read, nothing."""
    return _of(annotation, 0) if annotation is not None else Said()


def _of(it: Object, depth: int) -> Said:
    if depth > 8:
        return Said()
    if isinstance(it, Class):
        return Said(classes=(it,))
    if isinstance(it, Built):
        return Said(built=(it,))
    if isinstance(it, Constant):
        if it.value is None:
            return Said(optional=True)
        return _words(it.value) if isinstance(it.value, str) else Said()
    if isinstance(it, External):
        name = last(it.name)
        if name in _COLLECTIONS:
            return Said(many=True)
        return (
            Said() if name in _WRAPPERS else Said(mapped=name) if name in _MAPPED else Said(names=(it.name,))
        )
    if isinstance(it, OneOf):
        return _all(it.options, depth)
    if isinstance(it, Subscripted):
        of, items = _of(it.of, depth + 1), _all(it.items, depth)
        name = last(it.of.name) if isinstance(it.of, External) else ""
        return Said(
            of.mapped or items.mapped,
            of.many or items.many or of.mapped in ("DynamicMapped", "WriteOnlyMapped", "AppenderMapped"),
            items.optional or name == "Optional",
            items.classes,
            items.names,
            items.built,
        )
    return Said()


def _all(parts: tuple[Object, ...], depth: int) -> Said:
    found = [_of(it, depth + 1) for it in parts]
    return Said(
        next((it.mapped for it in found if it.mapped), ""),
        any(it.many for it in found),
        any(it.optional for it in found),
        tuple(cls for it in found for cls in it.classes),
        tuple(name for it in found for name in it.names),
        tuple(one for it in found for one in it.built),
    )


def _words(text: str) -> Said:
    """An annotation in quotes, or a part of one."""
    words = _WORD.findall(text)[:20]
    names = [it for it in words if last(it) not in _COLLECTIONS | _MAPPED | _WRAPPERS]
    mapped = next((last(it) for it in words if last(it) in _MAPPED), "")
    many = any(last(it) in _COLLECTIONS for it in words)
    return Said(
        mapped,
        many or mapped in ("DynamicMapped", "WriteOnlyMapped", "AppenderMapped"),
        "None" in words or "Optional" in (last(it) for it in words),
        (),
        tuple(names),
    )
