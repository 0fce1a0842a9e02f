"""A made-up warehouse of messages with ten items each: marts and gate as dbt builds them, the same at every call."""

from pathlib import Path

import duckdb

TEXTS = Path(__file__).parents[1] / "seeds/texts/texts.csv"
WAREHOUSE = """
create schema inputs; create schema quality; create schema email; create schema recommendations;
create table inputs.latest_run as select 'made up' as input_fingerprint, null::varchar as problem;
create table quality.input_validation_results as
select
    'made up' as input_fingerprint, 'orders' as table_name, 'There are rows' as description,
    'critical' as severity, true as is_success, '1' as observed;

create table email.email_queue as
select
    md5('m' || number) as message_id,
    'u' || lpad(number::varchar, 8, '0') as user_id,
    'u' || number || '@mail.example' as email,
    'recommendations' as trigger_type,
    'Name' || number % 977 || ', picked for you: Item & more ' || number % 3000 as subject,
    'Ideas that start from what you looked at and bought' as preheader,
    'Hi Name' || number % 977 || ',' as greeting,
    'repeat_buyer' as segment,
    'en' as locale, 'en' as language, 'ltr' as direction, 'grid' as layout,
    [
        {'block': 'primary', 'title': 'Picked for you', 'first_position': 1, 'last_position': 4},
        {'block': 'secondary', 'title': 'You may also like', 'first_position': 5, 'last_position': 10}
    ] as blocks,
    {'offer_name': '10 % off in category ' || number % 50, 'ends_text': 'Until March 9'} as offer,
    null::struct(position integer, reason_text varchar, badge_text varchar)[] as item_lines,
    {
        'decimal_mark': '.', 'group_mark': ',', 'grouped_from_digits': 4, 'symbol_position': 'before'
    } as number_format,
    (
        select cast(to_json(map(list(key[6:]), list(text))) as varchar)
        from read_csv('{texts}')
        where key like 'word.%' and language = 'en'
    ) as words,
    'Example Shop' as shop_name,
    'https://shop.example/' as shop_url,
    null::varchar as logo_url,
    'https://shop.example/preferences' as preferences_url,
    'https://shop.example/unsubscribe' as unsubscribe_url,
    'unsubscribe@shop.example' as unsubscribe_email,
    'https://shop.example/support' as support_url,
    '1 Example Street' as postal_address,
    'You get this email because you subscribed to recommendations from Example Shop.' as footer_reason,
    true as is_synthetic,
    'made up' as input_fingerprint,
    timestamp '2026-01-01' as send_at, timestamp '2026-01-01' as as_of
from range({count}) as numbers (number);

create table recommendations.user_recommendations as
with drawn as (
    select
        'u' || lpad(users.number::varchar, 8, '0') as user_id,
        cast(positions.position as integer) as position,
        cast(hash(users.number, positions.position) % 3000 as bigint) as item
    from range({count}) as users (number), range(1, 13) as positions (position)
)
select
    user_id, 'i' || item as item_id, position,
    ['also_bought', 'trending', 'buy_again'][1 + item % 3] as strategy,
    'because_you_bought' as reason_type,
    case when item % 4 > 0 then 'Because you bought "Item" no. ' || (item * 7) % 3000 end as reason_text,
    'Item & more, size <' || item || '>, a name of usual length' as item_name,
    cast(1 + item % 400 + 0.99 as decimal(18, 4)) as price,
    cast(case when item % 3 = 0 then 1.5 * (1 + item % 400) end as decimal(18, 4)) as list_price,
    case when item % 2 = 0 then 3 + item % 20 / 10 end as rating_average,
    case when item % 2 = 0 then item end as rating_count,
    'USD' as currency,
    'https://images.example/' || item || '.jpg' as image_url,
    'https://shop.example/item/' || item as item_url,
    case when item % 3 = 0 then 'was' end as badge_type,
    case when item % 3 = 0 then 'Save 33%' end as badge_text
from drawn;

create table recommendations.placement_recommendations as
select 'home' as placement, * from recommendations.user_recommendations where false;
"""


def make_warehouse(path: Path, count: int) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(WAREHOUSE.replace("{count}", str(count)).replace("{texts}", str(TEXTS)))
