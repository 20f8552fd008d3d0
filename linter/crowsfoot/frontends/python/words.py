"""Scopes -> the words that they use, and what they import: who looks for a word need not go through them."""

from collections.abc import Iterable

from crowsfoot.facts.code import Attribute, Call, Const, Import, Name, Scope, Text

# A module, what of it, and how many dots there are before it.
Imported = tuple[str, str, int]


def words_of(scopes: Iterable[Scope]) -> tuple[str, tuple[Imported, ...]]:
    """Each word once, between line ends; what is imported, each once."""
    words: dict[str, None] = {}
    imports: dict[Imported, None] = {}
    for scope in scopes:
        for it in scope.values:
            # Exact types, which are told apart faster: these are all values of the program.
            kind = type(it)
            if kind is Name or kind is Attribute:
                words[it.name] = None  # type: ignore[union-attr]
            elif kind is Call:
                for name, _ in it.keywords:  # type: ignore[union-attr]
                    words[f"{name}="] = None
            elif kind is Const:
                if type(text := it.value) is str:  # type: ignore[union-attr]
                    _add(text, words)
                    _begin(text, words)
            elif kind is Import:
                words[it.name] = None  # type: ignore[union-attr]
                imports[it.module, it.name, it.level] = None  # type: ignore[union-attr]
            elif kind is Text and it.parts and type(text := it.parts[0]) is str:  # type: ignore[union-attr]
                _begin(text, words)
    return "\n".join(("", *words, "")), tuple(imports)


def _add(text: str, words: dict[str, None]) -> None:
    """The last word of a dotted name."""
    last = text.rpartition(".")[2]
    if last.isidentifier() and len(last) < _LONGEST:
        words[last] = None


def _begin(text: str, words: dict[str, None]) -> None:
    """How a URL begins."""
    end = text.find("://", 0, _LONGEST)
    if end > 0 and text[:end].isprintable():
        words[text[: end + 3]] = None


_LONGEST = 100
