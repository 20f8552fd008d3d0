"""The SQL that rules over predicates offer to paste: a migration more, and there is nothing to report."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crowsfoot.finding import Diagnostic
from crowsfoot.rule import load
from crowsfoot.testing import lint, read_case

FIXTURES = Path(__file__).parent.parent / "rules" / "fixtures"
RULES = load()
PREDICATES = (
    "check-drops-tenant",
    "duplicate-policy",
    "empty-setting-cast",
    "insert-policy-without-check",
    "policy-always-true",
    "policy-checks-only-login",
    "policy-fails-open",
    "policy-for-everyone",
    "policy-for-unused-role",
    "policy-widens-another",
    "restrictive-policy-misses-role",
    "returning-without-select-policy",
    "setting-bypasses-policy",
    "unqualified-setting",
    "write-without-select-policy",
)


def _offered() -> Iterator[tuple[dict[str, str], Diagnostic]]:
    for rule in PREDICATES:
        for case in sorted((FIXTURES / rule).iterdir()):
            files = read_case(case)
            for found in lint(files, RULES[rule]).kept:
                if found.finding.fix is not None:
                    yield files, found


OFFERED = list(_offered())
CASES = [pytest.param(*it, id=f"{it[1].rule}-{number}") for number, it in enumerate(OFFERED)]


@pytest.mark.parametrize(("files", "found"), CASES)
def test_what_is_pasted_mends_it(files: dict[str, str], found: Diagnostic) -> None:
    fix = found.finding.fix
    assert fix is not None
    project = {**files, _later(found.finding.span.path): fix.snippet}
    for rule in (found.rule, "failing-migration", "syntax-error"):
        left = [it.finding for it in lint(project, RULES[rule]).kept]
        assert all(it.subject != found.finding.subject or rule != found.rule for it in left), fix.snippet
        if rule != found.rule:
            assert not left, (fix.snippet, left)


def test_most_findings_come_with_something_to_paste() -> None:
    assert len(OFFERED) >= 40
    assert {found.rule for _, found in OFFERED} == set(PREDICATES)


def _later(path: str) -> str:
    if path.endswith("/migration.sql"):
        return "prisma/migrations/20990101000000_pasted/migration.sql"
    return "supabase/migrations/20990101000000_pasted.sql"
