"""The edits of a fix to edits that SARIF consumers apply rightly: none begins within an indent, none touch.

The SARIF viewer of VS Code moves the start of every region to the first character of its line that is not
blank, also of one to delete: a fix that deletes an indented line, or inserts one before it, would go wrong.
So an edit that begins in an indent is stretched back to the end of the line above, and writes again what it
then covers. Source: https://github.com/microsoft/sarif-vscode-extension (regionToSelection).
"""

import re

from crowsfoot.finding import Edit
from crowsfoot.source import Source, Span

_BLANK = re.compile(r"[^\S\n]*")


def sarif_edits(source: Source, edits: list[Edit]) -> list[Edit]:
    """Edits of one file that have the same effect together, in the order of their places.

    Their newlines are those of the file, because no consumer adapts them.
    """
    # The first line end stands for all: to look through the text for each fix would take quadratic time.
    newline = "\r\n" if source.text[source.text.find("\n") - 1 :][:2] == "\r\n" else "\n"
    result: list[Edit] = []
    for edit in sorted(edits, key=lambda it: it.span):
        text = edit.text.replace("\n", newline)
        start, end = (min(it, len(source.text)) for it in (edit.span.start, edit.span.end))
        stretched = _before_indent(source, start)
        if result and stretched < result[-1].span.end:  # it would reach into its neighbour: they become one
            last = result.pop()
            text = last.text + source.text[last.span.end : start] + text
            stretched = last.span.start
        else:
            text = source.text[stretched:start] + text
        result.append(Edit(Span(source.path, stretched, max(end, stretched)), text))
    return result


def _before_indent(source: Source, start: int) -> int:
    line, _ = source.position(start)
    where = source.line_range(line)
    blank = _BLANK.match(source.text, where.start, where.end)
    indent_end = blank.end() if blank else where.start
    if line == 1 or start >= indent_end:
        return start
    return source.line_range(line - 1).end
