"""Part of `make train`: whom emails move, learned from those who drew the holdout beside those who were mailed.

Class 1 is who was mailed and ordered, or was not mailed and did not order. With even chances of being mailed
P(class 1) = (1 + uplift) / 2, so that one logistic regression learns it (Jaskowski and Jaroszewicz, 2012); weights make
uneven chances even. Features are of the last 30-day cut before the first email that was sent or withheld, the outcome
is an order within the days of the holdout's window.

Every user is foretold by a regression that has not seen him. It is kept if mailing by it, the highest uplift first,
causes more orders than mailing at random, beyond what chance allows, and more than mailing the likeliest buyers first.
"""

from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

import duckdb
import numpy as np
from scipy.sparse import csr_matrix

from dbt_tools.build_vars import declared_vars
from dbt_tools.relations import Relations, literal
from ranker.predictions import coefficient_rows, prediction_knots
from ranker.spline import Knots, design_matrix, fit_logistic

PREDICTION = "mail_uplift"
FOLDS = 4
# on either side; 200 orders tell a rate to a seventh, and no smaller difference of two. constants() has the first, too
USERS_MIN, ORDERS_MIN = 1000, 200
# weight of the squared coefficients; differences are smaller than rates, and are pulled further to none
REGULARISATION = 100.0
RESAMPLES = 200
# one-sided, 95 %
ERRORS_ABOVE_NOTHING = 1.645

DRAWN = """
    select
        places.*,
        drawn.arm = 'mailed' as is_mailed,
        drawn.revenue_amount > 0 as has_ordered,
        cast(predictions.order_probability_30d as double) as order_probability
    from drawn
    inner join int_user_snapshots as snapshots
        on
            drawn.user_id = snapshots.user_id
            and drawn.first_at >= snapshots.cut_at
            and drawn.first_at < snapshots.cut_at + to_days(30)
    inner join int_user_knot_places as places
        on snapshots.user_id = places.user_id and snapshots.cut_number = places.cut_number
    inner join int_user_predictions as predictions
        on snapshots.user_id = predictions.user_id and snapshots.cut_number = predictions.cut_number
    where snapshots.cut_number > 0
    order by places.user_id
"""


@dataclass
class Drawn:
    """Buyers of whom a draw decided whether they were mailed, a line each."""

    design: csr_matrix
    is_mailed: np.ndarray
    has_ordered: np.ndarray
    order_probability: np.ndarray
    fold: np.ndarray

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection, knots: Knots) -> "Drawn":
        """`connection` finds the past by its names, and the users of the holdout's comparison as `drawn`."""
        rows = connection.sql(DRAWN).to_arrow_table()
        fold = [md5(user.encode()).digest()[0] % FOLDS for user in rows["user_id"].to_pylist()]
        return cls(
            design_matrix({name: rows[name].to_numpy() for name in knots}, knots),
            rows["is_mailed"].to_numpy(zero_copy_only=False).astype(bool),
            rows["has_ordered"].to_numpy(zero_copy_only=False).astype(bool),
            rows["order_probability"].to_numpy(),
            np.array(fold, dtype=int),
        )

    def lack(self) -> str | None:
        """What is missing to learn from, None if nothing is."""
        for name, chosen in (("mailed", self.is_mailed), ("withheld", ~self.is_mailed)):
            users, orders = int(chosen.sum()), int(self.has_ordered[chosen].sum())
            if users < USERS_MIN or orders < ORDERS_MIN:
                return (
                    f"{users:,} {name} buyers with {orders:,} who ordered, "
                    f"{USERS_MIN:,} with {ORDERS_MIN:,} are needed on both sides"
                )
        return None

    def fit(self, rows: np.ndarray) -> np.ndarray:
        """Intercept and coefficients of the log-odds of class 1."""
        share = self.is_mailed[rows].mean()
        weights = np.where(self.is_mailed[rows], 0.5 / share, 0.5 / (1 - share))
        labels = (self.is_mailed[rows] == self.has_ordered[rows]).astype(np.int8)
        return fit_logistic(self.design[rows], labels, REGULARISATION, weights)

    def foretold(self) -> np.ndarray:
        """Uplift of every user, by what the other folds' users did."""
        found = np.empty(self.is_mailed.size)
        for fold in range(FOLDS):
            inside = self.fold == fold
            coefficients = self.fit(np.flatnonzero(~inside))
            found[inside] = uplift(coefficients, self.design[np.flatnonzero(inside)])
        return found


def uplift(coefficients: np.ndarray, design: csr_matrix) -> np.ndarray:
    return 2 / (1 + np.exp(-(coefficients[0] + design @ coefficients[1:]))) - 1


