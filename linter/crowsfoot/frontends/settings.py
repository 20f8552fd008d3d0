"""prisma.config.* and package.json to what they say of Prisma, without running anything."""

import re
from collections.abc import Sequence
from posixpath import join, normpath

import msgspec

from crowsfoot.facts.common import Name, Problem
from crowsfoot.facts.settings import SchemaLocation
from crowsfoot.frontends import directives
from crowsfoot.source import Range

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<string>"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"?|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'?|`[^`\\]*+(?:\\.[^`\\]*+)*`?)
    |(?P<word>[\w$]+)
    |(?P<mark>=>|\.\.\.|.)""",
    re.DOTALL | re.VERBOSE,
)
_NO_LOCATION = SchemaLocation()


class _Token(msgspec.Struct, frozen=True):
    kind: str
    text: str
    start: int
    end: int


_Values = dict[tuple[str, ...], Sequence[_Token]]


def read_config(text: str) -> SchemaLocation:
    """What prisma.config.ts says: schema, migrations.path and datasource.url, where written as text.

    Source: https://www.prisma.io/docs/orm/reference/prisma-config-reference
    """
    tokens: list[_Token] = []
    comments: list[Range] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "comment":
            if match[0].startswith("//") and directives.WORD in match[0]:
                comments.append(Range(match.start(), match.end()))
        elif kind != "space":
            tokens.append(_Token(kind, match[0], match.start(), match.end()))
    values = _values(tokens, _root(tokens))
    allowed, misread = directives.read(text, comments, "//")
    return SchemaLocation(
        schema=_plain(values.get(("schema",), ())),
        migrations=_plain(values.get(("migrations", "path"), ())),
        datasource_url=_plain(values.get(("datasource", "url"), ())),
        comments=allowed,
        problems=misread,
        engine=_text(values.get(("engine",), ())),
        adapter=_gives_adapter(tokens, values),
    )


def read_package(text: str) -> SchemaLocation:
    """What package.json says of Prisma: its own key, the version that is wanted, the scripts that run it.

    Source: https://www.prisma.io/docs/orm/prisma-schema/overview/location
    """
    if "prisma" not in text:
        return _NO_LOCATION
    from crowsfoot.frontends.shell.platforms import package_name, read_scripts

    # npm ignores a byte order mark.
    text = " " + text[1:] if text.startswith("\ufeff") else text
    tokens = [
        _Token(match.lastgroup or "", match[0], match.start(), match.end())
        for match in _TOKEN.finditer(text)
        if match.lastgroup not in ("space", "comment")
    ]
    values = _values(tokens, 0)
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        # Broken JSON is npm's business, unless it hides from us where the schema is.
        key = re.search(r'"prisma"\s*:\s*\{', text)
        if key is None:
            return msgspec.structs.replace(
                _NO_LOCATION, package=package_name(text), scripts=read_scripts(text)
            )
        reason = str(error).lower().removesuffix(".")
        message = f"the schema location cannot be read: {reason}"
        return SchemaLocation(problems=(Problem(Range(key.start(), key.start() + len('"prisma"')), message),))
    return SchemaLocation(
        schema=_plain(values.get(("prisma", "schema"), ())),
        prisma=_wanted(values),
        package=package_name(text),
        scripts=read_scripts(text),
    )


def _root(tokens: Sequence[_Token]) -> int | None:
    """The index of the "{" that opens the exported configuration."""
    words = [it.text for it in tokens]
    name: str | None = None
    for index, word in enumerate(words):
        following = words[index + 1 : index + 3]
        if word == "defineConfig" and following == ["(", "{"]:
            return index + 2
        if word == "export" and following[:1] == ["default"] and index + 2 < len(words):
            if words[index + 2] == "{":
                return index + 2
            name = words[index + 2]
        if word == "exports" and following == ["=", "{"]:
            return index + 2
        if word == "exports" and following[:1] == ["="] and len(following) == 2:
            name = following[1]
    if name is None:
        return None
    for index, word in enumerate(words[:-1]):
        if word in ("const", "let", "var") and words[index + 1] == name:
            rest = words[index + 2 : index + 16]
            if "=" in rest and rest[rest.index("=") + 1 : rest.index("=") + 2] == ["{"]:
                return index + 2 + rest.index("=") + 1
    return None


def _values(tokens: Sequence[_Token], root: int | None) -> _Values:
    """The tokens of each value at most one object below the one that opens at root, by its keys."""
    found: _Values = {}
    if root is None or root >= len(tokens) or tokens[root].text != "{":
        return found
    keys: list[str] = []  # of the objects around
    index = root + 1
    while index < len(tokens):
        token = tokens[index]
        colon = index + 1 < len(tokens) and tokens[index + 1].text == ":"
        if token.text == "}":
            if not keys:
                break
            keys.pop()
            index += 1
        elif colon and token.kind in ("word", "string"):
            key = token.text.strip("\"'")
            first = index + 2
            if first < len(tokens) and tokens[first].text == "{":
                keys.append(key)
                index = first + 1
            else:
                index = _end(tokens, first)
                if len(keys) < 2:
                    found[(*keys, key)] = tokens[first:index]
        elif token.text == ",":
            index += 1
        else:
            index = _end(tokens, index)
    return found


def _end(tokens: Sequence[_Token], index: int) -> int:
    """The index of the "," or "}" that ends the value at index."""
    depth = 0
    while index < len(tokens):
        word = tokens[index].text
        if depth == 0 and word in (",", "}"):
            return index
        if word in ("(", "[", "{"):
            depth += 1
        elif word in (")", "]", "}"):
            depth -= 1
        index += 1
    return index


# The command line comes with its own engines; what else there is has its version.
_PACKAGES = ("prisma", "@prisma/client")
_DEPENDENCIES = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def _wanted(values: _Values) -> str | None:
    """The version of Prisma that package.json asks for, as written."""
    for package in _PACKAGES:
        for kind in _DEPENDENCIES:
            if (found := _text(values.get((kind, package), ()))) is not None:
                return found
    return None


def _gives_adapter(tokens: Sequence[_Token], values: _Values) -> bool:
    """Whether the schema engine is given a driver adapter: adapter: ..., or async adapter() { ... }."""
    if ("adapter",) in values or ("migrate", "adapter") in values:
        return True
    words = [it.text for it in tokens]
    return any(
        word == "adapter" and words[at + 1 : at + 2] == ["("] and words[at - 1] in ("{", ",", "async")
        for at, word in enumerate(words)
        if at
    )


def _text(value: Sequence[_Token]) -> str | None:
    return _string(value[0]) if len(value) == 1 else None


def _plain(value: Sequence[_Token]) -> Name | None:
    """What a value is when it is one string, or strings joined by path.join or path.resolve."""
    if not value:
        return None
    where = Range(value[0].start, value[-1].end)
    if len(value) == 1:
        text = _string(value[0])
        return None if text is None else Name(text, where)
    words = [it.text for it in value]
    if words[:2] == ["path", "."]:
        value, words = value[2:], words[2:]
    if len(words) < 4 or words[0] not in ("join", "resolve") or words[1] != "(" or words[-1] != ")":
        return None
    parts = _parts(value[2:-1])
    if not parts:
        return None
    whole = join(*parts) if words[0] == "resolve" else "/".join(parts)
    return Name(normpath(whole), where)


def _parts(arguments: Sequence[_Token]) -> list[str] | None:
    """The strings of a call's arguments, less the name of the file's own folder before them."""
    words = [it.text for it in arguments]
    for here in (["__dirname"], ["import", ".", "meta", ".", "dirname"]):
        if words[: len(here) + 1] == [*here, ","]:
            arguments = arguments[len(here) + 1 :]
    if len(arguments) % 2 and arguments[-1].text == ",":
        return None
    if arguments and arguments[-1].text == ",":
        arguments = arguments[:-1]
    if any(it.text != "," for it in arguments[1::2]):
        return None
    parts = [_string(it) for it in arguments[::2]]
    return [it for it in parts if it is not None] if None not in parts else None


def _string(token: _Token) -> str | None:
    if token.kind != "string" or len(token.text) < 2 or token.text[-1] != token.text[0]:
        return None
    text = token.text[1:-1]
    if token.text[0] == "`" and "${" in text:
        return None
    if "\\" not in text:
        return text
    if re.search(r"\\[^\\/\"'`]", text.replace("\\\\", "")):
        return None
    return re.sub(r"\\(.)", r"\1", text)
