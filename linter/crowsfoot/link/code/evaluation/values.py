"""Each kind of value of a scope -> its object."""

from typing import TYPE_CHECKING, Any, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard, texts
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    Built,
    Class,
    Constant,
    External,
    Function,
    Instance,
    Many,
    Object,
    OneOf,
    Sliced,
    Subscripted,
    Table,
)
from crowsfoot.link.code.evaluation.decided import remaining
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.link.code.evaluation.growing import put
from crowsfoot.link.code.evaluation.here import Here, Managed
from crowsfoot.link.code.evaluation.loops import grows

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


def of_parameter(out: "Evaluator", frame: Frame, number: int, value: facts.Parameter) -> Object:
    return frame.params[value.index] if value.index < len(frame.params) else UNKNOWN


def of_defined(out: "Evaluator", frame: Frame, number: int, value: facts.Defined) -> Object:
    scope = out.program.scope(frame.path, value.scope)
    if scope.kind == "class":
        return Class(frame.path, value.scope, scope.name)
    return Function(frame.path, value.scope, scope.name)


def of_literal(out: "Evaluator", frame: Frame, number: int, value: facts.Const) -> Object:
    return Constant(value.value)


def of_text(out: "Evaluator", frame: Frame, number: int, value: facts.Text) -> Object:
    at: Here | None = None
    for part in value.parts:
        if type(part) is int:
            it = out.get(frame, part)
            if it is not UNKNOWN:
                at = at or Here(out, frame, number)
                for option in it.options if isinstance(it, OneOf) else (it,):
                    option.told(at)
    return out.texted(frame, value)


def texted(out: "Evaluator", frame: Frame, value: facts.Text) -> Object:
    """A text of which some parts are not known stands for itself as a call of str.join would."""
    parts = tuple(Constant(it) if isinstance(it, str) else frame.known(it) for it in value.parts)
    return Built("builtins.str", Args(parts))


def of_item(out: "Evaluator", frame: Frame, number: int, value: facts.Item) -> Object:
    of, index = out.get(frame, value.of), out.get(frame, value.index)
    if of is UNKNOWN:
        return UNKNOWN
    if isinstance(of, (Class, External, Subscripted)):
        items = index.items if isinstance(index, Many) and index.items is not None else (index,)
        return Subscripted(of, items)
    at = Here(out, frame, number)
    if isinstance(of, OneOf):
        return standard.join([it.item(index, at) for it in of.options])
    return of.item(index, at)


def of_slice(out: "Evaluator", frame: Frame, number: int, value: facts.Slice) -> Object:
    low, high, step = (
        None if it is None else out.get(frame, it) for it in (value.low, value.high, value.step)
    )
    return Sliced(low, high, step)


def of_spread(out: "Evaluator", frame: Frame, number: int, value: facts.Spread) -> Object:
    it = out.get(frame, value.of)
    if isinstance(it, Many) and it.items is not None:
        return it
    return standard.element_of(it, Here(out, frame, number))


def of_display(out: "Evaluator", frame: Frame, number: int, value: facts.Display) -> Object:
    items = tuple([out.get(frame, it) for it in value.items])
    if value.kind == "dict":
        keys = tuple(UNKNOWN if it < 0 else out.get(frame, it) for it in value.keys)
        found: dict[str, Object] = {}
        for at, key, item in zip(value.keys, keys, items, strict=True):
            if isinstance(key, Constant) and isinstance(key.value, str):
                found[key.value] = item
            elif at < 0 and isinstance(item, Table):
                found.update((name, it) for name, it in item.named if isinstance(name, str))
        named = tuple(found.items())
        return Table(standard.join(list(keys)), standard.join(list(items)), named)
    if not any(type(frame.scope.values[it]) is facts.Spread for it in value.items):
        return standard.listed(items)
    return _with_spread(frame, value, items)


def _with_spread(frame: Frame, value: facts.Display, items: tuple[Object, ...]) -> Many:
    """[first, *others]: as many as others are."""
    found: list[Object] = []
    whole, written = True, value.loop < 0  # in a loop it may be spread into itself
    for number, item in zip(value.items, items, strict=True):
        spread = frame.scope.values[number]
        of = frame.known(spread.of) if type(spread) is facts.Spread else None
        if isinstance(of, Many) and of.items is not None:
            found += of.items
        else:
            found.append(item)
            whole = whole and (of is None or standard.size_of(of) == "fixed")
            written = written and of is None
    known = tuple(found) if written and len(found) <= _MOST_ITEMS else None
    return Many(standard.join(found), known, "fixed" if whole else "rows")


