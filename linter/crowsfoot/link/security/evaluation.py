"""A term and what is assumed of the session -> what it comes to: true, false, NULL, or not to be told.

SQL's logic has three values: a policy lets a row through where its condition is true, not where it is false
or NULL. So what a condition comes to where a setting is NULL, or '' as PostgreSQL leaves it after SET LOCAL,
says whether it fails open.
Source: https://www.postgresql.org/docs/current/functions-logical.html
        https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final, Literal

import msgspec

from crowsfoot.databases.setting_names import is_builtin
from crowsfoot.facts.terms import Reading, Term
from crowsfoot.link.security.contexts import Context, Contexts


class Other(Enum):
    """What a term can come to beside true, false and NULL, which are True, False and None."""

    UNKNOWN = "anything"
    RAISES = "an error"


class Text(msgspec.Struct, frozen=True):
    """A constant that is no truth value, as text."""

    text: str


class Same(msgspec.Struct, frozen=True):
    """Some value, not known, but the same wherever the key is; not NULL unless it may be."""

    key: tuple[str, ...]
    nullable: bool = False


Value = bool | None | Other | Text | Same
UNKNOWN: Final = Other.UNKNOWN
RAISES: Final = Other.RAISES


class Session(msgspec.Struct, frozen=True):
    """What is assumed. settings: anything, never set (NULL, or an error), or ''.

    Claims of a token are then missing; login says whether there is a token, of a user who has logged in.
    """

    settings: Literal["any", "unset", "empty"] = "any"
    login: bool = True


ANY: Final = Session()  # nothing is assumed
UNSET: Final = Session("unset", login=False)
EMPTY: Final = Session("empty", login=False)


def evaluate(
    term: Term,
    session: Session,
    contexts: Contexts,
    nullable: Callable[[str], bool] = lambda name: False,
) -> Value:
    """What the term comes to for every row; nullable says which columns of the row may be NULL."""
    return _Evaluation(session, contexts, nullable).truth(term)


def value(term: Term, session: Session, contexts: Contexts) -> Value:
    """What the term comes to as a value, for every row."""
    return _Evaluation(session, contexts, lambda name: False).value(term)


class _Evaluation:
    def __init__(self, session: Session, contexts: Contexts, nullable: Callable[[str], bool]) -> None:
        self._session = session
        self._contexts = contexts
        self._nullable = nullable
        self._returned: dict[int, Value] = {}  # what functions come to, whatever they are handed
        self._depth = 0  # of functions and subqueries: columns are somebody else's there

    def truth(self, term: Term) -> Value:
        """What it comes to as a condition."""
        return _truth(self.value(term))

    def value(self, term: Term) -> Value:
        match term.kind:
            case "constant":
                return Text(term.name)
            case "null":
                return None
            case "column":
                if self._depth:
                    return UNKNOWN
                return Same(("column", term.qualifier or "", term.name), self._nullable(term.name))
            case "call":
                return self._call(term)
            case "cast":
                return _cast(self.value(term.of[0]), term.name)
            case "and":
                return _and([self.truth(it) for it in term.of])
            case "or":
                return _or([self.truth(it) for it in term.of])
            case "not":
                return _not(self.truth(term.of[0]))
            case "is":
                return self._is(term)
            case "distinct":
                return _distinct(self.value(term.of[0]), self.value(term.of[1]))
            case "operator":
                return self._operator(term)
            case "in":
                first = self.value(term.of[0])
                return _or([_compared("=", first, self.value(it)) for it in term.of[1:]])
            case "any" | "all":
                return self._over_array(term)
            case "case":
                return self._case(term)
            case "exists":
                return self._exists(term.reading)
            case "scalar":
                return self._scalar(term.reading)
            case "field":
                inner = self.value(term.of[0])
                return inner if inner is None or inner is RAISES else UNKNOWN
        return UNKNOWN

    # --- the session ---

    def _context(self, it: Context) -> Value:
        session = self._session
        if session.settings == "any":
            return Same((it.kind, it.name), nullable=True)
        match it.kind:
            case "setting" if is_builtin(it.name):
                return UNKNOWN
            case "setting":
                if session.settings == "empty":
                    return Text("")
                return RAISES if it.raises else None
            case "claim":
                if not it.name and session.login:
                    return Same(("claim", ""))  # there is a token, whatever it holds
                if it.raises and session.settings == "unset":
                    return RAISES
                return Text("") if session.settings == "empty" and not it.name else None
            case "identity":
                return Same(("identity",)) if session.login else None
            case "email":
                return UNKNOWN if session.login else None
            case "user":
                return Same(("user", it.name))
        return UNKNOWN

    def _call(self, term: Term) -> Value:
        contexts = self._contexts
        name = term.name
        if term.qualifier in (None, "pg_catalog"):
            if name == "current_setting" or not term.of:
                found = contexts.value(term)
                if found is not None and found.kind != "function":
                    return self._context(found)
            if name == "coalesce":
                return self._coalesce(term.of)
            if name == "nullif":
                return _nullif(self.value(term.of[0]), self.value(term.of[1]))
        elif term.qualifier == "auth" and not term.of:
            found = contexts.value(term)
            if found is not None and found.kind != "function":
                # auth.uid() and auth.jwt() make NULL of ''.
                if found.kind == "claim" and self._session.settings != "any" and not self._session.login:
                    return None
                return self._context(found)
        if contexts.functions(term):
            return self._users_own(term)
        arguments = [self.value(it) for it in term.of]
        if RAISES in arguments:
            return RAISES
        if name in _STRICT and None in arguments:
            return None
        if name in _KEEPING and len(arguments) == 1 and isinstance(arguments[0], Text):
            return arguments[0]
        return UNKNOWN

    def _users_own(self, term: Term) -> Value:
        function = self._contexts.functions(term)[0]
        inner = self._contexts.returned(term)
        if inner is None:
            return UNKNOWN
        if id(function) not in self._returned:
            self._returned[id(function)] = UNKNOWN  # if it calls itself
            self._depth += 1
            self._returned[id(function)] = self.value(inner)
            self._depth -= 1
        return self._returned[id(function)]

    # --- conditions ---

    def _is(self, term: Term) -> Value:
        name = term.name
        value = self.value(term.of[0])
        if value is RAISES:
            return RAISES
        if name in ("null", "unknown"):
            return _is_null(value)
        if name in ("not null", "not unknown"):
            return _not(_is_null(value))
        wanted, negated = name.removeprefix("not ") == "true", name.startswith("not ")
        value = _truth(value)
        if isinstance(value, Other | Text | Same):
            return UNKNOWN
        return (value is wanted) is not negated

    def _operator(self, term: Term) -> Value:
        if len(term.of) == 1:
            inner = self.value(term.of[0])
            return inner if inner is None or inner is RAISES else UNKNOWN
        left, right = self.value(term.of[0]), self.value(term.of[1])
        if term.name in _COMPARED:
            return _compared(term.name, left, right)
        if left is RAISES or right is RAISES:
            return RAISES
        if left is None or right is None:
            return None
        if term.name in _JSON and left == Text(""):
            return RAISES  # '' is no JSON
        if term.name in _JSON and self._session.settings != "any":
            found = self._contexts.value(term)
            return UNKNOWN if found is None or found.kind == "function" else self._context(found)
        return UNKNOWN

    def _over_array(self, term: Term) -> Value:
        left, array = self.value(term.of[0]), term.of[1]
        while array.kind == "cast":
            array = array.of[0]
        if array.kind == "array":
            compared = [_compared(term.name, left, self.value(it)) for it in array.of]
            return _or(compared) if term.kind == "any" else _and(compared)
        right = self.value(array)
        if right is None:
            return None
        if RAISES in (left, right):
            return RAISES
        return None if left is None and term.kind == "any" else UNKNOWN

    def _case(self, term: Term) -> Value:
        *branches, other = term.of
        possible: list[Value] = []
        for condition, result in zip(branches[::2], branches[1::2], strict=True):
            holds = self.truth(condition)
            if holds is RAISES:
                return RAISES
            if holds is True:
                return _either([*possible, self.value(result)])
            if holds is not False and holds is not None:
                possible.append(self.value(result))
        return _either([*possible, self.value(other)])

    def _coalesce(self, terms: Iterable[Term]) -> Value:
        for it in terms:
            value = self.value(it)
            if value is None:
                continue
            if isinstance(value, Same) and value.nullable:
                return UNKNOWN
            return value
        return None

    # --- SELECT ---

    def _exists(self, reading: Reading | None) -> Value:
        if reading is None or reading.branches or not reading.complete or _aggregates(reading):
            return UNKNOWN
        if not reading.sources and not reading.grouped:
            return True if reading.where is None else self._is_true(reading.where)
        return self._no_rows(reading)

    def _scalar(self, reading: Reading | None) -> Value:
        if reading is None or reading.branches or not reading.complete or len(reading.gives) != 1:
            return UNKNOWN
        if not reading.sources and reading.where is None:
            return self.value(reading.gives[0])
        if _aggregates(reading):
            return UNKNOWN
        return None if self._no_rows(reading) is False else UNKNOWN

    def _no_rows(self, reading: Reading) -> Value:
        """False where no row can meet the condition; an outer join gives rows whatever its own says."""
        if reading.where is None:
            return UNKNOWN
        self._depth += 1
        found = self.truth(reading.where)
        self._depth -= 1
        if found is RAISES:
            return RAISES
        return False if found is False or found is None else UNKNOWN

    def _is_true(self, term: Term) -> Value:
        found = self.truth(term)
        return False if found is None else found


_COMPARED: Final = frozenset({"=", "<>", "!=", "<", ">", "<=", ">="})
_JSON: Final = frozenset({"->", "->>", "#>", "#>>"})
_STRICT: Final = frozenset(
    {"lower", "upper", "trim", "btrim", "ltrim", "rtrim", "split_part", "length", "replace", "substring"}
    | {"string_to_array", "jsonb_array_length", "to_jsonb", "left", "right", "starts_with", "position"}
    | {
        "jsonb_extract_path_text",
        "json_extract_path_text",
        "jsonb_exists",
        "strpos",
        "abs",
        "md5",
        "regexp_replace",
    }
)
_KEEPING: Final = frozenset({"trim", "btrim"})
_AGGREGATES: Final = frozenset(
    {
        "count",
        "sum",
        "max",
        "min",
        "avg",
        "bool_or",
        "bool_and",
        "every",
        "array_agg",
        "json_agg",
        "jsonb_agg",
    }
    | {"string_agg"}
)
_TRUE: Final = frozenset({"true", "t", "yes", "y", "on", "1"})
_FALSE: Final = frozenset({"false", "f", "no", "n", "off", "0"})
_TEXTUAL: Final = frozenset({"text", "character varying", "character", "name", "citext", "bpchar", "varchar"})


def _truth(value: Value) -> Value:
    """The value as a boolean."""
    if isinstance(value, Text):
        lower = value.text.strip().lower()
        return True if lower in _TRUE else False if lower in _FALSE else RAISES
    return UNKNOWN if isinstance(value, Same) else value


def _cast(value: Value, type: str) -> Value:
    if isinstance(value, Text):
        if type == "boolean":
            return _truth(value)
        if value.text == "" and type not in _TEXTUAL:
            # Measured on PostgreSQL 15: 22P02 for numbers, uuid and json, 22007 for dates, 22P02 for arrays.
            return RAISES
    return value


def _and(values: list[Value]) -> Value:
    if any(it is False for it in values):
        return False
    return _first(values, True)


def _or(values: list[Value]) -> Value:
    if any(it is True for it in values):
        return True
    return _first(values, False)


def _first(values: list[Value], neutral: bool) -> Value:
    """What AND and OR come to where nothing has settled them."""
    for other in (RAISES, UNKNOWN):
        if other in values:
            return other
    return None if any(it is None for it in values) else neutral


def _not(value: Value) -> Value:
    return not value if isinstance(value, bool) else value


def _is_null(value: Value) -> Value:
    if value is None:
        return True
    if isinstance(value, Other):
        return value
    return UNKNOWN if isinstance(value, Same) and value.nullable else False


def _compared(name: str, left: Value, right: Value) -> Value:
    if left is RAISES or right is RAISES:
        return RAISES
    if left is None or right is None:
        return None
    if isinstance(left, bool) or isinstance(right, bool):
        left, right = _truth(left), _truth(right)
    if isinstance(left, Other) or isinstance(right, Other):
        return RAISES if RAISES in (left, right) else UNKNOWN
    if left == right:
        if isinstance(left, Same) and left.nullable:
            return UNKNOWN
        return name in ("=", "<=", ">=")
    if isinstance(left, Same) or isinstance(right, Same) or name not in ("=", "<>", "!="):
        return UNKNOWN
    if isinstance(left, Text) and isinstance(right, Text) and _number(left) and _number(right):
        return (float(left.text) == float(right.text)) is (name == "=")
    return name != "="


def _number(value: Text) -> bool:
    return value.text.lstrip("+-").replace(".", "", 1).isdecimal() and len(value.text) < 20


def _nullif(left: Value, right: Value) -> Value:
    equal = _compared("=", left, right)
    if equal is True:
        return None
    if equal is RAISES:
        return RAISES
    return UNKNOWN if equal is UNKNOWN else left


def _distinct(left: Value, right: Value) -> Value:
    if left is None or right is None:
        other = _is_null(left if right is None else right)
        return _not(other)
    return _compared("<>", left, right)


def _either(values: list[Value]) -> Value:
    """What all of them are, if they are all one."""
    first = values[0]
    return first if all(type(it) is type(first) and it == first for it in values) else UNKNOWN


def _aggregates(reading: Reading) -> bool:
    """Whether it gives a row even where it finds none."""
    return any(it.kind == "call" and it.name in _AGGREGATES for it in reading.gives) or any(
        it.kind not in ("column", "constant", "null", "cast", "call") for it in reading.gives
    )
