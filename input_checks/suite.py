"""The Great Expectations suite of an input, made from its contract."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from input_checks.contract import Column, InputContract

# what text of each data_type can be read as: words, and DuckDB's type
READABLE = {
    "number": ("a number", "double"),
    "timestamp": ("a timestamp", "timestamptz"),
    "boolean": ("true or false", "boolean"),
}


@dataclass(frozen=True)
class Expected:
    """One expectation: in words, as Great Expectations has it, and as SQL for the rows that are not as expected."""

    description: str
    severity: str
    type: str
    arguments: dict = field(default_factory=dict)
    column_name: str | None = None
    judged_column: str | None = None
    unexpected: str | None = None
    shows_keys: bool = False


def expectations(contract: InputContract) -> Iterator[Expected]:
    """What the whole table must look like; single bad rows are set aside in staging."""
    if contract.is_required:
        arguments = {"min_value": 1}
        yield Expected(
            "There is at least one row.", "critical", "expect_table_row_count_to_be_between", arguments
        )
    for column in contract.columns:
        if column.meta.get("required"):
            yield has_a_value(column.name, "critical", contract.error_share)
            yield has_a_value(column.name, "warning", contract.warn_share)
        if column.data_type in READABLE:
            yield is_readable(column, contract.error_share)
    if len(contract.key) == 1:
        yield is_unique(contract, contract.key[0])
    for column in contract.columns:
        if bounds := value_range(column.meta):
            yield is_in_range(column.name, *bounds, contract.error_share)


def judged_rows(contract: InputContract) -> str:
    """A query for the columns that the expectations look at, so that GX counts all of them in one statement."""
    expected = list(expectations(contract))
    named = [one.column_name for one in expected if one.column_name and not one.judged_column]
    computed = [one.judged_column for one in expected if one.judged_column]
    columns = dict.fromkeys([*contract.key, *named, *computed])
    return f"select {', '.join(columns)} from {contract.relation}"


def has_a_value(name: str, severity: str, share: float) -> Expected:
    return Expected(
        f"{name} has a value in at least {percent(1 - share)} of the rows.",
        severity,
        "expect_column_values_to_not_be_null",
        {"column": name, "mostly": 1 - share},
        name,
        unexpected=f"{name} is null",
        shows_keys=True,
    )


def is_readable(column: Column, share: float) -> Expected:
    words, duckdb_type = READABLE[column.data_type]
    name, judged = column.name, f"{column.name}_is_readable"
    readable = f"try_cast({name} as {duckdb_type}) is not null"
    if column.data_type == "timestamp":  # as macro clean_timestamp has it
        readable += f" and regexp_matches(cast({name} as varchar), '^([0-9]{{4}}|infinity$)')"
    if column.data_type == "boolean":  # WooCommerce's -1 is a draft
        readable = f"({readable} or try_cast({name} as double) is not null)"
    return Expected(
        f"{name} is {words} in at least {percent(1 - share)} of the rows that have one.",
        "critical",
        "expect_column_values_to_be_in_set",
        {"column": judged, "value_set": [True], "mostly": 1 - share},
        name,
        judged_column=f"case when {name} is not null then {readable} end as {judged}",
        unexpected=f"{name} is not null and not ({readable})",
    )


def is_unique(contract: InputContract, name: str) -> Expected:
    share = contract.error_share
    return Expected(
        f"{name} is unique in at least {percent(1 - share)} of the rows.",
        "critical",
        "expect_column_values_to_be_unique",
        {"column": name, "mostly": 1 - share},
        name,
        unexpected=f"{name} in (select {name} from {contract.relation} group by {name} having count(*) > 1)",
        shows_keys=True,
    )


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


def is_in_range(name: str, words: str, bounds: dict, share: float) -> Expected:
    judged, number = f"{name}_as_number", f"try_cast({name} as double)"
    below = "<=" if bounds.get("strict_min") else "<"
    return Expected(
        f"{name} is {words} in at least {percent(1 - share)} of the rows.",
        "warning",
        "expect_column_values_to_be_between",
        {"column": judged, "mostly": 1 - share, **bounds},
        name,
        judged_column=f"{number} as {judged}",
        unexpected=f"({number} {below} {bounds['min_value']} or {number} > {bounds['max_value']})",
    )


def percent(share: float) -> str:
    return f"{100 * share:g} %"