def qini(scores: np.ndarray, is_mailed: np.ndarray, has_ordered: np.ndarray) -> float:
    """Orders per user that mailing by falling score causes beyond mailing as many at random, over all shares mailed.

    The area between Radcliffe's Qini curve, orders of the mailed less those of the withheld at the mailed ones' number,
    and the straight line to its end, per user and share (2007). Users of one score stand together.
    """
    order = np.argsort(-scores, kind="stable")
    mailed = np.cumsum(is_mailed[order])
    withheld = np.cumsum(~is_mailed[order])
    ordered = has_ordered[order]
    mailed_orders = np.cumsum(ordered & is_mailed[order])
    withheld_orders = np.cumsum(ordered & ~is_mailed[order])
    caused = mailed_orders - withheld_orders * np.divide(
        mailed, withheld, out=np.zeros(mailed.size), where=withheld > 0
    )
    ends = np.append(np.flatnonzero(np.diff(scores[order])), scores.size - 1)
    shares = np.concatenate([[0.0], (ends + 1) / scores.size])
    curve = np.concatenate([[0.0], caused[ends]])
    return float((np.trapezoid(curve, shares) - curve[-1] / 2) / mailed[-1])


def qini_error(scores: np.ndarray, is_mailed: np.ndarray, has_ordered: np.ndarray) -> float:
    """Standard error by resampling users, from a seed: the same inputs give the same verdict."""
    chance = np.random.default_rng(0)
    found = []
    for _ in range(RESAMPLES):
        rows = chance.integers(0, scores.size, scores.size)
        found.append(qini(scores[rows], is_mailed[rows], has_ordered[rows]))
    return float(np.std(found, ddof=1))


@dataclass
class Uplift:
    """New rows of prediction_runs and prediction_coefficients, without their run, and what to tell of them."""

    runs: list[dict]
    coefficients: list[dict]
    text: str


def learn_uplift(drawn: Drawn, knots: Knots, label_days: int) -> Uplift:
    scores = drawn.foretold()
    found = qini(scores, drawn.is_mailed, drawn.has_ordered)
    error = qini_error(scores, drawn.is_mailed, drawn.has_ordered)
    of_buyers = qini(drawn.order_probability, drawn.is_mailed, drawn.has_ordered)
    is_better = bool(found > ERRORS_ABOVE_NOTHING * error and found > of_buyers)
    run = {
        "prediction": PREDICTION,
        "champion_run_id": "random",
        "label_days": label_days,
        "cut_count": FOLDS,
        "row_count": int(scores.size),
        "label_share": float(drawn.has_ordered.mean()),
        "qini": found,
        "qini_error": error,
        "order_qini": of_buyers,
        "is_promoted": is_better,
    }
    final = drawn.fit(np.arange(scores.size))
    return Uplift(
        [run],
        coefficient_rows(PREDICTION, final, knots, is_final=True) if is_better else [],
        f"mail_uplift Qini {found:.5f} orders per user (standard error {error:.5f}), random 0, likeliest buyers first "
        f"{of_buyers:.5f}: {'promoted' if is_better else 'not promoted'}",
    )


def learn_from_holdout(latest: Path, database: Path, relations: Relations, variables: dict) -> Uplift:
    """`latest` knows buyers at earlier cuts; the shop's own warehouse, which need not exist, who drew the holdout."""
    nothing = "mail_uplift is not learned: "
    window_days = (declared_vars() | variables)["holdout_window_days"]
    if not database.exists():
        return Uplift([], [], nothing + "no build has told yet who was mailed and who was withheld")
    with relations.connect(latest) as connection:
        connection.execute(f"attach {literal(database)} as shop (read_only)")
        schema, name = (relations.node("int_holdout_users")[key] for key in ("schema", "alias"))
        found = connection.execute(
            "select 1 from duckdb_tables() where (database_name, schema_name, table_name) = ('shop', $1, $2)",
            [schema, name],
        ).fetchall()
        if not found:
            return Uplift([], [], nothing + "no build has told yet who was mailed and who was withheld")
        connection.execute(
            f"""
            create temp view drawn as
            from shop.{relations.named("int_holdout_users")}
            where
                trigger_type = 'all'
                and holdout = 'holdout'
                -- the warehouse may be newer than the training: nothing after its as_of is read
                and first_at <= (select as_of from stg_as_of) - to_days({int(window_days)})
            """
        )
        knots = prediction_knots(connection)
        drawn = Drawn.read(connection, knots)
    lack = drawn.lack()
    if lack:
        return Uplift([], [], nothing + lack)
    return learn_uplift(drawn, knots, window_days)
