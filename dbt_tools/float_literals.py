"""A plugin of dbt-duckdb, named in profiles.yml: Jinja reads numbers such as 0.5 without Python's parser.

Python before 3.11.8 and before 3.12.2 counts how deep the parsers of all threads are in one place: of two models that
are compiled at once one fails now and then, "AST constructor recursion depth mismatch" (python/cpython#106905).
"""

import sys

import jinja2.lexer
from dbt.adapters.duckdb.plugins import BasePlugin


def one_count_for_all_threads(version: tuple[int, ...]) -> bool:
    return version < (3, 11, 8) or (3, 12) <= version < (3, 12, 2)


class Plugin(BasePlugin):
    def initialize(self, config: dict) -> None:
        """Before any model is compiled, for the whole of dbt's process: the same numbers, from the same words."""
        if one_count_for_all_threads(sys.version_info[:3]):
            jinja2.lexer.literal_eval = float
