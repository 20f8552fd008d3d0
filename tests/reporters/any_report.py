"""Any report at all, for the claims that hold of all."""

from hypothesis import strategies as st

from crowsfoot.finding import (
    Allowed,
    Confidence,
    Diagnostic,
    Directive,
    Edit,
    Finding,
    Fix,
    Related,
    Report,
    Safety,
    Severity,
)
from crowsfoot.reporters import View
from crowsfoot.source import Source, Span

from .reports import rule, view

ANY_TEXT = st.text(
    alphabet=st.characters() | st.sampled_from("\n\r\t\x1b😀日\u0301\ud800|`[]()"), max_size=60
)
PATHS = ("a.sql", "b c/ü.prisma", "::x\udcff\n.ts", "unknown.py")


def views() -> st.SearchStrategy[View]:
    """Reports of a few findings, and how somebody may want to see them."""
    directive = st.builds(Directive, _spans(), st.just(("one-rule",)), ANY_TEXT, st.none())
    report = st.builds(
        Report,
        kept=st.lists(_diagnostics(), max_size=5).map(tuple),
        allowed=st.lists(st.builds(Allowed, _diagnostics(), directive), max_size=2).map(tuple),
        failures=st.lists(ANY_TEXT, max_size=2).map(tuple),
    )
    return st.builds(
        lambda report, texts, color, width, allowed: view(
            report=report,
            sources=tuple(Source(path, text) for path, text in zip(PATHS, texts, strict=False)),
            rules={"one-rule": rule("one-rule")},
            color=color,
            width=width,
            include_allowed=allowed,
        ),
        report,
        st.lists(ANY_TEXT, min_size=3, max_size=3),
        st.booleans(),
        st.integers(0, 120),
        st.booleans(),
    )


def _spans() -> st.SearchStrategy[Span]:
    return st.builds(
        lambda path, start, length: Span(path, start, start + length),
        st.sampled_from(PATHS),
        st.integers(0, 70),
        st.integers(0, 70),
    )


def _diagnostics() -> st.SearchStrategy[Diagnostic]:
    edits = st.lists(st.builds(Edit, _spans(), ANY_TEXT), max_size=3).map(tuple)
    fixes = st.none() | st.builds(Fix, ANY_TEXT, edits, st.sampled_from(Safety))
    related = st.lists(st.builds(Related, _spans(), ANY_TEXT), max_size=4).map(tuple)
    finding = st.builds(
        Finding, _spans(), ANY_TEXT, ANY_TEXT, related, fixes, st.sampled_from(list(Confidence))
    )
    return st.builds(
        Diagnostic, st.sampled_from(["one-rule", "x", "odd\x1b"]), st.sampled_from(list(Severity)), finding
    )
