"""What runs in this process do once instead of again and again (dbt_tools/less_work.py) is what dbt would have done."""

import gc
from concurrent.futures import ThreadPoolExecutor

import agate
import networkx
import pytest
from dbt.clients.jinja import MacroGenerator, MacroStack
from dbt.compilation import Linker
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext
from dbt.context.providers import ModelContext
from dbt.exceptions import DuplicateMacroNameError
from dbt.graph.queue import GraphQueue
from dbt_common.clients import agate_helper
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.types import Note
from jinja2 import Environment
from warehouse import manifest

from dbt_tools.less_work import less_work, without_debug_events

ROWS = [
    {"text": "null", "number": 1, "mixed": 2.5, "nothing": None, "words": ["a"]},
    {"text": "", "number": 2, "mixed": "2.5", "nothing": None, "words": []},
]


class Context(ManifestContext):
    """With the macros of a small project, some of them in several of its packages."""

    def __init__(self):
        self.cli_vars, self.require_vars, self.env_vars, self._ctx = {}, True, {}, {}
        macros = list(manifest({}).macros.values())[:4]

        def named(*names: str) -> dict:
            return {name: MacroGenerator(macro) for name, macro in zip(names, macros, strict=False)}

        self.namespace = MacroNamespace(
            global_namespace=named("in_root", "in_all", "in_root_and_dbt"),
            local_namespace=named("in_all", "in_local"),
            global_project_namespace=named("in_root_and_dbt", "in_dbt", "in_all"),
            packages={"recmail": named("in_all"), "in_dbt": named("in_all")},
        )

    def generate_builtins(self) -> dict:
        return {"in_all": "a builtin", "return": "another"}


def test_every_name_means_the_same_macro():
    context = Context()
    as_dbt = dict(context.to_dict())
    with less_work():
        at_once = dict(context.to_dict())
    assert at_once.keys() == as_dbt.keys() > {"in_all", "in_root", "in_root_and_dbt", "recmail", "dbt"}
    assert all(at_once[name] is as_dbt[name] for name in as_dbt if name not in ("context", "builtins"))


def test_every_macro_is_bound_alike():
    macros = {}
    for macro in manifest({}).macros.values():
        macros.setdefault(macro.package_name, {})[macro.name] = macro

    def namespace(search_package: str) -> dict[str, dict]:
        builder = MacroNamespaceBuilder(
            "recmail", search_package, MacroStack(), ["dbt_duckdb", "dbt"], manifest({}).nodes
        )
        built = builder.build_namespace(macros, {"a": "context"})
        places = {"local": built.local_namespace, "root": built.global_namespace} | built.packages
        places["dbt's"] = built.global_project_namespace
        return {
            place: {name: vars(generator) | {"stack": None} for name, generator in generators.items()}
            for place, generators in places.items()
        }

    for search_package in ("recmail", "dbt", "dbt_utils"):
        as_dbt = namespace(search_package)
        with less_work():
            at_once = namespace(search_package)
        assert list(at_once) == list(as_dbt) and as_dbt["dbt's"]
        for place, generators in as_dbt.items():
            assert list(at_once[place]) == list(generators)
            assert all(at_once[place][name] == generators[name] for name in generators)


@pytest.fixture
def bound(monkeypatch):
    """A function that binds the macros to a node, as dbt does it to compile or run one."""
    monkeypatch.setattr(
        ModelContext,
        "_get_namespace_builder",
        lambda context: MacroNamespaceBuilder(
            "recmail", context.search_package, context.macro_stack, ["dbt_duckdb", "dbt"], context.model
        ),
    )

    def bind(model: str, search_package: str = "recmail", config: str = "of one run") -> ModelContext:
        context = ModelContext.__new__(ModelContext)
        of_it = {"model": model, "search_package": search_package, "config": config, "manifest": manifest({})}
        vars(context).update(of_it | {"macro_stack": MacroStack(), "_ctx": {}})
        context.namespace = context._build_namespace()
        context._ctx[model] = "is there"
        return context

    return bind


def assert_bound(context: ModelContext, as_dbt: ModelContext) -> None:
    """The same macros under the same names, of this context."""
    assert context._ctx == as_dbt._ctx
    for place, other in zip(context.namespace._search_order(), as_dbt.namespace._search_order(), strict=True):
        assert list(place) == list(other)
    named, by_dbt = (
        [one.namespace.global_project_namespace, *one.namespace.packages.values()]
        for one in (context, as_dbt)
    )
    assert sum(map(len, named)) > 900
    for macros, others in zip(named, by_dbt, strict=True):
        for name, macro in macros.items():
            expected = {"context": context._ctx, "node": context.model, "stack": context.macro_stack}
            assert vars(macro) == vars(others[name]) | expected


