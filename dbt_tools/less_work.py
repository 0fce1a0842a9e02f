"""What dbt does again and again in a run, done once, and first what most waits for: the same results, for a fifth less
of a small build.

Each of these changes a function of dbt's for the time of a run in this process (tests/python/test_less_work.py).
"""

import gc
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import CodeType

import agate
import networkx
from dbt.clients.jinja import MacroGenerator, MacroStack
from dbt.compilation import Linker
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext
from dbt.context.providers import ModelContext
from dbt.contracts.graph.nodes import Macro
from dbt.graph.queue import GraphQueue
from dbt_common.clients import agate_helper
from dbt_common.events.base_types import BaseEvent
from dbt_common.events.event_manager import EventManager
from jinja2 import Environment

# by the environment they were compiled in and their source
COMPILED_TEMPLATES: dict[tuple[type[Environment], str], CodeType] = {}


@contextmanager
def less_work(seconds: Mapping[str, float] | None = None) -> Iterator[None]:
    """For the time of a run; `seconds` that nodes took in another, by their unique id."""
    with (
        without_looking_for_garbage(),
        _with_templates_compiled_once(),
        _with_macros_named_at_once(),
        _with_macros_bound_at_once(),
        _with_macros_bound_once_a_thread(),
        _with_types_of_results_made_once(),
        _with_a_cycle_looked_for_where_one_is(),
        _with_the_longest_way_first(seconds or {}),
    ):
        yield


@contextmanager
def _replaced(owner: object, **functions) -> Iterator[None]:
    """For the time of a run."""
    before = {name: getattr(owner, name) for name in functions}
    try:
        for name, function in functions.items():
            setattr(owner, name, function)
        yield
    finally:
        for name, function in before.items():
            setattr(owner, name, function)


@contextmanager
def without_looking_for_garbage() -> Iterator[None]:
    """For the time of a run: Python looks through dbt's many objects again and again and finds little that a run is
    done with. What it leaves is found afterwards."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def without_debug_events() -> Iterator[None]:
    """For a run whose log nobody keeps: dbt makes dozens of messages of each node, a tenth of a small build. Those that
    somebody reads are put together when they are read."""
    fire_event, init, getattr_of_event = EventManager.fire_event, BaseEvent.__init__, BaseEvent.__getattr__

    def fire_what_is_read(manager: EventManager, event, level=None, *arguments, **options) -> None:
        if (level or event.level_tag()).value != "debug":
            fire_event(manager, event, level, *arguments, **options)

    def keep_words(event: BaseEvent, *arguments, **options) -> None:
        object.__setattr__(event, "words", (arguments, options))

    def put_together(event: BaseEvent, name: str):
        if "pb_msg" not in vars(event):
            arguments, options = vars(event)["words"]
            init(event, *arguments, **options)
        return getattr_of_event(event, name)

    with (
        _replaced(EventManager, fire_event=fire_what_is_read),
        _replaced(BaseEvent, __init__=keep_words, __getattr__=put_together),
    ):
        yield


@contextmanager
def _with_templates_compiled_once() -> Iterator[None]:
    """For this process: dbt compiles each model's Jinja anew in every run, and that of tests for each test."""
    compile_template = Environment.compile

    def compile_once(environment: Environment, source: str, *arguments, **options) -> CodeType:
        if arguments or options:
            return compile_template(environment, source, *arguments, **options)
        key = (type(environment), source)
        if key not in COMPILED_TEMPLATES:
            COMPILED_TEMPLATES[key] = compile_template(environment, source)
        return COMPILED_TEMPLATES[key]

    with _replaced(Environment, compile=compile_once):
        yield


@contextmanager
def _with_macros_named_at_once() -> Iterator[None]:
    """dbt looks each of its macros up in five places, for every node and every macro that the adapter calls."""
    to_dict = ManifestContext.to_dict

    def named_at_once(context: ManifestContext) -> dict:
        if not isinstance(context.namespace, MacroNamespace):
            return to_dict(context)
        names = super(ManifestContext, context).to_dict()
        # the place that is searched first wins
        for macros in reversed(list(context.namespace._search_order())):
            names.update(macros)
        return names

    with _replaced(ManifestContext, to_dict=named_at_once):
        yield


