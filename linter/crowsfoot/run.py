"""The pipeline on one page, in the order the data takes.

paths -discover-> Source -frontend-> Facts -link-> Project -rules-> Finding -judge-> Report
"""

import traceback
from collections.abc import Iterable, Mapping
from typing import Any

from crowsfoot.cache import Cache
from crowsfoot.config import Config, enabled, severity, silenced
from crowsfoot.discover import Discovery
from crowsfoot.finding import Diagnostic, Report
from crowsfoot.link import link
from crowsfoot.link.project import Project
from crowsfoot.reading import read_all
from crowsfoot.rule import Rule
from crowsfoot.subjects import SUBJECTS
from crowsfoot.suppress import Unused, judge

Rules = Mapping[str, Rule[Any]]
Subjects = Mapping[type[Any], Iterable[Any]]

_NOTHING_KEPT = Cache(None)


def check(discovery: Discovery, config: Config, rules: Rules, cache: Cache = _NOTHING_KEPT) -> Report:
    """What the enabled rules say of the files, judged by the user's comments and settings."""
    chosen = enabled(config, rules)
    failures = [f"{it.name} is over {it.over.__name__}, which is no subject" for it in _subjectless(chosen)]
    project = analyse(discovery, config, cache)

    subjects = {type: find(project) for type, find in SUBJECTS.items()}
    judged = judge(
        apply_rules(chosen, subjects, config, failures),
        project.directives,
        discovery.by_path(),
        known=rules.keys(),
        ran={rule.name for rule in chosen},
    )
    # Which comments are in vain is only known once every other rule has spoken.
    about_comments = apply_rules(chosen, {Unused: judged.unused}, config, failures)

    return Report(
        kept=_shown((*judged.kept, *about_comments), config, rules),
        allowed=judged.allowed,
        files=len(project.files) + len(discovery.problems),
        failures=tuple(failures),
    )


def analyse(discovery: Discovery, config: Config, cache: Cache = _NOTHING_KEPT) -> Project:
    """Everything that was read, joined."""
    facts = read_all(discovery.sources, cache)
    return link(facts, discovery.problems, tenant_column=config.tenant_column)


def apply_rules(
    rules: Iterable[Rule[Any]], subjects: Subjects, config: Config, failures: list[str]
) -> list[Diagnostic]:
    """The findings of the rules over one of the subjects, with the severity that the user gives them.

    A rule that raises is a bug, of ours or of its package: its traceback goes to failures, and the others
    still run.
    """
    found = []
    for rule in rules:
        options = config.options.get(rule.name, {})
        for subject in subjects.get(rule.over, ()):
            try:
                findings = list(rule.check(subject, **options))
            except Exception:
                failures.append(f"{rule.name} failed on {subject}:\n{traceback.format_exc()}")
            else:
                found += [Diagnostic(rule.name, severity(config, rule), finding) for finding in findings]
    return found


def _subjectless(rules: Iterable[Rule[Any]]) -> list[Rule[Any]]:
    return [rule for rule in rules if rule.over not in SUBJECTS and rule.over is not Unused]


def _shown(diagnostics: Iterable[Diagnostic], config: Config, rules: Rules) -> tuple[Diagnostic, ...]:
    """Those that the user wants to see, by place.

    They are sorted out only after the comments have been heard: a comment is not in vain because what it
    allows would be hidden anyway.
    """
    silent = silenced(config)
    return tuple(
        sorted(
            (
                it
                for it in diagnostics
                if it.finding.confidence >= config.min_confidence
                and not silent(rules[it.rule], it.finding.span.path)
            ),
            key=lambda it: (it.finding.span, it.rule, it.finding.message),
        )
    )