def test_macros_of_the_node_before_are_bound_to_the_next(bound):
    as_dbt = {name: bound(*name.split()) for name in ("one", "two", "three dbt_utils", "four recmail other")}
    with less_work(), ThreadPoolExecutor(1) as pool:
        one = bound("one")
        assert_bound(one, as_dbt["one"])
        macro = one.namespace["as_of_text"]
        two = bound("two")
        assert two.namespace["as_of_text"] is macro
        assert_bound(two, as_dbt["two"])
        # of another thread, package or project, and while a macro is called, they are others
        for other in (pool.submit(bound, "one").result(), bound("three", "dbt_utils"), bound("one")):
            assert_bound(other, as_dbt.get(other.model) or as_dbt["three dbt_utils"])
            assert other.namespace["as_of_text"] is not macro
        called = bound("one")
        called.macro_stack.push("macro.recmail.as_of_text")
        assert_bound(bound("two"), as_dbt["two"])
        assert_bound(called, as_dbt["one"])
        assert_bound(bound("four", "recmail", "other"), as_dbt["four recmail other"])
        assert_bound(two, as_dbt["two"])


def test_a_macro_that_stands_twice_is_dbts_error():
    macro = next(iter(manifest({}).macros.values()))
    with less_work(), pytest.raises(DuplicateMacroNameError):
        MacroNamespaceBuilder("recmail", "recmail", MacroStack(), ["dbt"]).add_macros([macro, macro], {})


def test_results_have_the_same_types():
    def table() -> agate.Table:
        return agate_helper.table_from_data_flat(ROWS, list(ROWS[0]))

    as_dbt = table()
    with less_work():
        made_once, again = table(), table()
    for result in (made_once, again):
        assert [list(row) for row in result.rows] == [list(row) for row in as_dbt.rows]
        assert [type(kind) for kind in result.column_types] == [type(kind) for kind in as_dbt.column_types]
    assert made_once.column_types[0] is again.column_types[0]
    nothing = agate_helper.empty_table()
    with less_work():
        made_once = agate_helper.empty_table()
        assert made_once is agate_helper.empty_table()
    assert len(made_once.rows) == len(nothing.rows) == 0
    assert made_once.column_names == nothing.column_names == ()


def test_what_is_for_a_debug_log_alone_is_no_message():
    manager, heard = EventManager(), []
    manager.add_callback(lambda event: heard.append((event.info.level, event.info.msg)))
    with without_debug_events():
        for level in (EventLevel.DEBUG, EventLevel.INFO, EventLevel.WARN):
            manager.fire_event(Note(msg="built"), level)
    assert heard == [("info", "built"), ("warn", "built")]


def test_a_cycle_is_named_as_dbt_names_it():
    linker = Linker()
    networkx.add_path(linker.graph, ["orders", "lines", "items"])
    with less_work():
        assert linker.find_cycles() is None
    linker.dependency("orders", "items")
    named = linker.find_cycles()
    with less_work():
        assert linker.find_cycles() == named
    assert set(named.split(" --> ")) == {"orders", "lines", "items"}


def order(seconds: dict[str, float] | None = None) -> list[str]:
    """In which one thread builds three models in a row, and two beside them."""
    row = ["stg_orders", "int_orders", "int_purchases"]
    names = {name: f"model.recmail.{name}" for name in ["stg_users", "stg_items", *row]}
    graph = networkx.DiGraph()
    graph.add_nodes_from(names.values())
    networkx.add_path(graph, [names[name] for name in row])
    with less_work({names[name]: value for name, value in (seconds or {}).items()}):
        queue = GraphQueue(graph, manifest({}), set(graph))
        built = []
        while not queue.empty():
            built.append(queue.get().name)
            queue.mark_done(names[built[-1]])
    return built


def test_what_most_waits_for_comes_first():
    assert order() == ["stg_orders", "int_orders", "int_purchases", "stg_items", "stg_users"]
    # of what took longest before
    took = {"stg_users": 3, "stg_orders": 1, "int_orders": 1, "int_purchases": 0.5, "stg_items": 0.7}
    assert order(took) == ["stg_users", "stg_orders", "int_orders", "stg_items", "int_purchases"]


def test_dbt_is_left_as_it_was():
    def functions() -> tuple:
        return (
            Environment.compile,
            ManifestContext.to_dict,
            ManifestContext._build_namespace,
            MacroNamespaceBuilder.add_macros,
            agate_helper.build_type_tester,
            agate_helper.empty_table,
            Linker.find_cycles,
            GraphQueue._get_scores,
        )

    before = functions(), gc.isenabled()
    try:
        with less_work():
            assert not gc.isenabled()
            raise KeyError
    except KeyError:
        pass
    assert before == (functions(), gc.isenabled())
