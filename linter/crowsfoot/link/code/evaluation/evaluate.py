"""A program and its libraries -> what each scope sends to the database, where, and in which loop.

Each value of a scope becomes an object (libraries.objects) that says what comes of it. A function is gone
through once in general, and once for each way in which it is called, so far as that tells more: what a
caller's rows have loaded is known in what it calls. Nothing of the program is run.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from crowsfoot.facts import code as facts
from crowsfoot.libraries.library import Library, answers
from crowsfoot.libraries.models import Model, Models
from crowsfoot.libraries.objects import UNKNOWN, Class, Object
from crowsfoot.link.code.evaluation import (
    attributes,
    calls,
    classes,
    growing,
    holding,
    lookups,
    models,
    names,
    parameters,
    values,
    ways,
)
from crowsfoot.link.code.evaluation.decided import decide
from crowsfoot.link.code.evaluation.frame import WAITING, Frame
from crowsfoot.link.code.evaluation.here import Holder
from crowsfoot.link.code.evaluation.nesting import NESTING, Weights, limited
from crowsfoot.link.code.evaluation.templates import Templates
from crowsfoot.link.code.program.looked import (
    AskedHeirs,
    AskedModels,
    Bases,
    KnownBases,
    KnownModels,
    Looked,
    Settled,
)
from crowsfoot.link.code.program.program import Program

_T = TypeVar("_T")


class Evaluator:
    """What is known of a program; frames are made as they are asked for."""

    def __init__(
        self,
        program: Program,
        libraries: Iterable[Library],
        templates: Templates | None = None,
    ) -> None:
        self.program = program
        self.templates = templates or Templates({})
        program.add(self.templates.code)
        self.models = AskedModels(Models())
        self.libraries = tuple(libraries)
        self.by_package = {package: it for it in self.libraries if it.REACHES for package in it.PACKAGES}
        self.others = {package: it for it in self.libraries if not it.REACHES for package in it.PACKAGES}
        self.by_name = {it.PACKAGES[0]: it for it in self.libraries}
        self.general_frames: dict[tuple[str, int], Frame] = {}
        self.called: dict[tuple[str, int, tuple[Object, ...]], Frame] = {}
        self.plain: dict[tuple[str, int, tuple[Object, ...]], Frame] = {}
        self.contexts: dict[tuple[str, int, Object | None], int] = {}
        self.active: dict[tuple[str, int], Frame] = {}
        self._nested = 0  # how many scopes and values are being gone through, each for the one before
        self.settled = Settled(program.files, {}, {}, Models())
        self.models_by_class: dict[Class, Model | None] = KnownModels({})
        self.bases_by_class: dict[Class, Bases] = KnownBases({})
        self.reached: dict[Class, tuple[Library, ...]] = {}
        self.lineages: dict[Class, tuple[Class | str, ...]] = {}
        self.externals: dict[str, Object] = {}
        self.protocols: dict[tuple[str, int], bool] = {}
        self.of_others: dict[str, bool] = {}
        self.stores: dict[tuple[str, int], dict[str, list[tuple[int, facts.Store]]]] = {}
        self.heirs = AskedHeirs(self.settled)
        self.decorators_known: dict[tuple[str, int], frozenset[str]] = {}
        self.holders: dict[tuple[Class, str, bool], tuple[Holder, ...]] = {}
        self.held_by_class: dict[Class, tuple[tuple[str, Object], ...]] = {}
        self.receiving = tuple(it for it in self.libraries if answers(it, Library.received))
        words = {word for it in self.libraries for word in it.HELD_AS}
        self.holding = {word: [it for it in self.libraries if word in it.HELD_AS] for word in words}
        self.calls: set[tuple[tuple[str, int], tuple[str, int]]] = set()
        self.calls_of_models: frozenset[tuple[tuple[str, int], tuple[str, int]]] = frozenset()
        self.noted: dict[Class, set[str]] = {}
        self.sizes: dict[tuple[str, int, int], set[str]] = {}
        self.meanings: dict[
            str, dict[str, Object]
        ] = {}  # what the names of a module are, once that is settled
        self.weights: Weights = {}
        # What is found out of the scopes alone.
        self.steps_known: dict[tuple[str, int], Steps] = {}
        self.known_of_scopes: dict[tuple[Callable[[facts.Scope], Any], str, int], Any] = {}
        self.packages: dict[str, Library | None] = {}  # by the names of what is theirs
        self.receivers: dict[str, tuple[Library, ...]] = {}

    def renew(self) -> None:
        """Forget all that was evaluated, and what came of it."""
        for known in (self.general_frames, self.called, self.plain, self.contexts, self.active):
            known.clear()
        for noted in (self.sizes, self.noted, self.meanings, self.weights):
            noted.clear()
        # What these hold was found out by looking at files, which whoever comes next has to do himself.
        for found in (self.reached, self.lineages, self.protocols, self.stores):
            found.clear()
        for each in (self.decorators_known, self.holders, self.held_by_class, self.of_others):
            each.clear()
        self.program.renew()
        self.templates.asked = False
        self.calls.clear()
        self.templates.shown_by.clear()
        self.meanings.update({path: dict(it) for path, it in self.templates.meanings.items()})
        self.bases_by_class = KnownBases(self.settled.bases)
        self.models_by_class = KnownModels(self.settled.models_by_class)
        self.models = AskedModels(self.settled.models)
        self.heirs = AskedHeirs(self.settled)
        self.settled.forget()

    def settle(self, settled: Settled) -> None:
        """From here on it stands what the models are, and what classes derive from."""
        self.settled = settled
        self.renew()

    def looked(self) -> Looked:
        """What has been asked of the program since renew()."""
        return Looked(
            paths=sorted(
                {
                    *self.program.files.looked_at,
                    *(it.path for it in self.bases_by_class),
                    *(it.path for it in self.models_by_class),
                }
            ),
            ids=sorted(self.models.ids),
            words=sorted(self.models.words),
            relations=sorted(self.models.relations),
            fields=sorted(self.models.fields),
            declaring=sorted(self.models.declaring),
            libraries=sorted(self.models.libraries),
            spoken=sorted(self.program.spoken),
            said=sorted(self.program.said),
            heirs=list(self.heirs.asked),
            users=self.models.users,
            all_models=self.models.all,
            templates=self.templates.asked,
        )

    def frame(self, path: str, number: int) -> Frame:
        """The scope as it is in general, its values evaluated as they are asked for."""
        key = (path, number)
        found = self.active.get(key) or self.general_frames.get(key)
        if found is None:
            scope = self.program.scope(path, number)
            found = Frame(self, path, number, scope, (), general=True, depth=0)
            self.general_frames[key] = found
            if scope.params:
                found.params = tuple(
                    self.expected(path, scope, it, index) for index, it in enumerate(scope.params)
                )
        return found

    def row(self, model: Model) -> Object:
        """A row of the model; of several of one name, whoever has found them has chosen it."""
        self.models.get(model.id)  # from here on it matters what the model says
        return models.row(self, model)

    def general(self, path: str, number: int) -> Frame:
        """The same, all of it evaluated."""
        self.active.pop((path, number), None)
        frame = self.frame(path, number)
        self.run(frame)
        return frame

    def frames(self) -> Iterable[Frame]:
        """All that has been evaluated."""
        return (*self.general_frames.values(), *self.called.values())

    def run(self, frame: Frame) -> None:
        if frame.done or self._nested >= _MOST_NESTED:
            return  # so deep below, nothing counts for those above; it is gone through when its turn comes
        frame.done = True
        self._nested += 1
        key = (frame.path, frame.number)
        before = self.active.get(key)
        self.active[key] = frame
        frame.around = self.program.around(frame.path, frame.number)
        objects = frame.objects
        if not frame.general and (frame.scope.decided or frame.scope.narrowed):
            decide(frame)
        for number, value, handler in self.steps(key, frame):
            if objects[number] is None:  # as in get(), for what comes too early
                objects[number] = UNKNOWN
                found = handler(self, frame, number, value)
                if found is not UNKNOWN:
                    objects[number] = limited(found, self.weights) if type(found) in NESTING else found
        self._nested -= 1
        if before is None:
            del self.active[key]
        else:
            self.active[key] = before

    def steps(self, key: tuple[str, int], frame: Frame) -> "Steps":
        """What is evaluated of a scope each time that it is gone through, in its order."""
        known = self.steps_known.get(key)
        if known is None:
            handlers = _IN_ORDER_WITH_NAMES if frame.around else _IN_ORDER
            known = self.steps_known[key] = tuple(
                [
                    (number, value, handlers[type(value)])
                    for number, value in enumerate(frame.scope.values)
                    if type(value) in handlers
                ]
            )
        return known

    def of_scope(self, work: Callable[[facts.Scope], _T], path: str, number: int) -> _T:
        """What the work finds out of a scope alone, once."""
        scope = self.program.scope(path, number)  # looked at, whether it has been worked out before or not
        key = (work, path, number)
        if key not in self.known_of_scopes:
            self.known_of_scopes[key] = work(scope)
        found: _T = self.known_of_scopes[key]
        return found

    def run_early(self, frame: Frame) -> None:
        """Evaluate all of it before its turn comes, if that is not too deep below others."""
        if self._nested < _MOST_EARLY:
            self.run(frame)

    def get(self, frame: Frame, number: int) -> Object:
        """What the value is."""
        found = frame.objects[number]
        if found is None:
            if self._nested >= _MOST_NESTED:
                return UNKNOWN
            self._nested += 1
            frame.objects[number] = UNKNOWN
            value = frame.scope.values[number]
            found = HANDLERS[type(value)](self, frame, number, value)
            if type(found) in NESTING:
                found = limited(found, self.weights)
            frame.objects[number] = found
            self._nested -= 1
        return found

    # A name, an import or a module -> what it means in the program.
    lookup = names.lookup
    of_file = names.of_file
    variable = names.variable
    star = names.star
    of_module = names.of_module
    library = names.library
    external = names.external

    # of.name -> what is read.
    narrowed = attributes.narrowed
    climbed = attributes.climbed
    read = attributes.read
    guess = attributes.guess
    is_of_others = attributes.is_of_others
    is_telling = attributes.is_telling

    # Classes of the program: what they and their instances have, by themselves and by what they derive from.
    of_class = classes.of_class
    by_library = classes.by_library
    of_instance = classes.of_instance
    of_super = classes.of_super
    super_of = classes.super_of
    member = classes.member
    find_holders = classes.find_holders
    bound = classes.bound
    getter = classes.getter
    class_of = classes.class_of
    decorators = classes.decorators
    stores_of = classes.stores_of
    stored = classes.stored
    of_heirs = classes.of_heirs
    implementation = classes.implementation
    overriding = classes.overriding
    attributes = classes.attributes
    annotations = classes.annotations
    class_decorators = classes.class_decorators
    keywords = classes.keywords
    bases = classes.bases
    reaching = classes.reaching
    called_in = classes.called_in
    lineage = classes.lineage
    collect_bases = classes.collect_bases
    base_init = holding.base_init

    # Classes -> the models that they are, and what an instance of one is.
    model_of = models.model_of
    classes = models.classes
    derived = models.derived
    review = models.review
    review_function = models.review_function
    nowhere = models.nowhere
    instance = models.instance
    annotated = models.annotated

    # A function -> what its parameters are: in a call, and where nobody is known to call it.
    bind = parameters.bind
    expected = parameters.expected
    by_machinery = parameters.by_machinery
    provided = parameters.provided
    by_word = parameters.by_word

    # A call of a function -> the run through it.
    frame_for = ways.frame_for
    tells_nothing = ways.tells_nothing
    sends_nothing = ways.sends_nothing

    # A call -> what comes of it, and what it sends: functions of the program are gone through.
    is_declared_only = calls.is_declared_only
    call = calls.call
    construct = calls.construct
    constructed = calls.constructed
    enter = calls.enter
    take_over = calls.take_over
    result = calls.result
    receivers_of = calls.receivers_of
    received = calls.received
    wrapped = calls.wrapped
    fan_out = calls.fan_out
    load = calls.load
    grow = growing.grow

    texted = values.texted
    part_of = values.part_of


_MOST_EARLY: Final = 25
_MOST_NESTED: Final = (
    60  # functions and variables that are looked into at once; Python's own stack ends at 1000
)

Handler = Callable[[Evaluator, Frame, int, Any], Object]
Steps = tuple[tuple[int, facts.AnyValue, Handler], ...]
HANDLERS: Final[dict[type, Handler]] = {
    facts.Name: names.of_name,
    facts.Parameter: values.of_parameter,
    facts.Import: names.of_import,
    facts.Defined: values.of_defined,
    facts.Const: values.of_literal,
    facts.Text: values.of_text,
    facts.Attribute: attributes.of_attribute,
    facts.Item: values.of_item,
    facts.Slice: values.of_slice,
    facts.Call: calls.of_call,
    facts.Spread: values.of_spread,
    facts.Display: values.of_display,
    facts.Comprehension: values.of_comprehension,
    facts.Element: values.of_element,
    facts.Part: values.of_part,
    facts.Either: values.of_either,
    facts.Operation: values.of_operation,
    facts.Awaited: values.of_awaited,
    facts.Entered: values.of_entered,
    facts.Given: values.of_given,
    facts.Store: values.of_store,
    facts.StoreItem: values.of_store_item,
    facts.Returned: values.nothing,
    facts.Tested: values.of_tested,
    facts.Unclear: values.nothing,
    facts.Lookup: lookups.of_lookup,
    facts.Included: values.nothing,
}

# To evaluate one of these does nothing else, so that they wait until they are asked for. A variable of a
# function around is what it is just then.
_IN_ORDER_WITH_NAMES: Final = {
    kind: handler for kind, handler in HANDLERS.items() if kind is facts.Name or kind not in WAITING
}
_IN_ORDER: Final = {kind: handler for kind, handler in HANDLERS.items() if kind not in WAITING}
