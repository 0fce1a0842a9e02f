"""What runs in this process do once instead of again and again (dbt_tools/less_work.py) is what dbt would have done."""

import gc

import agate
import networkx
import pytest
from dbt.clients.jinja import MacroGenerator, MacroStack
from dbt.compilation import Linker
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext
from dbt.exceptions import DuplicateMacroNameError
from dbt.graph.queue import GraphQueue
from dbt_common.clients import agate_helper
from jinja2 import Environment
from warehouse import manifest

from dbt_tools.less_work import less_work

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
