"""Statistics of experiments against scipy and statsmodels, and without effect; arms that act on lists and emails."""

import re
from functools import cache

import duckdb
import jinja2
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW
from warehouse import ROOT, build, compiled_models, connect, run_models

from dbt_tools.build_vars import declared_vars
from explanations.page import page
from explanations.user import explain_user
from recmail.power import main as power

EXACT = 1e-9
VARS = declared_vars()


# --- formulas ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def macros():
    return statistics_macros(VARS)


def statistics_macros(variables: dict) -> dict:
    """Macros of statistics as functions that give SQL."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    known = {"var": variables.__getitem__}

    def called(template, name):
        return lambda *arguments: str(getattr(template.module, name)(*arguments))

    for file in (ROOT / "macros/statistics").glob("*.sql"):
        template = environment.from_string(file.read_text("utf-8"), globals=known)
        name = re.search(r"macro (\w+)", file.read_text("utf-8"))[1]
        known[name] = called(template, name)
    return known


def computed(sql: str, **columns) -> np.ndarray:
    """The expression over a table of these columns."""
    rows = pd.DataFrame(columns)
    with duckdb.connect() as connection:
        connection.register("given", rows)
        return connection.execute(f"select {sql} as value from given").fetchnumpy()["value"]


def test_normal_cdf_is_scipys_far_into_the_tail(macros):
    z = np.linspace(-37, 8, 4001)
    assert computed(macros["normal_cdf"]("z"), z=z) == pytest.approx(stats.norm.cdf(z), rel=EXACT, abs=0)


def test_normal_quantile_is_scipys(macros):
    p = np.concatenate(
        [np.logspace(-300, -1, 500), np.linspace(0.01, 0.99, 500), 1 - np.logspace(-12, -1, 100)]
    )
    assert computed(macros["normal_quantile"]("p"), p=p) == pytest.approx(
        stats.norm.ppf(p), rel=EXACT, abs=EXACT
    )


@pytest.mark.parametrize("degrees", range(1, 10))
def test_chi_square_tail_is_scipys(macros, degrees):
    statistic = np.logspace(-3, 2.8, 300)
    found = computed(macros["chi_square_tail"]("x", "d"), x=statistic, d=degrees)
    assert found == pytest.approx(stats.chi2.sf(statistic, degrees), rel=EXACT, abs=0)


def test_users_per_arm_are_statsmodels(macros):
    cases = [
        (baseline, lift, power, alpha)
        for baseline in (0.001, 0.05, 0.3)
        for lift in (-0.2, 0.05, 0.5)
        for power in (0.8, 0.9)
        for alpha in (0.05, 0.01)
    ]
    expected = [
        samplesize_proportions_2indep_onetail(
            baseline * lift, baseline, power, ratio=1, alpha=alpha, value=0, alternative="two-sided"
        )
        for baseline, lift, power, alpha in cases
    ]
    columns = dict(zip(("b", "l", "p", "a"), zip(*cases, strict=True), strict=True))
    assert computed(macros["users_per_arm"]("b", "l", "p", "a"), **columns) == pytest.approx(
        expected, rel=EXACT
    )


def test_sequential_p_value_is_one_over_the_mixture_likelihood_ratio(macros):
    """The ratio by its definition: likelihoods of the mean, that of an effect averaged over the normal mixture."""
    alpha, planned = VARS["experiment_error_rate"], VARS["experiment_planned_users"]
    spread = (-2 * np.log(alpha) + np.log(1 - 2 * np.log(alpha))) / planned
    z, users = (grid.ravel() for grid in np.meshgrid(np.linspace(-6, 6, 61), [10, 1000, 5000, 100_000]))
    mean, error = z / np.sqrt(users), 1 / np.sqrt(users)
    mixed = stats.norm.pdf(mean, 0, np.sqrt(error**2 + spread))
    expected = np.minimum(1, stats.norm.pdf(mean, 0, error) / mixed)
    found = computed(macros["sequential_p_value"]("z", "n"), z=z, n=users)
    assert found == pytest.approx(expected, rel=EXACT)


def test_the_sequential_width_is_where_the_sequential_p_value_meets_the_error_rate(macros):
    users = np.array([10, 1000, 5000, 100_000])
    width = computed(macros["sequential_width"]("n", "0.01"), n=users)
    assert computed(macros["sequential_p_value"]("z", "n"), z=width, n=users) == pytest.approx(
        0.01, rel=EXACT
    )
    # nowhere is it narrower beside that of a single look than at the planned users
    assert width[2] / stats.norm.ppf(0.995) < 1.4


# --- results from users -----------------------------------------------------------------------------------------

MODELS = ["int_experiment_sums", "int_experiment_statistics", "experiment_results", "experiment_interactions"]
ASSIGNMENT = ["int_experiment_arms", "int_experiment_users"]
BEGIN, NOW = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01")


def made_up_units(experiment: str, arms: dict[str, float], user_count: int, seed: int) -> pd.DataFrame:
    """Users with tastes of their own, whose orders before foretell those since."""
    chance = np.random.default_rng(seed)
    taste = chance.gamma(2, 0.5, user_count)
    arm = chance.choice(list(arms), user_count)
    effect = np.array([arms[name] for name in arm])
    touches = 1 + chance.poisson(4, user_count)
    orders = chance.poisson(taste * effect)
    before = chance.poisson(taste)
    return pd.DataFrame(
        {
            "experiment": experiment,
            "user_id": [f"u{number}" for number in range(user_count)],
            "arm": arm,
            "is_in_several_arms": False,
            "met_at": BEGIN,
            "segment": chance.choice(["ordered_once", "ordered_often"], user_count),
            "touch_count": touches,
            "opened_count": chance.binomial(touches, 0.3),
            "clicked_count": chance.binomial(touches, np.minimum(0.1 * taste * effect, 1)),
            "is_unsubscribed": chance.binomial(1, 0.02, user_count),
            "is_complained": 0,
            "order_count": orders,
            "is_buyer": np.minimum(orders, 1),
            "revenue_amount": np.round(orders * chance.lognormal(3, 1, user_count), 2),
            "opened_before": 0,
            "clicked_before": chance.binomial(5, np.minimum(0.1 * taste, 1)),
            "orders_before": before,
            "revenue_before": np.round(before * 20.0, 2),
        }
    )


def arms_of(experiment: str, arms: list[str], **more) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "experiment": experiment,
            "arm": arms,
            "assigned_by": "hash",
            "is_baseline": [number == 0 for number in range(len(arms))],
            "arm_share": 1 / len(arms),
            "arm_count": len(arms),
            "metric": "click_rate",
            "ends_at": pd.NaT,
        }
        | more
    ).astype({"ends_at": "datetime64[us]"})


def results(units: pd.DataFrame, arms: pd.DataFrame, models: list[str] = MODELS) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.register("units", units)
    connection.register("arms", arms)
    connection.execute("""
        create table int_experiment_units as
        select * replace (
            revenue_amount::decimal(18, 4) as revenue_amount, revenue_before::decimal(18, 4) as revenue_before
        )
        from units
    """)
    connection.execute("create table int_experiment_arms as from arms")
    connection.execute(f"create table stg_as_of as select timestamp '{NOW}' as as_of")
    run_models(connection, {name: sql for name, sql in compiled().items() if name in models})
    return connection


@cache
def compiled() -> dict[str, str]:
    return compiled_models(" ".join(ASSIGNMENT + MODELS))


UNITS = made_up_units("three", {"a": 1.0, "b": 1.4, "c": 1.0}, 6000, 1)


@pytest.fixture(scope="module")
def three_arms():
    return results(UNITS, arms_of("three", ["a", "b", "c"]))


def found(connection, metric: str, columns: str, relation: str = "int_experiment_statistics") -> pd.DataFrame:
    where = "and segment = 'all'" if relation == "int_experiment_statistics" else ""
    return connection.execute(
        f"select {columns} from {relation} where metric = '{metric}' {where} order by arm"
    ).df()


def of_arm(arm: str) -> pd.DataFrame:
    return UNITS[UNITS["arm"] == arm]


def test_a_mean_without_covariate_is_statsmodels_z_test(three_arms):
    """Guardrails have none: CUPED can't touch them."""
    row = found(three_arms, "unsubscribe_rate", "z, p_value").iloc[1]
    compared = CompareMeans(
        DescrStatsW(of_arm("b")["is_unsubscribed"]), DescrStatsW(of_arm("a")["is_unsubscribed"])
    )
    assert (row.z, row.p_value) == pytest.approx(compared.ztest_ind(usevar="unequal"), rel=EXACT)


