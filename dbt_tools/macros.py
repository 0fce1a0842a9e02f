"""A macro of the project called like a function, in dbt's own Jinja but without parsing the project."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dbt_common.clients.jinja import CallableMacroGenerator, MacroReturn

from dbt_tools.project import recmail_directory

MACRO = re.compile(r"{%-? macro (\w+).*?{%-? endmacro -?%}", re.DOTALL)


def call_macro(name: str, context: dict[str, Any], files: list[Path], *arguments: Any) -> Any:
    """What macro `name` returns on DuckDB; it and what it calls stand in `files` (below macros/) or in `context`."""

    def give_back(value):
        raise MacroReturn(value)

    known = {"return": give_back, "dict": dict, "zip": zip} | context
    macros: dict[str, CallableMacroGenerator] = {}
    folder = recmail_directory() / "macros"
    for file in files:
        for found in MACRO.finditer((folder / file).read_text(encoding="utf-8")):
            macro = SimpleNamespace(
                name=found[1], macro_sql=found[0], unique_id=found[1], original_file_path=str(file)
            )
            macros[found[1]] = CallableMacroGenerator(macro, known)

    def of_duckdb(dispatched: str, _package: str) -> CallableMacroGenerator:
        return macros.get(f"duckdb__{dispatched}") or macros[f"default__{dispatched}"]

    known |= macros | {"recmail": SimpleNamespace(**macros), "adapter": SimpleNamespace(dispatch=of_duckdb)}
    return macros[name](*arguments)
