"""Statistics of experiments against scipy and statsmodels, on A/A tests without any effect, and arms that act on the mail."""

import re

import duckdb
import jinja2
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW
from warehouse import ROOT, compiled_models, run_models

from dbt_tools.build_vars import declared_vars

EXACT = 1e-9
VARS = declared_vars()


# --- formulas ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def macros():
    """Macros of statistics as functions that give SQL."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    known = {"var": VARS.__getitem__}

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
    p = np.concatenate([np.logspace(-300, -1, 500), np.linspace(0.01, 0.99, 500), 1 - np.logspace(-12, -1, 100)])
    assert computed(macros["normal_quantile"]("p"), p=p) == pytest.approx(stats.norm.ppf(p), rel=EXACT, abs=EXACT)


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
    assert computed(macros["users_per_arm"]("b", "l", "p", "a"), **columns) == pytest.approx(expected, rel=EXACT)


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
    assert computed(macros["sequential_p_value"]("z", "n"), z=width, n=users) == pytest.approx(0.01, rel=EXACT)
    # nowhere is it narrower beside that of a single look than at the planned users
    assert width[2] / stats.norm.ppf(0.995) < 1.4


# --- results from users -----------------------------------------------------------------------------------------

MODELS = ["int_experiment_sums", "int_experiment_statistics", "experiment_results", "experiment_interactions"]
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
    connection.execute(f"""
        create table int_experiment_units as
        select * replace (revenue_amount::decimal(18, 4) as revenue_amount, revenue_before::decimal(18, 4) as revenue_before)
        from units
    """)
    connection.execute("create table int_experiment_arms as from arms")
    connection.execute(f"create table stg_as_of as select timestamp '{NOW}' as as_of")
    run_models(connection, {name: sql for name, sql in compiled().items() if name in models})
    return connection


def compiled() -> dict[str, str]:
    return compiled_models(" ".join(MODELS))


UNITS = made_up_units("three", {"a": 1.0, "b": 1.15, "c": 1.0}, 6000, 1)


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
    rows = found(three_arms, "orders_per_user", "arm, estimate, z, variance_removed, lift, lift_low, lift_high")
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
    assert found(three_arms, "revenue_per_user", "unadjusted_estimate").iloc[1, 0] == pytest.approx(expected, rel=EXACT)
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
    row = found(three_arms, "click_rate", "sample_ratio_p_value, verdict, why_not_yet", "experiment_results").iloc[1]
    assert row.sample_ratio_p_value == pytest.approx(stats.chisquare(sizes).pvalue, rel=EXACT)
    assert row.verdict == "better"
    # an arm that nobody met counts, too
    lost = results(UNITS, arms_of("three", ["a", "b", "c", "d"]))
    row = found(lost, "click_rate", "sample_ratio_p_value, verdict, why_not_yet", "experiment_results").iloc[1]
    expected = stats.chisquare([*sizes, 0]).pvalue
    assert row.sample_ratio_p_value == pytest.approx(expected, rel=EXACT)
    assert (row.verdict, row.why_not_yet) == ("invalid", "sample_ratio_mismatch")
