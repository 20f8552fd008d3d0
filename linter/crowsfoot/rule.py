"""Rules as values: a documented function from one subject of the linked project to findings."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import msgspec

from crowsfoot.finding import Finding, Severity
from crowsfoot.marks import without_marks
from crowsfoot.plugins import OURS, packages

Subject = TypeVar("Subject")
Options = ParamSpec("Options")


class Rule(msgspec.Struct, Generic[Subject], frozen=True, eq=False):
    """A named check over one type of subject.

    name is the module's name with dashes (unindexed_foreign_key.py: unindexed-foreign-key),
    category the package's, doc the module's docstring in Markdown. The keyword-only parameters
    of check are the rule's options; their defaults say what type each one takes.
    about names the operations of SQL without one of which a step or migration is nothing to the rule, and
    dialects the only ones in which a step is something to it.
    """

    name: str
    category: str
    doc: str
    over: type[Subject]
    check: Callable[..., Iterable[Finding]]
    severity: Severity
    since: str
    default: bool
    about: tuple[type[Any], ...] = ()
    dialects: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The first line of the documentation: what is wrong, in one sentence."""
        return self.doc.partition("\n")[0]

    @property
    def help(self) -> str:
        """The documentation, its examples without the words that make them tests."""
        return without_marks(self.doc)


def rule(
    *,
    over: type[Subject],
    since: str,
    severity: Severity = Severity.WARNING,
    default: bool = True,
    about: tuple[type[Any], ...] = (),
    dialects: tuple[str, ...] = (),
) -> Callable[[Callable[Concatenate[Subject, Options], Iterable[Finding]]], Rule[Subject]]:
    """Make a rule of a check function; default=False leaves it out until it is selected.

    A rule over Step or Migration says with about=(CreateIndex,) that it is only called where there is such an
    operation, and one over Step with dialects=("mysql",) that it may be left out where there are only others.
    It makes a run shorter, and changes nothing else: most rules concern few statements.
    """

    def make(check: Callable[Concatenate[Subject, Options], Iterable[Finding]]) -> Rule[Subject]:
        package, _, module = check.__module__.rpartition(".")
        return Rule(
            name=module.replace("_", "-"),
            category=package.rpartition(".")[2],
            doc=(sys.modules[check.__module__].__doc__ or "").strip(),
            over=over,
            check=check,
            severity=severity,
            since=since,
            default=default,
            about=about,
            dialects=dialects,
        )

    return make


def load() -> dict[str, Rule[Any]]:
    """Every rule of every installed package in the crowsfoot.rules entry-point group, by name.

    Raises ValueError when two modules bring a rule of one name, or when another package cannot be imported.
    """
    found: dict[str, Rule[Any]] = {}
    origin: dict[str, str] = {}
    for package in packages():
        for module, rule in _rules_below(package):
            if rule.name in found:
                raise ValueError(f"rule {rule.name} comes from both {origin[rule.name]} and {module}")
            found[rule.name], origin[rule.name] = rule, module
    return dict(sorted(found.items()))


def _rules_below(package: str) -> Iterator[tuple[str, Rule[Any]]]:
    from importlib import import_module
    from pkgutil import walk_packages

    try:
        root = import_module(package)
        modules = [import_module(it.name) for it in walk_packages(root.__path__, f"{package}.")]
    except Exception as error:
        if package == OURS:
            raise
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(f"the rules of {package} cannot be loaded: {reason}") from error
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Rule):
                yield module.__name__, value
