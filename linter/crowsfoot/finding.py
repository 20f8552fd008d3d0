"""What rules say, and what becomes of it on the way to the user."""

from enum import Enum, IntEnum

import msgspec

from crowsfoot.source import Span


class Severity(IntEnum):
    """How bad a finding is; the user decides, a rule only proposes."""

    NOTE = 1
    WARNING = 2
    ERROR = 3


class Confidence(IntEnum):
    """How sure a rule is; below LIKELY is shown only on request."""

    POSSIBLE = 1
    LIKELY = 2
    CERTAIN = 3


class Safety(Enum):
    """What may be done with a fix without asking."""

    SAFE = "safe"  # keeps the meaning of the schema for every query: --fix applies it
    UNSAFE = "unsafe"  # changes what the database accepts or holds: --unsafe-fixes applies it
    MANUAL = "manual"  # shown, never applied


class Edit(msgspec.Struct, frozen=True, array_like=True):
    """Replace the text at span; an empty span inserts. Newlines are written as "\\n"."""

    span: Span
    text: str


class Fix(msgspec.Struct, frozen=True, array_like=True):
    """Edits that belong together: they are applied all or not at all.

    snippet is text to paste where no edit can put it, such as the SQL of a further migration; a line that
    begins with "-- " may head each part. A fix with nothing but a snippet is help, and never applied.
    """

    title: str
    edits: tuple[Edit, ...] = ()
    safety: Safety = Safety.SAFE
    snippet: str = ""


class Related(msgspec.Struct, frozen=True, array_like=True):
    """A further place, and what it has to do with the finding."""

    span: Span
    message: str


class Finding(msgspec.Struct, frozen=True, array_like=True):
    """One thing a rule reports: what is wrong with which object, its effect, the way out.

    The message starts in lower case and ends without a full stop. subject names the object
    in the user's words ("Order.customerId"): it identifies the finding when lines have moved.
    flow is the way through the code that leads there, in the order in which it is gone: each step is a place.
    """

    span: Span
    message: str
    subject: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    confidence: Confidence = Confidence.CERTAIN
    flow: tuple[Related, ...] = ()


class Diagnostic(msgspec.Struct, frozen=True, array_like=True):
    """A finding with the name of its rule and the severity that the user gave it."""

    rule: str
    severity: Severity
    finding: Finding


class Directive(msgspec.Struct, frozen=True, array_like=True):
    """A comment that speaks to the linter: crowsfoot: allow RULE[, RULE] -- reason."""

    span: Span
    rules: tuple[str, ...]
    reason: str
    covers: Span | None  # None: the whole file


class Allowed(msgspec.Struct, frozen=True, array_like=True):
    """A diagnostic that a directive covers."""

    diagnostic: Diagnostic
    directive: Directive


class Report(msgspec.Struct, frozen=True, array_like=True):
    """What one run has to say; each tuple is sorted by place."""

    kept: tuple[Diagnostic, ...] = ()
    allowed: tuple[Allowed, ...] = ()
    files: int = 0  # files read, for the summary
    failures: tuple[str, ...] = ()  # tracebacks of what raised: bugs of ours or of a plug-in
