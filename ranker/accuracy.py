"""How good lists and probabilities are on held-out time, by group of users: the rows of the ranker's table accuracy."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from ranker.metrics import probability_metrics, top_ranks
from ranker.replays import Window

HERE = Path(__file__).parent
LIST_LENGTH = 10


def list_accuracy(
    connection: duckdb.DuckDBPyConnection, window: Window, log_odds: dict[str, np.ndarray]
) -> list[dict]:
    """Metrics of each model's ranking of the window's candidates, beside popularity, buy-again and each strategy alone.

    `connection` is that of the window's replay (replays.open_replay).
    """
    connection.execute(f"set variable list_length = {LIST_LENGTH}")
    connection.execute((HERE / "held_out.sql").read_text(encoding="utf-8"))
    for model, scores in log_odds.items():
        insert_list(connection, window, model, scores, np.arange(scores.size))
    for name, scores in window.positions.items():
        # a strategy's own list holds what it proposed, best first
        if name.endswith("_score"):
            insert_list(
                connection, window, f"{name.removesuffix('_score')} alone", scores, np.flatnonzero(scores > 0)
            )
    found = connection.execute((HERE / "list_metrics.sql").read_text(encoding="utf-8"))
    names = [column for column, *_ in found.description]
    rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    for dimension, value, users in groups(connection):
        chosen = np.isin(window.users, users)
        for model, scores in log_odds.items():
            metrics = probability_metrics(window.labels[chosen], 1 / (1 + np.exp(-scores[chosen])))
            group = {
                "model": model,
                "dimension": dimension,
                "dimension_value": value,
                "user_count": users.size,
            }
            rows += [group | {"metric": name, "value": metric} for name, metric in metrics.items()]
    return rows


def groups(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, np.ndarray]]:
    """(dimension, value, user numbers) of each group."""
    rows = connection.execute(
        """
        select dimension, dimension_value, list(user_number order by user_number)
        from user_groups
        inner join sampled_users using (user_id)
        group by all
        order by all
        """
    ).fetchall()
    return [(dimension, value, np.array(users)) for dimension, value, users in rows]


def insert_list(
    connection: duckdb.DuckDBPyConnection, window: Window, model: str, scores: np.ndarray, rows: np.ndarray
) -> None:
    """Appends each user's best of these candidates to temp table lists."""
    best, place = top_ranks(window.users[rows], scores[rows], window.items[rows], LIST_LENGTH)
    ranked = pa.table(
        {"user_number": window.users[rows][best], "item_number": window.items[rows][best], "place": place + 1}
    )
    connection.register("ranked", ranked)
    connection.execute(
        """
        insert into lists
        select $model, sampled_users.user_id, item_numbers.item_id, ranked.place
        from ranked
        inner join sampled_users using (user_number)
        inner join item_numbers using (item_number)
        semi join asked using (user_id)
        """,
        {"model": model},
    )
    connection.unregister("ranked")
