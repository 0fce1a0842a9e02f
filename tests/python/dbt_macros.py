"""Macros of the project called like functions, in dbt's Jinja but without parsing the project."""

import datetime
import hashlib
import json
import os
import re
from collections.abc import Callable
from types import SimpleNamespace

from dbt_common.clients.jinja import CallableMacroGenerator, MacroReturn
from warehouse import ROOT


def project_macros(
    variables: dict | None = None,
    which: str = "build",
    graph: SimpleNamespace | None = None,
    given: dict | None = None,
) -> dict[str, Callable]:
    """Every macro of rules and vars, of the queue's nodes, and what they call, by name; `var()` finds `variables`.
    Macros that ask the warehouse answer what is `given`."""

    def give_back(value):
        raise MacroReturn(value)

    def stop(message):
        raise ValueError(message)

    known = variables or {}
    macros: dict[str, Callable] = {}
    context = {
        "adapter": SimpleNamespace(dispatch=lambda name, package: macros[f"default__{name}"]),
        "return": give_back,
        "var": lambda name, default=None: known.get(name, default),
        "modules": SimpleNamespace(re=re, datetime=datetime),
        "exceptions": SimpleNamespace(raise_compiler_error=stop),
        "flags": SimpleNamespace(WHICH=which),
        "execute": True,
        "graph": graph,
        "target": SimpleNamespace(type="duckdb", path="shop.duckdb"),
        "env_var": os.environ.get,
        "dict": dict,
        "tojson": json.dumps,
        "local_md5": lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
        "zip": lambda *lists: list(zip(*lists, strict=True)),
        "dbt": SimpleNamespace(
            type_string=lambda: "string",
            escape_single_quotes=lambda text: text.replace("'", "''"),
            string_literal=lambda text: f"'{text}'",
            cast=lambda value, type: f"cast({value} as {type})",
            datediff=lambda first, second, part: f"date_diff('{part}', {first}, {second})",
        ),
    }
    files = [
        *(
            ROOT / f"macros/{name}.sql"
            for name in (
                "constants",
                "adapters/literal",
                "plural_rules",
                "plural_category",
                "grouped_count",
                "cleaning/address_key",
            )
        ),
        ROOT / "macros/adapters/check_database.sql",
        ROOT / "macros/adapters/check_time_zone.sql",
        ROOT / "macros/inputs/input_names.sql",
        ROOT / "macros/adapted/source_inputs.sql",
        ROOT / "macros/inputs/close_latest_run.sql",
        ROOT / "macros/inputs/nodes_of_the_queue.sql",
        ROOT / "macros/inputs/input_contract.sql",
        ROOT / "macros/ranking/strategies.sql",
        ROOT / "macros/ranking/strategy_names.sql",
        ROOT / "macros/triggers/trigger_types.sql",
        ROOT / "macros/rounds/project_hash.sql",
        ROOT / "macros/rounds/is_old_list.sql",
        *(ROOT / "macros/rules").rglob("*.sql"),
        *(ROOT / "macros/vars").glob("*.sql"),
    ]
    for file in sorted(files):
        for block in re.findall(r"{%-? macro .*?{%-? endmacro -?%}", file.read_text("utf-8"), re.DOTALL):
            name = re.search(r"macro (\w+)", block)[1]
            # the generator keeps the template of a macro by its name
            macro = SimpleNamespace(name=name, macro_sql=block, unique_id=name, original_file_path=str(file))
            macros[name] = CallableMacroGenerator(macro, context)
    macros |= {name: lambda *_, answer=answer: answer for name, answer in (given or {}).items()}
    context |= macros
    context["recmail"] = SimpleNamespace(**macros)
    return macros
