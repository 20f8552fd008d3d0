"""The harness that holds rules to their word; for the rules of other packages as well.

A case is a little project whose files say in comments what is to be found in them:

    author User @relation(fields: [authorId], references: [id]) // want "no index starts with"
  //^^^^^^ want "no index starts with [authorId]"

A trailing want speaks of its own line, a want after carets of exactly those columns of the line above;
each quoted piece is one finding, whose message contains it. Every other line claims silence. The text that
--fix --unsafe-fixes leaves stands beside the file, with .fixed at the end of its name. The comment begins
with the marker of the language: "//", "--" or "#".

An example of the documentation is a case as well. A ```sql block is a folder of Prisma's migrations:

    ```sql
    CREATE TABLE "User" ("id" INTEGER PRIMARY KEY, "name" TEXT);
    -- next migration
    ALTER TABLE "User" DROP COLUMN "name"; -- want "the data of User.name"
    ```

"-- next migration" begins another file, and so does a comment that is nothing but a path, such as
"-- migrations/2_users/migration.sql", or "# compose.yaml" in YAML. The dialect is PostgreSQL where the fence
names no other one: ```sql mysql. Blocks of different languages with nothing but blank lines between them are
one project: a ```prisma block may stand over a ```sql block, and a ```toml block over both is crowsfoot.toml.

Files below @before/ are what --since compares with: the others are new, edited or gone since then.
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
from crowsfoot.link.assumed import Changes
from crowsfoot.marks import Mark, marks
from crowsfoot.rule import Rule, load
from crowsfoot.run import check
from crowsfoot.source import Source, Span

_FENCE = re.compile(r"^```(\w+)[ \t]*(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NEXT_FILE = re.compile(
    r"^(?:-- next migration|(?:--|#) (\S+\.(?:json|prisma|py|sh|sql|toml|ya?ml)))$\n?", re.MULTILINE
)

# Where the text of an example stands, by its language.
_PLACES = {
    "prisma": "schema.prisma",
    "py": "app.py",
    "ts": "prisma.config.ts",
    "toml": "crowsfoot.toml",
    "sql": "migrations/20240101000000_step/migration.sql",
    "yaml": ".github/workflows/deploy.yml",
    "dockerfile": "Dockerfile",
    "json": "package.json",
    "sh": "entrypoint.sh",
    "dotenv": ".env",
}

# What an example in a docstring stands in when it declares no datasource of its own.
_DATASOURCE = 'datasource db {{\n  provider = "{}"\n}}\n\n'

_BEFORE = "@before/"

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
        if not path.startswith(_BEFORE):
            discovery = standard_input(discovery, _bytes(text), Path(path))
    discovery = msgspec.structs.replace(discovery, named=frozenset())  # a folder is checked, not its files
    report = check(discovery, config, known, changes=_changes(files))
    if report.failures:
        raise AssertionError("\n".join(report.failures))
    return report


def _changes(files: Mapping[str, str]) -> Changes | None:
    """What has become of files since those below @before/; None where there are none."""
    before = {path.removeprefix(_BEFORE): text for path, text in files.items() if path.startswith(_BEFORE)}
    if not before:
        return None
    now = {path: text for path, text in files.items() if not path.startswith(_BEFORE)}
    return Changes(
        new=frozenset(now.keys() - before.keys()),
        edited=frozenset(path for path in now.keys() & before.keys() if now[path] != before[path]),
        deleted=tuple(sorted(before.keys() - now.keys())),
    )


def complaints(rule: Rule[Any], files: Mapping[str, str]) -> list[str]:
    """Everything in which the rule and the case disagree; empty when the case holds."""
    inputs = {path: text for path, text in files.items() if not path.endswith(".fixed")}
    found = list(lint(inputs, rule).kept)
    texts = {path: Source(path, text) for path, text in inputs.items()}
    said = list(_unfulfilled(wants(inputs), found, texts))
    said += _wrong_fixes(rule, found, files, inputs)
    return said


def examples(rule: Rule[Any]) -> list[dict[str, str]]:
    """The fenced examples of the rule's documentation, each as a project: path -> text."""
    projects: list[dict[str, str]] = []
    written: set[str] = set()  # the languages of the last one
    dialect, end = "", 0
    for fence in _FENCE.finditer(rule.doc):
        language, word, text = fence.groups()
        if language not in _PLACES:
            continue
        if not projects or language in written or rule.doc[end : fence.start()].strip():
            _complete(projects, dialect)
            projects.append({})
            written, dialect = set(), ""
        projects[-1] |= _files(text, _PLACES[language])
        written.add(language)
        dialect, end = word or dialect, fence.end()
    _complete(projects, dialect)
    return projects


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
    now = {path: text for path, text in files.items() if not path.startswith(_BEFORE)}
    return [(path, mark) for path, text in now.items() for mark in marks(text)]


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


def _files(example: str, path: str) -> dict[str, str]:
    """The files of one block, the first of them at path unless it names another one."""
    first, *rest = _NEXT_FILE.split(example)
    files = {path: first} if first.strip() or not rest else {}
    for number, (name, text) in enumerate(zip(rest[::2], rest[1::2], strict=True), start=2):
        files[name or f"migrations/202401{number:02}000000_step/migration.sql"] = text
    return files


def _complete(projects: list[dict[str, str]], dialect: str) -> None:
    """Add what the last project leaves unsaid: its datasource, and Prisma's lock file."""
    if not projects:
        return
    files, provider = projects[-1], dialect or "postgresql"
    schema = files.get("schema.prisma", "")
    if "datasource " not in schema and not any(path.endswith(".py") for path in files):
        files["schema.prisma"] = _DATASOURCE.format(provider) + schema
    if any(path.startswith("migrations/") for path in files):
        files.setdefault("migrations/migration_lock.toml", f'provider = "{provider}"\n')
