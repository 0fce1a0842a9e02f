"""Who has asked to be erased: the warehouse keeps none of their ids, its view on the inputs shows them."""

import duckdb

from dbt_tools.relations import LATEST_RUN, qualified, schemas_holding

REQUESTS = "erasure_requests"


def erased_users(connection: duckdb.DuckDBPyConnection) -> list[str] | None:
    """Their ids as the inputs name them now; None where the inputs are elsewhere, or can't be read without dbt."""
    schemas = schemas_holding(connection, LATEST_RUN)
    if not schemas:
        return None
    try:
        rows = connection.sql(
            f"select distinct user_id from {qualified(schemas[0], REQUESTS)} where user_id is not null order by all"
        ).fetchall()
    except duckdb.Error:
        return None
    return [user_id for (user_id,) in rows]
