"""The text of a configuration file to a Config, checked against the rules there are.

A configuration is the [tool.crowsfoot] table of a pyproject.toml or the top level of a crowsfoot.toml.
The nearest one counts, and it counts alone: nothing is merged.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args

import msgspec

from crowsfoot.databases.tools import OLDEST_POSTGRES, Dialect, Engine, Version
from crowsfoot.finding import Confidence, Severity
from crowsfoot.roles import Role
from crowsfoot.suggest import hint

if TYPE_CHECKING:
    from crowsfoot.rule import Rule

Rules = Mapping[str, "Rule[Any]"]
Option = bool | int | float | str | tuple[str, ...]
FailOn = Literal["error", "warning", "note", "never"]
ALL = "all"


class UserError(Exception):
    """What the user can mend; the message says where, what, and where possible how."""


class Config(msgspec.Struct, frozen=True):
    """What the user decides. A selector is the name of a rule, a category, or "all"."""

    select: tuple[str, ...] | None = None  # None: the rules that are on by default
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: dict[str, Severity] = {}  # by rule or category
    fail_on: FailOn = "warning"
    min_confidence: Confidence = Confidence.LIKELY
    exclude: tuple[str, ...] = ()  # patterns as in .gitignore, relative to the root
    per_file_ignores: dict[str, tuple[str, ...]] = {}  # selectors by pattern
    options: dict[str, dict[str, Option]] = {}  # by rule; keys as the check's parameters are called
    tenant_column: str | None = None
    runtime_roles: tuple[str, ...] = ()  # of the database, that the application connects as or assumes
    exposed_schemas: tuple[str, ...] = ()  # of the database, that an API serves to whoever asks
    max_file_size: int = 10_000_000  # bytes
    migrations: tuple[str, ...] = ()  # folders of migrations, relative to the root
    dialect: Dialect | None = None  # of SQL about which nothing else says it
    migrations_after: str | None = None  # the last migration that is no longer reported on
    postgres_version: int = OLDEST_POSTGRES
    prisma_version: Version | None = None
    prisma_engine: Engine | None = None
    documents: bool = True  # whether the blocks of Markdown are checked
    code_roles: dict[str, Role] = {}  # what code is for, by pattern, where its path does not say it


class Location(msgspec.Struct, frozen=True):
    """Where a project begins, and the text of the configuration that was found there."""

    root: Path
    file: Path | None
    text: str
    found: Literal["config", "git", "start"]  # what made root the root


def locate(start: Path) -> Location:
    """The project around start: the folder of the nearest configuration file, from start upwards.

    The search ends at the first folder with a .git. Without a configuration that folder is the root;
    without a .git either, it is start itself, or its folder when start is a file. Of a package of Python it
    is the folder around the package then, from which `from package.models import Book` is found.
    """
    folder = start.absolute()
    # Unlike the methods of Path, these have an answer for names that are too long, or in locked folders.
    if not os.path.isdir(folder):
        folder = folder.parent
    for ancestor in (folder, *folder.parents):
        for name in ("crowsfoot.toml", "pyproject.toml"):
            file = ancestor / name
            if not os.path.isfile(file):
                continue
            data = _read(file)
            if name == "crowsfoot.toml" or _has_table(data):
                return Location(ancestor, file, _decode(file, data), "config")
        if os.path.exists(ancestor / ".git"):
            return Location(ancestor, None, "", "git")
    return Location(_around_package(folder), None, "", "start")


def _around_package(folder: Path) -> Path:
    """The folder that Python has to look in to find the package of the folder; the folder, if it is none."""
    while os.path.isfile(folder / "__init__.py") and not any(
        os.path.exists(folder / name) for name in _TOP_OF_PROJECT
    ):
        folder = folder.parent
    return folder


# Where these lie, nothing above belongs to the project: an __init__.py beside them is there in vain.
_TOP_OF_PROJECT: Final = ("pyproject.toml", "setup.py", "setup.cfg", "manage.py")


def locate_file(file: Path) -> Location:
    """The project of a configuration file that the user names: its root is the file's folder."""
    if not os.path.isfile(file):
        raise UserError(f"no such configuration file: {file}")
    return Location(file.absolute().parent, file, _decode(file, _read(file)), "config")


