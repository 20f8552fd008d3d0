"""What files of every kind can say."""

import msgspec

from crowsfoot.source import Range


class Fact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The base of all facts: immutable, and encoded as an array to keep the cache small.

    They are trees, so that the garbage collector need not know of them (measured: a fifth less to decode).
    """


class Name(Fact, frozen=True, array_like=True):
    """A word of the text, and where it stands."""

    text: str
    range: Range


class Problem(Fact, frozen=True, array_like=True):
    """Something in the file that could not be read; the rest of the file still counts."""

    range: Range
    message: str
    # "syntax": broken; "directive": a comment to crowsfoot that says nothing; "unreadable": no text;
    # "unparsed": code that Python cannot parse;
    # "unsupported": another format; "failure": crowsfoot itself has failed, and the message is how
    kind: str = "syntax"


class Unread(Fact, frozen=True, array_like=True, tag="unread"):
    """A file that a frontend has failed on: a bug of crowsfoot, not of the file."""

    problems: tuple[Problem, ...]
    comments: tuple["Comment", ...] = ()


class Comment(Fact, frozen=True, array_like=True):
    """A comment that speaks to the linter: crowsfoot: allow RULE[, RULE] -- reason."""

    range: Range
    rules: tuple[str, ...]
    reason: str
    covers: Range | None  # what it speaks of: the same or the next line; None: the whole file
