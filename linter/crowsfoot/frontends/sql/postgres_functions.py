"""CREATE FUNCTION and DO to operations, with the statements of their bodies."""

import re
from typing import Final, Literal

import msgspec

from crowsfoot.databases.rights import rights_in
from crowsfoot.facts.common import Problem
from crowsfoot.facts.sql import Block, CreateFunction, Operation, Statement
from crowsfoot.frontends.sql import plpgsql
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_here import NO_NAMES, Here, Place, RefusedError
from crowsfoot.frontends.sql.postgres_names import qualified, strings, value
from crowsfoot.frontends.sql.postgres_parser import Tree, refuses
from crowsfoot.frontends.sql.postgres_words import word_at
from crowsfoot.source import Range


class _Body(msgspec.Struct, frozen=True):
    """The text of a body, and where its parts stand in the file."""

    text: str
    place: Place
    range: Range


class _Contents(msgspec.Struct, frozen=True):
    statements: tuple[Statement, ...] = ()
    dynamic: bool = False


def create_function(it: Tree, here: Here) -> tuple[Operation, ...]:
    language = "sql"
    definer = False
    search_path: str | None = None
    volatility: Literal["volatile", "stable", "immutable"] = "volatile"
    body: _Body | None = None
    for each in it.get("options", ()):
        option = each["DefElem"]
        name = option["defname"]
        if name == "language":
            language = value(option["arg"]).lower()
        elif name == "security":
            definer = value(option["arg"]) == "true"
        elif name == "volatility":
            volatility = _VOLATILITIES.get(value(option["arg"]), "volatile")
        elif name == "set":
            setting = option["arg"]["VariableSetStmt"]
            if setting.get("name", "").lower() == "search_path":
                search_path = ", ".join([value(arg) for arg in setting.get("args", ())])
        elif name == "as":
            body = _body(option, strings(option["arg"]["List"]["items"])[0], here)
    parameters = [each["FunctionParameter"] for each in it.get("parameters", ())]
    variables = frozenset([each["name"] for each in parameters if "name" in each])
    contents = _Contents()
    if body is not None:
        contents = _contents(language, body, here, variables | {it["funcname"][-1]["String"]["sval"]})
    elif "sql_body" in it:
        contents = _standard_body(here, variables)
    handed_in = [each["argType"] for each in parameters if each["mode"] in _HANDED_IN]
    return (
        CreateFunction(
            here.range,
            qualified(it["funcname"], here),
            language,
            types.printed(handed_in, here.range),
            _returned(it, here.range),
            it.get("replace", False),
            definer,
            search_path,
            volatility,
            contents.statements,
            body.text if body is not None else "",
            body.range if body is not None else None,
            contents.dynamic,
            it.get("is_procedure", False),
        ),
    )


def do(it: Tree, here: Here) -> tuple[Operation, ...]:
    language = "plpgsql"
    contents = _Contents()
    body: _Body | None = None
    for each in it["args"]:
        option = each["DefElem"]
        if option["defname"] == "language":
            language = value(option["arg"]).lower()
        elif option["defname"] == "as":
            body = _body(option, value(option["arg"]), here)
    if body is not None:
        contents = _contents(language, body, here, NO_NAMES, runs=True)
    of_rights = rights_in(body.text) if contents.dynamic and body is not None else ()
    return (Block(here.range, contents.statements, contents.dynamic, of_rights),)


_VOLATILITIES: Final[dict[str, Literal["volatile", "stable", "immutable"]]] = {
    "volatile": "volatile",
    "stable": "stable",
    "immutable": "immutable",
}
_HANDED_IN: Final = frozenset(
    ("FUNC_PARAM_IN", "FUNC_PARAM_INOUT", "FUNC_PARAM_VARIADIC", "FUNC_PARAM_DEFAULT")
)
_NO_SQL: Final = frozenset(("c", "internal"))  # languages in which a body holds none that we should know


def _body(option: Tree, text: str, here: Here) -> _Body:
    """A body, whose string stands at the option, or behind the AS there."""
    words = here.words
    index = words.index(here.at(option["location"]))
    if index < len(words.words) and words.words[index] == "AS":
        index += 1
    if index >= len(words.words):
        return _Body(text, _all_at(here.range), here.range)
    start, end = words.range(index, index + 1)
    read = plpgsql.constant(here.text[start:end])
    if read is None or not read[2] or read[0] != text:
        where = here.place(start, end)
        return _Body(text, _all_at(where), where)
    base = start + read[1]
    return _Body(text, _behind(here.place, base), here.place(base, base + len(text)))