def working_folder() -> Path:
    """The folder that relative paths start at. Raises UserError when somebody has removed it."""
    try:
        return Path.cwd()
    except OSError as error:
        raise UserError(f"the working folder cannot be found: {error.strerror}") from error


def repository(folder: str) -> str | None:
    """The nearest folder, from this absolute one upwards, that has a .git."""
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def parse(text: str, file_name: str, rules: Rules) -> Config:
    """The configuration that text holds; file_name tells the two kinds of file apart.

    Raises UserError for what is unknown or of the wrong type.
    """
    table, prefix = _table(text, file_name)
    at = f"{file_name}: {prefix}"
    given: dict[str, Any] = {}
    for key, value in _dashed(table, at):
        if key not in _KEYS:
            raise UserError(f'{at.rstrip(".: ")}: unknown key "{key}"{hint(key, _KEYS)}')
        given[key.replace("-", "_")] = _KEYS[key](value, f"{at}{key}", rules)
    given["options"] = given.pop("rules", {})
    return Config(**given)


def override(
    config: Config,
    rules: Rules,
    *,
    select: Sequence[str] = (),
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> Config:
    """config with the selectors of the command line.

    select starts afresh: what the file selects and ignores no longer counts. extend_select brings back
    what the file ignores by the same word. Raises UserError for an unknown selector.
    """
    for flag, words in (("--select", select), ("--extend-select", extend_select), ("--ignore", ignore)):
        _selectors(list(words), flag, rules)
    if select:
        config = msgspec.structs.replace(config, select=tuple(select), extend_select=(), ignore=())
    still_ignored = tuple(it for it in config.ignore if it not in extend_select)
    return msgspec.structs.replace(
        config,
        extend_select=(*config.extend_select, *extend_select),
        ignore=(*still_ignored, *ignore),
    )


def enabled(config: Config, rules: Rules) -> tuple["Rule[Any]", ...]:
    """The rules that run, in the order of rules.

    The more exact word wins: a name over a category, a category over "all"; of equals, ignore wins.
    """
    wanted = (*(config.select or ()), *config.extend_select)

    def on(rule: "Rule[Any]") -> bool:
        chosen = _exactness(rule, wanted)
        if config.select is None and rule.default:
            chosen = max(chosen, _DEFAULT)
        return chosen > _exactness(rule, config.ignore)

    return tuple(rule for rule in rules.values() if on(rule))


def severity(config: Config, rule: "Rule[Any]") -> Severity:
    """What the user says of the rule by name, else of its category, else what the rule proposes."""
    return config.severity.get(rule.name) or config.severity.get(rule.category) or rule.severity


def silenced(config: Config) -> Callable[["Rule[Any]", str], bool]:
    """Whether per-file-ignores silence a rule in the file at a path."""
    if not config.per_file_ignores:
        return lambda rule, path: False

    from crowsfoot.patterns import compile_patterns

    table = [
        (compile_patterns([pattern]), selectors) for pattern, selectors in config.per_file_ignores.items()
    ]

    def silent(rule: "Rule[Any]", path: str) -> bool:
        return any(_exactness(rule, words) > 0 and patterns.cover(path) for patterns, words in table)

    return silent


# A rule that is on by default counts as chosen, but less than anything that the user writes.
_DEFAULT = 1


def _exactness(rule: "Rule[Any]", selectors: Sequence[str]) -> int:
    """How exactly one of the selectors means the rule: 0 for not at all."""
    if rule.name in selectors:
        return 4
    if rule.category in selectors:
        return 3
    return 2 if ALL in selectors else 0


_TABLE_HEADER = re.compile(
    rb"""^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*["']?crowsfoot["']?[ \t]*[\].]""", re.MULTILINE
)


def _has_table(data: bytes) -> bool:
    """Whether a pyproject.toml configures crowsfoot, and does not just depend on it."""
    if b"crowsfoot" not in data:
        return False
    if _TABLE_HEADER.search(data):  # spares most runs the import of tomllib
        return True

    try:
        tool = _document(data.decode()).get("tool")
    except ValueError:
        return False  # broken, and nothing in it looks like ours
    return isinstance(tool, dict) and "crowsfoot" in tool


def _read(file: Path) -> bytes:
    try:
        size = os.stat(file).st_size
        if size > _LONGEST:
            raise UserError(f"{file}: has {size:,} bytes; the most that is read is {_LONGEST:,}")
        return file.read_bytes()
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error.strerror}") from error


