"""The harness that holds rules to their word; for the rules of other packages as well.

A case is a little project whose files say in comments what is to be found in them:

    author User @relation(fields: [authorId], references: [id]) // want "no index starts with"
  //^^^^^^ want "no index starts with [authorId]"

A trailing want speaks of its own line, a want after carets of exactly those columns of the line above;
each quoted piece is one finding, whose message contains it. Every other line claims silence. The text that
--fix --unsafe-fixes leaves stands beside the file, with .fixed at the end of its name.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from crowsfoot.config import parse
from crowsfoot.discover import Discovery, standard_input
from crowsfoot.finding import Confidence, Diagnostic, Report
from crowsfoot.fix import apply
from crowsfoot.marks import Mark, marks
from crowsfoot.rule import Rule, load
from crowsfoot.run import check
from crowsfoot.source import Source, Span

_FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# What an example in a docstring stands in when it declares no datasource of its own.
_DATASOURCE = 'datasource db {\n  provider = "postgresql"\n}\n\n'

_MAX_ROUNDS = 50


def lint(files: Mapping[str, str], rule: Rule[Any]) -> Report:
    """What the rule finds in files given as path -> text; a crowsfoot.toml among them configures it.

    Its extend-select names other rules that are to run as well. Findings of every confidence are shown.
    """
    known = {**load(), rule.name: rule}
    config = parse(files.get("crowsfoot.toml", ""), "crowsfoot.toml", known)
    config = msgspec.structs.replace(config, select=(rule.name,), min_confidence=Confidence.POSSIBLE)
    discovery = Discovery(root=Path.cwd())
    for path, text in files.items():
        discovery = standard_input(discovery, _bytes(text), Path(path))
    report = check(discovery, config, known)
    if report.failures:
        raise AssertionError("\n".join(report.failures))
    return report


def complaints(rule: Rule[Any], files: Mapping[str, str]) -> list[str]:
    """Everything in which the rule and the case disagree; empty when the case holds."""
    inputs = {path: text for path, text in files.items() if not path.endswith(".fixed")}
    found = list(lint(inputs, rule).kept)
    texts = {path: Source(path, text) for path, text in inputs.items()}
    said = list(_unfulfilled(wants(inputs), found, texts))
    said += _wrong_fixes(rule, found, files, inputs)
    return said


def examples(rule: Rule[Any]) -> list[dict[str, str]]:
    """The fenced examples of the rule's documentation, each as a project of one file."""
    names = {"prisma": "schema.prisma", "ts": "prisma.config.ts"}
    return [
        {names[language]: _complete(text) if language == "prisma" else text}
        for language, text in _FENCE.findall(rule.doc)
        if language in names
    ]


def read_case(folder: Path) -> dict[str, str]:
    """The files of a fixture folder, path -> text; paths are relative, with forward slashes.

    Bytes that are not UTF-8 are carried as Python carries them in file names (PEP 383), and lint() sees them
    as they are on the disk.
    """
    return {
        file.relative_to(folder).as_posix(): file.read_bytes().decode(errors="surrogateescape")
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def wants(files: Mapping[str, str]) -> list[tuple[str, Mark]]:
    """Every claim that the files make, with the path of its file."""
    return [(path, mark) for path, text in files.items() for mark in marks(text)]


def _unfulfilled(
    claims: list[tuple[str, Mark]], found: list[Diagnostic], texts: Mapping[str, Source]
) -> Iterator[str]:
    rest = list(found)
    for path, mark in claims:
        match = next((it for it in rest if _fulfils(it, path, mark, texts)), None)
        if match:
            rest.remove(match)
        else:
            yield f"{path}:{mark.line}: wanted but not found: {mark.piece}"
    for extra in rest:
        yield f"{_place(extra.finding.span, texts)}: not wanted: {extra.finding.message}"


def _fulfils(diagnostic: Diagnostic, path: str, mark: Mark, texts: Mapping[str, Source]) -> bool:
    span = diagnostic.finding.span
    if span.path != path or mark.piece not in diagnostic.finding.message:
        return False
    line, column = texts[path].position(span.start)
    if line != mark.line:
        return False
    return mark.columns is None or mark.columns == (column, column + span.end - span.start)


def _wrong_fixes(
    rule: Rule[Any], found: list[Diagnostic], files: Mapping[str, str], inputs: dict[str, str]
) -> Iterator[str]:
    fixed = {path.removesuffix(".fixed"): text for path, text in files.items() if path.endswith(".fixed")}
    after = fix_all(rule, inputs, found)
    for path, text in after.items():
        if path in fixed and fixed[path] != text:
            yield f"{path}: the fixed text differs from {path}.fixed:\n{text}"
        if path not in fixed and text != inputs[path] and fixed:
            yield f"{path}: is fixed but has no {path}.fixed:\n{text}"
    for path in fixed.keys() - after.keys():
        yield f"{path}.fixed stands beside no file"
    applicable = [it.finding for it in found if it.finding.fix and it.finding.fix.safety.value != "manual"]
    if fixed and not applicable:
        yield "there is a .fixed file but no fix"
    left = lint(after, rule).kept
    for diagnostic in left:
        if diagnostic.finding.message in {it.message for it in applicable}:
            yield f"the fix leaves the finding: {diagnostic.finding.message}"


def fix_all(rule: Rule[Any], files: Mapping[str, str], found: list[Diagnostic]) -> dict[str, str]:
    """The texts after all fixes of the rule, applied until nothing changes any more."""
    texts = dict(files)
    for _ in range(_MAX_ROUNDS):
        fixes = [it.finding.fix for it in found if it.finding.fix and it.finding.fix.safety.value != "manual"]
        applied = apply(fixes, {path: Source(path, text) for path, text in texts.items()})
        if not applied.texts:
            return texts
        texts |= applied.texts
        found = list(lint(texts, rule).kept)
    raise AssertionError(f"the fixes of {rule.name} do not come to an end")


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _place(span: Span, texts: Mapping[str, Source]) -> str:
    line, column = texts[span.path].position(span.start)
    return f"{span.path}:{line}:{column}"


def _complete(example: str) -> str:
    return example if "datasource " in example else _DATASOURCE + example