def _contents(
    language: str,
    body: _Body,
    here: Here,
    variables: frozenset[str],
    *,
    runs: bool = False,
) -> _Contents:
    """What a body holds; raises RefusedError where PostgreSQL refuses it. runs: it does so now."""
    if language == "sql":
        read = here.bodies.inner(body.text, body.place, variables, conditional=False)
        if not isinstance(read, Problem):
            return _Contents(read)
        if read.kind == "syntax":
            raise RefusedError(read)
        return _Contents(dynamic=True)
    if language != "plpgsql":
        return _Contents(dynamic=language not in _NO_SQL)
    outline = plpgsql.read(body.text)
    known = variables | outline.variables
    statements: list[Statement] = []
    dynamic = outline.dynamic
    broken: Problem | None = None
    for it in outline.sql:
        worked_out = isinstance(it, plpgsql.Sql) and it.worked_out
        if worked_out and runs:
            continue
        if isinstance(it, plpgsql.Sql) or it.verbatim:
            place = _behind(body.place, it.start)
        else:
            place = _all_at(body.place(it.start, it.end))
        names = known if isinstance(it, plpgsql.Sql) else NO_NAMES
        inner = here.bodies.inner(it.text, place, names, conditional=it.conditional)
        if not isinstance(inner, Problem):
            statements += inner
            continue
        if worked_out:
            continue
        dynamic = True
        if isinstance(it, plpgsql.Sql):
            broken = broken or inner
        elif runs and not it.conditional and inner.kind == "syntax":
            raise RefusedError(inner)
    if (refused := refuses(body.text, alone=runs)) is not None:
        reason, line = refused
        if broken is not None and broken.kind == "syntax":
            raise RefusedError(broken)
        raise RefusedError(Problem(_where(body, reason, line), reason))
    return _Contents(tuple(statements), dynamic)


def _standard_body(here: Here, variables: frozenset[str]) -> _Contents:
    """BEGIN ATOMIC ... END, or RETURN."""
    words = here.words
    count = len(words.words)
    first = words.find("ATOMIC", 0, count) + 1
    if first > count:
        first = words.find("RETURN", 0, count)
        places = [(first, count)]
    else:
        places = words.items(first, count - 1, ";")
    statements: list[Statement] = []
    for begin, after in places:
        if begin >= after:
            continue
        start, end = words.range(begin, after)
        text = here.text[start:end]
        if words.words[begin] == "RETURN":
            text = f"SELECT{text[len('SELECT') :]}"
        read = here.bodies.inner(text, _behind(here.place, start), variables, conditional=False)
        if not isinstance(read, Problem):
            statements += read
    return _Contents(tuple(statements))


def _returned(it: Tree, where: Range) -> str | None:
    if "returnType" not in it:
        return None
    returned = types.printed([it["returnType"]], where)[0]
    return f"setof {returned}" if it["returnType"].get("setof") else returned


def _where(body: _Body, reason: str, line: int) -> Range:
    """The word that PostgreSQL stumbles over in a 1-based line of a body or later, or that whole line."""
    if reason.endswith("at end of input"):
        return body.place(*word_at(body.text, len(body.text)))
    start = 0
    for _ in range(line - 1):
        start = body.text.find("\n", start) + 1
    near = reason.partition('"')[2].rpartition('"')[0]
    found = re.compile(rf"(?<!\w){re.escape(near)}(?!\w)").search(body.text, start) if near else None
    if found is not None:
        return body.place(found.start(), found.end())
    end = body.text.find("\n", start)
    text = body.text[start : end if end >= 0 else len(body.text)]
    begin = start + len(text) - len(text.lstrip())
    return body.place(begin, max(begin, start + len(text.rstrip())))


def _behind(place: Place, base: int) -> Place:
    return lambda start, end: place(base + start, base + end)


def _all_at(where: Range) -> Place:
    """For a text that does not stand in the file as it is: one place for all."""
    return lambda start, end: where