_LONGEST = 1_000_000  # bytes of a configuration file


def _decode(file: Path, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(f"{file}: not UTF-8: byte 0x{data[error.start]:02x} in line {line}") from error


def _table(text: str, file_name: str) -> tuple[dict[str, Any], str]:
    """The table that is ours, and how its keys begin in messages."""
    if not text:
        return {}, ""
    try:
        document = _document(text)
    except ValueError as error:
        raise UserError(f"{file_name}: not valid TOML: {_lowered(str(error))}") from error
    if Path(file_name).name != "pyproject.toml":
        return document, ""
    tool = document.get("tool", {})
    table = tool.get("crowsfoot", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise UserError(f"{file_name}: tool.crowsfoot: expected a table")
    return table, "tool.crowsfoot."


def _document(text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises ValueError where it is none."""
    import tomllib

    # For each part of a dotted key, tomllib goes down from the top again: ten thousand parts take seconds.
    if deep := _DEEP_KEY.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise ValueError(f"a key has too many dots (at line {line})")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("too deeply nested") from error


_DEEP_KEY = re.compile(r"""(?<![\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){50}""")


def _dashed(table: Mapping[str, Any], at: str) -> Iterator[tuple[str, Any]]:
    """The entries with their keys as TOML spells them; underscores are accepted."""
    seen: set[str] = set()
    for key, value in table.items():
        dashed = key.replace("_", "-")
        if dashed in seen:
            raise UserError(f"{at}{dashed}: given twice, with dashes and with underscores")
        seen.add(dashed)
        yield dashed, value


def _convert(value: object, kind: Any, at: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise UserError(f"{at}: {_lowered(str(error))}") from error


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


def _choice(value: object, choices: Iterable[str], at: str) -> str:
    words = tuple(choices)
    if isinstance(value, (dict, list)):  # could be too long, or too deep, to be shown
        _convert(value, str, at)
    if value not in words:
        meant = hint(value, words) if isinstance(value, str) else ""
        shown = f'"{value}"' if isinstance(value, str) else repr(value)
        raise UserError(f"{at}: {shown} is not one of {', '.join(words)}{meant}")
    return str(value)


def _known(word: str, at: str, rules: Rules, extra: Iterable[str] = (ALL,)) -> None:
    categories = {rule.category for rule in rules.values()}
    if word not in rules and word not in categories and word not in extra:
        meant = hint(word, (*rules, *sorted(categories), *extra))
        raise UserError(f'{at}: no rule or category is called "{word}"{meant}')


def _selectors(value: object, at: str, rules: Rules) -> tuple[str, ...]:
    words: tuple[str, ...] = _convert(value, tuple[str, ...], at)
    for word in words:
        _known(word, at, rules)
    return words


def _severity(value: object, at: str, rules: Rules) -> dict[str, Severity]:
    levels = [level.name.lower() for level in Severity]
    found: dict[str, Severity] = {}
    for word, level in _convert(value, dict[str, Any], at).items():
        _known(word, at, rules, extra=())
        found[word] = Severity[_choice(level, levels, f"{at}.{word}").upper()]
    return found


def _fail_on(value: object, at: str, rules: Rules) -> str:
    return _choice(value, ("error", "warning", "note", "never"), at)


def _confidence(value: object, at: str, rules: Rules) -> Confidence:
    return Confidence[_choice(value, [level.name.lower() for level in Confidence], at).upper()]


def _per_file(value: object, at: str, rules: Rules) -> dict[str, tuple[str, ...]]:
    table = _convert(value, dict[str, Any], at)
    return {pattern: _selectors(words, f'{at}."{pattern}"', rules) for pattern, words in table.items()}


def _code_roles(value: object, at: str, rules: Rules) -> dict[str, str]:
    table = _convert(value, dict[str, Any], at)
    return {pattern: _choice(role, get_args(Role), f'{at}."{pattern}"') for pattern, role in table.items()}


def _options(value: object, at: str, rules: Rules) -> dict[str, dict[str, Option]]:
    found: dict[str, dict[str, Option]] = {}
    for name, table in _convert(value, dict[str, Any], at).items():
        if name not in rules:
            raise UserError(f'{at}: no rule is called "{name}"{hint(name, rules)}')
        found[name] = _options_of(rules[name], table, f"{at}.{name}")
    return found


def _options_of(rule: "Rule[Any]", value: object, at: str) -> dict[str, Option]:
    kinds = option_types(rule)
    table = _convert(value, dict[str, Any], at)
    found: dict[str, Option] = {}
    for key, given in _dashed(table, f"{at}."):
        name = key.replace("-", "_")
        if name not in kinds:
            known = [it.replace("_", "-") for it in kinds]
            meant = hint(key, known) or (f"; it has {', '.join(known)}" if known else "; it has none")
            raise UserError(f'{at}: the rule has no option "{key}"{meant}')
        found[name] = _value(given, kinds[name], f"{at}.{key}")
    return found


def option_types(rule: "Rule[Any]") -> dict[str, Any]:
    """The rule's options: the type of each keyword-only parameter of its check, by the parameter's name."""
    from inspect import Parameter, signature

    # Annotations may be text (from __future__ import annotations).
    parameters = signature(rule.check, eval_str=True).parameters.values()
    return {
        it.name: type(it.default) if it.annotation is Parameter.empty else it.annotation
        for it in parameters
        if it.kind is Parameter.KEYWORD_ONLY
    }


def _plain(kind: Any) -> Callable[[object, str, Rules], Any]:
    return lambda value, at, rules: _value(value, kind, at)


def _value(value: object, kind: Any, at: str) -> Any:
    converted = _convert(value, kind, at)
    try:
        msgspec.msgpack.encode(converted)  # which is how caches take it
    except OverflowError as error:
        raise UserError(f"{at}: expected a number of at most 64 bits") from error
    return converted


def _version(value: object, at: str, rules: Rules) -> Version:
    found = re.fullmatch(r"(\d{1,3})\.(\d{1,3})(?:\.\d+)*", _convert(value, str, at))
    if found is None:
        raise UserError(f'{at}: expected a version like "6.19"')
    return int(found[1]), int(found[2])


_KEYS: dict[str, Callable[[object, str, Rules], Any]] = {
    "select": _selectors,
    "extend-select": _selectors,
    "ignore": _selectors,
    "severity": _severity,
    "fail-on": _fail_on,
    "min-confidence": _confidence,
    "exclude": _plain(tuple[str, ...]),
    "per-file-ignores": _per_file,
    "rules": _options,
    "tenant-column": _plain(str),
    "runtime-roles": _plain(tuple[str, ...]),
    "exposed-schemas": _plain(tuple[str, ...]),
    "documents": _plain(bool),
    "max-file-size": _plain(Annotated[int, msgspec.Meta(gt=0)]),
    "migrations": _plain(tuple[str, ...]),
    "dialect": lambda value, at, rules: _choice(value, get_args(Dialect), at),
    "migrations-after": _plain(str),
    "postgres-version": _plain(Annotated[int, msgspec.Meta(ge=10, le=99)]),
    "prisma-version": _version,
    "code-roles": _code_roles,
    "prisma-engine": lambda value, at, rules: _choice(value, get_args(Engine), at),
}
