"""Clicks in emails, and orders after them, that feed lists and draws: the formulas against numpy, the chances of draws,
and what the loop gains where truth is known.

A made-up shop and the compiled models alone. `python tests/python/test_feedback.py 10 FOLDER` runs ten seeds.
"""

import sys
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from warehouse import compiled_models, run_models

START, WEEKS = datetime(2024, 1, 1), 8
USERS, ITEMS, SLOTS, SURE = 1000, 80, 8, 2
CATEGORIES = np.array([f"c{number % 8}" for number in range(ITEMS)])
SHARE, FACTOR_MAX = 0.2, 1.5
# how many of those who open an email look at each position
LOOKS = np.array([1, 0.8, 0.65, 0.55, 0.45, 0.4, 0.35, 0.3])
NAMES = np.array([f"i{number:02}" for number in range(ITEMS)])
CONVERSIONS = "int_converted_clicks int_strategy_conversions int_item_conversions"
LEARNED = f"int_answered_slots int_position_rates int_strategy_rates {CONVERSIONS} int_item_click_lifts"
LIST_CLICKS = Path(__file__).parents[2] / "recmail" / "list_clicks.sql"
DRAWN = "int_exploration_draws int_open_slots"


class Shop:
    """A weekly email to everybody. Who is likely to buy what is known; that some items are clicked more than others by
    all who see them is to be learned. `spread` is the standard deviation of the logarithm of that, `order_spread`
    of how often a click becomes an order: without it none does. Orders are learned from if `learns_orders`."""

    def __init__(
        self,
        models: dict[str, str],
        seed: int,
        learns: bool,
        spread: float = 0.6,
        order_spread: float | None = None,
        learns_orders: bool = True,
    ):
        self.models, self.learns, self.learns_orders = models, learns, learns_orders
        chance = np.random.default_rng(seed)
        self.appeal = np.exp(spread * chance.standard_normal(ITEMS) - spread**2 / 2)
        self.taste = chance.standard_normal((USERS, ITEMS))
        self.luck = chance.random((WEEKS, USERS, ITEMS))
        self.true_clicks = self.clicks = self.true_orders = 0
        chance = np.random.default_rng([seed, 1])
        liking = np.exp((order_spread or 0) * chance.standard_normal(ITEMS) - (order_spread or 0) ** 2 / 2)
        self.order_rate = np.zeros(ITEMS) if order_spread is None else np.minimum(0.25 * liking, 1)
        self.order_luck = chance.random((WEEKS, USERS, ITEMS))
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute(f"""
            create table stg_send_log (
                message_id varchar, user_id varchar, trigger_type varchar, segment varchar, state varchar,
                sent_at timestamp,
                items struct(position integer, item_id varchar, propensity double, strategy varchar)[]
            );
            create table int_email_events (
                message_id varchar, user_id varchar, item_id varchar, event_type varchar, is_machine boolean,
                occurred_at timestamp
            );
            create table int_purchases (user_id varchar, item_id varchar, ordered_at timestamp);
            create table placements as select 'email_digest' as placement, {SLOTS} as items;
            create table int_item_rules (item_key integer, action varchar);
            create table int_user_keys as
            select 'u' || number as user_id, number as user_key from range({USERS}) as users (number);
            create table int_candidates_explore as
            select users.user_key, items.number as item_key
            from int_user_keys as users cross join range({ITEMS}) as items (number)
            -- not everybody has the same choice
            where (users.user_key + items.number) % 5 > 0;
            create table int_candidate_eligibility as
            select user_key, item_key, null::varchar as ineligible_reason from int_candidates_explore;
            create table int_placement_users as
            select user_key as list_key, 'email_digest' as placement, user_id, user_key, {SHARE} as explored_slot_share
            from int_user_keys;
        """)
        items = pd.DataFrame({"item_id": NAMES, "category": CATEGORIES, "item_key": range(ITEMS)})
        self.table("stg_items", items)
        self.table("int_item_keys", items.assign(item_number=items["item_key"]))
        self.table("int_item_families", items.assign(family_item_id=items["item_id"]))
        # the first four items are of two kinds
        self.table("int_item_labels", items.assign(kind_number=[0, 0, 1, 1, *range(4, ITEMS)]))

    def table(self, name: str, rows: pd.DataFrame) -> None:
        self.connection.register("given", rows)
        self.connection.execute(f"create or replace table {name} as from given")

    def rows(self, sql: str) -> pd.DataFrame:
        return self.connection.execute(sql).df()

    def run(self, names: str) -> None:
        run_models(self.connection, {name: self.models[name] for name in names.split()})

    def learn(self, as_of: datetime) -> np.ndarray:
        """The factor of each item."""
        self.table("stg_as_of", pd.DataFrame({"as_of": [as_of]}))
        if not self.learns_orders:
            self.connection.execute("delete from int_purchases")
        self.run(LEARNED)
        if not self.learns:
            self.connection.execute("delete from int_item_click_lifts")
        factors = dict(
            self.connection.execute("select item_key, click_factor from int_item_click_lifts").fetchall()
        )
        return np.array([factors.get(item, 1.0) for item in range(ITEMS)])

    def best(self, factors: np.ndarray) -> pd.DataFrame:
        """What stands where without draws."""
        score = np.round(0.8 * self.taste + np.log(factors), 9)
        best = np.argsort(-score, axis=1, kind="stable")[:, :SLOTS]
        return pd.DataFrame(
            {
                "list_key": np.repeat(np.arange(USERS), SLOTS),
                "user_key": np.repeat(np.arange(USERS), SLOTS),
                "position": np.tile(np.arange(1, SLOTS + 1), USERS),
                "item_key": best.ravel(),
                "is_sure": np.tile(np.arange(SLOTS) < SURE, USERS),
            }
        )

    def listed(self, factors: np.ndarray) -> pd.DataFrame:
        """What stands where, drawn items among it."""
        self.table("int_diverse_lists", self.best(factors))
        self.run("int_exploration_draws")
        self.connection.execute("""
            create or replace table int_ranking_pool as
            with items as (
                select list_key as user_key, item_key from int_diverse_lists
                union
                select user_key, item_key from int_exploration_draws where item_key is not null
            )
            select
                items.user_key, items.item_key, labels.kind_number,
                case when draws.item_key = items.item_key then draws.draw_rank end as draw_rank,
                draws.kind_count as draw_kind_count, draws.promising_kind_count as draw_promising_count,
                draws.kind_item_count as draw_item_count, draws.is_promising as is_draw_promising
            from items
            inner join int_item_labels as labels using (item_key)
            left join int_exploration_draws as draws
                on items.user_key = draws.user_key and labels.kind_number = draws.kind_number
        """)
        self.run("int_open_slots")
        return self.rows("""
            select
                list_key as user_key, position, coalesce(drawn_item_key, item_key) as item_key,
                coalesce(propensity, 1) as propensity,
                case when drawn_item_key is null then 'also_bought' else 'explore' end as strategy
            from int_diverse_lists left join int_open_slots using (list_key, position)
            order by all
        """)

    def mail(self, week: int) -> None:
        day = START + timedelta(days=7 * week)
        shown = self.listed(self.learn(day))
        rate = self.rate(shown["user_key"], shown["item_key"], shown["position"])
        shown["is_clicked"] = self.luck[week, shown["user_key"], shown["item_key"]] < rate
        self.true_clicks += rate.sum()
        self.clicks += shown["is_clicked"].sum()
        order_rate = self.order_rate[shown["item_key"]]
        self.true_orders += (rate * order_rate).sum()
        shown["is_purchased"] = self.order_luck[week, shown["user_key"], shown["item_key"]] < order_rate
        self.table("shown", shown.assign(item_id=NAMES[shown["item_key"]], sent_at=day + timedelta(hours=8)))
        self.connection.execute(f"""
            insert into stg_send_log
            select
                'm{week}-' || user_key, 'u' || user_key, 'digest', if(user_key % 2 = 0, 'even', 'odd'), 'accepted',
                any_value(sent_at),
                list({{
                    'position': position, 'item_id': item_id, 'propensity': propensity, 'strategy': strategy
                }} order by position)
            from shown group by user_key;
            insert into int_email_events
            select 'm{week}-' || user_key, 'u' || user_key, item_id, 'click', false, sent_at + interval 1 hour
            from shown where is_clicked;
            insert into int_purchases
            select 'u' || user_key, item_id, sent_at + interval 1 day from shown where is_clicked and is_purchased;
        """)

    def rate(self, user, item, position) -> np.ndarray:
        """Chance of a click: whoever likes an item clicks it more, and so does everybody with some items."""
        liked = np.exp(0.4 * self.taste[user, item])
        return np.minimum(0.07 * LOOKS[np.asarray(position) - 1] * self.appeal[np.asarray(item)] * liked, 1)

    def live(self) -> "Shop":
        for week in range(WEEKS):
            self.mail(week)
        self.learn(START + timedelta(days=7 * WEEKS))
        return self

    @cached_property
    def log(self) -> pd.DataFrame:
        return self.rows("from int_answered_slots order by all")


