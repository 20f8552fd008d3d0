"""SQL text to tokens, for MySQL, SQLite and SQL Server. What is not closed becomes a token that says so."""

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from crowsfoot.facts.sql import Dialect

Kind = Literal[
    "word",  # unquoted: a keyword or a name
    "name",  # quoted
    "string",
    "number",
    "variable",  # @x, @@x, :x, ?
    "sign",
    "open",  # a string, name or comment that nothing closes; text says which
    "end",  # after the last token
]


class Token(msgspec.Struct, frozen=True, gc=False):
    """text is what is meant: of a name or string what stands in its quotes.

    key is what a keyword or sign is compared by: in upper case, and empty for all that cannot be one.
    """

    kind: Kind
    key: str
    text: str
    start: int
    end: int


class Syntax(msgspec.Struct, frozen=True):
    """How a dialect spells tokens. The groups of pattern are named after kinds."""

    pattern: re.Pattern[str]
    backslash: bool = False  # it escapes in strings
    nested_comments: bool = False


def lex(
    text: str,
    at: int,
    end: int,
    syntax: Syntax,
    stop: Callable[[list[Token]], bool],
    limit: int = 2**62,
    in_comment: bool = False,
    found: list[Token] | None = None,
) -> tuple[list[Token], int, bool]:
    """The tokens of text[at:end], up to the one after which stop says True.

    Also where it stopped, and whether that is inside of an executable comment. stop is asked after each
    semicolon and each GO, and handed all tokens so far, this one included. No more than limit tokens are
    read. New ones are added to found.
    """
    found = [] if found is None else found
    match = syntax.pattern.match
    while at < end:
        m = match(text, at, end)
        if m is None:  # blanks up to the end
            at = end
            break
        kind = m.lastgroup
        start, at = m.start(kind or 0), m.end()
        if kind == "word":
            word = m["word"]
            key = word.upper()
            found.append(Token("word", key, word, start, at))
            if (key == "GO" and stop(found)) or len(found) >= limit:
                break
        elif kind == "sign":
            sign = m["sign"]
            found.append(Token("sign", sign, sign, start, at))
            if sign == ";" and stop(found):
                break
        elif kind == "comment":
            if (
                syntax.nested_comments
                and text.startswith("/*", start)
                and text.find("/*", start + 2, at) >= 0
            ):
                at = _comment_end(text, start, end)
                if at < 0:
                    found.append(Token("open", "", "comment", start, end))
                    at = end
                    break
        elif kind == "run":
            in_comment = True
        elif kind == "leave":
            if in_comment:
                in_comment = False
            else:
                found.append(Token("sign", "*", "*", start, start + 1))
                at = start + 1
        elif kind == "string":
            body = m["string"]
            first = body.index(body[-1])
            found.append(Token("string", "", _unescaped(body[first + 1 : -1], body[-1], syntax), start, at))
        elif kind == "name":
            body = m["name"]
            close = body[-1]
            inner = body[1:-1]
            found.append(Token("name", "", inner.replace(close * 2, close), start, at))
        elif kind == "open":
            body = m["open"]
            what = "comment" if body.startswith("/*") else "string" if body[-1] in "'\"" else "name"
            found.append(Token("open", "", what, start, at))
            at = end
            break
        else:  # a number or a variable
            found.append(Token("number" if kind == "number" else "variable", "", m[kind or 0], start, at))
    return found, at, in_comment


def _comment_end(text: str, start: int, end: int) -> int:
    """Where the comment ends that begins at start and holds others; -1 where it does not."""
    depth = 0
    for m in re.compile(r"/\*|\*/").finditer(text, start, end):
        depth += 1 if m[0] == "/*" else -1
        if depth == 0:
            return m.end()
    return -1


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a", "%": "\\%", "_": "\\_"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def _unescaped(body: str, quote: str, syntax: Syntax) -> str:
    if quote * 2 in body:
        body = body.replace(quote * 2, quote)
    if syntax.backslash and "\\" in body:
        body = _ESCAPE.sub(lambda m: _ESCAPES.get(m[1], m[1]), body)
    return body


