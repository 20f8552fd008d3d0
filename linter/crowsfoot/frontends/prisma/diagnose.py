"""What does not read to a sentence that says what was expected.

Nothing here decides whether a line is valid; the guesses only word the message.
"""

import re
from collections.abc import Set
from typing import Final

from crowsfoot.suggest import closest

_KEYWORDS: Final = ("model", "enum", "type", "view", "datasource", "generator")
_NAME: Final = r"(?:[^\W\d_]|[0-9])[\w-]*"
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|.', re.DOTALL)
_JSON_STRING: Final = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'
_SINGLE_QUOTES: Final = "single quotes are not strings in Prisma; use double quotes"
_UNDERSCORE: Final = "names begin with a letter in Prisma, not with `_`"


def unclosed(keyword: str, name: str, opening: str, next_block: str | None) -> str:
    """opening is what stands behind "{" on its line; next_block the header that came instead of "}"."""
    if opening.rstrip().endswith("}") and "//" not in opening:
        return (
            f"{keyword} {name} stands on one line; in Prisma each field and the `}}` have lines of their own"
        )
    before = f" before `{next_block}`" if next_block else ""
    return f"{keyword} {name} is not closed: expected `}}` on a line of its own{before}"


def outside(code: str, known: bool) -> str:
    """Why a line outside all blocks does not read; known says that it opens a block."""
    word = re.match(r"[\w-]*", code)
    keyword = word[0] if word else ""
    if code.startswith("\ufeff"):
        return "byte order mark: Prisma rejects a file that starts with one; save it as UTF-8 without BOM"
    if code.startswith("}"):
        return "unexpected `}`: no block is open here"
    if code.startswith("/*"):
        return _COMMENT
    if code.startswith(("#", "--", ";")):
        return "comments begin with `//` in Prisma"
    if re.match(rf"type\s+{_NAME}\s*=", code):
        return "type aliases are no longer part of Prisma; write a block: `type Name { ... }`"
    if keyword in _KEYWORDS:
        if re.fullmatch(rf"{keyword}\s*\{{.*", code):
            return f"expected a name between `{keyword}` and `{{`"
        if re.fullmatch(rf"{keyword}\s+{_NAME}", code):
            return f"expected `{{` on the same line as `{code}`"
        if re.match(rf"{keyword}\s+_", code):
            return _UNDERSCORE
        if re.match(rf"{keyword}\s+['\"]", code):
            return "names are written without quotes in Prisma"
        return f"expected `{keyword} Name {{`"
    if known:
        return f"unknown kind of block `{keyword}`{_suggestion(keyword)}"
    return f"expected a block; {_BLOCKS}"


def inside(keyword: str, code: str) -> str:
    """Why a line of a block of that keyword does not read."""
    if "/*" in code and "*/" not in code:
        return _COMMENT
    if "/*" in code:
        return "a comment cannot stand between the words of a line in Prisma"
    if code.startswith("_"):
        return _UNDERSCORE
    if "}" in code and not re.search(r"[({\[\"]", code):
        return "expected `}` on a line of its own"
    if code.count('"') % 2:
        return 'this string is not closed: expected `"` before the end of the line'
    if keyword in ("datasource", "generator"):
        return "expected `name = value`"
    if keyword == "enum":
        return _enum_value(code)
    return _field(code)


def attributes(text: str, at: int, token: str, expected: Set[str]) -> str:
    """Why the text of attributes, or of a value, does not read; at and token are where it fails."""
    before, after = text[:at].rstrip(), text[at:].rstrip()
    if after.startswith("'"):
        return _SINGLE_QUOTES
    if after.startswith('"') and not re.match(r'"(?:[^"\\]|\\.)*"', after):
        return 'this string is not closed: expected `"` before the end of the line'
    if after.startswith('"') and token == '"':
        return _string(after)
    if before.endswith(",") and after[:1] in (")", "]", "}"):
        return f"trailing comma before `{after[0]}`: Prisma does not allow one"
    if before.endswith(":"):
        return f"expected a value after `{_last(before)}`"
    if after.startswith("_"):
        return _UNDERSCORE
    if token.startswith("@@"):
        return f"`{_last(token)}` belongs on a line of its own, below the fields"
    if after in ("@", "@@"):
        return f"expected the name of an attribute after `{after}`"
    if not after:
        return _unfinished(before)
    if token == "}":
        return "expected `}` on a line of its own"
    if after[0] in ",;" and not _open(before):
        return f"unexpected `{after[0]}`: nothing separates attributes or ends a line in Prisma"
    behind = f" after `{_last(before)}`" if before else ""
    wanted = _wanted(before, expected)
    if wanted:
        return f"expected {wanted}{behind}, not `{_first(after)}`"
    return f"unexpected `{_first(after)}`{behind}"


