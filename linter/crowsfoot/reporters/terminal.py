"""Text as a terminal shows it: colours, columns, and nothing that a terminal would obey.

Whatever comes from the user's repository passes through visible() or cells(): a file name or a comment
that carries an escape sequence must not recolour, clear or retitle the terminal of whoever lints it, and
one that carries a bidirectional override must not reorder what is read (CVE-2021-42574).
"""

from unicodedata import category, combining, east_asian_width

from crowsfoot.finding import Severity

TAB = 4

RESET = "\x1b[0m"
BOLD = "\x1b[1m"
GREEN = "\x1b[1;32m"
BLUE = "\x1b[1;34m"
SEVERITY = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.NOTE: "\x1b[1;36m"}

# Joiners belong to the spelling of some scripts and of emoji; they are not shown and need not be.
_JOINERS = "\u200c\u200d"

# "##[name]" is a command to GitHub's runner wherever it stands in a line.
# Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
_COMMAND = "##["
_SHOWN_COMMAND = "##<U+005B>"


def paint(text: str, style: str, color: bool) -> str:
    return f"{style}{text}{RESET}" if color and text else text


def visible(text: str) -> str:
    """The text on one line, with whatever a terminal or a CI log would obey or hide spelled out."""
    text = text.replace(_COMMAND, _SHOWN_COMMAND)
    if text.isprintable():
        return text
    return "".join(_shown(it) if it not in "\n\t" else " " for it in text.replace("\r\n", "\n"))


def width(text: str) -> int:
    """How many columns a visible text takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def cells(line: str) -> list[tuple[str, int]]:
    """What to print for each code point of a line, and how many columns it takes; tabs are expanded."""
    if line.isascii() and line.isprintable() and _COMMAND not in line:
        return [(it, 1) for it in line]
    result: list[tuple[str, int]] = []
    column = 0
    for character in line:
        if character == "\t":
            size = TAB - column % TAB
            cell = (" " * size, size)
        else:
            after_hashes = character == "[" and [it for it, _ in result[-2:]] == ["#", "#"]
            shown = _SHOWN_COMMAND[2:] if after_hashes else _shown(character)
            cell = (shown, width(shown))
        result.append(cell)
        column += cell[1]
    return result


def wrap(text: str, first: int, rest: int) -> list[str]:
    """The words of a visible text in lines of at most first, then rest columns; long words stay whole.

    No further line begins with "::", which GitHub's runner takes for a command: a message quotes names, and
    names may be anything.
    """
    lines: list[str] = []
    line, room = "", first
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and width(longer) > room and not word.startswith("::"):
            lines.append(line)
            line, room = word, rest
        else:
            line = longer
    return [*lines, line]


def _shown(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    kind = category(character)
    if kind == "Zs":  # a no-break space and its kin are harmless
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"<U+{code:04X}>"


def _width(character: str) -> int:
    # The rules of wcwidth: https://www.unicode.org/reports/tr11/ and the zero widths of
    # https://github.com/jquast/wcwidth#readme (marks, joiners, Hangul vowels and finals).
    if character.isascii():
        return 1
    if character in _JOINERS or combining(character) or category(character) in ("Mn", "Me"):
        return 0
    if "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
