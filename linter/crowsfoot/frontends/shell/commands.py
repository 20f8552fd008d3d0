"""Shell text to the commands in it that matter to a database.

Launchers need no names here: whatever stands before the word "prisma", what follows it is what is run,
unless the command is one that only speaks of others (echo, grep, git commit -m).
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from crowsfoot.databases.environments import is_database_image, is_local_address, is_url_variable
from crowsfoot.facts.common import Name
from crowsfoot.facts.shell import Command
from crowsfoot.frontends.shell.words import SHELLS, Word, simple_commands
from crowsfoot.source import Range


def commands(text: str, start: int, end: int, *, folded: bool = False) -> Iterator[Command]:
    """The commands between start and end, those inside of quoted words too: sh -c "...", ssh host "..."."""
    yield from _commands(text, Range(start, end), _Place(), folded=folded, depth=0)


def command_of(words: Sequence[Word]) -> Command | None:
    """What a command does that is already cut into words, as in the JSON of a Dockerfile."""
    return _classify(list(words), _Place())


class _Place(msgspec.Struct):
    """What earlier commands of the same text have set."""

    directory: str | None = None
    local: bool = False


_DEEPEST = 3
_KEYWORDS = frozenset(
    (
        *(
            "if",
            "then",
            "else",
            "elif",
            "fi",
            "do",
            "done",
            "while",
            "until",
            "for",
            "in",
            "case",
            "esac",
            "!",
        ),
        *("{", "}", "time", "exec", "nohup", "command", "eval"),
    )
)
# They name other commands without running them.
_SPEAKS = frozenset(
    (
        *(
            "echo",
            "printf",
            "grep",
            "egrep",
            "rg",
            "sed",
            "awk",
            "cat",
            "tee",
            "which",
            "type",
            "test",
            "[",
            "[[",
        ),
        *("git", "gh", "cp", "mv", "rm", "chmod", "chown", "mkdir", "touch", "find", "alias", "unset", "jq"),
        *("curl", "wget", "apk", "apt", "apt-get", "brew", "zip", "tar", "npx-check-updates", "rimraf"),
    )
)
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_PRISMA = re.compile(r"(?:.*/)?prisma(?:@\S+)?|.*prisma/build/index\.js|.*/prisma/cli/\S+")
_PACKAGE_MANAGERS = frozenset(("npm", "pnpm", "yarn", "bun", "turbo", "npm-run-all", "run-s", "run-p"))
_OTHERS_OF_MANAGERS = frozenset(
    (
        *(
            "install",
            "i",
            "add",
            "remove",
            "ci",
            "exec",
            "dlx",
            "x",
            "create",
            "init",
            "link",
            "publish",
            "pack",
        ),
        *("audit", "why", "up", "update", "upgrade", "config", "cache", "store", "set", "info", "login"),
        *("import", "rebuild", "prune", "dedupe", "outdated", "version", "pkg", "deploy-to"),
    )
)
_SCRIPT_NAME = re.compile(r"[A-Za-z][\w:.-]*")
_DIRECTORY_OPTIONS = frozenset(("--prefix", "--cwd", "-C", "--dir"))
_PACKAGE_OPTIONS = frozenset(("--filter", "-F", "-w", "--workspace"))
_WATCHERS = frozenset(("nodemon", "ts-node-dev", "tsnd", "react-scripts", "expo"))
_DEV_SERVERS = frozenset(
    (
        *(
            "next",
            "nuxt",
            "vite",
            "remix",
            "astro",
            "nest",
            "tsx",
            "node",
            "redwood",
            "rw",
            "wrangler",
            "blitz",
        ),
        *("bun", "turbo"),
    )
)


def _commands(text: str, where: Range, place: _Place, *, folded: bool, depth: int) -> Iterator[Command]:
    for words in simple_commands(text, where.start, where.end, folded=folded):
        words, env_local, exported = _without_prefix(words)
        if not words:
            place.local |= exported
            continue
        program = _program(words[0])
        if program in _SPEAKS:
            continue
        if program in ("cd", "pushd"):
            place.directory = words[1].text if len(words) > 1 else None
            continue
        if program == "export":
            place.local |= any(_is_local(it.text) for it in words[1:])
            continue
        found = _classify(words, place)
        if found:
            yield msgspec.structs.replace(found, local=True) if env_local else found
            continue
        if depth < _DEEPEST:
            for word in words[1:]:
                if word.inner and " " in word.text:
                    inner = _Place(place.directory, place.local or env_local)
                    yield from _commands(text, word.inner, inner, folded=folded, depth=depth + 1)


def _without_prefix(words: list[Word]) -> tuple[list[Word], bool, bool]:
    """The words from the program on, and whether a NAME=value before it is a local address.

    The third says so where nothing follows, so that it holds for all that comes.
    """
    at = 0
    local = False
    while at < len(words):
        text = words[at].text
        if text in _KEYWORDS:
            at += 1
        elif _ASSIGNMENT.fullmatch(text):
            local |= _is_local(text)
            at += 1
        elif len(text) > 1 and text[0] in "@-+" and at == 0 and "/" not in text[:2]:
            # make: do not show, do not fail.
            stripped = text.lstrip("@-+")
            if not stripped:
                at += 1
                continue
            words = [Word(stripped, words[0].end - len(stripped), words[0].end), *words[1:]]
            break
        else:
            break
    rest = words[at:]
    return rest, local, local and not rest


def _is_local(assignment: str) -> bool:
    match = _ASSIGNMENT.fullmatch(assignment)
    return match is not None and is_url_variable(match[1]) and is_local_address(match[2])


def _program(word: Word) -> str:
    return word.text.rpartition("/")[2]


def _classify(words: list[Word], place: _Place) -> Command | None:
    where = Range(words[0].start, words[-1].end)
    for index, word in enumerate(words):
        if _PRISMA.fullmatch(word.text) and _is_verb(words[index + 1 : index + 3]):
            names = _names(words[index + 1 :])
            local = place.local or any(_is_local(it.text) for it in words[:index])
            return Command("prisma", Range(word.start, where.end), names, place.directory, None, local)
    return (
        _script(words, where, place)
        or _file(words, where, place)
        or _database(words, where)
        or _development(words, where)
    )


def _is_verb(words: Sequence[Word]) -> bool:
    return len(words) == 2 and words[0].text in ("migrate", "db") and words[1].text.isalpha()


def _names(words: Sequence[Word]) -> tuple[Name, ...]:
    return tuple(Name(it.text, Range(it.start, it.end)) for it in words)


def _script(words: list[Word], where: Range, place: _Place) -> Command | None:
    """A script of package.json: npm run build, yarn workspace api build, pnpm --filter api build."""
    first = next((at for at, it in enumerate(words) if _program(it) in _PACKAGE_MANAGERS), None)
    if first is None:
        return None
    manager = _program(words[first])
    directory, package = place.directory, None
    names: list[Word] = []
    rest = words[first + 1 :]
    at = 0
    while at < len(rest):
        text = rest[at].text
        option, equals, value = text.partition("=")
        if option in _DIRECTORY_OPTIONS or option in _PACKAGE_OPTIONS:
            if not equals:
                at += 1
                value = rest[at].text if at < len(rest) else ""
            if option in _DIRECTORY_OPTIONS:
                directory = value
            else:
                package = value
        elif text == "--":
            break
        elif text == "workspace" and manager == "yarn" and not names:
            at += 1
            package = rest[at].text if at < len(rest) else None
        elif not text.startswith("-"):
            names.append(rest[at])
        at += 1
    runs = bool(names) and names[0].text in ("run", "run-script")
    if runs:
        names = names[1:]
    if not names or not _SCRIPT_NAME.fullmatch(names[0].text):
        return None
    if not runs and names[0].text in _OTHERS_OF_MANAGERS:
        return None
    if manager == "npm" and not runs and names[0].text not in ("start", "test", "stop", "restart"):
        return None
    if manager not in ("npm-run-all", "run-s", "run-p", "turbo"):
        names = names[:1]
    return Command("script", where, _names(names), directory, package, place.local)


def _file(words: list[Word], where: Range, place: _Place) -> Command | None:
    program = _program(words[0])
    if program == "make":
        targets = [it for it in words[1:] if not it.text.startswith("-") and "=" not in it.text]
        return Command("make", where, _names(targets), place.directory) if targets else None
    script = next((it for it in words if it.text.endswith((".sh", ".bash"))), None)
    if script is None or (script is not words[0] and program not in _RUNS_FILES):
        return None
    return Command("file", where, _names([script]), place.directory, None, place.local)


_RUNS_FILES = SHELLS | {
    ".",
    "source",
    "sudo",
    "tini",
    "dumb-init",
    "exec",
    "env",
    "nice",
    "timeout",
    "gosu",
    "su-exec",
}


def _database(words: list[Word], where: Range) -> Command | None:
    texts = [it.text for it in words]
    line = " ".join(texts[:40])
    program = _program(words[0]).removesuffix("-compose")
    starts = (
        (program in ("docker", "podman") and ("up" in texts or ("run" in texts and is_database_image(line))))
        or ("start" in texts and "supabase" in texts[:4])
        or (
            program in ("service", "systemctl", "sudo", "brew")
            and "start" in texts
            and is_database_image(line)
        )
        or program in ("pg_ctl", "pg_ctlcluster", "initdb", "pg_createcluster", "testcontainers")
    )
    return Command("database", where) if starts else None


def _development(words: list[Word], where: Range) -> Command | None:
    texts = [it.text for it in words]
    programs = {_program(it) for it in words[:4]}
    serves = bool(programs & _DEV_SERVERS) and bool({"dev", "watch", "--watch"} & set(texts))
    return Command("development", where) if serves or programs & _WATCHERS else None