def estimated(shop: Shop, factors: np.ndarray) -> pd.Series:
    """What the emails of a shop that does not learn would have been clicked with the lists of these factors, and the
    truth of it. Tastes stay, so one list stands for all weeks."""
    lists = shop.best(factors).assign(from_at=START, until_at=START + timedelta(days=7 * WEEKS))
    shop.table("others", lists.assign(user_id="u" + lists["list_key"].astype(str), placement="email_digest"))
    shop.connection.execute("""
        create or replace view slots as select *, 'email_digest' as placement from int_answered_slots;
        create or replace view position_rates as from int_position_rates;
        create or replace view lists as
        select *, 'i' || lpad(item_key::varchar, 2, '0') as item_id from others
    """)
    row = shop.rows(LIST_CLICKS.read_text("utf-8")).set_index("placement").loc["TOTAL"]
    known = {
        name: shop.rate(made["list_key"], made["item_key"], made["position"]).mean()
        for name, made in (("truth", lists), ("logged_truth", shop.best(np.ones(ITEMS))))
    }
    return pd.concat([row, pd.Series(known)])


def knowing(shop: Shop) -> np.ndarray:
    """Factors of somebody who knows the truth."""
    return np.clip(shop.appeal / shop.appeal.mean(), 1 / FACTOR_MAX, FACTOR_MAX)


