"""What models/inputs/_inputs__models.yml asks of one input, as the gate and docs/input_contract.md read it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str
    description: str
    meta: dict


@dataclass(frozen=True)
class InputContract:
    table_name: str
    schema_name: str
    description: str
    meta: dict
    columns: list[Column]
    error_share: float
    warn_share: float

    @classmethod
    def from_row(cls, table_name, schema_name, contract, error_share, warn_share) -> "InputContract":
        """Of a row of model input_contract."""
        described = json.loads(contract)
        columns = [Column(**column) for column in described["columns"]]
        return cls(
            table_name,
            schema_name,
            described["description"],
            described["meta"],
            columns,
            error_share,
            warn_share,
        )

    @classmethod
    def from_yaml(cls, model: dict, variables: dict) -> "InputContract":
        """Of a model of the YAML, with vars of dbt_project.yml."""
        table_name = model["config"]["alias"]
        columns = []
        for column in model["columns"]:
            meta = dict(column.get("config", {}).get("meta", {}))
            if "at_most" in meta:
                meta["at_most"] = variables[meta["at_most"]]
            columns.append(Column(column["name"], column["data_type"], column["description"], meta))
        limits = [variables[f"rejected_share_{level}"] for level in ("error", "warn")]
        shares = [limit.get(table_name, limit["default"]) for limit in limits]
        return cls(table_name, "inputs", model["description"], model["config"]["meta"], columns, *shares)

    @property
    def key(self) -> list[str]:
        return self.meta["key"]

    @property
    def is_required(self) -> bool:
        return self.meta.get("required", False)

    @property
    def relation(self) -> str:
        return f'"{self.schema_name}"."{self.table_name}"'

    def findings(self) -> Iterator[tuple[str, str]]:
        """What a row may have wrong, in the words of macro row_rules, and what happens then."""
        columns = {column.name: column for column in self.columns}
        for rule in self.meta["rules"]:
            if isinstance(rule, str):
                yield from ((reason, "row set aside") for reason in column_reasons(columns[rule]))
            else:
                no_fault = "" if rule.get("is_fault", True) else ", which is no fault"
                yield rule["reason"], f"row set aside{no_fault}"
        for column in self.columns:
            if "unusable" in column.meta:
                yield (
                    f"{column.name} {column.meta['unusable']}",
                    f"counts as {column.meta.get('counts_as', 'null')}",
                )
        yield f"duplicate of {' and '.join(self.key)}", "row set aside"


def column_reasons(column: Column) -> Iterator[str]:
    meta = column.meta
    if meta.get("required"):
        is_typed = column.data_type in ("number", "timestamp")
        yield f"{column.name} is missing" + (f" or not a {column.data_type}" if is_typed else "")
    if "values" in meta:
        yield f"{column.name} is unknown"
    if "not_before" in meta:
        yield f"{column.name} is impossibly early"
    if "above" in meta:
        yield f"{column.name} is not above {meta['above']}"
    if "at_most" in meta:
        yield f"{column.name} is absurd"
    if "between" in meta:
        yield f"{column.name} is not between {meta['between'][0]} and {meta['between'][1]}"
    if "known_in" in meta:
        yield f"{column.name} is not in {meta['known_in']}"
