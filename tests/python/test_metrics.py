"""MetricFlow over the marts of the demo: what it answers is what SQL on the marts says."""

import csv
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from dbt.contracts.graph.semantic_manifest import SemanticManifest
from warehouse import ROOT, manifest

from dbt_tools.dbt_runs import own_copy
from recmail.metrics_page import formula, models_of, source

# metrics, what they are grouped by, and the same in SQL on the marts: first the groups, then the metrics
QUERIES = {
    "rates of emails by trigger and week": (
        "email_delivery_rate,email_open_rate,email_click_rate,email_revenue_per_delivered",
        "metric_time__week,sent_email__trigger_type",
        """
        select
            date_trunc('week', sent_date), trigger_type, sum(delivered_count) / sum(sent_count),
            sum(opened_count) / sum(delivered_count), sum(clicked_count) / sum(delivered_count),
            sum(revenue_amount) / sum(delivered_count)
        from email_performance_daily
        group by all
        """,
    ),
    "recommendations by day, as the mart's own totals have them": (
        "recommendation_impressions,recommendation_click_through_rate,recommendation_add_to_cart_rate,"
        "recommendation_revenue_per_thousand,recommendation_top_3_click_share",
        "metric_time__day",
        """
        select
            shown_date, impression_count, click_through_rate, add_to_cart_rate, revenue_per_thousand,
            top_3_click_share
        from recommendation_performance_daily
        where context = 'TOTAL'
        """,
    ),
    "the catalogue by week, as the mart's own totals have it": (
        "catalog_coverage,catalog_novelty,catalog_serendipity,catalog_diversity",
        "metric_time__week",
        """
        select week_start_date, coverage, novelty, serendipity, diversity
        from catalog_coverage_weekly
        where context = 'TOTAL'
        """,
    ),
    "the shop by month, of its lines and of its months": (
        "shop_revenue,shop_orders,shop_buyers,shop_average_order_value,shop_repeat_rate",
        "metric_time__month",
        """
        select
            month_start_date, net_revenue_amount, order_count, buyer_count, net_revenue_amount / order_count,
            repeat_rate
        from business_performance_monthly
        """,
    ),
    "lines sold by the segment of their buyers": (
        "shop_revenue,shop_orders",
        "shopper__rfm_group",
        """
        select
            rfm_group, sum(outcomes.net_amount) filter (where outcome <> 'not_a_product'),
            count(distinct order_id) filter (where outcome <> 'not_a_product' and kept_quantity > 0)
        from order_line_outcomes as outcomes
        left join user_value using (user_id)
        group by all
        """,
    ),
    "value of users by segment": (
        "shoppers,shopper_expected_value_365d_per_buyer,shopper_churn_probability",
        "shopper__segment",
        """
        select
            segment, count(*), sum(expected_value_365d) / nullif(count(*) filter (where order_count > 0), 0),
            avg(churn_probability)
        from user_value
        group by all
        """,
    ),
    "what hours, adaptive arms and strategies were clicked": (
        "send_time_emails,send_time_clicked_emails,adaptive_emails,adaptive_clicked_emails,list_slots,list_clicked_slots",
        "metric_time__day",
        """
        select
            date_trunc('day', as_of),
            (select sum(message_count) from send_time_results where metric = 'click_rate'),
            (select sum(answer_count) from send_time_results where metric = 'click_rate'),
            (select sum(message_count) from arm_weights), (select sum(click_count) from arm_weights),
            (select sum(slot_count) from strategy_click_rates), (select sum(click_count) from strategy_click_rates)
        from stg_as_of
        """,
    ),
    "clicks of what emails showed, by strategy": (
        "list_slots,list_click_rate",
        "shown_strategy__strategy",
        "select strategy, sum(slot_count), sum(click_count) / sum(slot_count) from strategy_click_rates group by all",
    ),
    "what is on, by kind": (
        "capabilities,capabilities_on,capability_needs_unmet",
        "capability_need__kind",
        """
        select
            kind, count(distinct capability), count(distinct capability) filter (where status in ('on', 'thin')),
            count(*) filter (where not is_met)
        from readiness
        group by all
        """,
    ),
    "claimed and caused": (
        "email_revenue_linear,email_caused_in_window,email_caused_share",
        "",
        """
        select claimed_amount, caused_in_window_amount, caused_in_window_amount / claimed_in_window_amount
        from attributed_revenue
        where trigger_type = 'all' and attribution_model = 'linear' and holdout = 'holdout'
        """,
    ),
}