def models() -> dict[str, str]:
    return compiled_models(f"{LEARNED} {DRAWN}", {"recommendations_per_user": SLOTS})


@pytest.fixture(scope="module")
def compiled() -> dict[str, str]:
    return models()


@pytest.fixture(scope="module")
def learned(compiled) -> Shop:
    return Shop(compiled, 1, learns=True).live()


@pytest.fixture(scope="module")
def plain(compiled) -> Shop:
    return Shop(compiled, 1, learns=False).live()


@pytest.fixture(scope="module")
def sold(compiled) -> Shop:
    """Where clicks become orders, with some items oftener than with others."""
    return Shop(compiled, 1, learns=True, order_spread=0.6).live()


def nested(items: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Lift and error of items that lean on their categories; the columns are those of `shrunk`."""
    categories = items.groupby(CATEGORIES).sum()
    lift, error, _ = shrunk(*(categories[name].to_numpy() for name in categories))
    place = categories.index.get_indexer(CATEGORIES)
    observed, foretold, variance = (items[name].to_numpy() for name in items)
    own, own_error, share = shrunk(observed, foretold * lift[place], variance * lift[place])
    return lift[place] * own, np.hypot(lift[place] * own_error, error[place] * (1 - share))


def shrunk(clicked, foretold, variance) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gamma-Poisson: lift, its error, and how much the own clicks say."""
    spread = np.clip(((clicked - foretold) ** 2 - variance).sum() / (foretold**2).sum(), 0, 0.5)
    if spread == 0:
        return np.ones(len(clicked)), np.zeros(len(clicked)), np.zeros(len(clicked))
    known = np.divide(foretold**2, variance, out=np.zeros(len(clicked)), where=variance > 0)
    ratio = np.divide(clicked, foretold, out=np.ones(len(clicked)), where=foretold > 0)
    # posterior of Gamma(1 / spread, 1 / spread) after known × ratio clicks where known were foretold
    shape, rate = 1 / spread + known * ratio, 1 / spread + known
    return shape / rate, np.sqrt(shape) / rate, known / rate


def test_rates_and_lifts_are_numpys(learned):
    log = learned.log
    weight = log["slot_weight"].astype(float)
    clicked = weight * log["is_clicked"]
    mean = (log["is_clicked"].sum() + 1) / (len(log) + 2)
    drawn = log["is_explored"]
    drawn_rate = (clicked[drawn].sum() + 1000 * mean) / (weight[drawn].sum() + 1000)
    positions = log.groupby("position")["is_clicked"].agg(["count", "sum"])
    prior = (positions["sum"] + 1000 * mean) / (positions["count"] + 1000) / mean * drawn_rate
    by_position = (
        log.assign(weight=weight, clicked=clicked)[drawn].groupby("position")[["weight", "clicked"]].sum()
    )
    by_position = by_position.reindex(positions.index).fillna(0)
    baseline = (by_position["clicked"] + 1000 * prior) / (by_position["weight"] + 1000)
    found = learned.rows("from int_position_rates order by position")
    assert found["baseline_rate"].to_numpy() == pytest.approx(baseline.to_numpy(), abs=1e-8)
    assert found["explored_rate"].to_numpy()[SURE:] == pytest.approx(
        (by_position["clicked"] / by_position["weight"]).to_numpy()[SURE:], abs=1e-8
    )

    slots = log.assign(clicked=clicked, foretold=weight * log["position"].map(baseline))
    of_all = slots["clicked"].sum() / slots["foretold"].sum()
    strategies = slots.groupby("strategy")[["clicked", "foretold"]].sum()
    strategy_lift = (strategies["clicked"] + 10 * of_all) / (strategies["foretold"] + 10)
    groups = slots.groupby(["segment", "strategy"])[["clicked", "foretold"]].sum()
    prior = groups.index.get_level_values("strategy").map(strategy_lift)
    lifts = (groups["clicked"] + 10 * prior) / (groups["foretold"] + 10)
    found = learned.rows("from int_strategy_rates order by segment, strategy")
    assert found["click_lift"].to_numpy() == pytest.approx(lifts.to_numpy(), abs=1e-6)

    slots["foretold"] *= pd.MultiIndex.from_frame(slots[["segment", "strategy"]]).map(lifts)
    slots["variance"] = slots["foretold"] * weight
    slots[["foretold", "variance"]] *= slots["clicked"].sum() / slots["foretold"].sum()
    items = slots.groupby("item_id")[["clicked", "foretold", "variance"]].sum().reindex(NAMES).fillna(0)
    expected_lift, expected_error = nested(items)
    found = learned.rows("from int_item_click_lifts order by item_id")
    assert found["click_lift"].to_numpy() == pytest.approx(expected_lift, abs=1e-5)
    assert found["click_lift_error"].to_numpy() == pytest.approx(expected_error, abs=1e-5)
    assert found["click_factor"].to_numpy() == pytest.approx(
        np.clip(expected_lift, 1 / FACTOR_MAX, FACTOR_MAX), abs=1e-5
    )
    assert np.array_equal(found["is_promising"], found["click_lift_high"] >= 1)


def test_orders_after_clicks_are_numpys_and_multiply_the_lifts_of_clicks(sold):
    clicks = sold.rows("from int_converted_clicks order by all")
    of_all = (clicks["is_ordered"].sum() + 1) / (len(clicks) + 2)
    strategies = clicks.groupby("strategy")["is_ordered"].agg(["sum", "count"])
    of_strategy = (strategies["sum"] + 50 * of_all) / (strategies["count"] + 50)
    groups = clicks.groupby(["segment", "strategy"])["is_ordered"].agg(["sum", "count"])
    prior = groups.index.get_level_values("strategy").map(of_strategy)
    rates = (groups["sum"] + 50 * prior) / (groups["count"] + 50)
    found = sold.rows("from int_strategy_conversions order by segment, strategy")
    assert found["conversion_rate"].to_numpy() == pytest.approx(rates.to_numpy(), abs=1e-8)

    foretold = pd.MultiIndex.from_frame(clicks[["segment", "strategy"]]).map(rates).to_numpy()
    calibration = clicks["is_ordered"].sum() / foretold.sum()
    clicks = clicks[["item_id", "is_ordered"]].assign(
        foretold=calibration * foretold, variance=calibration * foretold * (1 - foretold)
    )
    lift, error = nested(clicks.groupby("item_id").sum().reindex(NAMES).fillna(0))
    found = sold.rows("from int_item_conversions order by item_id")
    assert found["conversion_lift"].to_numpy() == pytest.approx(lift, abs=1e-5)
    assert found["conversion_lift_error"].to_numpy() == pytest.approx(error, abs=1e-5)
    assert found["conversion_rate"].to_numpy() == pytest.approx(of_all * lift, abs=1e-6)
    truth = sold.order_rate / np.average(sold.order_rate, weights=found["foretold_order_count"])
    assert np.corrcoef(np.log(lift), np.log(truth))[0, 1] > 0.7

    both = sold.rows("from int_item_click_lifts order by item_id")
    order_lift = both["click_lift"] * lift
    order_error = np.hypot(both["click_lift_error"] * lift, both["click_lift"] * error)
    assert both["order_lift"].to_numpy() == pytest.approx(order_lift.to_numpy(), abs=1e-4)
    assert both["click_factor"].to_numpy() == pytest.approx(
        np.clip(order_lift, 1 / FACTOR_MAX, FACTOR_MAX).to_numpy(), abs=1e-4
    )
    high = order_lift + 1.644854 * order_error
    sure = (high - 1).abs() > 1e-4
    assert np.array_equal(both["is_promising"][sure], high[sure] >= 1)


def test_orders_learned_from_raise_orders(compiled, sold):
    clicks_alone = Shop(compiled, 1, learns=True, order_spread=0.6, learns_orders=False).live()
    assert sold.true_orders > 1.03 * clicks_alone.true_orders


def test_where_clicks_of_all_items_become_orders_alike_nothing_is_learned_of_them(compiled):
    found = Shop(compiled, 2, learns=True, order_spread=0).live().rows("from int_item_conversions")
    assert found["order_count"].sum() > 200
    assert found["conversion_lift"].between(0.85, 1.18).all()


def test_what_is_learned_is_near_the_truth(learned):
    found = learned.rows("from int_item_click_lifts order by item_key")
    truth = learned.appeal / np.average(learned.appeal, weights=found["foretold_click_count"])
    assert np.corrcoef(np.log(found["click_lift"]), np.log(truth))[0, 1] > 0.7
    missed = np.abs(found["click_lift"] - truth) > 1.96 * found["click_lift_error"]
    assert missed.mean() < 0.2
    # places by draws: those that nobody draws for lean on all slots
    baselines = learned.rows("from int_position_rates order by position")["baseline_rate"].to_numpy()
    assert baselines / baselines.mean() == pytest.approx(LOOKS / LOOKS.mean(), rel=0.25)


def test_draws_prefer_what_may_be_clicked_and_their_chances_are_those_that_are_logged(learned):
    """Over some days: of each group as often as its propensities say, and all inverse propensities together come to
    what could be drawn (as test_demo_warehouse.py holds on the demo)."""
    factors, drawn, possible, counts = learned.learn(START + timedelta(days=7 * WEEKS)), 0, 0, []
    for day in range(6):
        learned.table("stg_as_of", pd.DataFrame({"as_of": [START + timedelta(days=90 + day)]}))
        learned.listed(factors)
        slots = learned.rows("""
            with listed as (
                select distinct lists.list_key, labels.kind_number
                from int_diverse_lists as lists inner join int_item_labels as labels using (item_key)
            ),
            free as (
                select draws.* from int_exploration_draws as draws
                anti join listed on draws.user_key = listed.list_key and draws.kind_number = listed.kind_number
            ),
            groups as (
                select
                    user_key as list_key, sum(kind_item_count) as item_count, count(*) as kind_count,
                    count(*) filter (is_promising) as promising_count
                from free group by user_key
            )
            select slots.propensity, groups.*, slots.drawn_item_key is not null as is_drawn, free.is_promising
            from int_open_slots as slots
            inner join groups using (list_key)
            left join int_item_labels as labels on slots.drawn_item_key = labels.item_key
            left join free on slots.list_key = free.user_key and labels.kind_number = free.kind_number
        """)
        drawn += (1 / slots["propensity"])[slots["is_drawn"]].sum()
        possible += slots["item_count"].astype(float).sum()
        counts.append(slots)
    slots = pd.concat(counts)
    assert len(slots) == 6 * USERS * (SLOTS - SURE)
    assert slots["is_drawn"].mean() == pytest.approx(SHARE, abs=0.01)
    assert drawn == pytest.approx(possible, rel=0.05)
    others = slots["kind_count"] - slots["promising_count"]
    weighed = (others >= SLOTS - SURE) & slots["is_drawn"]
    assert weighed.sum() > 1000
    expected = (4 * slots["promising_count"] / (4 * slots["promising_count"] + others))[weighed]
    share = slots["is_promising"][weighed].astype(float).mean()
    assert share == pytest.approx(expected.mean(), abs=4 * np.sqrt(0.25 / weighed.sum()))
    assert share > (slots["promising_count"] / slots["kind_count"])[weighed].mean() + 0.05


def test_the_loop_raises_clicks(learned, plain):
    assert learned.true_clicks > 1.05 * plain.true_clicks
    assert learned.clicks > plain.clicks


def test_what_other_lists_would_bring_is_numpys(plain):
    found = estimated(plain, knowing(plain))
    log = plain.log
    looks = plain.rows("from int_position_rates order by position")["baseline_rate"].to_numpy()
    look = looks[log["position"] - 1]
    open_looks = (
        pd.Series(np.where(log["propensity"] < 1, look, 0)).groupby(log["message_id"]).transform("sum")
    )
    weight = look / (log["propensity"] * np.where(log["is_explored"], open_looks, look))
    others = plain.rows("select user_id, item_id, position as place from lists")
    place = log[["user_id", "item_id"]].merge(others, "left")["place"]
    weight = np.minimum(weight, np.sqrt(len(log))).where(place.notna(), 0)
    clicked = weight * log["is_clicked"] * looks[place.fillna(1).astype(int) - 1] / look
    listed = (1 / log["propensity"]).where(~log["is_explored"], 0)
    rate, logged = clicked.sum() / weight.sum(), (listed * log["is_clicked"]).sum() / listed.sum()
    # readers are drawn, with all of their emails
    of_other = (clicked - rate * weight).groupby(log["user_id"]).sum() / weight.sum()
    of_logged = (listed * (log["is_clicked"] - logged)).groupby(log["user_id"]).sum() / listed.sum()
    assert found["place_count"] == WEEKS * USERS * SLOTS
    assert found["ips_rate"] == pytest.approx(clicked.sum() / found["place_count"], abs=1e-9)
    assert found["snips_rate"] == pytest.approx(rate, abs=1e-9)
    assert found["logged_rate"] == pytest.approx(logged, abs=1e-9)
    assert found["snips_error"] == pytest.approx(np.sqrt((of_other**2).sum()), abs=1e-9)
    assert found["logged_error"] == pytest.approx(np.sqrt((of_logged**2).sum()), abs=1e-9)
    assert found["difference_error"] == pytest.approx(np.sqrt(((of_other - of_logged) ** 2).sum()), abs=1e-9)
    assert found["effective_place_count"] == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
    assert found["known_share"] == pytest.approx(weight.sum() / found["place_count"])


def test_what_other_lists_would_bring_is_near_the_truth(plain):
    same = estimated(plain, np.ones(ITEMS))
    assert (same["difference"], same["difference_error"]) == pytest.approx((0, 0), abs=1e-9)
    for factors, sign in ((knowing(plain), 1), (1 / knowing(plain), -1)):
        found = estimated(plain, factors)
        assert found["why_not_yet"] is None and found["known_share"] > 0.9
        assert sign * found["difference"] > 1.96 * found["difference_error"]
        missed = found["difference"] - (found["truth"] - found["logged_truth"])
        assert abs(missed) < 2.58 * found["difference_error"]
        assert found["truth"] == pytest.approx(found["ips_rate"], rel=0.1)


def test_few_emails_and_lists_of_what_nobody_was_shown_foretell_nothing(plain):
    plain.connection.execute("begin; delete from int_answered_slots where user_id > 'u11'")
    assert estimated(plain, knowing(plain))["why_not_yet"] == "too_few_effective_places"
    plain.connection.execute("rollback; begin; delete from int_answered_slots where is_explored")
    few = np.where(np.arange(ITEMS) < 10, 1e9, 1)
    assert estimated(plain, few)["why_not_yet"] == "too_few_of_their_items_were_shown"
    plain.connection.execute("rollback")


def test_where_all_items_are_alike_nothing_is_learned(compiled):
    shop = Shop(compiled, 2, learns=True, spread=0).live()
    found = shop.rows("from int_item_click_lifts")
    assert len(found) == ITEMS
    assert found["click_factor"].between(0.85, 1.18).all()
    assert found["is_promising"].mean() > 0.9


def test_too_few_clicks_change_nothing(learned):
    learned.connection.execute(
        "begin; delete from int_email_events where rowid not in (select rowid from int_email_events limit 199)"
    )
    assert np.array_equal(learned.learn(START + timedelta(days=7 * WEEKS)), np.ones(ITEMS))
    assert learned.rows("from int_item_click_lifts").empty
    learned.connection.execute("rollback")


def test_a_shop_without_a_log_is_ranked_as_before(required_alone):
    assert required_alone.value("select count(*) from int_item_click_lifts") == 0
    assert (
        required_alone.value("select count(*) from recommendation_contributions where feature = 'clicks'")
        == 0
    )
    assert required_alone.value("select count(*) from int_exploration_draws where not is_promising") == 0


if __name__ == "__main__":
    import warehouse

    warehouse.shared_folder = Path(sys.argv[2])
    compiled_once, gains, order_gains = models(), [], []
    for seed in range(1, int(sys.argv[1]) + 1):
        on, off = (Shop(compiled_once, seed, learns).live() for learns in (True, False))
        gains.append(on.true_clicks / off.true_clicks - 1)
        print(
            f"seed {seed}: {off.clicks} clicks without, {on.clicks} with; expected {100 * gains[-1]:+.1f} %",
            flush=True,
        )
        all_learned, clicks_alone = (
            Shop(compiled_once, seed, True, order_spread=0.6, learns_orders=orders).live()
            for orders in (True, False)
        )
        order_gains.append(all_learned.true_orders / clicks_alone.true_orders - 1)
        print(
            f"  orders beside a loop that learns from clicks alone: {100 * order_gains[-1]:+.1f} %",
            flush=True,
        )
    print(f"mean {100 * np.mean(gains):+.1f} %, from {100 * min(gains):.1f} to {100 * max(gains):.1f} %")
    low, high = min(order_gains), max(order_gains)
    print(f"orders {100 * np.mean(order_gains):+.1f} %, from {100 * low:.1f} to {100 * high:.1f} %")
