"""A statement that a scope sends -> what it does to its session, with the constants sent beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import Args, Constant, Many, Table
from crowsfoot.link.security.said_settings import Said, said

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.frame import Effect, Frame


def says_of(frame: Frame, effect: Effect) -> tuple[Said, ...]:
    sql = effect.query.sql
    if sql is not None:
        return tuple(_filled(frame, effect, it) for it in said(sql))
    return tuple(_by_function(frame, effect)) if effect.query.library in _ORMS else ()


def said_below(effect: Effect) -> tuple[Said, ...]:
    return said(effect.query.sql) if effect.query.sql is not None else ()


_ORMS: Final = frozenset(("sqlalchemy", "sqlmodel"))


def _by_function(frame: Frame, effect: Effect) -> Iterator[Said]:
    """`session.execute(select(func.set_config("app.tenant", tenant, True)))`"""
    values = frame.scope.values
    waiting = [effect.value]
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        it = values[waiting.pop()]
        if isinstance(it, facts.Awaited):
            waiting.append(it.of)
        elif isinstance(it, facts.Call):
            of = values[it.of]
            if isinstance(of, facts.Attribute) and of.name == "set_config" and len(it.args) == 3:
                name, value, local = (values[each] for each in it.args)
                constant = value.value if isinstance(value, facts.Const) else None
                yield Said(
                    "reset" if constant == "" else "set",
                    name.value.lower()
                    if isinstance(name, facts.Const) and isinstance(name.value, str)
                    else "",
                    constant if isinstance(constant, str) else "",
                    "constant" if isinstance(value, facts.Const) else "parameter",
                    local.value if isinstance(local, facts.Const) and isinstance(local.value, bool) else None,
                    function=True,
                )
            else:
                waiting += it.args


_MOST_VALUES: Final = 30


def _filled(frame: Frame, effect: Effect, it: Said) -> Said:
    """What the program sends beside the text, where that is a constant."""
    if not it.name_placeholder and not it.local_placeholder:
        return it
    given = _given(frame, effect)
    name, local = given.get(it.name_placeholder), given.get(it.local_placeholder)
    if it.name_placeholder == "%s" or it.name_placeholder == "?":
        name = given.get("0")
    if it.local_placeholder in ("%s", "?"):
        local = given.get(str(max((int(key) for key in given if key.isdecimal()), default=0)))
    if isinstance(name, str) and not it.name:
        it = it._replace(name=name.lower())
    return it._replace(local=local) if isinstance(local, bool) else it


def _given(frame: Frame, effect: Effect) -> dict[str, object]:
    """The constants that are sent, by placeholder: "$1", ":name", and "0" for the first of a list."""
    it = frame.scope.values[effect.value]
    if isinstance(it, facts.Awaited):
        it = frame.scope.values[it.of]
    if not isinstance(it, facts.Call):
        return {}
    args = Args(tuple(frame.known(each) for each in it.args))
    found: dict[str, object] = {}
    for number, each in enumerate(args.positional[1:]):
        if isinstance(each, Constant):
            found[f"${number + 1}"] = each.value
            found[str(number)] = each.value
        elif isinstance(each, Many) and each.items is not None:
            found |= {str(at): one.value for at, one in enumerate(each.items) if isinstance(one, Constant)}
        elif isinstance(each, Table):
            for key, one in each.named:
                if isinstance(one, Constant):
                    found |= {f":{key}": one.value, f"%({key})s": one.value}
    return found
