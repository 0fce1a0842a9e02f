"""Arms that learn: weights and off-policy estimates against numpy, and what the loop gains where truth is known.

Made-up users and the compiled models alone, not a whole shop. `python tests/python/test_adaptive.py 10 FOLDER` runs ten
seeds.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats
from warehouse import compiled_models, run_models

START, DAYS, DAYS_TO_ANSWER = datetime(2024, 1, 1, 6), 56, 3
# share of emails that are clicked, by segment and arm: no arm is the best one everywhere
RATES = {
    "browser": {"general": 0.04, "of_the_item": 0.09, "price": 0.05},
    "first_time_buyer": {"general": 0.10, "of_the_item": 0.05, "price": 0.05},
    "repeat_buyer": {"general": 0.06, "of_the_item": 0.07, "price": 0.14},
}
SEGMENTS, ARMS = list(RATES), sorted(RATES["browser"])
USERS = [f"u{number}" for number in range(900)]
PRIOR, GRID, SHARE_MIN = 50, 101, 0.05


class Shop:
    """Emails of one experiment, a day after the other; `learns` or draws evenly."""

    def __init__(self, models: dict[str, str], seed: int, learns: bool):
        self.models, self.learns = models, learns
        self.chance = np.random.default_rng(seed)
        self.segments = {user: SEGMENTS[number % 3] for number, user in enumerate(USERS)}
        self.connection = duckdb.connect(config={"threads": 1})
        arms = [
            {
                "experiment": "subjects",
                "arm": arm,
                "assigned_by": "adaptive",
                "layer": "subject",
                "traffic_from": 0.0,
                "traffic_to": 1.0,
                "starts_at": START,
                "arm_count": 3,
                "arm_share": 1 / 3,
                "share_reached": 1.0,
            }
            for arm in ARMS
        ]
        self.table("int_experiment_arms", arms)
        self.table("int_user_segments", [{"user_id": u, "segment": s} for u, s in self.segments.items()])
        self.table(
            "stg_users", [{"user_id": u, "email": f"{u}@shop.test", "signed_up_at": START} for u in USERS]
        )
        self.connection.execute(
            """
            create table stg_experiment_assignments (
                experiment varchar, user_id varchar, arm varchar, assigned_at timestamp
            );
            create table checked_experiment_assignments as from stg_experiment_assignments;
            create table stg_queued_messages (
                message_id varchar, user_id varchar, segment varchar, adaptive_experiment varchar, adaptive_arm varchar,
                arm_share double, as_of timestamp
            );
            create table int_experiment_touches (
                message_id varchar, user_id varchar, touched_at timestamp, is_clicked integer, clicked_at timestamp
            );
            """
        )

    def table(self, name: str, rows: list[dict]) -> None:
        self.connection.register("given", pd.DataFrame(rows))
        self.connection.execute(f"create or replace table {name} as from given")

    def build(self, day: datetime) -> None:
        self.table("stg_as_of", [{"as_of": day}])
        run_models(self.connection, self.models)

    def live(self) -> "Shop":
        for number in range(DAYS):
            day = START + timedelta(days=number)
            mailed = [user for index, user in enumerate(USERS) if index // 3 % 3 == number % 3]
            # the same luck, whether it learns or not
            luck = dict(zip(mailed, self.chance.random(len(mailed)), strict=True))
            if self.learns:
                self.build(day)
                drawn = self.connection.execute(
                    "select user_id, arm, arm_share from int_experiment_users"
                ).fetchall()
                draws = {user: (arm, share) for user, arm, share in drawn}
            else:
                even = np.random.default_rng(number)
                draws = {user: (ARMS[even.integers(3)], 1 / 3) for user in USERS}
            emails = [
                {
                    "message_id": f"{user}-{number}",
                    "user_id": user,
                    "segment": self.segments[user],
                    "arm": draws[user][0],
                    "arm_share": draws[user][1],
                    "day": day,
                    "is_clicked": int(luck[user] < RATES[self.segments[user]][draws[user][0]]),
                }
                for user in mailed
            ]
            self.connection.register("emails", pd.DataFrame(emails))
            self.connection.execute(
                "insert into stg_queued_messages select message_id, user_id, segment, 'subjects', arm, arm_share, "
                "day from emails"
            )
            self.connection.execute(
                "insert into int_experiment_touches select message_id, user_id, day, is_clicked, "
                "case when is_clicked = 1 then day end from emails"
            )
        self.build(START + timedelta(days=DAYS + DAYS_TO_ANSWER))
        return self

    def clicks(self) -> int:
        return self.connection.execute("select sum(is_clicked) from int_experiment_touches").fetchone()[0]

    def rows(self, sql: str) -> pd.DataFrame:
        return self.connection.execute(sql).df()


def models() -> dict[str, str]:
    names = "int_adaptive_messages int_arm_rates int_arm_weights int_experiment_users policy_estimates"
    return compiled_models(names, {"adaptive_share_min": SHARE_MIN})


@pytest.fixture(scope="module")
def compiled() -> dict[str, str]:
    return models()


@pytest.fixture(scope="module")
def learned(compiled) -> Shop:
    return Shop(compiled, 1, learns=True).live()


@pytest.fixture(scope="module")
def even(compiled) -> Shop:
    return Shop(compiled, 1, learns=False).live()


def chances_to_be_best(rates: np.ndarray, errors: np.ndarray) -> np.ndarray:
    quantiles = stats.norm.ppf((np.arange(1, GRID + 1) - 0.5) / GRID)
    found = []
    for arm, (rate, error) in enumerate(zip(rates, errors, strict=True)):
        others = [other for other in range(len(rates)) if other != arm]
        values = (rate + quantiles * error)[:, None]
        found.append(stats.norm.cdf((values - rates[others]) / errors[others]).prod(axis=1).mean())
    return np.array(found) / sum(found)


def test_weights_are_numpys(even):
    """Of messages drawn evenly, so that every arm of every context has some."""
    weights = even.rows("from int_arm_weights order by context, arm")
    log = even.rows(
        "select segment as context, adaptive_arm as arm, is_clicked from stg_queued_messages "
        "join int_experiment_touches using (message_id)"
    )
    counted = log.groupby(["context", "arm"])["is_clicked"].agg(["count", "sum"])
    by_arm = log.groupby("arm")["is_clicked"].agg(["count", "sum"])
    rate_of_all = (log["is_clicked"].sum() + 1) / (len(log) + 2)
    for context, rows in weights.groupby("context"):
        prior = np.array(
            [
                (by_arm.loc[arm, "sum"] + PRIOR * rate_of_all) / (by_arm.loc[arm, "count"] + PRIOR)
                for arm in ARMS
            ]
        )
        clicked = np.array([counted.loc[(context, arm), "sum"] for arm in ARMS]) + PRIOR * prior
        mailed = np.array([counted.loc[(context, arm), "count"] for arm in ARMS]) + PRIOR
        posterior = stats.beta(clicked, mailed - clicked)
        rates, errors = posterior.mean().round(9), posterior.std().round(9)
        assert rows["rate"].to_numpy() == pytest.approx(rates, abs=1.1e-9)
        assert rows["rate_error"].to_numpy() == pytest.approx(errors, abs=1.1e-9)
        expected = chances_to_be_best(rates, errors)
        assert rows["weight"].to_numpy() == pytest.approx(expected, abs=1e-6)
        shares = SHARE_MIN + (1 - 3 * SHARE_MIN) * expected
        assert rows["arm_share"].to_numpy() == pytest.approx(shares, abs=2e-6)
        assert rows["arm_share"].sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("rates", [(0.05, 0.05, 0.05), (0.05, 0.055, 0.06), (0.03, 0.05, 0.08)])
def test_the_grid_is_near_the_chance_that_a_beta_is_the_largest(rates):
    """What the normal approximation and a hundred quantiles cost: less than a share that anybody would notice."""
    mailed = np.array([400, 500, 600])
    posteriors = [stats.beta(rate * n, (1 - rate) * n) for rate, n in zip(rates, mailed, strict=True)]
    exact = [
        integrate.quad(
            lambda x, arm=arm: (
                posteriors[arm].pdf(x)
                * np.prod([other.cdf(x) for other in posteriors if other is not posteriors[arm]])
            ),
            0,
            0.5,
            limit=200,
        )[0]
        for arm in range(3)
    ]
    found = chances_to_be_best(
        np.array([posterior.mean() for posterior in posteriors]),
        np.array([posterior.std() for posterior in posteriors]),
    )
    assert found == pytest.approx(exact, abs=0.02)


def test_arms_are_drawn_as_often_as_their_shares_say_and_the_same_again(learned):
    draws = "select user_id, arm from int_experiment_users order by user_id"
    today = learned.rows(draws)
    shares = learned.rows("from int_arm_weights").set_index(["context", "arm"])["arm_share"]
    late_clicks = "update int_experiment_touches set clicked_at = $1 where is_clicked = 0"
    later = START + timedelta(days=DAYS + DAYS_TO_ANSWER, hours=9)
    learned.connection.execute(late_clicks, [later])
    learned.build(later)
    assert learned.rows(draws).equals(today), "later on the same day, when readers click what is old"
    learned.connection.execute(late_clicks, [None])
    days = []
    for number in range(1, 11):
        learned.build(START + timedelta(days=DAYS + DAYS_TO_ANSWER + number))
        days.append(learned.rows(draws).merge(learned.rows("from int_user_segments")))
    assert not days[0].equals(days[1])
    counts = pd.concat(days).groupby(["segment", "arm"]).size()
    for (segment, arm), count in counts.items():
        share = shares[segment, arm]
        assert stats.binomtest(count, 300 * 10, share).pvalue > 1e-4
    learned.build(START + timedelta(days=DAYS + DAYS_TO_ANSWER))


def test_estimates_of_policies_are_numpys(learned):
    found = learned.rows("from policy_estimates").set_index("policy")
    log = learned.rows(
        "select segment, adaptive_arm as arm, arm_share, is_clicked from stg_queued_messages "
        "join int_experiment_touches using (message_id)"
    )
    clicked = log["is_clicked"].to_numpy()
    for policy, chance in {f"always {arm}": (log["arm"] == arm) for arm in ARMS}.items():
        weights = np.minimum(chance / log["arm_share"], 20).to_numpy()
        row = found.loc[policy]
        snips = (weights * clicked).sum() / weights.sum()
        error = np.sqrt((weights**2 * (clicked - snips) ** 2).sum()) / weights.sum()
        assert row["ips_rate"] == pytest.approx((weights * clicked).mean(), rel=1e-9)
        assert row["snips_rate"] == pytest.approx(snips, rel=1e-9)
        assert row["snips_rate_high"] - row["snips_rate"] == pytest.approx(1.959964 * error, rel=1e-6)
        assert row["effective_message_count"] == pytest.approx(
            weights.sum() ** 2 / (weights**2).sum(), rel=1e-9
        )
    assert found["logged_rate"].to_numpy() == pytest.approx(clicked.mean(), rel=1e-9)


def truth(policy: str, shop: Shop) -> float:
    """Share of emails that the policy gets clicked; as many go to one segment as to another."""
    shares = shop.rows("from int_arm_weights").set_index(["context", "arm"])["arm_share"]
    return float(
        np.mean(
            [
                sum(
                    rate
                    * {"evenly": 1 / 3, "by weights of today": shares[segment, arm]}.get(
                        policy, float(policy == f"always {arm}")
                    )
                    for arm, rate in RATES[segment].items()
                )
                for segment in SEGMENTS
            ]
        )
    )


def covered(shop: Shop) -> list[bool]:
    """Of each policy whether its interval has the truth in it."""
    return [
        row.snips_rate_low <= truth(row.policy, shop) <= row.snips_rate_high
        for row in shop.rows("from policy_estimates").itertuples()
    ]


def test_the_loop_gains_clicks_and_foresees_what_policies_would_bring(learned, even):
    assert learned.clicks() > 1.1 * even.clicks()
    best = learned.rows("select context, max_by(arm, arm_share) as arm from int_arm_weights group by context")
    assert dict(best.itertuples(index=False)) == {
        segment: max(rates, key=rates.get) for segment, rates in RATES.items()
    }
    # 95 % intervals of five policies
    assert sum(covered(learned)) >= 4 and sum(covered(even)) >= 4


def test_nothing_is_said_where_nothing_is_known(compiled):
    shop = Shop(compiled, 1, learns=True)
    shop.build(START)
    shares = shop.rows("select arm_share from int_arm_weights")["arm_share"]
    assert shares.to_numpy() == pytest.approx(1 / 3, abs=1e-6)
    estimates = shop.rows("from policy_estimates")
    assert len(estimates) == 5 and set(estimates["why_not_yet"]) == {"too_few_effective_messages"}
    assert estimates["snips_rate"].isna().all()


if __name__ == "__main__":
    import warehouse

    warehouse.shared_folder = Path(sys.argv[2])
    sql, gains, hits = models(), [], []
    for seed in range(1, int(sys.argv[1]) + 1):
        on, off = Shop(sql, seed, learns=True).live(), Shop(sql, seed, learns=False).live()
        gains.append(on.clicks() / off.clicks() - 1)
        hits += covered(on)
        print(f"seed {seed}: {on.clicks()} clicks with the loop, {off.clicks()} without", flush=True)
    print(
        f"gain {np.mean(gains):.1%} ({min(gains):.1%} to {max(gains):.1%}); {np.mean(hits):.0%} of intervals right"
    )
