"""A statement in a loop -> whether each pass sends it to another table: then no statement asks for them all.

`for schema, keys in wanted.items(): session.scalars(select(schema).where(schema.id.in_(keys)))`
"""

from collections.abc import Iterator
from typing import Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import Class
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.link.code.evaluation.loops import within
from crowsfoot.link.code.evaluation.usage import all_parts


def is_chosen_by(frame: Frame, number: int, loop: int) -> bool:
    """Whether the loop chooses the table that the statement of that number is about, and no row of it."""
    values = frame.scope.values
    chosen = False
    for it in _parts(frame, number, loop):
        value = values[it]
        if isinstance(value, facts.Call):
            subject = _subject(frame, value)
            chosen = chosen or (subject is not None and _depends(frame, subject, loop))
            if any(_depends(frame, given, loop) for _, given in value.keywords):
                return False
        elif isinstance(value, facts.Operation) and value.operator == "==":
            # With a row's own key, it asks for what belongs to the row.
            given = value.operands[-1]
            if _depends(frame, given, loop):
                return False
    return chosen


def _subject(frame: Frame, call: facts.Call) -> int | None:
    """The class or table that a call says its statement is about, where no more than one may be meant."""
    values = frame.scope.values
    of = values[call.of]
    word = facts.word_of(values, call.of)
    if isinstance(of, facts.Attribute) and _is_of_one(frame, of.of):
        return None  # Book.insert(row) of Peewee is about books
    if word in _ABOUT and call.args:
        subject = call.args[0]
    elif word in _OF_TABLES and isinstance(of, facts.Attribute) and not call.args:
        subject = of.of
    else:
        return None
    return None if _is_of_one(frame, subject) else subject


def _is_of_one(frame: Frame, number: int) -> bool:
    """Whether that is about one table in each pass: a class, a row, or a query of one model."""
    known = frame.known(number)
    return isinstance(known, Class) or getattr(known, "model", None) is not None


def _parts(frame: Frame, number: int, loop: int) -> Iterator[int]:
    """All values of the body of the loop that a value is made of, itself among them."""
    values, loops = frame.scope.values, frame.scope.loops
    return all_parts(values, number, lambda it: within(loops, it.loop, loop), _opens)


def _opens(it: facts.AnyValue) -> bool:
    return isinstance(it, _OPENED) and not (isinstance(it, facts.Attribute) and it.name == "__class__")


def _depends(frame: Frame, number: int, loop: int) -> bool:
    """Whether it is made of what the loop goes over."""
    values = frame.scope.values
    return any(
        isinstance(it := values[part], facts.Element) and it.over == loop
        for part in _parts(frame, number, loop)
    )


_OPENED: Final = (
    *(facts.Call, facts.Attribute, facts.Awaited, facts.Part, facts.Spread, facts.Item),
    *(facts.Either, facts.Operation, facts.Display),
)
_ABOUT: Final = frozenset(("select", "select_from", "insert", "update", "delete", "query", "exists"))
_OF_TABLES: Final = frozenset(("select", "insert", "update", "delete"))