_MOST_ITEMS: Final = 100


def of_comprehension(out: "Evaluator", frame: Frame, number: int, value: facts.Comprehension) -> Object:
    each = out.get(frame, value.each)
    over = (
        frame.scope.loops[frame.scope.values[value.each].loop]
        if frame.scope.values[value.each].loop >= 0
        else None
    )
    if value.kind == "dict":
        key = out.get(frame, value.key) if value.key is not None else UNKNOWN
        return Table(key, each)
    size = "rows"
    if over is not None and over.over is not None:
        size = standard.size_of(frame.known(over.over))
        if size == "rows" and not grows(frame, over.over):
            size = "fixed"
    picked = frame.scope.values[value.each]
    if size == "rows" and isinstance(picked, facts.Item):
        table = frame.known(picked.of)  # `[MODELS[name] for name in names]` are no more than those
        size = standard.size_of(table) if isinstance(table, Table) else size
    return _carried(frame, number, Many(each, None, size))


def _carried(frame: Frame, number: int, found: Many) -> Many:
    """A list that a loop makes of itself and of others is what it carries round: `rows = rows + more`."""
    if frame.scope.values[number].loop >= 0 and found.size == "rows":
        for it in range(number):
            value = frame.scope.values[it]
            if type(value) is facts.Either and number in value.options:
                held = frame.objects[it]
                if isinstance(held, Many):
                    frame.objects[it] = standard.together(held, found)
    return found


def of_element(out: "Evaluator", frame: Frame, number: int, value: facts.Element) -> Object:
    loop = frame.scope.loops[value.over]
    if loop.over is None:
        return UNKNOWN
    of, at = out.get(frame, loop.over), Here(out, frame, loop.over)
    if loop.is_async:
        return standard.join([it.streamed(at) for it in (of.options if isinstance(of, OneOf) else (of,))])
    return standard.element_of(of, at)


def of_part(out: "Evaluator", frame: Frame, number: int, value: facts.Part) -> Object:
    of = out.get(frame, value.of)
    options = of.options if isinstance(of, OneOf) else (of,)
    return standard.join([out.part_of(it, frame, number, value) for it in options])


def part_of(out: "Evaluator", of: Object, frame: Frame, number: int, value: facts.Part) -> Object:
    if isinstance(of, Many) and of.items is not None and value.index is not None:
        return of.items[value.index] if value.index < len(of.items) else UNKNOWN
    it = standard.element_of(of, Here(out, frame, number))
    return Many(it) if value.index is None else it


def of_either(out: "Evaluator", frame: Frame, number: int, value: facts.Either) -> Object:
    options = value.options if not frame.replaced else remaining(frame, value.options)
    # What a loop carries round has not been evaluated yet.
    return standard.join(
        [out.get(frame, it) for it in options if it < number or frame.objects[it] is not None]
    )


def of_operation(out: "Evaluator", frame: Frame, number: int, value: facts.Operation) -> Object:
    operands = tuple([out.get(frame, it) for it in value.operands])
    if operands.count(UNKNOWN) == len(operands):
        return UNKNOWN
    at = Here(out, frame, number)
    if value.operator in ("in", "not in"):
        _measured(operands[-1], at)
        return UNKNOWN
    if value.operator == "|" and all(isinstance(it, _TYPES) or it == Constant(None) for it in operands):
        return OneOf(tuple(it for it in operands if it != Constant(None))) if operands else UNKNOWN
    if (counted := _counted(value.operator, operands)) is not None:
        return counted
    if value.operator == "%" and isinstance(operands[0], (Constant, Built)):
        if _is_text(operands[0]):
            _put_into(operands[-1], at)
        return texts.percent(operands)
    if value.operator in ("+", "+="):
        lists = [it for it in operands if isinstance(it, Many)]
        if len(lists) == len(operands) == 2:
            if value.loop < 0 and (written := _written_out(lists)) is not None:
                return written
            return _carried(frame, number, standard.together(*lists))
        if any(_is_text(it) for it in operands):
            return texts.put_together(operands)
    for it in operands:
        for option in it.options if isinstance(it, OneOf) else (it,):
            if (found := option.operated(value.operator, operands, at)) is not UNKNOWN:
                return found
    return UNKNOWN


