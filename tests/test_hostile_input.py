"""Anything can lie in a user's repository: one clear message each, and the others are still read."""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from xml.dom import minidom

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crowsfoot.config import Config
from crowsfoot.discover import Discovery, discover
from crowsfoot.finding import Confidence, Report, Safety
from crowsfoot.fix import apply
from crowsfoot.reporters import FORMATS, View, render
from crowsfoot.rule import load
from crowsfoot.run import check
from crowsfoot.source import Source

from .schemas import UNINDEXED

RULES = load()
EVERYTHING = Config(select=("all",), min_confidence=Confidence.POSSIBLE)


def report_on(folder: Path, *names: str) -> Report:
    paths = [folder / name for name in names] or [folder]
    return check(discover(folder, paths, max_file_size=10_000_000), Config(), RULES)


def report_of(text: str) -> Report:
    source = Source("schema.prisma", text)
    report = check(Discovery(root=Path(), sources=(source,)), EVERYTHING, RULES)
    assert not report.failures, report.failures[0]
    return report


def said_of(report: Report, path: str) -> list[str]:
    return [f"{it.rule}: {it.finding.message}" for it in report.kept if it.finding.span.path == path]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", None),
        (b"\x00\x01\x02model", "binary"),
        (b"model A {\n  id Int @id // caf\xe9\n}\n", "0xe9"),
        (UNINDEXED.encode("utf-16"), "UTF-16"),
        (b"\xef\xbb\xbf" + UNINDEXED.replace("User", "Person").encode(), "byte order mark"),
        (b"x" * 50_000_000, "50,000,000 bytes"),
        (b"model A {", "is not closed"),
        (b"// use prisma-next\n\nmodel A {\n  id Int @id\n}\n", "Prisma 8"),
    ],
    ids=["empty", "binary", "latin-1", "utf-16", "bom", "50-megabytes", "unclosed", "prisma-8"],
)
def test_a_strange_file_is_named_once_and_the_others_are_read(
    tmp_path: Path, data: bytes, expected: str | None
) -> None:
    (tmp_path / "good.prisma").write_text(UNINDEXED)
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange/schema.prisma").write_bytes(data)
    report = report_on(tmp_path)
    assert not report.failures
    assert [it for it in said_of(report, "good.prisma") if it.startswith("unindexed-foreign-key")]
    said = [
        it for it in said_of(report, "strange/schema.prisma") if not it.startswith("unindexed-foreign-key")
    ]
    assert len(said) == (expected is not None), said
    if expected:
        assert expected in said[0]


def test_a_missing_path_is_the_users_to_mend(tmp_path: Path) -> None:
    from crowsfoot.config import UserError

    with pytest.raises(UserError, match=r"nowhere\.prisma"):
        report_on(tmp_path, "nowhere.prisma")


@contextmanager
def not_as_root(folder: Path) -> Iterator[None]:
    """Meanwhile files are opened as anybody opens them: to root nothing is denied."""
    root = os.geteuid() == 0
    if root:
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX permissions")
def test_an_unreadable_file_is_named() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "schema.prisma").write_text(UNINDEXED)
        (folder / "locked.prisma").write_text(UNINDEXED)
        (folder / "locked.prisma").chmod(0)
        with not_as_root(folder):
            discovery = discover(folder, [folder])
    report = check(discovery, Config(), RULES)
    assert "unreadable-file" in said_of(report, "locked.prisma")[0]
    assert "unindexed-foreign-key" in said_of(report, "schema.prisma")[0]


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
def test_loops_of_links_and_pipes_do_not_hang(tmp_path: Path) -> None:
    (tmp_path / "schema.prisma").write_text(UNINDEXED)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.prisma").symlink_to(tmp_path / "self.prisma")
    (tmp_path / "nowhere.prisma").symlink_to(tmp_path / "not-there")
    os.mkfifo(tmp_path / "pipe.prisma")
    report = report_on(tmp_path)
    assert any("unindexed-foreign-key" in it for it in said_of(report, "schema.prisma"))
    assert said_of(report, "pipe.prisma")
    assert said_of(report, "self.prisma")


def test_a_thousand_errors_are_told_without_flooding() -> None:
    lines = "".join(f"  field{n} String @default('x')\n" for n in range(1000))
    report = report_of(UNINDEXED + f"model Broken {{\n  id Int @id\n{lines}}}\n")
    errors = [it for it in report.kept if it.rule == "syntax-error"]
    assert 1 < len(errors) <= 101
    assert "more" in errors[-1].finding.message


@pytest.mark.parametrize(
    "value",
    ["[" * 100_000 + "]" * 100_000, "(" * 100_000, "f(" * 50_000 + ")" * 50_000, '"' + "a" * 1_000_000 + '"'],
    ids=["lists", "parentheses", "calls", "long-string"],
)
def test_deep_and_long_values_neither_raise_nor_hang(value: str) -> None:
    report_of(UNINDEXED + f"model Deep {{\n  id Int @id\n  x Json @default({value})\n}}\n")


def test_a_million_braces_neither_raise_nor_hang() -> None:
    report_of("model A {\n" * 50_000)
    report_of("}\n" * 200_000)
    report_of("/*" * 200_000)
    report_of('"' * 200_000)


