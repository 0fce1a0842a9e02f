"""A small warehouse for the tests of email_render: marts and gate as dbt builds them."""

import csv
import json
from pathlib import Path

import duckdb

from dbt_tools.relations import literal
from email_render.load import ITEM_LINES_TYPE

TEXTS = Path(__file__).parents[2] / "seeds/texts/texts.csv"
LOCALES = TEXTS.with_name("email_locales.csv")
MARTS = """
create schema dbt_email;
create schema dbt_recommendations;
create schema inputs;
create schema quality;

create table inputs.latest_run as
select 'these inputs' as input_fingerprint, null::varchar as problem;

create table quality.input_validation_results as
select
    'these inputs' as input_fingerprint,
    unnest(['orders', 'users']) as table_name,
    'There are rows' as description,
    unnest(['critical', 'warning']) as severity,
    unnest([true, false]) as is_success,
    '0' as observed;

create table dbt_email.email_queue as
select
    'm' || user_number as message_id,
    'u' || user_number as user_id,
    'user' || user_number || '@mail.example' as email,
    'recommendations' as trigger_type,
    timestamp '2017-11-15 09:00:00' as send_at,
    'Picked for you, no. ' || user_number as subject,
    'Eight ideas from what you like' as preheader,
    'Hi Anna,' as greeting,
    ['new', 'browser', 'repeat_buyer', 'repeat_buyer'][least(user_number, 4)] as segment,
    'en' as locale,
    'en' as language,
    'ltr' as direction,
    'grid' as layout,
    [
        {'block': 'primary', 'title': 'Picked for you', 'first_position': 1, 'last_position': 4},
        {'block': 'secondary', 'title': 'You may also like', 'first_position': 5, 'last_position': 8}
    ] as blocks,
    null::struct(offer_name varchar, ends_text varchar) as offer,
    null::{item_lines} as item_lines,
    {
        'decimal_mark': '.', 'group_mark': ',', 'grouped_from_digits': 4, 'symbol_position': 'before'
    } as number_format,
    '{words}' as words,
    'Corner Market' as shop_name,
    'https://shop.example/' as shop_url,
    null::varchar as logo_url,
    'https://shop.example/preferences' as preferences_url,
    'https://shop.example/unsubscribe?list=1' as unsubscribe_url,
    'unsubscribe@shop.example' as unsubscribe_email,
    'https://shop.example/support' as support_url,
    '1 Example Street' as postal_address,
    'You get this email because you subscribed.' as footer_reason,
    true as is_synthetic,
    'these inputs' as input_fingerprint,
    timestamp '2017-11-15' as as_of
from range(1, {user_count} + 1) as users (user_number);

create table dbt_recommendations.user_recommendations as
select
    'u' || user_number as user_id,
    'i' || position as item_id,
    position,
    case when position <= 4 then 'primary' else 'secondary' end as block,
    'trending' as strategy,
    'popular' as reason_type,
    0.5::double as score,
    0.25::double as purchase_probability,
    1.0::double as propensity,
    null::varchar as evidence_item_id,
    case when position = 1 then 12 end::bigint as evidence_count,
    case when position = 1 then 'Popular this week' end as reason_text,
    'Item ' || position || ' of u' || user_number as item_name,
    position + 0.99::double as price,
    case when position = 2 then 5.0::double end as list_price,
    null::double as rating_average,
    null::bigint as rating_count,
    'USD' as currency,
    'https://images.example/' || position || '.png' as image_url,
    'https://shop.example/item/' || position as item_url,
    case when position = 3 then 'scarcity' end as badge_type,
    case when position = 3 then 'Only 3 left' end as badge_text
from range(1, {user_count} + 1) as users (user_number), range(1, 13) as positions (position);

create table dbt_recommendations.placement_recommendations as
select 'home' as placement, * from dbt_recommendations.user_recommendations where false;

create table dbt_email.send_decisions as
select user_id, 'send' as decision, 'mailable' as reason from dbt_email.email_queue
union all
values ('h1', 'hold', 'no_consent');

create schema dbt_seeds;
create table dbt_seeds.texts as
select 'word.' || word as key, language, text
from (
    values {texts}
) as texts (language, word, text);

create table dbt_recommendations.recommendation_contributions as
select
    user_id,
    item_id,
    position,
    unnest(['intercept', 'bought_count', 'viewed_days']) as feature,
    unnest([-2.0::double, ln(1.0 / 3) + 2, 0]) as contribution
from dbt_recommendations.user_recommendations;
"""


def seed_texts() -> dict[str, dict[str, str]]:
    """All texts of the seed: by language, by key."""
    texts: dict[str, dict[str, str]] = {}
    with TEXTS.open(encoding="utf-8", newline="") as seed:
        for row in csv.DictReader(seed):
            texts.setdefault(row["language"], {})[row["key"]] = row["text"]
    return texts


def seed_locales() -> dict[str, dict[str, str]]:
    """The rows of seed email_locales, by locale."""
    with LOCALES.open(encoding="utf-8", newline="") as seed:
        return {row["locale"]: row for row in csv.DictReader(seed)}


def template_words() -> dict[str, dict[str, str]]:
    """The templates' own words by language."""
    return {
        language: {key.removeprefix("word."): text for key, text in texts.items() if key.startswith("word.")}
        for language, texts in seed_texts().items()
    }


def build_warehouse(path: Path, *changes: str, user_count: int = 4) -> Path:
    """A DuckDB file with both marts, then changed by the given statements."""
    with duckdb.connect(str(path)) as connection:
        words = json.dumps(template_words()["en"]).replace("'", "''")
        texts = [
            "({})".format(", ".join(map(literal, (language, word, text))))
            for language, of_language in template_words().items()
            for word, text in of_language.items()
        ]
        marts = MARTS.replace("{user_count}", str(user_count)).replace("{words}", words)
        marts = marts.replace("{item_lines}", ITEM_LINES_TYPE)
        connection.execute(marts.replace("{texts}", ", ".join(texts)))
        connection.execute("set search_path = 'dbt_email,dbt_recommendations'")
        for change in changes:
            connection.execute(change)
    return path