# what docs/metrics.md shows
EXAMPLES = [
    shlex.split(line.partition("bin/mf ")[2])
    for line in (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8").splitlines()
    if "bin/mf query" in line
]


@pytest.fixture(scope="module")
def answers(demo, tmp_path_factory) -> dict[str, tuple[int, str]]:
    """Exit code and output, of a query its CSV, by name. The demo is opened to be read: other tests read it too."""
    pytest.importorskip("dbt_metricflow", reason="MetricFlow is not in this environment: make installs it")
    folder = tmp_path_factory.mktemp("metricflow")
    # mf reads this file of a project, and the profile; nothing else of it
    SemanticManifest(own_copy(manifest({}))).write_json_to_file(
        str(folder / "target" / "semantic_manifest.json")
    )
    (folder / "dbt_project.yml").write_text("{name: asked, profile: asked}", encoding="utf-8")
    attached = {"path": str(demo.database), "alias": "w", "read_only": True}
    output = {"type": "duckdb", "path": ":memory:", "threads": 1, "attach": [attached]}
    (folder / "profiles.yml").write_text(json.dumps({"asked": {"target": "dev", "outputs": {"dev": output}}}))

    commands = [["validate-configs", "--show-all"]]
    for number, (metrics, groups, _) in enumerate(QUERIES.values()):
        by = ["--group-by", groups] if groups else []
        commands.append(["query", "--quiet", "--metrics", metrics, *by, "--csv", f"{number}.csv"])
    commands += EXAMPLES
    (folder / "commands.json").write_text(json.dumps(commands), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, Path(__file__).parent / "ask_metricflow.py", "commands.json", "exit_codes.json"],
        cwd=folder,
        env=os.environ | {"DBT_PROFILES_DIR": str(folder), "DBT_PROJECT_DIR": str(folder)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    codes = json.loads((folder / "exit_codes.json").read_text(encoding="utf-8"))
    texts = [ran.stdout, *((folder / f"{number}.csv").read_text() for number in range(len(QUERIES)))]
    texts += [ran.stdout] * len(EXAMPLES)
    names = ["validate-configs", *QUERIES, *map(shlex.join, EXAMPLES)]
    return dict(zip(names, zip(codes, texts, strict=True), strict=True))


def test_mf_finds_no_fault_in_the_configs(answers):
    code, text = answers["validate-configs"]
    assert code == 0, text
    assert "Successfully validated metrics against data warehouse" in text
    assert text.count("(ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0)") == text.count("Successfully validated")


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_is_what_sql_on_the_marts_says(answers, demo, name):
    code, text = answers[name]
    metrics, groups, sql = QUERIES[name]
    assert code == 0, text
    header, *asked = csv.reader(text.splitlines())
    assert header == [*filter(None, groups.split(",")), *metrics.split(",")]
    keys = len(header) - len(metrics.split(","))
    expected = {tuple(str(key)[:10] for key in row[:keys]): row[keys:] for row in demo.query(sql)}
    found = {tuple(key[:10] or "None" for key in row[:keys]): row[keys:] for row in asked}
    assert found.keys() == expected.keys() != set()
    for key, values in found.items():
        # the marts round rates to six digits
        assert [float(value) if value else None for value in values] == [
            value if value is None else pytest.approx(float(value), rel=1e-9, abs=2e-6)
            for value in expected[key]
        ], key


@pytest.mark.parametrize("example", EXAMPLES, ids=shlex.join)
def test_the_examples_of_the_docs_answer(answers, example):
    code, text = answers[shlex.join(example)]
    assert code == 0, text


def test_every_metric_says_its_formula_and_source():
    project = manifest({})
    assert len(project.metrics) > 90
    for metric in project.metrics.values():
        (model,) = models_of(project, metric)
        said = f" Formula: {formula(project, metric)}. Source: {source(model)}."
        assert metric.description.strip().endswith(said), metric.name
        assert metric.description.strip() != said.strip(), metric.name


def test_a_rate_is_a_rate_of_sums():
    project = manifest({})
    aggregations = {
        measure.agg.value for model in project.semantic_models.values() for measure in model.measures
    }
    assert aggregations == {"sum", "count_distinct"}
    rates = [
        name for name in project.metrics if name.endswith(("_rate", "_share", "_per_buyer", "_probability"))
    ]
    assert len(rates) > 15
    assert {project.metrics[name].type.value for name in rates} == {"ratio"}
