"""The migrations that the rules on locks offer to paste: in place of what was reported, nothing is reported."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crowsfoot.finding import Diagnostic
from crowsfoot.rule import load
from crowsfoot.testing import lint, read_case

FIXTURES = Path(__file__).parent / "fixtures"
RULES = load()
LOCKS = (
    "blocking-maintenance",
    "check-without-not-valid",
    "constraint-builds-index",
    "foreign-key-without-not-valid",
    "index-without-concurrently",
    "partition-scan",
    "set-not-null-scan",
    "table-rewrite",
    "type-change-scan",
    "validate-in-same-transaction",
    "work-under-exclusive-lock",
)
_FOLDER = "prisma/migrations/"


def _reported() -> Iterator[tuple[dict[str, str], Diagnostic]]:
    for rule in LOCKS:
        for case in sorted((FIXTURES / rule).iterdir()):
            files = read_case(case)
            for found in lint(files, RULES[rule]).kept:
                if found.finding.fix and found.finding.span.path.startswith(_FOLDER):
                    yield files, found


CASES = [pytest.param(*it, id=f"{it[1].rule}-{number}") for number, it in enumerate(_reported())]


@pytest.mark.parametrize(("files", "found"), CASES)
def test_a_pasted_migration_is_applied_and_keeps_nobody_waiting(
    files: dict[str, str], found: Diagnostic
) -> None:
    project = _pasted(files, found)
    for name in (*LOCKS, "failing-migration"):
        said = [it.finding for it in lint(project, RULES[name]).kept if it.finding.span.path > _FOLDER + "9"]
        assert not said, f"{name}: {said[0].message}\n{found.finding.fix}"


def test_most_findings_come_with_something_to_paste() -> None:
    assert len(CASES) >= 40


def _pasted(files: dict[str, str], found: Diagnostic) -> dict[str, str]:
    """What came before the reported statement, and then each piece of the snippet as a migration of its own."""
    fix, span = found.finding.fix, found.finding.span
    assert fix is not None
    project = {path: text for path, text in files.items() if not path.endswith(".sql") or path < span.path}
    text = files[span.path]
    # What adds the column with its key takes the place of the statement that adds the column.
    if "add the column and its foreign key" not in fix.snippet:
        text = text[: text.rfind(";", 0, span.start) + 1]
        project[span.path] = re.sub(r"^(?:BEGIN|COMMIT);$", "", text, flags=re.MULTILINE)
    for number, piece in enumerate(fix.snippet.split("\n\n")):
        project[f"{_FOLDER}9999010{number}000000_pasted/migration.sql"] = f"{piece}\n"
    return project