def adjusted_means(column: str, before: str) -> dict[str, tuple[float, float]]:
    """By arm, mean and variance of what is left when the slope within arms is taken out, user by user."""
    centred = UNITS.assign(
        x=UNITS[column] - UNITS.groupby("arm")[column].transform("mean"),
        p=UNITS[before] - UNITS.groupby("arm")[before].transform("mean"),
    )
    slope = (centred.x * centred.p).sum() / (centred.p**2).sum()
    left = UNITS[column] - slope * (UNITS[before] - UNITS[before].mean())
    return {arm: (values.mean(), values.var() / len(values)) for arm, values in left.groupby(UNITS["arm"])}


def test_cuped_takes_out_the_slope_user_by_user(three_arms):
    expected = adjusted_means("order_count", "orders_before")
    rows = found(
        three_arms, "orders_per_user", "arm, estimate, z, variance_removed, lift, lift_low, lift_high"
    )
    for row in rows.itertuples():
        assert row.estimate == pytest.approx(expected[row.arm][0], rel=EXACT)
    assert rows.variance_removed.between(0.05, 0.2).all()
    (base, base_variance), (mean, variance) = expected["a"], expected["b"]
    assert rows.z[1] == pytest.approx((mean - base) / np.sqrt(variance + base_variance), rel=EXACT)
    error = np.sqrt(variance / base**2 + base_variance * mean**2 / base**4)
    width = stats.norm.ppf(0.975) * error
    assert [rows.lift_low[1], rows.lift_high[1]] == pytest.approx(
        [mean / base - 1 - width, mean / base - 1 + width], rel=EXACT
    )


