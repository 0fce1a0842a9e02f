"""The shop as it was at earlier times: the same models built as of a cut, and what was bought after it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
from dbt.contracts.graph.manifest import Manifest
from scipy.sparse import csr_matrix

from dbt_tools.build_vars import declared_vars
from dbt_tools.dbt_runs import run_dbt
from dbt_tools.relations import Relations, literal
from ranker.spline import Knots, design_matrix

HERE = Path(__file__).parent
# of a larger shop a replay makes candidates of a sample that is no smaller (var replayed_users), and so many are read
USERS_MAX = 20_000


@dataclass
class Window:
    """Candidates of one cut with their labels, and how many relevant items each user has who bought any.

    Users and items are the numbers of temp tables sampled_users and item_numbers.
    """

    cut: datetime
    users: np.ndarray
    items: np.ndarray
    times_bought: np.ndarray
    labels: np.ndarray
    positions: dict[str, np.ndarray]
    relevant: dict[int, int]

    def design(self, rows: np.ndarray, knots: Knots) -> csr_matrix:
        return design_matrix(self.positions, knots, rows)


def dbt_build(
    database: Path, variables: dict, folder: Path, *arguments: str, manifest: Manifest | None = None
) -> None:
    """`dbt build` without unit tests; dbt prints its errors by itself."""
    run = run_dbt(
        *("build", "--exclude-resource-type", "unit_test", *arguments),
        variables=variables,
        folder=folder,
        database=database,
        manifest=manifest,
    )
    if not run.succeeded:
        raise SystemExit(
            "recmail: the models could not be replayed, see the messages above; nothing was learned"
        )


def open_replay(
    replay: Path, later: Path, relations: Relations, cut: datetime, label_days: int, variables: dict
) -> duckdb.DuckDBPyConnection:
    """A connection that holds what was relevant after the cut; `later` is a warehouse that knows."""
    connection = relations.connect(replay)
    connection.execute(f"attach {literal(later)} as later (read_only)")
    connection.execute(f"create temp view bought_later as from later.{relations.named('int_purchases')}")
    settings = {
        "cut": cut,
        "label_days": label_days,
        "repurchase_window_days": (declared_vars() | variables)["repurchase_window_days"],
        "users_max": USERS_MAX,
    }
    for name, value in settings.items():
        connection.execute(f"set variable {name} = $value", {"value": value})
    connection.execute((HERE / "relevant.sql").read_text(encoding="utf-8"))
    return connection


def read_window(connection: duckdb.DuckDBPyConnection, cut: datetime) -> Window:
    """Candidates of the sampled users, by user and item."""
    candidates = connection.sql(
        """
        select
            sampled_users.user_number,
            item_numbers.item_number,
            relevant.item_id is not null as label,
            places.*
        from int_candidate_knot_places as places
        inner join sampled_users using (user_key)
        inner join item_numbers using (item_key)
        left join relevant using (user_id, item_id)
        order by sampled_users.user_id, item_numbers.item_id
        """
    ).to_arrow_table()
    counts = connection.execute(
        "select user_number, count(*) from relevant inner join sampled_users using (user_id) group by user_number"
    ).fetchall()
    read = {"user_number", "item_number", "label", "user_key", "item_key", "times_bought"}
    return Window(
        cut=cut,
        users=candidates["user_number"].to_numpy(),
        items=candidates["item_number"].to_numpy(),
        times_bought=candidates["times_bought"].to_numpy(),
        labels=candidates["label"].to_numpy(zero_copy_only=False).astype(np.int8),
        positions={
            name: candidates[name].to_numpy().astype(np.float32)
            for name in candidates.column_names
            if name not in read
        },
        relevant=dict(counts),
    )


def read_knots(replay: Path, relations: Relations) -> Knots:
    with relations.connect(replay) as connection:
        counts = dict(connection.execute("select distinct feature, knots from int_ranking_knots").fetchall())
        columns = connection.execute("select * from int_candidate_knot_places limit 0").description
    return {name: counts[name] for (name, *_) in columns if name in counts}
