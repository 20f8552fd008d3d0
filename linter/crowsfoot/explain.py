"""Rules to text: what each one reports, why, and how to write it right."""

import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from crowsfoot.config import UserError
from crowsfoot.rule import Rule
from crowsfoot.suggest import hint

Rules = Mapping[str, Rule[Any]]


def overview(rules: Rules) -> str:
    """One line for each rule, by category; a star marks those that are on by default."""
    width = max(map(len, rules), default=0)
    lines = []
    by_category = sorted(rules.values(), key=lambda it: (it.category, it.name))
    for category, members in groupby(by_category, key=lambda it: it.category):
        lines += ["", category]
        lines += [f"  {'*' if it.default else ' '} {it.name:{width}}  {it.summary}" for it in members]
    return "\n".join([*lines[1:], "", "* on by default. More about one: crowsfoot rule NAME", ""])


def describe(names: Sequence[str], rules: Rules, format: str) -> str:
    """The documentation of the rules, or of the rules of a category; without names, of all.

    format is "text", "markdown" or "json". Raises UserError for an unknown name.
    """
    chosen = list(dict.fromkeys(rule for name in names for rule in _named(name, rules)))
    if not names:
        chosen = list(rules.values())
    if format == "json":
        return json.dumps([as_dict(rule) for rule in chosen], indent=2) + "\n"
    return "\n\n".join(as_markdown(rule) for rule in chosen) + "\n"


def as_markdown(rule: Rule[Any]) -> str:
    """The rule's page: its facts, its documentation without the test marks, its options."""
    facts = f"{rule.category} · {rule.severity.name.lower()} · since {rule.since}"
    state = "on by default" if rule.default else f"off by default; --extend-select {rule.name}"
    page = [f"# {rule.name}", f"{facts} · {state}", rule.help]
    if rows := [f"- `{name}` (default `{json.dumps(value)}`)" for name, value in options(rule)]:
        page.append("\n".join(["Options:", "", *rows]))
    return "\n\n".join(page)


def as_dict(rule: Rule[Any]) -> dict[str, Any]:
    """The rule's page as data."""
    return {
        "name": rule.name,
        "category": rule.category,
        "summary": rule.summary,
        "severity": rule.severity.name.lower(),
        "default": rule.default,
        "since": rule.since,
        "over": rule.over.__name__,
        "options": dict(options(rule)),
        "documentation": rule.help,
    }


def options(rule: Rule[Any]) -> Iterator[tuple[str, Any]]:
    """The rule's options as they are written in the configuration, with their defaults."""
    for parameter in inspect.signature(rule.check).parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            yield parameter.name.replace("_", "-"), parameter.default


def _named(name: str, rules: Rules) -> list[Rule[Any]]:
    if name in rules:
        return [rules[name]]
    members = [rule for rule in rules.values() if rule.category == name]
    if not members:
        known = [*rules, *{rule.category for rule in rules.values()}]
        raise UserError(f'there is no rule or category "{name}"{hint(name, known)}')
    return members