def test_a_ratio_has_the_variance_of_the_delta_method(three_arms):
    """Opens per email: every user has emails of their own, so emails are not independent; nothing was opened before."""
    expected = {}
    for arm in "ab":
        users = of_arm(arm)
        ratio = users["opened_count"].sum() / users["touch_count"].sum()
        residual = (users["opened_count"] - ratio * users["touch_count"]) / users["touch_count"].mean()
        expected[arm] = ratio, residual.var() / len(users)
    rows = found(three_arms, "open_rate", "estimate, z")
    assert rows.estimate[0] == pytest.approx(expected["a"][0], rel=EXACT)
    (base, base_variance), (ratio, variance) = expected["a"], expected["b"]
    assert rows.z[1] == pytest.approx((ratio - base) / np.sqrt(variance + base_variance), rel=EXACT)


def test_the_revenue_of_the_largest_buyers_is_cut_at_the_quantile(three_arms):
    paid = np.sort(UNITS["revenue_amount"][UNITS["revenue_amount"] > 0])
    limit = paid[int(np.ceil(VARS["experiment_revenue_quantile"] * len(paid))) - 1]
    expected = np.minimum(of_arm("b")["revenue_amount"], limit).mean()
    assert found(three_arms, "revenue_per_user", "unadjusted_estimate").iloc[1, 0] == pytest.approx(
        expected, rel=EXACT
    )
    assert of_arm("b")["revenue_amount"].mean() > expected * 1.01


@pytest.mark.parametrize("segment", ["all", "of segments"])
def test_p_values_of_several_arms_are_corrected_as_statsmodels_holm(three_arms, segment):
    rows = three_arms.execute(
        "select sequential_p_value, adjusted_p_value from int_experiment_statistics "
        f"where metric = 'click_rate' and arm <> 'a' and (segment = 'all') = {segment == 'all'} order by 1"
    ).df()
    assert len(rows) == (2 if segment == "all" else 4)
    expected = multipletests(rows.sequential_p_value, method="holm")[1]
    assert rows.adjusted_p_value.to_numpy() == pytest.approx(expected, rel=EXACT)


def test_the_sample_ratio_is_scipys_chi_square(three_arms):
    sizes = UNITS.groupby("arm").size()
    row = found(
        three_arms, "click_rate", "sample_ratio_p_value, verdict, why_not_yet", "experiment_results"
    ).iloc[1]
    assert row.sample_ratio_p_value == pytest.approx(stats.chisquare(sizes).pvalue, rel=EXACT)
    assert row.verdict == "better"
    # an arm that nobody met counts, too
    lost = results(UNITS, arms_of("three", ["a", "b", "c", "d"]))
    row = found(lost, "click_rate", "sample_ratio_p_value, verdict, why_not_yet", "experiment_results").iloc[
        1
    ]
    expected = stats.chisquare([*sizes, 0]).pvalue
    assert row.sample_ratio_p_value == pytest.approx(expected, rel=EXACT)
    assert (row.verdict, row.why_not_yet) == ("invalid", "sample_ratio_mismatch")


