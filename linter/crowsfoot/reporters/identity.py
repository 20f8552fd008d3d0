"""Diagnostics to names that stay the same when lines move, for consumers that track findings over time."""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from crowsfoot.finding import Diagnostic
from crowsfoot.reporters import View
from crowsfoot.reporters.places import first_line

_NEAR = 200  # code points


def identities(view: View, diagnostics: Iterable[Diagnostic]) -> list[str]:
    """A hexadecimal name for each diagnostic, no two alike.

    It is made of the rule and the subject; where a finding has no subject, of its path and the words of
    its line. Findings that agree in this are told apart by their order.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    names = []
    for diagnostic in diagnostics:
        parts = (diagnostic.rule, *_subject(view, diagnostic))
        seen[parts] += 1
        text = "\0".join((*parts, str(seen[parts])))
        names.append(sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return names


def _subject(view: View, diagnostic: Diagnostic) -> tuple[str, ...]:
    finding = diagnostic.finding
    if finding.subject:
        return (finding.subject,)
    where = first_line(view, finding.span)
    if where is None:
        return finding.span.path, finding.message
    line = view.sources[finding.span.path].line(where.line)
    near = line[max(0, where.column - _NEAR) : where.column + _NEAR]  # some files are one long line
    return finding.span.path, " ".join(near.split())