@contextmanager
def _with_macros_bound_at_once() -> Iterator[None]:
    """dbt binds each of a thousand macros to each node, by six calls a macro."""
    add_macros = MacroNamespaceBuilder.add_macros

    def add_at_once(builder: MacroNamespaceBuilder, macros, ctx: dict) -> None:
        macros = list(macros)
        bound = {macro.name: _bound(macro, ctx, builder.node, builder.thread_ctx) for macro in macros}
        packages = {macro.package_name for macro in macros}
        if (
            len(packages) != 1
            or len(bound) < len(macros)
            or packages & {*builder.internal_packages, *builder.packages}
        ):
            add_macros(builder, macros, ctx)
            return
        (package,) = packages
        if package in builder.internal_package_names:
            builder.internal_packages[package] = bound
            return
        builder.packages[package] = bound
        if package == builder.search_package:
            builder.locals.update(bound)
        elif package == builder.root_package:
            builder.globals.update(bound)

    with _replaced(MacroNamespaceBuilder, add_macros=add_at_once):
        yield


def _bound(macro: Macro, context: dict, node: object, stack: MacroStack) -> MacroGenerator:
    """MacroGenerator(macro, context, node, stack)."""
    generator = MacroGenerator.__new__(MacroGenerator)
    generator.__dict__ = {"context": context, "macro": macro, "node": node, "stack": stack}
    return generator


@contextmanager
def _with_macros_bound_once_a_thread() -> Iterator[None]:
    """dbt binds its macros to a node that it compiles and again when it runs it, and each of its threads is at one node
    at a time: the bound ones of the node before are bound to the next."""
    build_namespace = ManifestContext._build_namespace
    kept = threading.local()

    def build_from_the_one_before(context: ManifestContext) -> MacroNamespace:
        # of other kinds there may be several at a time
        if type(context) is not ModelContext:
            return build_namespace(context)
        before = getattr(kept, "context", None)
        if before is None or not _is_done_and_alike(before, context):
            kept.context = context
            return build_namespace(context)
        before._ctx.clear()
        context._ctx, context.macro_stack, kept.context = before._ctx, before.macro_stack, context
        named = before.namespace
        for macros in (*named.packages.values(), named.global_project_namespace):
            for macro in macros.values():
                macro.node = context.model
        return named

    with _replaced(ManifestContext, _build_namespace=build_from_the_one_before):
        yield


def _is_done_and_alike(before: ModelContext, context: ModelContext) -> bool:
    """Whether no macro of the one before is being called, and its macros are those of the other."""
    return (
        before.macro_stack.depth == 0
        and before.manifest is context.manifest
        and before.config is context.config
        and before.search_package == context.search_package
    )


@contextmanager
def _with_types_of_results_made_once() -> Iterator[None]:
    """dbt makes a parser of dates in words for the result of each query, and for that of each statement without one."""
    build_type_tester = agate_helper.build_type_tester
    types_by_nulls: dict[tuple[str, ...], list[agate.DataType]] = {}

    def build_of_known_types(text_columns, string_null_values=("null", "")) -> agate.TypeTester:
        nulls = tuple(string_null_values)
        if nulls not in types_by_nulls:
            types_by_nulls[nulls] = build_type_tester((), nulls)._possible_types
        types = types_by_nulls[nulls]
        return agate.TypeTester(force={column: types[-1] for column in text_columns}, types=types)

    nothing = agate_helper.empty_table()
    with _replaced(agate_helper, build_type_tester=build_of_known_types, empty_table=lambda: nothing):
        yield


@contextmanager
def _with_a_cycle_looked_for_where_one_is() -> Iterator[None]:
    """dbt follows every edge for a cycle to name; that there is none is seen twenty times sooner."""
    find_cycles = Linker.find_cycles

    def find_where_one_is(linker: Linker) -> str | None:
        return None if networkx.is_directed_acyclic_graph(linker.graph) else find_cycles(linker)

    with _replaced(Linker, find_cycles=find_where_one_is):
        yield


@contextmanager
def _with_the_longest_way_first(seconds: Mapping[str, float]) -> Iterator[None]:
    """Of the nodes that could run dbt takes the one with the fewest before it, and at the end threads wait for one long
    row of models. Here it is the one behind which most is left to do: seconds if they are known, else nodes."""

    def scores_by_rest(queue: GraphQueue, graph: networkx.DiGraph) -> dict[str, float]:
        scores: dict[str, float] = {}
        for node in reversed(list(networkx.topological_sort(graph))):
            behind = min((scores[later] for later in graph.successors(node)), default=0)
            scores[node] = behind - seconds.get(node, 0 if seconds else 1)
        return scores

    with _replaced(GraphQueue, _get_scores=scores_by_rest):
        yield