def test_an_interaction_is_the_difference_of_differences():
    """Two experiments cross; each arm alone does nothing, both together double the orders."""
    units = made_up_units("first", {"a": 1.0, "b": 1.0}, 6000, 2)
    others = np.random.default_rng(3).choice(["x", "y"], len(units))
    both = (units["arm"] == "b") & (others == "y")
    units.loc[both, "order_count"] *= 2
    # met a day later: what counts is what is counted since then
    crossed = units.assign(experiment="second", arm=others, met_at=BEGIN + pd.Timedelta(days=1))
    units = units.assign(order_count=0)
    arms = pd.concat([arms_of("first", ["a", "b"]), arms_of("second", ["x", "y"])])
    rows = found(
        results(pd.concat([units, crossed]), arms),
        "orders_per_user",
        "*, first_arm as arm",
        "experiment_interactions",
    )
    cells = {
        (one, other): crossed["order_count"][(units["arm"] == one) & (others == other)]
        for one in "ab"
        for other in "xy"
    }
    estimate = sum(sign * cells[cell].mean() for cell, sign in zip(cells, (1, -1, -1, 1), strict=True))
    error = np.sqrt(sum(cell.var() / len(cell) for cell in cells.values()))
    (row,) = rows.itertuples()
    assert (row.first_experiment, row.first_arm, row.second_experiment, row.second_arm) == (
        "first",
        "b",
        "second",
        "y",
    )
    assert row.user_count == both.sum()
    assert (row.baseline, row.estimate) == pytest.approx((cells["a", "x"].mean(), estimate), rel=EXACT)
    assert row.p_value == pytest.approx(2 * stats.norm.sf(abs(estimate / error)), rel=EXACT)
    assert row.estimate_low == pytest.approx(estimate - stats.norm.ppf(0.975) * error, rel=EXACT)


# --- who is in which arm ----------------------------------------------------------------------------------------

HASHED = {"is_on": True, "assigned_by": "hash", "metric": "click_rate", "starts_on": "2024-01-01"}
EVERYBODY = HASHED | {"layer": "all", "traffic_from": 0, "traffic_to": 1}


def assigned(
    experiments: list[dict], arms: list[dict], told: list[dict] = (), emails: dict = ()
) -> pd.DataFrame:
    """int_experiment_users of 20,000 users, 100 of them with two accounts."""
    columns = {
        "experiments": "experiment varchar, is_on boolean, assigned_by varchar, layer varchar, "
        "traffic_from decimal(9, 6), traffic_to decimal(9, 6), placement varchar, trigger_type varchar, "
        "metric varchar, starts_on varchar, ends_on varchar",
        "experiment_arms": "experiment varchar, arm varchar, is_baseline boolean, weight decimal(9, 4), "
        "subject varchar, layout varchar, items_primary integer, items integer, strategies varchar, "
        "send_delay_hours integer, offer varchar",
        "checked_experiment_assignments": "experiment varchar, user_id varchar, arm varchar, assigned_at timestamp",
    }
    with duckdb.connect() as connection:
        for (name, types), rows in zip(columns.items(), (experiments, arms, told), strict=True):
            connection.execute(f"create table {name} ({types})")
            for row in rows:
                connection.execute(
                    f"insert into {name} ({', '.join(row)}) values ({', '.join('?' * len(row))})",
                    [*row.values()],
                )
        connection.execute("""
            create table stg_experiment_assignments as
            from checked_experiment_assignments
            qualify row_number() over (partition by experiment, user_id order by assigned_at) = 1
        """)
        connection.execute("create table placements (placement varchar, channel varchar)")
        connection.execute("create table int_user_segments (user_id varchar, segment varchar)")
        connection.execute(
            "create table int_arm_weights "
            "(experiment varchar, context varchar, arm varchar, arm_share double, share_reached double)"
        )
        connection.execute(f"create table stg_as_of as select timestamp '{NOW}' as as_of")
        connection.execute("""
            create table stg_users as
            select
                'u' || n as user_id,
                timestamp '2023-01-01' as signed_up_at,
                'a' || if(n < 200, n // 2, n) || '@shop.example' as email
            from range(20000) as numbers (n)
        """)
        run_models(connection, {name: compiled()[name] for name in ASSIGNMENT})
        return connection.execute("from int_experiment_users").df().set_index("user_id")


