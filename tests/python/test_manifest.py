"""Tests share what dbt reads of the project between builds with other vars: where that is right."""

import re

import warehouse
from warehouse import FOLDER, RUN_TIME_VARS, manifest

from dbt_tools.build_vars import declared_vars
from dbt_tools.dbt_runs import parse_project

RULE = {"name": "other", "when": "order_count > 1", "effect": "offer", "value": "best", "priority": 1}
OTHER = {
    "input_location": "elsewhere",
    "input_schema": "shop",
    "ledger_location": "elsewhere/ledger",
    "personal_columns": False,
    "as_of": "2024-05-01 00:00:00",
    "only_touched_users": "always",
    "lists_refresh_days": 7,
    "replayed_users": 20,
    "source_places": {"shopify": "elsewhere"},
    "forget_history_days": 60,
    "churn_days": 45,
    "prediction_cuts": 2,
    "roll_up_variants": False,
    "adaptive_share_min": 0.2,
    "cart_url": "https://elsewhere.example/{user_id}",
    "similarity_metric": "llr",
    "profile_weighting": "equal",
    "similarity_shrinkage": 3,
    "pair_support_min": 1,
    "item_recommendations_max": 50,
    "strategies_enabled": ["also_bought", "buy_again"],
    "personalisation_rules": [RULE],
    "repurchase_window_days": 0,
    "ranking_objective": "margin",
    "default_margin_share": 0.4,
    "recommendations_per_user": 20,
    "exploration_share": 0,
    "minimum_distinct_categories": 1,
    "holdout_share": 0,
    "rejected_share_warn": {"default": 0.02, "identities": 0.5},
    "rejected_share_error": {"default": 0.06, "identities": 0.5},
}


def read(project) -> dict[str, dict]:
    """Everything that dbt knows of nodes before it runs them."""
    kinds = (project.nodes, project.sources, project.unit_tests, project.macros, project.exposures)
    return {name: known(node) for kind in kinds for name, node in kind.items()}


def known(node) -> dict:
    """But when it read the node, the order of what the node reads, and, where nobody asks, which macros it calls."""
    values = node.to_dict()
    del values["created_at"]
    if "refs" in values:
        values["refs"] = {tuple(ref.items()) for ref in values["refs"]}
    if "sources" in values:
        values["sources"] = {tuple(source) for source in values["sources"]}
    if "nodes" in values.get("depends_on", {}):
        values["depends_on"]["nodes"] = set(values["depends_on"]["nodes"])
    if node.resource_type != "test" or not hasattr(node, "test_metadata"):
        values.get("depends_on", {}).pop("macros", None)
    return values


def test_vars_that_sql_alone_reads_and_the_file_s_name_change_nothing_else_that_dbt_reads_before():
    declared = declared_vars()
    assert OTHER.keys() == RUN_TIME_VARS
    assert all(value != declared[name] for name, value in OTHER.items())
    other = parse_project(OTHER, FOLDER, warehouse.shared_folder / "other.duckdb")
    plain, changed = read(manifest({}, "other")), read(other)
    assert plain.keys() == changed.keys()
    assert [name for name in plain if plain[name] != changed[name]] == []


def test_a_var_that_a_config_reads_is_told_apart():
    """The gate's model hands its limits to Python in its config."""
    stricter = read(manifest({"freshness_warn_days": 1}))
    plain = read(manifest({}))
    assert [name.rsplit(".", 1)[1] for name in plain if plain[name] != stricter[name]] == [
        "input_validation_results"
    ]


def test_what_is_kept_from_round_to_round_asks_for_no_time_but_what_is_remembered():
    """Tag timeless: a table is kept while its inputs are the same, whatever as_of is (macros/adapters/timeless.sql)."""
    nodes = manifest({}).nodes
    timeless = {
        name for name, node in nodes.items() if node.resource_type == "model" and "timeless" in node.tags
    }
    reached, asked = list(timeless), {}
    for name in reached:
        node = nodes[name]
        reached += [
            parent
            for parent in node.depends_on.nodes
            if parent in nodes and parent not in reached and nodes[parent].config.materialized == "view"
        ]
        # checked tables are cut at as_of, and remember it; the gate lets pass
        if node.fqn[1] in ("inputs", "gate") or "checked" in node.fqn:
            continue
        code = re.sub(r"--.*|\{#.*?#\}|\{\{ is_remembered\(.*?\) \}\}", "", node.raw_code)
        asked[node.name] = re.findall(r"\bas_of\.\w+|age_days|age_in_days", code)
    assert len(asked) > 20
    assert {name: found for name, found in asked.items() if found} == {}
