"""The page docs/adapters.md: which column of a connector becomes which column of an input."""

from pathlib import Path

from dbt.contracts.graph.manifest import Manifest

from recmail.sources import SourceTable, source_tables

INTRODUCTION = Path(__file__).parent / "templates" / "adapters.md"


def adapters_page(_manifest: Manifest) -> str:
    parts = [INTRODUCTION.read_text(encoding="utf-8")]
    for source, tables in source_tables().items():
        parts.append(f"\n## {source}\n")
        parts += [table_part(table) for table in tables]
    return "\n".join(parts)


def table_part(table: SourceTable) -> str:
    required = ", required" if table.meta.get("required") else ""
    lists = "".join(f", or list `{place}`" for place in table.meta.get("lists", []))
    lines = [
        f"Table {' or '.join(f'`{name}`' for name in table.meta['names'])}{lists}{required}.\n",
        "| column | becomes | what it is |",
        "| --- | --- | --- |",
    ]
    for column in table.columns:
        meta = column["config"]["meta"]
        names = " or ".join(f"`{name}`" for name in meta["names"]) + (" *" if meta.get("required") else "")
        gives = f"`{meta['gives']}`" if "gives" in meta else ""
        lines.append(f"| {names} | {gives} | {column['description']} |")
    return "\n".join(lines) + "\n"