def arm(experiment: str, name: str, weight: float = 1, is_baseline: bool = False, **more) -> dict:
    return {"experiment": experiment, "arm": name, "weight": weight, "is_baseline": is_baseline} | more


def test_arms_get_their_weights_and_two_layers_cross():
    users = assigned(
        [EVERYBODY | {"experiment": "one"}, EVERYBODY | {"experiment": "two", "layer": "other"}],
        [
            arm("one", "a", is_baseline=True),
            arm("one", "b", 3),
            arm("two", "x"),
            arm("two", "y", is_baseline=True),
        ],
    )
    arms = users.pivot(columns="experiment", values="arm")
    assert len(arms) == 20_000
    table = pd.crosstab(arms["one"], arms["two"])
    assert stats.chisquare(table.sum(axis=1), [5000, 15000]).pvalue > 0.001
    assert stats.chi2_contingency(table).pvalue > 0.001
    # two accounts of one reader: half of the pairs are in two arms of `two`
    several = users.query("experiment == 'two' and is_in_several_arms").index
    assert 60 < len(several) < 140
    assert set(several) <= {f"u{number}" for number in range(200)}


def test_experiments_of_a_layer_share_its_users_and_a_wider_part_moves_nobody():
    arms = [arm(name, letter, is_baseline=letter == "a") for name in ("one", "two") for letter in "ab"]

    def drawn(widest: float) -> pd.DataFrame:
        return assigned(
            [EVERYBODY | {"experiment": "one", "traffic_to": 0.2}]
            + [EVERYBODY | {"experiment": "two", "traffic_from": 0.2, "traffic_to": widest}],
            arms,
        )

    narrow, wide = drawn(0.5), drawn(1)
    assert narrow.index.is_unique
    assert wide.index.is_unique
    assert len(wide) == 20_000
    assert stats.binomtest(sum(narrow["experiment"] == "two"), 20_000, 0.3).pvalue > 0.001
    joined = narrow.join(wide.add_suffix("_wide"))
    assert (joined["arm"] == joined["arm_wide"]).all()
    assert (joined["experiment"] == joined["experiment_wide"]).all()


def test_what_was_assigned_elsewhere_stays_so():
    rows = [
        ("esp", "u900", "red"),
        ("esp", "u901", "control"),
        ("ours", "u902", "b"),
        ("ours", "u903", "gone"),
    ]
    rows += [("off", "u904", "a"), ("hashed", "u905", "a"), ("hashed", "u905", "b"), ("esp", "nobody", "red")]
    told = [
        {"experiment": name, "user_id": user, "arm": letter, "assigned_at": BEGIN + pd.Timedelta(hours=hour)}
        for hour, (name, user, letter) in enumerate(rows)
    ]
    by_input = {"is_on": True, "assigned_by": "input", "metric": "click_rate", "starts_on": "2024-01-01"}
    users = assigned(
        [by_input | {"experiment": "ours"}, by_input | {"experiment": "off", "is_on": False}]
        + [EVERYBODY | {"experiment": "hashed"}],
        [arm(name, letter) for name in ("ours", "off", "hashed") for letter in "ab"],
        told,
    ).reset_index()
    elsewhere = users[users["experiment"] != "hashed"]
    assert sorted(zip(elsewhere["experiment"], elsewhere["user_id"], elsewhere["arm"], strict=True)) == [
        ("esp", "u900", "red"),
        ("esp", "u901", "control"),
        ("ours", "u902", "b"),
    ]
    # whoever was told to be in another arm as well has seen both
    twice = users[users["is_in_several_arms"] & ~users["user_id"].isin([f"u{n}" for n in range(200)])]
    assert [*twice["user_id"]] == ["u905"]


# --- arms act on lists and emails -------------------------------------------------------------------------------

