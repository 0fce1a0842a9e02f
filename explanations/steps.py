"""Finds in a warehouse what explanations are made of: marts, and the steps of the models that led to them."""

import duckdb

from dbt_tools.relations import own_prefix, search

# what says what is shown and sent
MARTS = (
    *("user_recommendations", "recommendation_contributions", "item_recommendations", "item_bundles"),
    *("send_decisions", "email_queue", "placement_recommendations"),
)
# a project that recmail is installed in may switch metrics off
EXPERIMENTS = "experiment_users"
# what says how it came to that
STEPS = (
    *("stg_as_of", "stg_users", "stg_items", "int_item_keys", "int_item_families", "int_item_availability"),
    *("int_item_sensitivity", "int_item_labels", "int_content_items", "int_user_keys", "int_interactions"),
    *("int_bought_recently", "int_pair_lifts", "int_user_features", "int_user_rules", "int_user_playbook"),
    *(
        "int_candidate_users",
        "int_strategies",
        "int_proposals",
        "int_candidate_eligibility",
        "int_shown_without_click",
    ),
    *("int_candidate_features", "int_candidate_knot_places"),
    *("int_ranker_coefficients", "int_scored_candidates", "int_cold_start_scores", "int_ranking_pool"),
    *("int_withheld_candidates", "int_placement_users", "int_steered_candidates", "int_diverse_lists"),
    *("int_placement_lists", "int_user_addresses", "int_address_refusals", "int_email_outcomes"),
)


def missing_relations(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Those of MARTS and STEPS that the warehouse has not."""
    there = {name for _, name in relations(connection)}
    return [name for name in (*MARTS, *STEPS) if name not in there]


def find_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Has the connection find MARTS and STEPS by their names alone, and EXPERIMENTS where there are any."""
    wanted, prefix = {*MARTS, *STEPS, EXPERIMENTS}, own_prefix(connection)
    schemas = [schema for schema, name in relations(connection) if name in wanted]
    # a host's own tables of these names come last
    search(connection, sorted(schemas, key=lambda schema: not schema.startswith(prefix)))


def relations(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        """
        select table_schema, table_name
        from information_schema.tables
        where table_catalog = current_database()
        order by all
        """
    ).fetchall()
