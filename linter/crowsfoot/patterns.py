"""Lines of a .gitignore to a matcher of paths, as git understands them.

Format: https://git-scm.com/docs/gitignore#_pattern_format
Wildcards: https://github.com/git/git/blob/v2.39.5/wildmatch.c
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

Segment = str | re.Pattern[str] | None  # a plain name, a name with wildcards, or "**": any number of folders


class Pattern:
    """One line: "!logs/**/*.txt" is negated, and anchored because of the slash."""

    __slots__ = ("anchored", "folders_only", "negated", "segments")

    def __init__(
        self, segments: tuple[Segment, ...], *, anchored: bool, folders_only: bool, negated: bool
    ) -> None:
        self.segments = segments
        self.anchored = anchored
        self.folders_only = folders_only
        self.negated = negated


class Patterns:
    """The lines of one file, ready to match; paths are relative to the folder of that file."""

    __slots__ = ("_names", "_others")

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        # Most lines are one plain name: those are looked up. The rest is tried from the last line up.
        self._names: dict[str, list[tuple[int, Pattern]]] = {}
        self._others: list[tuple[int, Pattern]] = []
        for index, pattern in enumerate(patterns):
            first = pattern.segments[0]
            if not pattern.anchored and isinstance(first, str):
                self._names.setdefault(first, []).append((index, pattern))
            else:
                self._others.append((index, pattern))
        self._others.reverse()

    def __bool__(self) -> bool:
        return bool(self._names or self._others)

    def match(self, path: str, *, folder: bool) -> bool | None:
        """Whether the last line that matches the path ignores it; None where no line matches.

        Says nothing of the folders above: a file in an ignored folder stays ignored, whatever it matches.
        """
        name = path[path.rfind("/") + 1 :]
        best, verdict = -1, None
        for index, pattern in self._names.get(name, ()):
            if folder or not pattern.folders_only:
                best, verdict = index, not pattern.negated
        parts: list[str] | None = None
        for index, pattern in self._others:
            if index < best:
                break
            if pattern.folders_only and not folder:
                continue
            if pattern.anchored:
                parts = parts or path.split("/")
                hit = _matches(pattern.segments, parts)
            else:
                hit = _segment_matches(pattern.segments[0], name)
            if hit:
                return not pattern.negated
        return verdict

    def cover(self, path: str) -> bool:
        """Whether the file at path, or a folder that it is in, is ignored."""
        slash = path.find("/")
        while slash >= 0:
            if self.match(path[:slash], folder=True):
                return True
            slash = path.find("/", slash + 1)
        return bool(self.match(path, folder=False))


def compile_text(text: str) -> Patterns:
    """The matcher of a whole .gitignore."""
    # git drops a byte order mark, and the "\r" of a CRLF line end.
    lines = text.removeprefix("\ufeff").split("\n")
    return compile_patterns(line.removesuffix("\r") for line in lines)


def compile_patterns(lines: Iterable[str]) -> Patterns:
    """The matcher of these lines, the later ones going before the earlier ones."""
    return Patterns([pattern for line in lines if (pattern := _pattern(line)) is not None])


def _pattern(line: str) -> Pattern | None:
    """None for a comment, an empty line, or a pattern that can match nothing."""
    if line.startswith("#"):
        return None
    line = _without_trailing_spaces(line)
    negated = line.startswith("!")
    if negated:
        line = line[1:]
    folders_only = line.endswith("/")
    if folders_only:
        line = line[:-1]
    anchored = "/" in line
    words = list(_words(line.removeprefix("/")))
    if words == [""]:
        return None
    segments: list[Segment] = []
    for place, word in enumerate(words):
        if anchored and len(word) > 1 and not word.strip("*"):
            if place == len(words) - 1:
                segments += [None, _ANYTHING]  # "a/**" is all that is in a, not a itself
            elif not segments or segments[-1] is not None:
                segments.append(None)
            continue
        segment = _segment(word)
        if segment is None:
            return None
        segments.append(segment)
    return Pattern(tuple(segments), anchored=anchored, folders_only=folders_only, negated=negated)


def _without_trailing_spaces(line: str) -> str:
    """Without the spaces at the end, except those that a backslash keeps."""
    stripped = line.rstrip(" ")
    return line[: len(stripped) + 1] if _ends_in_escape(stripped) else stripped


def _ends_in_escape(word: str) -> bool:
    """Whether the last backslash has nothing to escape."""
    return bool((len(word) - len(word.rstrip("\\"))) % 2)


def _words(line: str) -> Iterator[str]:
    """What stands between the slashes, except that "[a/b]" is one word; "\\/" is a slash like any other."""
    start = position = 0
    while position < len(line):
        char = line[position]
        if char == "[" and (found := _set(line, position + 1)):
            position = found[1]
            continue
        escaped = char == "\\"
        if line[position + escaped : position + escaped + 1] == "/":
            yield line[start:position]
            start = position + escaped + 1
        position += escaped + 1
    yield line[start:]


def _matches(segments: Sequence[Segment], parts: Sequence[str]) -> bool:
    """Whether the segments match all of the path; in the order of len(segments) * len(parts) steps.

    Only the last "**" needs another try: the ones before it already match as early as they can.
    """
    at = part = 0
    retry_at = retry_part = -1
    while part < len(parts):
        if at < len(segments) and segments[at] is None:
            at += 1
            retry_at, retry_part = at, part
        elif at < len(segments) and _segment_matches(segments[at], parts[part]):
            at, part = at + 1, part + 1
        elif retry_at >= 0:
            retry_part += 1
            at, part = retry_at, retry_part
        else:
            return False
    return at == len(segments)


def _segment_matches(segment: Segment, name: str) -> bool:
    if segment is None:
        return True
    return segment == name if isinstance(segment, str) else segment.fullmatch(name) is not None


_ANYTHING: Final = re.compile(r"(?s:.*)")
_SPECIAL: Final = re.compile(r"[*?\[\\]")


def _segment(word: str) -> str | re.Pattern[str] | None:
    """The matcher of one name; None where git finds that nothing can match."""
    if not _SPECIAL.search(word):
        return word
    pieces: list[str] = [""]  # what stands between the stars, as regular expressions
    position = 0
    while position < len(word):
        char = word[position]
        position += 1
        if char == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append("")
        elif char == "?":
            pieces[-1] += "."
        elif char == "[":
            found = _set(word, position)
            if found is None:
                return None
            expression, position = found
            pieces[-1] += expression
        elif char == "\\":
            if position == len(word):
                return None
            pieces[-1] += re.escape(word[position])
            position += 1
        else:
            pieces[-1] += re.escape(char)
    return re.compile(f"(?s:{_joined(pieces)})")


def _joined(pieces: Sequence[str]) -> str:
    """The pieces with any text between them, so that no pattern makes the match backtrack.

    The earliest place of a piece is as good as any later one (as in fnmatch.translate), except for the
    last piece, which stands at the end.
    """
    first, *middle = pieces
    if not middle:
        return first
    *middle, last = middle
    return first + "".join(f"(?>.*?{piece})" for piece in middle) + f".*{last}"


# As in the C locale, where git calls isalpha() and its kin on bytes.
_CLASSES: Final = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": r"\x21-\x7e",
    "lower": "a-z",
    "print": r"\x20-\x7e",
    "punct": r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    "space": r" \t\n\v\f\r",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


def _set(word: str, position: int) -> tuple[str, int] | None:
    """The "[a-z]" whose inside begins at position, and where it ends; None where it is not closed."""
    negated = word[position : position + 1] in ("!", "^")
    position += negated
    inside = ""
    before = ""  # the character that "-" would make a range with
    start = position
    while position < len(word) and (word[position] != "]" or position == start):
        char = word[position]
        if char == "\\":
            position += 1
            if position == len(word):
                return None
            before = word[position]
            inside += re.escape(before)
        elif char == "-" and before and word[position + 1 : position + 2] not in ("", "]"):
            position += 1
            if word[position] == "\\":
                position += 1
                if position == len(word):
                    return None
            if before <= word[position]:
                inside += f"{re.escape(before)}-{re.escape(word[position])}"
            before = ""
        elif word.startswith("[:", position) and (close := word.find("]", position + 2)) >= 0:
            name = word[position + 2 : close - 1]
            if close > position + 2 and word[close - 1] == ":":
                if name not in _CLASSES:
                    return None
                inside += _CLASSES[name]
                before = ""
                position = close
            else:
                before = char
                inside += r"\["
        else:
            before = char
            inside += re.escape(char)
        position += 1
    if position >= len(word):
        return None
    return (f"[^{inside}]" if negated else f"[{inside}]"), position + 1
