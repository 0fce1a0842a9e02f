"""The Great Expectations suite of one input, made from its contract (models/inputs/_inputs__models.yml)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

# what text of each data_type can be read as: words, and DuckDB's type
READABLE = {
    "number": ("a number", "double"),
    "timestamp": ("a timestamp", "timestamptz"),
    "boolean": ("true or false", "boolean"),
}


@dataclass(frozen=True)
class InputContract:
    table_name: str
    schema_name: str
    described: dict
    """description, meta and columns, each of these with name, data_type, description and meta."""
    error_share: float
    warn_share: float

    @classmethod
    def read(cls, table_name, schema_name, contract, error_share, warn_share) -> "InputContract":
        """From a row of model input_contract."""
        return cls(table_name, schema_name, json.loads(contract), error_share, warn_share)

    @property
    def relation(self) -> str:
        return f'"{self.schema_name}"."{self.table_name}"'

    @property
    def key(self) -> list[str]:
        return self.described["meta"]["key"]

    @property
    def columns(self) -> list[dict]:
        return self.described["columns"]

    @cached_property
    def expectations(self) -> list["Expected"]:
        """What the whole table must look like; single bad rows are set aside in staging."""
        return list(self._expectations())

    def _expectations(self) -> Iterator["Expected"]:
        if self.described["meta"].get("required"):
            yield Expected(
                "There is at least one row.",
                "critical",
                "expect_table_row_count_to_be_between",
                arguments={"min_value": 1},
            )
        for column in self.columns:
            name, meta = column["name"], column.get("meta", {})
            if meta.get("required"):
                for severity, share in (("critical", self.error_share), ("warning", self.warn_share)):
                    yield Expected(
                        f"{name} has a value in at least {percent(1 - share)} of the rows.",
                        severity,
                        "expect_column_values_to_not_be_null",
                        name,
                        arguments={"column": name, "mostly": 1 - share},
                        unexpected=f"{name} is null",
                        shows_keys=True,
                    )
            if column["data_type"] in READABLE:
                yield self._is_readable(name, *READABLE[column["data_type"]])
        if len(self.key) == 1:
            (name,) = self.key
            yield Expected(
                f"{name} is unique in at least {percent(1 - self.error_share)} of the rows.",
                "critical",
                "expect_column_values_to_be_unique",
                name,
                arguments={"column": name, "mostly": 1 - self.error_share},
                unexpected=f"{name} in (select {name} from {self.relation} group by {name} having count(*) > 1)",
                shows_keys=True,
            )
        for column in self.columns:
            if bounds := value_range(column.get("meta", {})):
                yield self._is_in_range(column["name"], *bounds)

    def _is_readable(self, name: str, words: str, duckdb_type: str) -> "Expected":
        judged, unreadable = f"{name}_is_readable", f"try_cast({name} as {duckdb_type}) is null"
        return Expected(
            f"{name} is {words} in at least {percent(1 - self.error_share)} of the rows that have one.",
            "critical",
            "expect_column_values_to_be_in_set",
            name,
            arguments={"column": judged, "value_set": [True], "mostly": 1 - self.error_share},
            judged_column=f"case when {name} is not null then not ({unreadable}) end as {judged}",
            unexpected=f"{name} is not null and {unreadable}",
        )

    def _is_in_range(self, name: str, words: str, arguments: dict) -> "Expected":
        judged, number = f"{name}_as_number", f"try_cast({name} as double)"
        below = f"{number} {'<=' if arguments.get('strict_min') else '<'} {arguments['min_value']}"
        return Expected(
            f"{name} is {words} in at least {percent(1 - self.error_share)} of the rows.",
            "warning",
            "expect_column_values_to_be_between",
            name,
            arguments={"column": judged, "mostly": 1 - self.error_share, **arguments},
            judged_column=f"{number} as {judged}",
            unexpected=f"({below} or {number} > {arguments['max_value']})",
        )

    @property
    def judged_rows(self) -> str:
        """A query for the columns that the expectations look at: GX asks all of them of it in one statement."""
        named = [expected.column_name for expected in self.expectations if not expected.judged_column]
        computed = [expected.judged_column for expected in self.expectations if expected.judged_column]
        columns = dict.fromkeys([*self.key, *filter(None, named), *computed])
        return f"select {', '.join(columns)} from {self.relation}"


@dataclass(frozen=True)
class Expected:
    """One expectation: in words, as Great Expectations has it, and as SQL for the rows that are not as expected."""

    description: str
    severity: str
    type: str
    column_name: str | None = None
    arguments: dict | None = None
    judged_column: str | None = None
    unexpected: str | None = None
    shows_keys: bool = False


def value_range(meta: dict) -> tuple[str, dict] | None:
    """In words and as arguments of GX, when the contract has a lower and an upper bound."""
    if "between" in meta:
        low, high = meta["between"]
        return f"between {low:,} and {high:,}", {"min_value": low, "max_value": high}
    high = meta.get("at_most", meta.get("usually_at_most"))
    if "above" in meta and high is not None:
        words = f"above {meta['above']:,} and at most {high:,}"
        return words, {"min_value": meta["above"], "strict_min": True, "max_value": high}
    return None


def percent(share: float) -> str:
    return f"{100 * share:g} %"