def _written_out(lists: list[Many]) -> Many | None:
    """What holds the elements of all, if each of these is written out."""
    items = [item for it in lists for item in it.items or ()]
    known = all(it.items is not None and it.size == "fixed" for it in lists)
    return standard.listed(tuple(items)) if known and len(items) <= _MOST_ITEMS else None


def _put_into(given: Object, at: Here) -> None:
    """ "%s by %s" % given: a tuple or a dict is what it holds."""
    held: tuple[Object, ...] = (given,)
    if isinstance(given, Many) and given.items is not None:
        held = given.items
    elif isinstance(given, Table):
        held = tuple(it for _, it in given.named)
    for it in held:
        for option in it.options if isinstance(it, OneOf) else (it,):
            option.told(at)


def of_awaited(out: "Evaluator", frame: Frame, number: int, value: facts.Awaited) -> Object:
    it, at = out.get(frame, value.of), Here(out, frame, number)
    if isinstance(it, OneOf):
        return standard.join([option.awaited(at) for option in it.options])
    return it.awaited(at)


def of_entered(out: "Evaluator", frame: Frame, number: int, value: facts.Entered) -> Object:
    it, at = out.get(frame, value.of), Here(out, frame, number)
    if isinstance(it, Managed):
        return it.of
    if isinstance(it, Instance) and isinstance(it.cls, Class):
        enter = at.member(it.cls, "__aenter__" if value.is_async else "__enter__", it)
        made = at.call(enter, Args()) if enter is not None else UNKNOWN
        made = made.of if isinstance(made, standard.Coroutine) else made
        return it if made is UNKNOWN else made
    if isinstance(it, (Built, Instance)):
        return it
    return it.entered(at)


def of_given(out: "Evaluator", frame: Frame, number: int, value: facts.Given) -> Object:
    return UNKNOWN


def of_store(out: "Evaluator", frame: Frame, number: int, value: facts.Store) -> Object:
    of, stored = out.get(frame, value.of), out.get(frame, value.value)
    for it in of.options if isinstance(of, OneOf) else (of,):
        it.store(value.name, stored, Here(out, frame, number))
    if (changed := of.with_attribute(value.name, stored)) is not of:
        frame.objects[value.of] = changed
    frame.stores(value.of, value.name)
    return UNKNOWN


def of_store_item(out: "Evaluator", frame: Frame, number: int, value: facts.StoreItem) -> Object:
    of, stored = out.get(frame, value.of), out.get(frame, value.value)
    if isinstance(of, Table) and value.index is not None:
        key = out.get(frame, value.index)
        named = {key.value: stored} if isinstance(key, Constant) and isinstance(key.value, str) else {}
        frame.objects[value.of] = put(of, [key], [stored], named)
    return UNKNOWN


def nothing(out: "Evaluator", frame: Frame, number: int, value: Any) -> Object:
    return UNKNOWN


def of_tested(out: "Evaluator", frame: Frame, number: int, value: facts.Tested) -> Object:
    it = out.get(frame, value.of)
    if it is not UNKNOWN:
        _measured(it, Here(out, frame, number))
    return UNKNOWN


def _is_text(it: Object) -> bool:
    if isinstance(it, Constant):
        return isinstance(it.value, str)
    return isinstance(it, Built) and it.name == "builtins.str"


def _counted(operator: str, operands: tuple[Object, ...]) -> Object | None:
    """What two whole numbers of the program make: 60 * 60."""
    values = [it.value for it in operands if isinstance(it, Constant) and type(it.value) is int]
    if operator not in ("+", "-", "*") or len(operands) != 2 or len(values) != 2:
        return None
    one, other = values
    result = one + other if operator == "+" else one - other if operator == "-" else one * other
    return Constant(result) if abs(result) < 2**63 else None


def _measured(it: Object, at: Here) -> None:
    for option in it.options if isinstance(it, OneOf) else (it,):
        option.measured(at)


_TYPES: Final = (Class, External, Subscripted, OneOf)
