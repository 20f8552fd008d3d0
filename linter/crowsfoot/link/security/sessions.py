"""What scopes have sent -> each place of the code that sets something of a session, and what becomes of it.

A setting is a variable that policies read (app.tenant, request.jwt.claims), the role, or the search path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import Place
from crowsfoot.link.security.conversations import Conversation, Habits, Holder, InTransaction, Root
from crowsfoot.link.security.events import Event, event_of
from crowsfoot.link.security.said_by_code import said_below, says_of
from crowsfoot.link.security.said_settings import ALL, Said
from crowsfoot.link.security.settings import ContextSetting, Sent
from crowsfoot.link.security.values_checked import is_checked
from crowsfoot.roles import Roles
from crowsfoot.source import Span

if TYPE_CHECKING:
    from crowsfoot.libraries.query import Query
    from crowsfoot.link.code.evaluation.evaluate import Evaluator
    from crowsfoot.link.code.evaluation.frame import Effect, Frame


class _Line(NamedTuple):
    """One thing that a function says to a connection, directly or through what it calls."""

    effect: Effect
    root: Root
    says: tuple[Said, ...]


class _Talk(NamedTuple):
    """All that one function says."""

    frame: Frame
    conversation: Conversation
    lines: tuple[_Line, ...]


def settings_of(
    evaluator: Evaluator, roles: Roles, habits: Habits, pools: Mapping[str, Event]
) -> tuple[ContextSetting, ...]:
    """Each place that sets or takes back something, once; pools are the functions that are given to some."""
    talking = [it for it in evaluator.general_frames.values() if sets_any(it)]
    if not talking:
        return ()
    talks = [_talk(evaluator, it, habits) for it in talking]
    calls = _Calls(evaluator, habits, pools, talks)
    return tuple(it for talk in talks for it in _settings(calls, talk, talks, roles))


def sets_any(frame: Frame) -> bool:
    """Whether the scope itself sets or takes back something."""
    return any(says_of(frame, it) for it in frame.effects if not it.chain)


def _talk(evaluator: Evaluator, frame: Frame, habits: Habits) -> _Talk:
    conversation = Conversation(frame, habits, _decorators(frame, evaluator))
    lines = [
        _Line(it, _root(conversation, it), says_of(frame, it) if not it.chain else said_below(it))
        for it in sorted(frame.effects, key=lambda it: it.value)
    ]
    return _Talk(frame, conversation, tuple(lines))


def _root(conversation: Conversation, effect: Effect) -> Root:
    """Of what a function that is called here sends: the connection that it is handed."""
    if not effect.chain:
        return conversation.root(effect)
    it = conversation.values[effect.value]
    if isinstance(it, facts.Awaited):
        it = conversation.values[it.of]
    if isinstance(it, facts.Call):
        roots = [conversation.root_of(each) for each in (*it.args, *(value for _, value in it.keywords))]
        known = [each for each in roots if each.kind in ("taken", "parameter", "name", "call")]
        spoken = [each for each in known if _is_spoken_to(conversation, each)]
        if spoken:
            return spoken[0]
    return Root("unclear", effect.value)


def _is_spoken_to(conversation: Conversation, root: Root) -> bool:
    """Whether it is a connection: a library says so, or its name does."""
    if root.kind == "taken":
        return True
    if root.kind == "parameter":
        name = conversation.frame.scope.params[root.number].name.lower()
    else:
        name = root.name.lower()
    known = conversation.object(root.number)
    if type(known).__module__.startswith(("crowsfoot.libraries.raw", "crowsfoot.libraries.sqlalchemy.sess")):
        return True
    return name.endswith(("conn", "connection", "session", "cursor", "cur", "db", "tx"))


def _settings(calls: _Calls, talk: _Talk, talks: Iterable[_Talk], roles: Roles) -> Iterator[ContextSetting]:
    evaluator, frame, conversation = calls.evaluator, talk.frame, talk.conversation
    for number, line in enumerate(talk.lines):
        if line.effect.chain:
            continue
        value, root = line.effect.value, line.root
        holder = conversation.holder(line.effect, root)
        later = talk.lines[number + 1 :]
        for at, it in enumerate(line.says):
            if it.action not in ("set", "reset"):
                continue
            state = _state(talk, number, holder, it, at)
            back = _taken_back(conversation, line, later, it, at)
            on_same = [each for each in later if conversation.same(each.root, root)]
            ended = conversation.ended(root, value) if state in ("implicit", "unknown") else None
            event = event_of(evaluator, frame, calls.given_to_pools)
            role_set = _role_set(talk, root, value, conversation.block(value, root))
            yield ContextSetting(
                action=it.action,
                name=it.name,
                value=it.value,
                how=it.how,
                local=it.local,
                query=line.effect.query,
                span=frame.span(value),
                function=evaluator.program.qualified(frame.path, frame.number),
                role=roles(frame.path),
                library=holder.library,
                pooled=holder.pooled,
                cleans=holder.cleans,
                transaction=state,
                callers=calls.transactions(frame, value)
                if root.kind in ("parameter", "thread", "name") and it.action == "set"
                else (),
                handed=root.kind == "parameter",
                taken_back=frame.span(back[0]) if back else None,
                taken_back_surely=bool(back and back[1]),
                taken_back_elsewhere=_elsewhere(talk, talks, it),
                event=event,
                after=tuple(_sent(evaluator, frame, each) for each in on_same if _asks(each)),
                elsewhere=()
                if on_same or it.reads
                else tuple(
                    _sent(evaluator, frame, each)
                    for each in later
                    if _asks(each) and _is_other(conversation, root, each.root)
                ),
                lost=tuple(
                    _sent(evaluator, frame, each)
                    for each in on_same
                    if ended is not None and each.effect.value > ended and _asks(each)
                ),
                set_role=role_set,
                goes_on=conversation.hands_on(root, value)
                or _returns_on(talk, value)
                or conversation.speaks_on(root, value),
                reads=it.reads,
                checked=it.how == "built" and is_checked(evaluator, frame, value),
                own=root.kind in ("each",),
                over=ended is not None
                and (
                    conversation.yields(ended)
                    or _returns_on(talk, ended)
                    or conversation.speaks_on(root, ended)
                ),
                role_elsewhere=_sets_role_elsewhere(talk, talks),
                in_middleware=_in_middleware(frame),
            )


def _asks(line: _Line) -> bool:
    """Whether it is about rows, and not about the session."""
    query = line.effect.query
    return not line.says and query.operation != "flush" and (query.operation != "execute" or _is_open(query))


def _is_open(query: Query) -> bool:
    """Whether it may be about rows: it names a table, or nobody knows its text."""
    return query.table is not None or query.sql is None


def _is_other(conversation: Conversation, root: Root, other: Root) -> bool:
    """Whether that is surely another connection."""
    surely = ("taken", "each")
    if root.kind not in surely and other.kind not in surely:
        return False
    if "unclear" in (root.kind, other.kind) or "thread" in (root.kind, other.kind):
        return False
    return not conversation.same(root, other)


def _state(talk: _Talk, number: int, holder: Holder, it: Said, at: int) -> InTransaction:
    """In which transaction it is said."""
    conversation, line = talk.conversation, talk.lines[number]
    value, root = line.effect.value, line.root
    if conversation.block(value, root) is not None or conversation.decorated:
        return "block"
    if conversation.starts(root, value):
        return "block"
    before = [each for each in talk.lines[:number] if conversation.same(each.root, root)]
    words = [each.action for one in before for each in one.says] + [each.action for each in line.says[:at]]
    if "begin" in words:
        return "block"
    if holder.autocommit is False:
        return "implicit"
    if holder.autocommit is None:
        return "unknown"
    if holder.library == "django" and conversation.habits.django_atomic and not _in_middleware(talk.frame):
        return "block"  # that of the request
    return "none"


def _taken_back(
    conversation: Conversation, line: _Line, later: Iterable[_Line], it: Said, at: int
) -> tuple[int, bool] | None:
    """Where the same function takes it back, and whether it does so in any case."""
    found: list[tuple[int, bool]] = []
    for each in later:
        if not (conversation.same(each.root, line.root) or "unclear" in (each.root.kind, line.root.kind)):
            continue
        if any(_undoes(one, it) for one in each.says):
            value = each.effect.value
            surely = any(
                first <= line.effect.value < last <= value < end
                or line.effect.value < first <= last <= value < end
                for first, last, end in conversation.frame.scope.ensured
            )
            found.append((value, surely))
    if any(_undoes(one, it) for one in line.says[at + 1 :]):
        found.append((line.effect.value, True))
    return next((one for one in found if one[1]), found[0] if found else None)


def _undoes(one: Said, it: Said) -> bool:
    if one.action != "reset":
        return False
    return one.name == it.name or (one.name == ALL and it.name not in ("role", "session_authorization"))


def _elsewhere(talk: _Talk, talks: Iterable[_Talk], it: Said) -> bool:
    """Whether another function takes it back, which somebody may call: one that sets nothing itself."""
    for other in talks:
        if other is talk:
            continue
        says = [one for line in other.lines if not line.effect.chain for one in line.says]
        if any(_undoes(one, it) for one in says) and not any(
            one.action == "set" and (one.name == it.name or not it.name) for one in says
        ):
            return True
    return False


def _role_set(talk: _Talk, root: Root, value: int, block: object) -> bool:
    """Whether the same function sets the role of that connection as well."""
    conversation = talk.conversation
    for line in talk.lines:
        if conversation.same(line.root, root) or "unclear" in (line.root.kind, root.kind):
            names = {it.name for it in line.says if it.action == "set"}
            if names & {"role", "session_authorization"}:
                return True
    return False


def _sets_role_elsewhere(talk: _Talk, talks: Iterable[_Talk]) -> bool:
    """Whether another function sets a role, on a connection that may be the same."""
    return any(
        one.action == "set" and one.name in ("role", "session_authorization")
        for other in talks
        if other is not talk
        for line in other.lines
        for one in line.says
    )


class _Calls:
    """Who calls the functions that say something to a session; looked up when it is first asked for."""

    def __init__(
        self, evaluator: Evaluator, habits: Habits, pools: Mapping[str, Event], talks: Iterable[_Talk]
    ) -> None:
        self.evaluator = evaluator
        self.habits = habits
        self.given_to_pools = pools
        self.places = frozenset(
            it.frame.place(line.effect.value) for it in talks for line in it.lines if not line.effect.chain
        )
        self.found: dict[Place, list[tuple[Frame, Effect]]] | None = None

    def to(self, place: Place) -> Iterable[tuple[Frame, Effect]]:
        if self.found is None:
            self.found = {}
            for frame in self.evaluator.general_frames.values():
                for effect in frame.effects:
                    if effect.chain and effect.chain[-1] in self.places:
                        self.found.setdefault(effect.chain[-1], []).append((frame, effect))
        return self.found.get(place, ())[:_MOST_CALLERS]

    def transactions(self, frame: Frame, value: int) -> tuple[InTransaction, ...]:
        """In which transactions others call what stands there, where they decide about that."""
        found = set[InTransaction]()
        for other, effect in self.to(frame.place(value)):
            conversation = Conversation(other, self.habits, _decorators(other, self.evaluator))
            root = _root(conversation, effect)
            if conversation.block(effect.value, root) is not None or conversation.decorated:
                found.add("block")
            elif root.kind in ("parameter", "unclear"):
                found.add("unknown")
            else:
                found.add("none")
        return tuple(sorted(found))


_MOST_CALLERS: Final = 100


def _sent(evaluator: Evaluator, frame: Frame, line: _Line) -> Sent:
    place = line.effect.chain[-1] if line.effect.chain else None
    return Sent(
        frame.span(line.effect.value),
        line.effect.query,
        _span_of(evaluator, place) if place is not None else None,
    )


def _span_of(evaluator: Evaluator, place: Place) -> Span:
    value = evaluator.program.scope(place.path, place.scope).values[place.value]
    return Span(place.path, value.start, value.end)


def _returns_on(talk: _Talk, value: int) -> bool:
    """Whether the function calls something that nobody knows after the value, as a middleware does."""
    return any(
        isinstance(it, facts.Call) and number > value and _is_next(talk.frame, it)
        for number, it in enumerate(talk.frame.scope.values)
    )


def _is_next(frame: Frame, call: facts.Call) -> bool:
    of = frame.scope.values[call.of]
    if isinstance(of, facts.Parameter):
        return frame.scope.params[of.index].name == "call_next"
    return isinstance(of, facts.Attribute | facts.Name) and of.name in ("call_next", "get_response", "app")


def _in_middleware(frame: Frame) -> bool:
    """Whether Django calls it outside of the transaction that ATOMIC_REQUESTS opens around the view."""
    scope = frame.scope
    if scope.name in ("process_request", "process_view"):
        return True
    return any(_is_next(frame, it) for it in scope.values if isinstance(it, facts.Call))


def _decorators(frame: Frame, evaluator: Evaluator) -> frozenset[str]:
    """The last words of what it is decorated with, and of what encloses it."""
    scope, path = frame.scope, frame.path
    if not scope.decorators:
        return frozenset()
    around = evaluator.program.scope(path, scope.parent).values
    found: set[str] = set()
    for number in scope.decorators:
        it = around[number]
        if isinstance(it, facts.Call):
            it = around[it.of]
        if isinstance(it, facts.Attribute | facts.Name | facts.Import):
            found.add(it.name)
    return frozenset(found)