def _quoted(opening: str, close: str, backslash: bool = False) -> str:
    """Matches what stands in quotes. Unrolled, so that what is not closed costs no more than once through."""
    inner = rf"[^{close}\\]*" if backslash else rf"[^{close}]*"
    escaped = rf"(?:{close}{close}|\\.)" if backslash else rf"{close}{close}"
    return rf"{opening}{inner}(?:{escaped}{inner})*{close}(?!{close})"


_COMMENT = r"/\*[^*]*(?:\*(?!/)[^*]*)*"


def _pattern(
    comments: str, strings: str, names: str, words: str, variables: str, opens: str
) -> re.Pattern[str]:
    return re.compile(
        rf"""\s*(?:
          (?P<comment>{comments})
        | (?P<run>/\*M?!\d*) | (?P<leave>\*/)
        | (?P<string>{strings})
        | (?P<name>{names})
        | (?P<variable>{variables})
        | (?P<number>0[xX][0-9a-fA-F]+(?!\w)|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![A-Za-z_$]))
        | (?P<word>{words})
        | (?P<open>{opens})
        | (?P<sign>:=|<=>|->>|[-+*/%&|^]=|[<>!]=|<>|\|\||&&|<<|>>|->|\S)
        )""",
        re.VERBOSE | re.DOTALL,
    )


# Said by what it is not: re takes milliseconds to compile a class that reaches to the last character.
_LETTER = r"[^\x00-@\[-^`{-\x7f]"


def _mysql(double: str, names: str) -> Syntax:
    # "--" begins a comment only before a blank: 5--1 is 6
    # Source: https://dev.mysql.com/doc/refman/8.0/en/comments.html
    return Syntax(
        _pattern(
            comments=rf"\#[^\n]*|--(?=[\s\x00-\x1f]|\Z)[^\n]*|(?!/\*M?!){_COMMENT}\*/",
            strings=rf"""[NnXxBb]?{_quoted("'", "'", True)}{double}""",
            names=rf"""{_quoted("`", "`")}{names}""",
            words=rf"(?:{_LETTER}|\$|\d)(?:\w|\$)*",
            variables=r"@@?(?:(?:\w|[.$])+|`[^`]*`|'[^']*'|\"[^\"]*\")|\?",
            opens=r"""/\*(?!M?!)|[NnXxBb]?'|"|`""",
        ),
        backslash=True,
    )


SYNTAX: dict[Dialect, Syntax] = {
    "mysql": _mysql("|" + _quoted('"', '"', True), ""),
    "sqlite": Syntax(
        # A comment that is not closed ends with the text. Source: https://sqlite.org/lang_comment.html
        _pattern(
            comments=rf"--[^\n]*|{_COMMENT}(?:\*/|\Z)",
            strings=rf"""[Xx]?{_quoted("'", "'")}""",
            names=rf"""{_quoted('"', '"')}|{_quoted("`", "`")}|\[[^\]]*\]""",
            words=rf"(?:{_LETTER}|\d)(?:\w|\$)*",
            variables=r"[@:$](?:\w|::)+|\?\d*",
            opens=r"""[Xx]?'|"|`|\[""",
        ),
    ),
    "sqlserver": Syntax(
        _pattern(
            comments=rf"--[^\n]*|{_COMMENT}\*/",
            strings=rf"""[Nn]?{_quoted("'", "'")}""",
            names=rf"""{_quoted('"', '"')}|{_quoted(chr(92) + "[", chr(92) + "]")}""",
            words=rf"(?:{_LETTER}|[\#\d])(?:\w|[@#$])*",
            variables=r"@@?(?:\w|[@#$])+|\$[A-Za-z]\w*",
            opens=r"""/\*|[Nn]?'|"|\[""",
        ),
        nested_comments=True,
    ),
}

# With the SQL mode ANSI_QUOTES, "x" is a name.
ANSI_MYSQL = _mysql("", "|" + _quoted('"', '"'))
