"""Terms -> what of the session they read: settings, claims, the user; also through the user's own functions.

- Contexts.value(term): the context that the term is, casts, nullif(), (SELECT ...) and the like around it.
- Contexts.within(term): every context that the term reads anywhere.
- Contexts.same_for_all_rows(term): it names no column and calls nothing that could change between two rows.
- Contexts.functions(call): the user's own functions that a call may mean.
- Contexts.called(term): all of them that it calls, at any depth, with what they return.
- Contexts.returned(call): the expression that a call of the user's own function stands for.

contexts_of(security) keeps one Contexts for all rules.
Source: https://supabase.com/docs/guides/database/postgres/row-level-security#helper-functions
        https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from crowsfoot.facts.terms import Reading, Term
from crowsfoot.link.catalog import model as held
from crowsfoot.link.project import once
from crowsfoot.link.security.model import Security
from crowsfoot.link.security.terms import constant, everything, parts, readings_of, terms_of

Kind = Literal[
    "setting",  # current_setting()
    "claim",  # of the token of a request; name is the path: "app_metadata.org_id"
    "identity",  # who has logged in: auth.uid(), auth.user_id(), the claim "sub"; NULL for nobody
    "email",
    "role",  # that of a request: auth.role(), the claim "role", current_setting('role')
    "user",  # of the database: current_user, session_user
    "function",  # the result of a function of the user's that reads one of these
    "query",  # what a SELECT finds by one of these
]


class Context(msgspec.Struct, frozen=True):
    """One value of the session. raises: an error, rather than NULL, where it was never set."""

    kind: Kind
    name: str
    raises: bool = False

    def __str__(self) -> str:
        return _SHOWN.get(self.kind, "{}").format(self.name)


_SHOWN: Final = {"setting": "current_setting('{}')", "claim": "the claim {}"}
_AUTH: Final[dict[str, Context]] = {
    "uid": Context("identity", "auth.uid()"),
    "user_id": Context("identity", "auth.user_id()"),
    "role": Context("role", "auth.role()"),
    "email": Context("email", "auth.email()"),
    "jwt": Context("claim", ""),
    "session": Context("claim", ""),
}
_USERS: Final = frozenset({"current_user", "session_user", "user", "current_role", "system_user"})
_CLAIMS: Final = frozenset({"request.jwt.claims", "request.jwt", "jwt.claims"})
_PATHS: Final = frozenset({"->", "->>", "#>", "#>>"})
# What only dresses a value up: it stays one value of the session.
_DRESSING: Final = frozenset(
    {"nullif", "coalesce", "lower", "upper", "trim", "btrim", "to_jsonb", "to_json", "initcap", "md5"}
    | {
        "string_to_array",
        "split_part",
        "replace",
        "substring",
        "uuid",
        "text",
        "int4",
        "int8",
        "left",
        "right",
    }
    | {"jsonb_array_elements_text", "json_array_elements_text", "jsonb_array_elements", "unnest"}
    | {"regexp_split_to_table", "string_to_table", "jsonb_extract_path_text", "json_extract_path_text"}
)
# Not the same in every row of a statement. Source: https://www.postgresql.org/docs/current/xfunc-volatility.html
_VOLATILE: Final = frozenset(
    {"random", "clock_timestamp", "gen_random_uuid", "uuid_generate_v4", "nextval", "currval", "timeofday"}
)
# Patterns are made when they are first asked for: most projects have no policies.
_READS_SETTING: Final = (
    r"\bcurrent_setting\s*\(\s*'([^']+)'(?:\s*::\s*\w+)?"
    r"\s*(,\s*(?:missing_ok\s*:?=>?\s*)?(?:true|'t'|'true'))?"
)
_CALLS: Final = r"(?:(\"[^\"]+\"|(?<!\w)\w+(?!\w))\s*\.\s*)?(\"[^\"]+\"|(?<!\w)\w+(?!\w))\s*\("
_NAMES_USER: Final = r"\b(current_user|session_user|current_role)\b"
_NO_SQL: Final = r"(?s:--[^\n]*|/\*.*?(?:\*/|\Z))"
_ONE_RETURN: Final = r"(?i)\s*BEGIN\s+RETURN\b[^;]*;\s*END\s*;?\s*"
_DEEPEST: Final = 50  # functions that call functions


@once
def contexts_of(security: Security) -> Contexts:
    """The contexts of the database, worked out once."""
    return Contexts(security.catalog)


class Contexts:
    """What terms of one database read of the session."""

    def __init__(self, catalog: held.Catalog) -> None:
        self.catalog = catalog
        self._of_function: dict[int, tuple[Context, ...]] = {}

    def value(self, term: Term) -> Context | None:
        """The context that the term is, dressed up or not; None where it depends on anything else."""
        match term.kind:
            case "cast" | "field":
                return self.value(term.of[0])
            case "scalar" | "array query":
                return self._selected(term.reading) if term.reading is not None else None
            case "call":
                return self._called(term)
            case "operator" if term.name in _PATHS and len(term.of) == 2:
                return self._claim(term)
            case "operator" if term.name == "||":
                return self._only(term)
            case "case" | "array":
                return self._only(term)
        return None

    def within(self, term: Term) -> tuple[Context, ...]:
        """Every context that it reads, each once, in the order in which they stand there."""
        return tuple(dict.fromkeys(self._within(term)))

    def same_for_all_rows(self, term: Term) -> bool:
        """Whether it is one value for the whole statement: it names no column of a row outside of it."""
        for it in parts(term):
            if it.kind in ("column", "unknown") or it.reading is not None:
                return False
            if it.kind == "call" and it.name in _VOLATILE:
                return False
        return True

    def functions(self, call: Term) -> tuple[held.Function, ...]:
        """The user's own functions that the call may mean, by name and by number of arguments."""
        return self._named(call.name, call.qualifier, len(call.of))

    def read_by(self, function: held.Function) -> tuple[Context, ...]:
        """What a function reads of the session, itself or by others that it calls."""
        return self._of(function)

    def returned(self, call: Term) -> Term | None:
        """What the call stands for: the one expression that the function's body returns.

        Columns in it are the function's own: parameters, or columns of what it reads.
        """
        found = self.functions(call)
        if len(found) != 1 or len(found[0].body) != 1:
            return None
        function = found[0]
        text = re.sub(_NO_SQL, " ", function.body_text)
        if function.language != "sql" and not re.fullmatch(_ONE_RETURN, text):
            return None
        reading = function.body[0].reading
        if reading is None or not reading.complete or len(reading.gives) != 1 or reading.branches:
            return None
        if not reading.sources and reading.where is None:
            return reading.gives[0]
        return Term("scalar", reading.gives[0].range, reading=reading)

    def called(self, term: Term) -> Iterator[tuple[held.Function, Term]]:
        """The user's functions that it calls, at any depth, each once with the expression that it returns."""
        seen: set[int] = set()
        waiting = [term]
        while waiting:
            for it in everything(waiting.pop()):
                if it.kind != "call":
                    continue
                for function in self.functions(it):
                    if id(function) not in seen:
                        seen.add(id(function))
                        returned = self.returned(it)
                        if returned is not None:
                            yield function, returned
                            waiting.append(returned)

    # --- values ---

    def _called(self, call: Term) -> Context | None:
        name = call.name
        if name == "current_setting" and call.of and call.of[0].kind in ("constant", "cast"):
            return _setting(call)
        if call.qualifier == "auth" and name in _AUTH and not call.of:
            return _AUTH[name]
        if name in _USERS and not call.of:
            return Context("user", name)
        if name in _DRESSING and not self._named(name, call.qualifier, len(call.of)):
            return self._only(call)
        if call.of and not all(map(self.same_for_all_rows, call.of)):
            return None
        if any(map(self._of, self.functions(call))):
            qualifier = f"{call.qualifier}." if call.qualifier not in (None, "public") else ""
            return Context("function", f"{qualifier}{name}()")
        return None

    def _only(self, term: Term) -> Context | None:
        """The context among its parts, where the others are constants."""
        found: Context | None = None
        for it in term.of:
            if it.kind in ("constant", "null"):
                continue
            if it.kind == "cast" and it.of[0].kind in ("constant", "null"):
                continue
            value = self.value(it)
            if value is None and not (it.kind in ("is", "operator", "not") and self.within(it)):
                return None
            found = found or value
        return found

    def _claim(self, term: Term) -> Context | None:
        """A part of the claims: (auth.jwt() -> 'app_metadata' ->> 'org_id')."""
        inner = self.value(term.of[0])
        key = constant(term.of[1])
        if inner is None or inner.kind != "claim" or key is None:
            return inner
        path = ".".join(key.strip("{}").replace('"', "").split(",")) if term.name.startswith("#") else key
        whole = f"{inner.name}.{path}" if inner.name else path
        if whole == "sub":
            return Context("identity", "the claim sub")
        if whole in ("role", "email"):
            return Context("role" if whole == "role" else "email", f"the claim {whole}")
        return Context("claim", whole)

    def _selected(self, reading: Reading) -> Context | None:
        if reading.branches or not reading.complete:
            return None
        if not reading.sources and reading.where is None and len(reading.gives) == 1:
            return self.value(reading.gives[0])
        found = next(self._read(reading), None)
        return None if found is None else Context("query", str(found))

    def _within(self, term: Term) -> Iterator[Context]:
        value = self.value(term)
        if value is not None:
            yield value
            if value.kind not in ("query", "function"):
                return
        if term.kind == "call":
            for function in self.functions(term):
                yield from self._of(function)
        for it in term.of:
            yield from self._within(it)
        if term.reading is not None:
            yield from self._read(term.reading)

    def _read(self, reading: Reading) -> Iterator[Context]:
        for it in terms_of(reading):
            yield from self._within(it)
        for inner in readings_of(reading):
            yield from self._read(inner)

    # --- functions ---

    def _named(self, name: str, schema: str | None, arguments: int) -> tuple[held.Function, ...]:
        functions = self.catalog.functions
        for it in (schema,) if schema is not None else self.catalog.search_path:
            found = functions.get((it, name))
            if found:
                fitting = tuple([each for each in found if len(each.arguments) >= arguments])
                return tuple([it for it in fitting if len(it.arguments) == arguments]) or fitting or found
        return ()

    def _of(self, function: held.Function) -> tuple[Context, ...]:
        """What a function reads of the session, itself or by others that it calls."""
        key = id(function)
        if key not in self._of_function:
            self._of_function[key] = ()
            if function.name in _AUTH and function.schema == "auth":
                found = [_AUTH[function.name]]
            else:
                found = list(self._through(function))
            self._of_function[key] = tuple(dict.fromkeys(found))
        return self._of_function[key]

    def _through(self, function: held.Function) -> Iterator[Context]:
        seen = {id(function)}
        waiting = [(function, 0)]
        while waiting:
            it, depth = waiting.pop()
            text = re.sub(_NO_SQL, " ", it.body_text)
            yield from _in_text(text)
            if depth > _DEEPEST:
                continue
            for qualifier, name in set(re.findall(_CALLS, text)):
                schema, called = _stored(qualifier) or None, _stored(name)
                if schema == "auth" and called in _AUTH:
                    yield _AUTH[called]
                    continue
                for each in self._named(called, schema, 0):
                    if id(each) not in seen:
                        seen.add(id(each))
                        waiting.append((each, depth + 1))


