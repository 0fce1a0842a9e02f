"""What an item's chance is made of, term by term and in words: each multiplies the odds of a purchase."""

import math
from collections import defaultdict

import duckdb

from explanations.rows import keys, rows
from explanations.words import counted, counts_as, likelier, say, say_feature

# the largest ones are said one by one
TERMS_SHOWN = 8
# a term that changes the odds by less than a hundredth says nothing
SMALLEST = 0.01

SHOWN = """
select user_id, item_id, part, feature, contribution
from recommendation_contributions
where user_id in ({users}) and contribution <> 0
order by user_id, item_id, abs(contribution) desc, feature
"""
# of what is in no list: the formula of recommendation_contributions, for one item
CANDIDATE = """
with places as materialized (
    from (from int_candidate_knot_places where user_key = {user} and item_key = {item})
    unpivot include nulls (
        knot_place for feature in (columns(* exclude (user_key, item_key, times_bought)))
    )
)
select
    'probability' as part,
    coefficients.feature,
    coefficients.coefficient
    + coefficients.step * coalesce(places.knot_place - floor(places.knot_place), 0) as contribution
from (
    from places
    union all by name
    select distinct times_bought, 'intercept' as feature, 0 as knot_place from places
) as places
inner join int_ranker_coefficients as coefficients
    on places.times_bought = coefficients.times_bought
    and places.feature = coefficients.feature
    and coalesce(cast(floor(places.knot_place) as integer), -1) = coefficients.knot
where contribution <> 0
order by abs(contribution) desc, coefficients.feature
"""
VALUES = """
with numbers as (
    select
        users.user_id,
        items.item_id,
        cast(columns(features.* exclude (user_key, item_key, times_bought)) as double)
    from int_candidate_features as features
    inner join int_user_keys as users on features.user_key = users.user_key
    inner join int_item_keys as items on features.item_key = items.item_key
    where features.user_key in ({users})
)
from (unpivot numbers on * exclude (user_id, item_id) into name feature value feature_value)
where (user_id, item_id) in (select user_id, item_id from user_recommendations) or item_id = $item_id
"""


def shown_terms(connection: duckdb.DuckDBPyConnection, user_keys: list[int]) -> dict[tuple[str, str], list]:
    """By user and item of the lists of these users."""
    users = rows(connection, f"select user_id from int_user_keys where user_key in ({keys(user_keys)})")
    # one parameter each, not a subquery: the view then computes the terms of these users alone
    ids = {f"user_{number}": user["user_id"] for number, user in enumerate(users)}
    terms = defaultdict(list)
    for row in rows(connection, SHOWN.format(users=", ".join(f"${name}" for name in ids)), **ids):
        terms[row["user_id"], row["item_id"]].append(row)
    return terms


def candidate_terms(connection: duckdb.DuckDBPyConnection, user_key: int, item_key: int) -> list[dict]:
    return rows(connection, CANDIDATE.format(user=int(user_key), item=int(item_key)))


def feature_values(
    connection: duckdb.DuckDBPyConnection, user_keys: list[int], item_id: str | None = None
) -> dict[tuple[str, str], dict[str, float]]:
    """By user and item what the ranker knew of it: of all items in the users' lists, and of one more."""
    values = defaultdict(dict)
    for row in rows(connection, VALUES.format(users=keys(user_keys)), item_id=item_id):
        values[row["user_id"], row["item_id"]][row["feature"]] = row["feature_value"]
    return values


def in_words(terms: list[dict], values: dict[str, float], play: str | None = None) -> dict:
    """The odds to start from, what changes them, and what changes the score beside them.

    The intercept and terms of the customer, the same for all items, are the start. `play` is that of the block.
    """
    probability = [term for term in terms if term["part"] == "probability"]
    of_item = [term for term in probability if not is_base(term["feature"])]
    start = sum(term["contribution"] for term in probability if is_base(term["feature"]))
    large = [term for term in of_item if abs(term["contribution"]) >= SMALLEST][:TERMS_SHOWN]
    rest = sum(term["contribution"] for term in of_item) - sum(term["contribution"] for term in large)
    said = [entry(term, say_feature(term["feature"], values.get(term["feature"]))) for term in large]
    if len(of_item) > len(large):
        name = f"{counted(len(of_item) - len(large), 'smaller reason')} together"
        said.append(entry({"feature": "rest", "contribution": rest}, name))
    times_bought = min(int(values.get("bought_count") or 0), 2)
    return {
        "start_odds": math.exp(start),
        "start_text": say("begins", str(times_bought)),
        "terms": said,
        "score_factors": [
            entry(term, say("factors", term["feature"], play=play))
            | {"effect": counts_as(term["contribution"])}
            for term in terms
            if term["part"] == "score"
        ],
    }


def is_base(feature: str) -> bool:
    return feature == "intercept" or feature.startswith("user_")


def entry(term: dict, text: str) -> dict:
    return {
        "feature": term["feature"],
        "log_odds": term["contribution"],
        "factor": math.exp(term["contribution"]),
        "text": text,
        "effect": likelier(term["contribution"]),
    }
