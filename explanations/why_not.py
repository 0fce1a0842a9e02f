"""Why an item is not in a user's list: one answer, with the rows that decided it."""

import math

import duckdb

from explanations.errors import UnknownId
from explanations.evidence import proposed_by
from explanations.outcomes import outcome_text, read_outcomes
from explanations.rows import rows
from explanations.terms import candidate_terms, feature_values, in_words
from explanations.words import moment, percent, say

ITEM = """
select
    items.item_id,
    items.item_name,
    items.category,
    items.price,
    items.currency,
    items.season,
    items.stock_quantity,
    items.published_at,
    items.available_until,
    item_keys.item_key,
    families.family_item_id,
    availability.unavailable_reason,
    availability.is_for_reorders,
    sensitivity.sensitivity_level,
    sensitivity.sensitive_topic
from stg_items as items
inner join int_item_keys as item_keys on items.item_id = item_keys.item_id
left join int_item_families as families on items.item_id = families.item_id
left join int_item_availability as availability on items.item_id = availability.item_id
left join int_item_sensitivity as sensitivity on items.item_id = sensitivity.item_id
where items.item_id = $item_id
"""
BOUGHT = "select last_purchased_at from int_bought_recently where user_id = $user_id and item_id = $item_id"
SHOWN = "select message_count from int_shown_without_click where user_id = $user_id and item_id = $item_id"
PRICE = """
select users.price_band, contents.price_share, users.price_share_min, users.price_share_max
from int_candidate_users as users
inner join int_content_items as contents on contents.item_id = $item_id
where users.user_key = {user}
"""
RULES = """
select distinct rule_name from int_user_rules
where user_id = $user_id and effect = 'block_category' and lower(effect_value) = lower($category)
order by rule_name
"""
SEASONS = """
select unnest(string_split(trim(season_names, '|'), '|')) as season
from int_candidate_users
where user_key = {user}
order by season
"""


def find_item(connection: duckdb.DuckDBPyConnection, item_id: str) -> dict:
    items = rows(connection, ITEM, item_id=item_id)
    if not items:
        raise UnknownId("item", item_id, "the catalogue of this run has none of it, or its row was set aside")
    return items[0]


def explain_why_not(connection: duckdb.DuckDBPyConnection, user: dict, item_id: str) -> dict:
    """Of a variant the answer is that of the item which stands for its family."""
    asked = find_item(connection, item_id)
    item = asked
    if asked["family_item_id"] not in (None, item_id):
        item = find_item(connection, asked["family_item_id"])
    outcomes = read_outcomes(connection, [user["user_key"]], "item_id = $item_id", item_id=item["item_id"])
    outcome = outcomes[0] if outcomes else not_proposed(item)
    reason = outcome.get("ineligible_reason")
    details = reason_details(connection, user, item, reason) if reason else []
    answer = {
        "item_id": item["item_id"],
        "item_name": item["item_name"],
        "asked_item_id": item_id,
        "is_variant": item is not asked,
        **outcome,
        "text": outcome_text(outcome),
        "details": details,
        "proposed_by": proposed_by(connection, [user["user_key"]], item["item_id"])[
            user["user_id"], item["item_id"]
        ],
    }
    if outcome.get("score_rank"):
        terms = candidate_terms(connection, user["user_key"], item["item_key"])
        values = feature_values(connection, [user["user_key"]], item["item_id"])
        if (outcome["play_factor"] or 1) != 1:
            terms.append(
                {"part": "score", "feature": "plays", "contribution": math.log(outcome["play_factor"])}
            )
        answer |= in_words(terms, values[user["user_id"], item["item_id"]])
    return answer


def not_proposed(item: dict) -> dict:
    reason = item["unavailable_reason"]
    outcome = "not_available" if reason else "not_proposed"
    return {"outcome": outcome, "ineligible_reason": reason}


def reason_details(connection: duckdb.DuckDBPyConnection, user: dict, item: dict, reason: str) -> list[str]:
    """What a row of the warehouse says about the reason."""
    asked = {"user_id": user["user_id"], "item_id": item["item_id"]}
    key = int(user["user_key"])
    match reason:
        case "bought_recently":
            return [
                f"last bought {moment(row['last_purchased_at'])}" for row in rows(connection, BOUGHT, **asked)
            ]
        case "shown_without_click":
            return [f"{row['message_count']} emails showed it" for row in rows(connection, SHOWN, **asked)]
        case "out_of_price_band":
            return [
                f"{percent(row['price_share'])} of its category is cheaper; a {row['price_band']} customer is shown "
                f"what lies between {percent(row['price_share_min'])} and {percent(row['price_share_max'])}"
                for row in rows(connection, PRICE.format(user=key), item_id=item["item_id"])
            ]
        case "blocked_by_rule":
            return [
                f"rule {row['rule_name']}"
                for row in rows(connection, RULES, user_id=user["user_id"], category=item["category"])
            ]
        case "out_of_season":
            seasons = [row["season"] for row in rows(connection, SEASONS.format(user=key))]
            return [f"it is for {item['season']}; where the customer lives it is {', '.join(seasons)}"]
        case _:
            return item_details(item, reason)


def item_details(item: dict, reason: str) -> list[str]:
    """What the item's own row says about the reason."""
    match reason:
        case "variant_of_another":
            return [f"item {item['family_item_id']} stands for its family"]
        case "sensitive":
            return [
                f"its topic, {item['sensitive_topic']}, is {say('sensitivity', item['sensitivity_level'])}"
            ]
        case "out_of_stock":
            return [f"stock {item['stock_quantity']:,.0f}"]
        case "not_yet_available":
            return [f"published {moment(item['published_at'])}"]
        case "no_longer_available":
            return [f"available until {moment(item['available_until'])}"]
        case _:
            return []
