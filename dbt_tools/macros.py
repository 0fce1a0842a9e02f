"""A macro of the project called like a function, in dbt's own Jinja but without parsing the project."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dbt_common.clients.jinja import CallableMacroGenerator, MacroReturn

from dbt_tools.project import project_directory

MACRO = re.compile(r"{%-? macro (\w+).*?{%-? endmacro -?%}", re.DOTALL)


def call_macro(name: str, context: dict[str, Any], files: list[Path]) -> Any:
    """What macro `name` returns; it and what it calls stand in `files` (below macros/) or in `context`."""

    def give_back(value):
        raise MacroReturn(value)

    known = {"return": give_back, "dict": dict, "zip": zip} | context
    macros = {}
    for file in files:
        for found in MACRO.finditer((project_directory() / "macros" / file).read_text(encoding="utf-8")):
            macro = SimpleNamespace(
                name=found[1], macro_sql=found[0], unique_id=found[1], original_file_path=str(file)
            )
            macros[found[1]] = CallableMacroGenerator(macro, known)
    known |= macros
    return macros[name]()