RUNNING = EVERYBODY | {"starts_on": "2024-06-01"}
EXPERIMENTS = [
    RUNNING | {"experiment": "subject", "layer": "subject", "trigger_type": "recommendations"},
    RUNNING | {"experiment": "digest", "layer": "list", "placement": "email_digest"},
    RUNNING | {"experiment": "home", "layer": "home", "placement": "home", "traffic_to": 0.5},
    RUNNING | {"experiment": "hour", "layer": "hour"},
    RUNNING | {"experiment": "over", "layer": "over", "ends_on": "2024-06-29"},
]
ARMS = [
    arm("subject", "as_ever", is_baseline=True),
    arm("subject", "away", subject="subject.long_away"),
    arm("digest", "as_ever", is_baseline=True),
    arm("digest", "offers", layout="list", items_primary=3, items=5, strategies="on_offer=50|buy_again=0.05"),
    arm("home", "as_ever", is_baseline=True),
    arm("home", "short", items_primary=2, items=4),
    arm("hour", "now", is_baseline=True),
    arm("hour", "evening", send_delay_hours=9),
    arm("over", "as_ever", is_baseline=True),
    arm("over", "carousel", layout="carousel"),
]


@pytest.fixture(scope="module")
def running(small, small_inputs, tmp_path_factory):
    """The small shop with experiments; `small` is the same without."""
    copy = small.copied_to(tmp_path_factory.mktemp("experiments"))
    with connect(copy.database, read_only=False) as connection:
        for name, rows in (("experiments", EXPERIMENTS), ("experiment_arms", ARMS)):
            connection.execute(f"delete from {name}")
            for row in rows:
                connection.execute(
                    f"insert into {name} ({', '.join(row)}) values ({', '.join('?' * len(row))})",
                    [*row.values()],
                )
    built = build(
        copy.database,
        {"input_location": str(small_inputs)},
        *("--select", "int_experiment_arms+", "int_play_strategies+", "assert_experiments_run_together"),
    )
    assert built.succeeded, built.text
    return copy


def by_arm(build, relation: str, columns: str, where: str = "true") -> dict:
    """Rows by user, without experiment and arm."""
    rows = build.query(f"select user_id, {columns} from {relation} where {where} order by all")
    found: dict = {}
    for user_id, *values in rows:
        found.setdefault(user_id, []).append(tuple(values))
    return found


def users_in(build, experiment: str, arm: str) -> set[str]:
    rows = build.query(
        f"select user_id from experiment_users where experiment = '{experiment}' and arm = '{arm}'"
    )
    return {user_id for (user_id,) in rows}


LIST = "position, item_id, strategy, score, propensity, block, reason_text"


def test_lists_of_the_baseline_are_those_without_the_experiment(small, running):
    before, since = (by_arm(built, "user_recommendations", LIST) for built in (small, running))
    same, other = (users_in(running, "digest", arm) for arm in ("as_ever", "offers"))
    assert len(same) > 10
    assert {user for user in same if before[user] != since[user]} == set()
    assert len([user for user in other if before[user] != since[user]]) > len(other) / 2
    assert {len(rows) for rows in since.values()} == {12}


def test_an_arm_leads_with_its_strategies_and_holds_others_back(small, running):
    def first_block(built, strategy: str) -> int:
        users = "', '".join(users_in(running, "digest", "offers"))
        return built.value(
            f"select count(*) from int_proposals as proposals, user_recommendations as lists, int_user_keys as users, "
            f"int_item_keys as items, int_strategies as strategies where strategies.strategy = '{strategy}' "
            f"and proposals.strategy_number = strategies.strategy_number and lists.user_id in ('{users}') "
            "and users.user_id = lists.user_id and items.item_id = lists.item_id and lists.position <= 3 "
            "and proposals.user_key = users.user_key and proposals.item_key = items.item_key"
        )

    assert first_block(running, "on_offer") > first_block(small, "on_offer")
    assert first_block(running, "buy_again") < first_block(small, "buy_again")


def test_the_list_of_a_site_has_the_arms_items(small, running):
    before, since = (
        by_arm(built, "placement_recommendations", "position, item_id, block", "placement = 'home'")
        for built in (small, running)
    )
    short = users_in(running, "home", "short")
    assert {len(since[user]) for user in short} == {4}
    assert {sum(block == "primary" for *_, block in since[user]) for user in short} == {2}
    assert {user for user in since.keys() - short if before[user] != since[user]} == set()


EMAIL = "subject, subject_key, preheader, layout, blocks, item_lines, send_at, message_id"


