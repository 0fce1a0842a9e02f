"""Rows of a query as dicts. What users type goes into queries as parameters alone."""

import duckdb


def rows(connection: duckdb.DuckDBPyConnection, sql: str, **parameters) -> list[dict]:
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def keys(numbers: list[int]) -> str:
    """Numbers as a list for `in`: views take such a list to where they start, and no parameter of a list."""
    return ", ".join(str(int(number)) for number in numbers)
