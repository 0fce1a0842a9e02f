"""The ranker's tables in a warehouse: what training learned, run after run. Coefficients and totals, no user's row."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from dbt_tools.relations import RANKER_SCHEMA, Relations, connect, literal, open_file, qualified
from ranker.spline import Knots, places

TIMES_BOUGHT = (0, 1, 2)
# per times bought the intercept and a coefficient per column of the design
Models = dict[int, np.ndarray]


def copy_ranker(source: Path, target: Path, schema: str = RANKER_SCHEMA) -> None:
    """Gives a database what was learned so far; a table that it has gets the columns that it lacks."""
    with open_file(target, read_only=False) as connection:
        connection.execute(f"create schema if not exists {qualified(schema)}")
        connection.execute(f"attach {literal(source)} as source (read_only)")
        columns = connection.execute(
            """
            select table_name, column_name, data_type
            from duckdb_columns()
            where database_name = 'source' and schema_name = $schema
            order by table_name, column_index
            """,
            {"schema": schema},
        ).fetchall()
        for table in dict.fromkeys(table for table, _, _ in columns):
            named = qualified(schema, table)
            connection.execute(f"create table if not exists {named} as from source.{named}")
        for table, column, data_type in columns:
            connection.execute(
                f"alter table {qualified(schema, table)} add column if not exists {qualified(column)} {data_type}"
            )


def next_run_number(database: Path, relations: Relations) -> int:
    with relations.connect(database) as connection:
        ((number,),) = connection.execute(
            "select coalesce(max(run_number), 0) + 1 from training_runs"
        ).fetchall()
    return number


def current_models(replay: Path, relations: Relations, knots: Knots) -> tuple[str, Models]:
    """What ranks in a build, with its run: the champion or, before there is one, the default coefficients.

    Of a champion the coefficients as they were judged: what ranks was fitted again with the purchases it was judged on,
    and would be compared on purchases it knows.
    """
    with relations.connect(replay) as connection:
        current = connection.execute(
            "select run_id, times_bought, feature, knot, coefficient from int_ranker_coefficients"
        ).fetchall()
        run_id = current[0][0]
        judged = connection.execute(
            """
            select run_id, times_bought, feature, knot, coefficient
            from coefficients
            where run_id = $run_id and not is_final
            """,
            {"run_id": run_id},
        ).fetchall()
    column = {place: number for number, place in enumerate(places(knots))}
    models = {times_bought: np.zeros(len(column)) for times_bought in TIMES_BOUGHT}
    for _, times_bought, feature, knot, coefficient in judged or current:
        if (feature, knot) in column:  # a feature may have gone since
            models[times_bought][column[feature, knot]] = coefficient
    return run_id, models


def keep(
    database: Path,
    relations: Relations,
    run: dict,
    judged: Models,
    final: Models | None,
    knots: Knots,
    accuracy: list[dict],
) -> None:
    """Appends a run with its coefficients and how it did, all or nothing."""
    coefficients = [
        (run["run_id"], times_bought, feature, knot, float(coefficient), is_final)
        for is_final, models in ((False, judged), (True, final))
        for times_bought, values in (models or {}).items()
        for (feature, knot), coefficient in zip(places(knots), values, strict=True)
    ]
    names = ("run_id", "times_bought", "feature", "knot", "coefficient", "is_final")
    with connect(database, [relations.ranker_schema], read_only=False) as connection:
        connection.execute("begin")
        insert(connection, "training_runs", [run])
        insert(connection, "coefficients", [dict(zip(names, row, strict=True)) for row in coefficients])
        insert(connection, "accuracy", [{"run_id": run["run_id"]} | row for row in accuracy])
        connection.execute("commit")


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict]) -> None:
    """Appends rows of the same names to a table of the ranker, which the connection finds by its bare name."""
    if rows:
        connection.register("rows_to_insert", pa.Table.from_pylist(rows))
        connection.execute(f"insert into {table} by name from rows_to_insert")
        connection.unregister("rows_to_insert")