def test_emails_say_what_their_arms_say_and_all_others_what_they_said(small, running):
    before, since = (by_arm(built, "email_queue", EMAIL) for built in (small, running))
    changed = set()
    for experiment, arm, emails, expected in (
        ("subject", "away", "trigger_type = 'recommendations'", "subject_key like 'subject.long_away%'"),
        (
            *("digest", "offers", "placement = 'email_digest'"),
            "layout = 'list' and blocks[1].last_position = 3 and blocks[2].last_position = 5",
        ),
    ):
        users = (
            users_in(running, experiment, arm) & by_arm(running, "email_queue", "message_id", emails).keys()
        )
        assert len(users) > 3
        assert by_arm(running, "email_queue", "message_id", expected).keys() == users
        changed |= users
    # nine hours later at the earliest, and when emails go out; by chance others wait as long
    users = users_in(running, "hour", "evening") & since.keys()
    assert len(users) > 3
    assert users <= by_arm(running, "email_queue", "message_id", "send_at >= as_of + interval 9 hour").keys()
    assert since.keys() == before.keys()
    others = since.keys() - changed - users
    assert others
    assert {user for user in others if before[user] != since[user]} == set()


def test_lists_and_messages_name_their_experiments_and_arms(running):
    told = running.query("select distinct experiment, arm from user_recommendations order by all")
    assert told == [("digest", "as_ever"), ("digest", "offers")]
    assert running.query(
        "select distinct placement = 'email_digest', experiment from email_queue order by all"
    ) == [(False, "hour"), (True, "digest|hour|subject")]
    assert running.value("select count(*) from email_queue where arm = 'offers|evening|as_ever'") > 0
    assert running.query(
        "select distinct experiment from placement_recommendations where placement <> 'home' or experiment is not null "
        "order by all"
    ) == [("home",), (None,)]


def test_explanations_name_arms_and_what_steers_the_list(running):
    user = min(users_in(running, "digest", "offers"))
    with connect(running.database) as connection:
        told = page(explain_user(connection, user))
    assert "  Experiment digest: arm offers" in told
    assert "  Play of the first block: digest.offers" in told


def test_power_says_users_and_days(running):
    told = CliRunner().invoke(
        power, ["--database", str(running.database), "--baseline", "0.3", "--lift", "0.9", "--arms", "3"]
    )
    assert told.exit_code == 0, told.output
    one_look = samplesize_proportions_2indep_onetail(0.27, 0.3, 0.8, ratio=1, alpha=0.025, value=0)
    assert f"{int(np.ceil(one_look))} users in each arm, when results are looked at once" in told.output
    assert "The shop mailed 37 users in 90 days, fewer than" in told.output
    wrong = CliRunner().invoke(
        power, ["--database", str(running.database), "--baseline", "0.6", "--lift", "0.9"]
    )
    assert "to stay between 0 and 1" in wrong.output


def test_power_says_in_a_line_that_nothing_was_built(tmp_path):
    duckdb.connect(tmp_path / "other.duckdb").close()
    told = CliRunner().invoke(
        power, ["--database", str(tmp_path / "other.duckdb"), "--baseline", "0.3", "--lift", "0.9"]
    )
    assert told.exit_code == 1
    assert (
        told.output == f"Error: {tmp_path}/other.duckdb has no int_experiment_touches: dbt build writes it\n"
    )


def test_an_experiment_assigned_elsewhere_is_named_and_acts_on_nothing(small):
    for relation in ("user_recommendations", "placement_recommendations"):
        assert small.value(f"select count(coalesce(experiment, arm)) from {relation}") == 0
    assert small.query(
        "select distinct experiment, arm from email_queue where experiment is not null order by all"
    ) == [
        ("subject", "a"),
        ("subject", "b"),
    ]
    assert small.query(
        "select distinct experiment, assigned_by from experiment_users where assigned_by <> 'holdout'"
    ) == [("subject", "input")]


# --- tests without an effect ------------------------------------------------------------------------------------

TESTS, DAYS, USERS = 1000, 28, 500
PRODUCTS = ("", "x", "y", "p", "xx", "yy", "pp", "xy", "xp", "yp")


