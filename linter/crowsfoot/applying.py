"""Rules and subjects to diagnostics, on all cores where that pays."""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from crowsfoot.config import Config, severity
from crowsfoot.finding import Diagnostic, Directive
from crowsfoot.link.history import Migration, Step
from crowsfoot.processes import Helpers, Pile, spare_cores
from crowsfoot.rule import Rule
from crowsfoot.source import Span
from crowsfoot.subjects import ByOperation

Subjects: TypeAlias = Mapping[type[Any], Sequence[Any]]

# Below this, in statements of migrations, what other processes save is lost in starting them.
WORTH_PROCESSES = 2_000


class Said(msgspec.Struct, frozen=True, array_like=True):
    """What rules have found, and the tracebacks of those that raised."""

    diagnostics: list[Diagnostic]
    failures: list[str]


class SaidOfDocuments(msgspec.Struct, frozen=True):
    """What is said of documents; nothing, where there are none."""

    paths: frozenset[str] = frozenset()  # of those that hold a block
    diagnostics: tuple[Diagnostic, ...] = ()
    directives: tuple[Directive, ...] = ()
    quoted: frozenset[Span] = frozenset()  # directives in blocks, which may be shown only to be talked about
    failures: tuple[str, ...] = ()


def apply_rules(rules: Sequence[Rule[Any]], subjects: Subjects, config: Config) -> Said:
    """The findings of the rules over one of the subjects, with the severity that the user gives them.

    A rule that raises is a bug, of ours or of its package, and the others still run.
    """
    if len(subjects.get(Step, ())) < WORTH_PROCESSES or not (cores := spare_cores()):
        return _apply(rules, subjects, config)
    parts = list(_parts(subjects))

    def encoded() -> Iterator[bytes]:
        for part in pile:
            yield msgspec.msgpack.encode((part, _apply(rules, parts[part], config)))

    said: dict[int, Said] = {}
    with Pile(len(parts)) as pile, Helpers(encoded, cores) as helpers:
        decoder = msgspec.msgpack.Decoder(tuple[int, Said])
        for part in pile:
            said[part] = _apply(rules, parts[part], config)
        while helpers.wait():
            said.update(map(decoder.decode, helpers.said()))
    for part in range(len(parts)):
        if part not in said:
            said[part] = _apply(rules, parts[part], config)
    return Said(
        [it for part in range(len(parts)) for it in said[part].diagnostics],
        [it for part in range(len(parts)) for it in said[part].failures],
    )


def _apply(rules: Iterable[Rule[Any]], subjects: Subjects, config: Config) -> Said:
    said = Said([], [])
    sorted_out = ByOperation(subjects.get(Step, ()))
    for rule in rules:
        options = config.options.get(rule.name, {})
        for subject in _concerned(rule, subjects, sorted_out):
            try:
                findings = list(rule.check(subject, **options))
            except Exception:
                import traceback

                said.failures.append(f"{rule.name} failed on {subject}:\n{traceback.format_exc()}")
                continue
            # Nearly always there are none.
            if findings:
                level = severity(config, rule)
                said.diagnostics.extend([Diagnostic(rule.name, level, it) for it in findings])
    return said


def _concerned(rule: Rule[Any], subjects: Subjects, sorted_out: ByOperation) -> Iterable[Any]:
    if rule.dialects and rule.over is Step and sorted_out.dialects.isdisjoint(rule.dialects):
        return ()
    if rule.about and rule.over is Step:
        return sorted_out.steps(rule.about)
    if rule.about and rule.over is Migration:
        return sorted_out.migrations(rule.about)
    return subjects.get(rule.over, ())


def _parts(subjects: Subjects) -> Iterator[Subjects]:
    """The subjects in parts that are small beside the whole; a migration and its steps are in one."""
    yield ChainMap({Step: (), Migration: ()}, subjects)  # type: ignore[arg-type]  # nobody writes to it
    enough = len(subjects[Step]) / _MOST_PARTS
    migrations: list[Migration] = []
    steps: list[Step] = []
    for migration in subjects[Migration]:
        migrations.append(migration)
        steps += migration.steps
        if len(steps) >= enough:
            yield {Migration: migrations, Step: steps}
            migrations, steps = [], []
    if migrations:
        yield {Migration: migrations, Step: steps}


_MOST_PARTS = 50