def _in_text(text: str) -> Iterator[Context]:
    for match in re.finditer(_READS_SETTING, text, re.IGNORECASE):
        yield _of_setting(match[1], raises=match[2] is None)
    if "user_metadata" in text or "raw_user_meta_data" in text:
        yield Context("claim", "user_metadata")
    for match in re.finditer(_NAMES_USER, text, re.IGNORECASE):
        yield Context("user", match[1].lower())


def _stored(name: str) -> str:
    return name[1:-1] if name.startswith('"') else name.lower()


def _setting(call: Term) -> Context | None:
    name = constant(call.of[0])
    if name is None:
        return None
    lenient = len(call.of) > 1 and (constant(call.of[1]) or "").lower() in ("true", "t", "on", "1", "yes")
    return _of_setting(name, raises=not lenient)


def _of_setting(name: str, *, raises: bool) -> Context:
    lower = name.lower()
    if lower in _CLAIMS:
        return Context("claim", "", raises)
    if lower == "request.jwt.claim.sub":
        return Context("identity", "the claim sub", raises)
    if lower in ("request.jwt.claim.role", "role"):
        return Context("role", f"current_setting('{name}')", raises)
    if lower.startswith("request.jwt.claim."):
        return Context("claim", lower.removeprefix("request.jwt.claim."), raises)
    return Context("setting", name, raises)
