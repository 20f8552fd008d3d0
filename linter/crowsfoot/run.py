"""The pipeline on one page, in the order the data takes.

paths -discover-> Source -frontend-> Facts -link-> Project -rules-> Finding -judge-> Report
"""

import posixpath
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crowsfoot import frontends
from crowsfoot.cache import Cache, digest
from crowsfoot.config import Config, enabled, severity, silenced
from crowsfoot.discover import Discovery
from crowsfoot.facts import Facts
from crowsfoot.finding import Diagnostic, Report
from crowsfoot.link import link
from crowsfoot.link.project import Project
from crowsfoot.rule import Rule
from crowsfoot.source import Source
from crowsfoot.subjects import SUBJECTS
from crowsfoot.suppress import Unused, judge

Rules = Mapping[str, Rule[Any]]
Subjects = Callable[[type[Any]], Iterable[Any]]

_NOTHING_KEPT = Cache(None)


def check(discovery: Discovery, config: Config, rules: Rules, cache: Cache = _NOTHING_KEPT) -> Report:
    """What the enabled rules say of the files, judged by the user's settings and comments."""
    chosen = enabled(config, rules)
    failures: list[str] = []
    project = analyse(discovery, config, cache)

    diagnostics = apply_rules(chosen, lambda type: SUBJECTS[type](project), config, failures)
    judged = judge(
        diagnostics,
        project.directives,
        {source.path: source for source in discovery.sources},
        known=rules.keys(),
        ran={rule.name for rule in chosen},
    )
    about_comments = apply_rules(chosen, lambda type: judged.unused, config, failures, only=Unused)

    # Only now: a comment that allows what is hidden for its confidence is not in vain.
    sure = [it for it in (*judged.kept, *about_comments) if it.finding.confidence >= config.min_confidence]
    return Report(
        kept=tuple(sorted(sure, key=_place)),
        allowed=judged.allowed,
        files=len(project.files) + len(discovery.problems),
        failures=tuple(failures),
    )


def analyse(discovery: Discovery, config: Config, cache: Cache = _NOTHING_KEPT) -> Project:
    """Everything that was read, joined."""
    read = ((source.path, read_facts(source, cache)) for source in discovery.sources)
    known = [(path, facts) for path, facts in read if facts is not None]
    return link(known, discovery.problems, tenant_column=config.tenant_column)


def read_facts(source: Source, cache: Cache = _NOTHING_KEPT) -> Facts | None:
    """What the file says, from the cache when its text has been read before; None of a foreign kind."""
    # The name decides on the frontend; where the file lies does not matter to what it says.
    key = digest(posixpath.basename(source.path), source.text)
    facts: Facts | None = cache.get("facts", key, Facts)  # type: ignore[arg-type]  # a union is a form of type
    if facts is None:
        facts = frontends.read(source)
        if facts is not None:
            cache.put("facts", key, facts)
    return facts


def apply_rules(
    rules: Iterable[Rule[Any]],
    subjects: Subjects,
    config: Config,
    failures: list[str],
    only: type[Any] | None = None,
) -> list[Diagnostic]:
    """The findings of the rules, with the severity that the user gives them.

    A rule that raises is a bug, of ours or of its package: its traceback goes to failures and the others
    still run. With only, just the rules over that type run; without, all but those over Unused, which can
    only be known once every other rule has spoken.
    """
    found = []
    silent = silenced(config)
    for rule in rules:
        if (rule.over is not only) if only else (rule.over is Unused):
            continue
        options = config.options.get(rule.name, {})
        for subject in subjects(rule.over):
            try:
                findings = list(rule.check(subject, **options))
            except Exception:
                failures.append(f"{rule.name} failed on {subject}:\n{traceback.format_exc()}")
                continue
            found += [
                Diagnostic(rule.name, severity(config, rule), finding)
                for finding in findings
                if not silent(rule, finding.span.path)
            ]
    return found


def _place(diagnostic: Diagnostic) -> tuple[Any, ...]:
    return diagnostic.finding.span, diagnostic.rule, diagnostic.finding.message
