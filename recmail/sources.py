"""Tables of connectors, as models/adapters/<source>/tables/ describes them, and where they are found."""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from dbt_tools.project import project_directory
from recmail.found_tables import FoundTable


@dataclass
class SourceTable:
    """A table of a connector, as models/adapters/<source>/tables/ describes it."""

    name: str
    meta: dict
    columns: list[dict]

    def found_in(self, tables: dict[str, FoundTable]) -> FoundTable | None:
        """The table, or the list in the rows of another one that holds the same."""
        for name in self.meta["names"]:
            if table := self.named(name, tables):
                return table
        for place in self.meta.get("lists", []):
            name, _, path = place.partition(".")
            table = self.named(name, tables)
            if table and (found := table.list_within(path, self.fields())):
                return found
        return None

    def named(self, name: str, tables: dict[str, FoundTable]) -> FoundTable | None:
        source = self.meta["source"]
        for stem in (name, f"{source}_{name}", f"{source}_{name}_data", f"{name}_data"):
            if stem in tables:
                return tables[stem]
        for stem in tables:
            if "*" in name and stem.startswith(name.strip("*")):
                return tables[stem]
        return None

    def fields(self) -> list[str]:
        """What elements of a list may be asked for."""
        names = (name for column in self.columns for name in column["config"]["meta"]["names"])
        return sorted({name.partition(".")[0] for name in names} - {"parent", "element"})

    def column_in(self, table: FoundTable, column: dict) -> str | None:
        names = column["config"]["meta"]["names"]
        return next((root for name in names if (root := name.partition(".")[0]) in table.types), None)


def described(pattern: str) -> Iterator[dict]:
    for path in sorted(project_directory().glob(pattern)):
        yield from yaml.safe_load(path.read_text(encoding="utf-8"))["models"]


def source_tables() -> dict[str, list[SourceTable]]:
    found: dict[str, list[SourceTable]] = {}
    for model in described("models/adapters/*/tables/*.yml"):
        meta = model["config"]["meta"]
        found.setdefault(meta["source"], []).append(SourceTable(model["name"], meta, model["columns"]))
    return found