_COMMENT: Final = "this comment is not closed: expected `*/`"
_BLOCKS: Final = "a schema consists of " + ", ".join(_KEYWORDS[:-1]) + f" and {_KEYWORDS[-1]} blocks"


def _suggestion(keyword: str) -> str:
    meant = closest(keyword.lower(), _KEYWORDS)
    return f"; did you mean `{meant}`?" if meant else f"; {_BLOCKS}"


def _enum_value(code: str) -> str:
    if "=" in code:
        return 'enum values take no `=` in Prisma; write `@map("...")` to name the database\'s value'
    if code.endswith((",", ";")):
        return f"enum values stand on lines of their own, without `{code[-1]}`"
    if "'" in code:
        return _SINGLE_QUOTES
    return "expected the name of one enum value, and attributes"


def _field(code: str) -> str:
    head = re.match(rf"(?P<name>{_NAME})\s*(?P<rest>.*)", code, re.DOTALL)
    if head is None:
        return "expected a field, or an attribute that begins with `@@`"
    name, rest = head["name"], head["rest"]
    if not rest or rest.startswith("@"):
        return f"expected a type after `{name}`"
    if rest.startswith(":"):
        return "no `:` stands between a field's name and its type"
    if re.match(r"\[\s*[\w-]+\s*\]", rest):
        return "lists are written `Type[]` in Prisma"
    if re.match(r"\[\s*\w", rest):
        return "expected a type, and the fields of an attribute on the same line as its `@@`"
    if rest[0] in "?[!":
        return f"expected a type after `{name}`"
    if rest.startswith("."):
        return f"a field's name has no dot; use `@map` to name the column of `{name}`"
    if "'" in rest:
        return _SINGLE_QUOTES
    string = re.match(r'Unsupported\(\s*(?P<text>"(?:[^"\\]|\\.)*")\s*\)', rest)
    if string is not None and not re.fullmatch(_JSON_STRING, string["text"]):
        return _string(string["text"])
    kind = re.match(rf"(?:Unsupported\([^)]*\)|{_NAME})\s*(?P<rest>.*)", rest, re.DOTALL)
    tail = kind["rest"] if kind else rest
    if tail.startswith("!"):
        return "fields are required without `!` in Prisma"
    if re.match(r"\[\]\s*\?|\?\s*\[\]", tail):
        return "lists cannot be optional in Prisma; use `Type[]` or `Type?`"
    if tail.startswith("@@"):
        return f"`{_first(tail)}` belongs on a line of its own, below the fields"
    if tail[:1] in (",", ";"):
        return f"a field ends with its line, without `{tail[0]}`"
    if tail.startswith("="):
        return "a default value is written `@default(...)` in Prisma"
    return f"expected an attribute that begins with `@`, not `{_first(tail or rest)}`"


def _unfinished(text: str) -> str:
    open_brackets = _open(text)
    if open_brackets:
        at, bracket = open_brackets[-1]
        opening = _last(text[: at + 1])
        return f"expected `{_CLOSING[bracket]}` for `{opening}`: arguments cannot span lines in Prisma"
    return f"expected more after `{_last(text)}`"


def _open(text: str) -> list[tuple[int, str]]:
    """The brackets of text that are not closed in it."""
    found: list[tuple[int, str]] = []
    for match in _TOKEN.finditer(text):
        if match[0] in _CLOSING:
            found.append((match.start(), match[0]))
        elif match[0] in (")", "]", "}") and found:
            found.pop()
    return found


def _string(text: str) -> str:
    escape = re.search(r'\\(?:u[0-9a-fA-F]{0,4}|[^"\\/bfnrtu])', text)
    if escape is None:
        return "strings cannot hold tabs or other control characters; write `\\t`"
    if escape[0].startswith("\\u"):
        return f"`{escape[0]}` is no character: expected four hexadecimal digits, or a pair of surrogates"
    return f"unknown escape `{escape[0]}`; write `\\\\` for a backslash"


def _wanted(before: str, expected: Set[str]) -> str:
    open_brackets = _open(before)
    closing = _CLOSING[open_brackets[-1][1]] if open_brackets else ""
    if "_COMMA" in expected and closing:
        return f"`,` or `{closing}`"
    if "KEY" in expected and "STRING" not in expected:
        return "`name: value`"
    if "STRING" in expected and closing:
        return "a value"
    if "ATTRIBUTE" in expected and "STRING" not in expected:
        return "an attribute that begins with `@`"
    return ""


def _last(text: str) -> str:
    """The last word of text, or its last sign."""
    match = re.search(r'(?:@@?\s*)?[\w.-]+\s*[(\[{:]?$|"[^"]*"$|\S$', text[-60:])
    return match[0] if match else text[-1:]


def _first(text: str) -> str:
    """The first word of text, or its first sign."""
    match = re.match(r'@@?[\w.-]*|[\w.-]+|"[^"]*"|\S', text[:60])
    return match[0] if match else text[:1]