def daily_sums(seed: int) -> pd.DataFrame:
    """What int_experiment_sums holds on each of 28 days of 1,000 experiments whose arms do the same.

    Users differ in taste, come in over 20 days and go on from there: clicks and emails grow day by day. Orders are
    foretold by those before; revenue has a long tail; one in 200 unsubscribes.
    """
    chance = np.random.default_rng(seed)
    frames = []
    for first in range(0, TESTS, 100):
        shape = (100, USERS, 1)
        taste = chance.gamma(1, 1, shape)
        in_b = chance.random(shape) < 0.5
        is_in = chance.integers(0, 20, shape) <= np.arange(DAYS)
        touches = np.cumsum(is_in & (chance.random((100, USERS, DAYS)) < 0.3), axis=2)
        clicked = chance.random((100, USERS, DAYS)) < 0.1 * np.minimum(taste, 5)
        clicks = np.cumsum((np.diff(touches, axis=2, prepend=0) > 0) & clicked, axis=2)
        orders = np.cumsum(is_in & (chance.random((100, USERS, DAYS)) < 0.03 * np.minimum(taste, 5)), axis=2)
        before = chance.poisson(0.4 * np.minimum(taste, 5))
        leaves = is_in & (chance.random(shape) < 0.005)
        one = is_in * 1.0
        measures = {
            "click_rate": (clicks, touches, 0 * before),
            "orders_per_user": (orders, one, before),
            "revenue_per_user": (orders * chance.lognormal(3, 1, shape), one, 20.0 * before),
            "unsubscribe_rate": (leaves, one, 0 * before),
        }
        for metric, parts in measures.items():
            x, y, p = (part * one for part in parts)
            values = {"": one, "x": x, "y": y, "p": p}
            for arm, mask in (("a", ~in_b), ("b", in_b)):
                frame = {}
                for product in PRODUCTS:
                    factors = [values[name] * mask for name in (product or ("",))]
                    frame[product or "users"] = np.prod(factors, axis=0).sum(axis=1).ravel()
                number, day = np.indices((100, DAYS)).reshape(2, -1)
                frames.append(
                    pd.DataFrame(frame).assign(metric=metric, arm=arm, number=first + number, day=1 + day)
                )
    rows = pd.concat(frames)
    sums = {f"sum_{product}": rows[product] for product in PRODUCTS[1:]}
    return pd.DataFrame(
        {
            "experiment": rows["number"].astype(str) + "-" + rows["day"].astype(str),
            "segment": "all",
            "metric": rows["metric"],
            "arm": rows["arm"],
            "user_count": rows["users"].astype(int),
            "conversion_count": rows["x"].astype(int),
        }
        | sums
    ).query("user_count > 1")


@pytest.fixture(scope="module")
def without_effect() -> pd.DataFrame:
    """p-values by metric, experiment and day."""
    with duckdb.connect() as connection:
        sums = daily_sums(20)
        connection.register("given", sums)
        connection.execute("create table int_experiment_sums as from given")
        connection.execute("""
            create table int_experiment_arms as
            select distinct experiment, arm, arm = 'a' as is_baseline from given
        """)
        run_models(connection, {"int_experiment_statistics": compiled()["int_experiment_statistics"]})
        return connection.execute("""
            select
                metric,
                split_part(experiment, '-', 1)::int as number,
                split_part(experiment, '-', 2)::int as day,
                z,
                p_value,
                sequential_p_value,
                users.user_count as users_compared
            from int_experiment_statistics
            inner join (
                select experiment, metric, sum(user_count) as user_count from given group by experiment, metric
            ) as users using (experiment, metric)
            where arm = 'b'
        """).df()


@pytest.mark.parametrize("metric", ["click_rate", "orders_per_user", "revenue_per_user"])
def test_one_look_at_the_end_is_wrong_as_often_as_promised(without_effect, metric):
    last = without_effect[(without_effect["metric"] == metric) & (without_effect["day"] == DAYS)]
    # three standard deviations of a share of 1,000
    assert (last["p_value"] < 0.05).mean() == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / TESTS))


@pytest.mark.parametrize("metric", ["click_rate", "orders_per_user", "revenue_per_user", "unsubscribe_rate"])
def test_looking_every_day_is_wrong_no_oftener(without_effect, metric):
    rows = without_effect[(without_effect["metric"] == metric) & without_effect["z"].notna()]
    # planned for as many users as there are it is at its sharpest
    sharpest = statistics_macros(VARS | {"experiment_planned_users": USERS})["sequential_p_value"]("z", "n")
    rows = rows.assign(sharpest=computed(sharpest, z=rows["z"], n=rows["users_compared"]))
    days = rows.groupby("number")
    assert (days["sequential_p_value"].min() < 0.05).mean() <= 0.05
    assert (days["sharpest"].min() < 0.05).mean() <= 0.05
    if metric != "unsubscribe_rate":
        assert (days["p_value"].min() < 0.05).mean() > 0.15, "what it is there to prevent"
