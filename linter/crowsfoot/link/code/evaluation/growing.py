"""A list or a dict that something is put into -> what it is from there on."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.objects import UNKNOWN, Args, Constant, Many, Object, Table
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.link.code.evaluation.here import Here
from crowsfoot.link.code.evaluation.loops import grows, is_by_chunks
from crowsfoot.link.code.evaluation.nesting import limited
from crowsfoot.link.code.program.program import GROWS

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


def grow(out: "Evaluator", frame: Frame, number: int, value: facts.Call, args: Args) -> None:
    """list.append(x): from here on the list has such elements."""
    values = frame.scope.values
    method = values[value.of]
    if not isinstance(method, facts.Attribute) or method.name not in GROWS:
        return
    holder = frame.known(method.of)
    if isinstance(holder, Table) and method.name == "update":
        frame.objects[method.of] = limited(_updated(holder, args), out.weights)
    if not args.positional:
        return
    if method.name == "setdefault":
        if not isinstance(holder, Table):
            return
        default = args.get(1) or UNKNOWN
        frame.objects[method.of] = Table(
            standard.join([holder.keys, args.positional[0]]),
            standard.join([holder.values, default]),
            holder.named,
        )
        return
    if not isinstance(holder, Many):
        return
    added = args.positional[-1]
    takes_rows = False
    if method.name in ("extend", "update"):
        takes_rows = standard.size_of(added) == "rows" and bool(value.args) and grows(frame, value.args[-1])
        added = standard.element_of(added, Here(out, frame, number))
    made = values[method.of].loop  # the loop in which the list was made
    if _is_carried(values, method.of, value.loop):
        made = frame.scope.loops[made].parent
    inside = value.loop != made
    if holder.items is not None and not inside and method.name not in ("extend", "update"):
        frame.objects[method.of] = limited(standard.listed((*holder.items, added)), out.weights)
    else:
        often = "rows" if method.name == "extend" and inside else _so_often(frame, value.loop, made)
        size = "rows" if takes_rows else often if often == "rows" or holder.size == "fixed" else holder.size
        of = added if holder.items == () else standard.join([holder.of, added])
        frame.objects[method.of] = limited(Many(of, None, size), out.weights)


def _so_often(frame: Frame, loop: int, outer: int) -> str:
    """How often the loops between come to something: "rows", "chunks", or "fixed", as the program says."""
    found = "fixed"
    while loop not in (outer, -1):
        it = frame.scope.loops[loop]
        if is_by_chunks(frame, it):
            found = "chunks"
        elif it.over is None or standard.size_of(frame.known(it.over)) != "fixed":
            return "rows"
        loop = it.parent
    return found


def _is_carried(values: Sequence[facts.AnyValue], number: int, loop: int) -> bool:
    """Whether a pass of the loop goes on with the list of the last one: `if len(batch) == 9: batch = []`."""
    it = values[number]
    return (
        isinstance(it, facts.Either)
        and it.loop == loop >= 0
        and any(values[each].loop != loop for each in it.options)
    )


def put(of: Table, keys: Sequence[Object], values: Sequence[Object], named: Mapping[str, Object]) -> Table:
    """A dict that has got those; named are the values among them whose keys are known."""
    return Table(
        standard.join([of.keys, *keys]),
        standard.join([of.values, *values]),
        tuple({**dict(of.named), **named}.items())[:_MOST_NAMED],
        tuple(dict.fromkeys((*of.later, *named)))[:_MOST_NAMED],
    )


def _updated(of: Table, args: Args) -> Table:
    """A dict after `of.update(given, name=value)`."""
    given = [it for it in args.positional[:1] if isinstance(it, Table)]
    named = {name: value for it in given for name, value in it.named} | dict(args.keywords)
    if not named and not given:
        return of
    names = [Constant(it) for it in named]
    keys, values = [it.keys for it in given], [it.values for it in given]
    return put(of, [*keys, *names], [*values, *named.values()], named)


_MOST_NAMED: Final = 50  # keys of a dict