LINES = UNINDEXED.splitlines(keepends=True)
FRAGMENTS = [
    "@",
    "@@index([",
    "])",
    "{",
    "}",
    '"',
    "//",
    "///",
    "/*",
    "*/",
    "\\",
    "\ufeff",
    "\r",
    "\x00",
    "é",
    "😀",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A valid schema after a few strokes of a hand that slipped."""
    text = "".join(draw(st.permutations(LINES))) if draw(st.booleans()) else UNINDEXED
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.integers(0, 20)))
        text = text[:at] + draw(st.sampled_from(["", *FRAGMENTS, *LINES])) + text[end:]
    return text


@given(mutated())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_no_mutation_raises_and_every_span_lies_in_the_file(text: str) -> None:
    for diagnostic in report_of(text).kept:
        finding = diagnostic.finding
        edits = finding.fix.edits if finding.fix else ()
        for span in (finding.span, *(it.span for it in finding.related), *(it.span for it in edits)):
            assert span.path == "schema.prisma"
            assert 0 <= span.start <= span.end <= len(text)


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_no_text_raises(text: str) -> None:
    report_of(text)


SEVERAL = {
    "a.prisma": UNINDEXED,
    "b.prisma": """model Order {
  id         String   @id @default(uuid())
  orgId      Int
  customerId Int?
  total      Float
  status     Status   @default(OPEN)
  createdAt  DateTime @map("created_at")
  customer   Customer? @relation(fields: [customerId], references: [id], onDelete: Cascade)

  @@unique([orgId, status], map: "orders_status")
  @@index([orgId])
  @@index([orgId, status])
  @@index([orgId, status])
  @@map("orders")
}

// crowsfoot: allow unindexed-foreign-key -- it is small
enum Status {
  OPEN
  CLOSED @map("closed")
}
""",
    "c.prisma": """model Customer {
  id     Int     @id
  email  String  @unique
  orders Order[]
  boss   Customer? @relation("boss", fields: [bossId], references: [id]) // crowsfoot: allow nothing
  bossId Int?
  staff  Customer[] @relation("boss")

  @@index([email])
}
""",
}
STROKES = [
    *FRAGMENTS,
    "\u202e",
    "##[error]",
    "// crowsfoot: allow-file all\n",
    "  // crowsfoot: allow unindexed-foreign-key, duplicate-index\n",
    " // crowsfoot: allow nothing -- \x1b[31m",
    "  @@index([orgId])\n",
    "onDelete: Cascade",
    "@unique",
    "@id",
    "Customer",
    "sqlserver",
    "mysql",
]


@st.composite
def projects(draw: st.DrawFn) -> dict[str, str]:
    """Several files of one schema after a few strokes of a hand that slipped, some with other line ends."""
    texts = dict(SEVERAL)
    for _ in range(draw(st.integers(0, 6))):
        path = draw(st.sampled_from(sorted(texts)))
        text = texts[path]
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.integers(0, 20)))
        texts[path] = text[:at] + draw(st.sampled_from(["", *STROKES, *LINES])) + text[end:]
    ends = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return {path: text.replace("\n", ends) for path, text in texts.items()}


def sources_of(texts: Mapping[str, str]) -> dict[str, Source]:
    return {path: Source(path, text) for path, text in texts.items()}


def report_of_all(texts: Mapping[str, str]) -> Report:
    sources = tuple(sorted(sources_of(texts).values(), key=lambda it: it.path))
    report = check(Discovery(root=Path(), sources=sources), EVERYTHING, RULES)
    assert not report.failures, report.failures[0]
    return report


@given(projects())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_every_format_renders_whatever_is_found(texts: dict[str, str]) -> None:
    report = report_of_all(texts)
    view = View(report=report, sources=sources_of(texts), rules=lambda: RULES, include_allowed=True, width=60)
    rendered = {format: render(format, view) for format in FORMATS}
    for format, text in rendered.items():
        text.encode()
        assert not any(it in text for it in "\x00\x1b\r"), format
    for format in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(rendered[format])
    assert [json.loads(it)["rule"] for it in rendered["jsonl"].splitlines()] == [
        it.rule for it in report.kept
    ]
    minidom.parseString(rendered["junit"])
    assert len(rendered["github"].splitlines()) == len(report.kept)


@given(projects())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_fixes_break_nothing_and_come_to_an_end(texts: dict[str, str]) -> None:
    before = broken_lines(report_of_all(texts))
    for _ in range(20):
        report = report_of_all(texts)
        fixes = [it.finding.fix for it in report.kept if it.finding.fix]
        applied = apply([it for it in fixes if it.safety is not Safety.MANUAL], sources_of(texts))
        if not applied.texts:
            break
        texts = {**texts, **applied.texts}
        assert not broken_lines(report_of_all(texts)) - before
    else:
        raise AssertionError("the fixes do not come to an end")


def broken_lines(report: Report) -> Counter[tuple[str, str]]:
    return Counter(
        (it.finding.span.path, it.finding.message) for it in report.kept if it.rule == "syntax-error"
    )
