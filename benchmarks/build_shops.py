"""Made-up shops for whole builds: the inputs that shape lists and emails, in the contract's columns, as Parquet.

Long-tailed users and items, tastes by cluster, staples that are bought again, guests, devices, returns, cancelled
orders and email events; some twenty events a user. Chance is md5, so a shop is the same at every call.

A day later 1 % more events came, 0.5 % more users, one price in a hundred and one stock in twenty is another, and those
were mailed whose week was over.

    python -m benchmarks.build_shops [--users 10000 100000] [--out data/bench]
"""

import argparse
from pathlib import Path

import duckdb

from benchmarks.shops import ITEMS_PER_CLUSTER, ROOT, item_count

# what tables are made of; chance(key) is a number in [0, 1) that depends on the text alone
BASE = """
create macro chance(key) as (md5_number_lower(key) >> 11)::double / 9007199254740992;
-- of n things the first are the likeliest: half of the draws are of the first eighth
create macro pick(key, n) as floor(n * power(chance(key), 3))::int;

create table user_facts as
select
    n,
    'u' || lpad(n::varchar, 8, '0') as user_id,
    floor(-15 * ln(1 - chance('activity:' || n)))::int as event_count
from range($users) as numbers (n);

-- three events a visit; the day's have numbers of their own
create table all_visits as
select n, user_id, k, k // 3 as visit, timestamp '2025-01-01' as since, 180 as days
from (select *, unnest(range(event_count)) as k from user_facts)
union all
select n, user_id, unnest(range(30000, 30003)) as k, 10000 as visit, timestamp '2025-06-30' as since, 1 as days
from user_facts
where $day and chance('today:' || n) < 0.01 * event_count / 3;

create table events as
with visits as (
    select *, chance('when:' || n || ':' || visit) as moment, n || ':' || k as event from all_visits
),
kinds as (
    select
        *,
        chance('kind:' || event) as kind,
        -- staples are few draws that come again and again
        case when chance('staple:' || event) < 0.25 then n || ':staple:' || k % 4 else event end as draw
    from visits
)
select
    *,
    case
        when chance('taste:' || draw) < 0.8
            then pick('cluster:' || n || ':' || floor(3 * chance('which:' || draw))::int, $clusters)
                + $clusters * pick('item:' || draw, $items // $clusters)
        else pick('item:' || draw, $items)
    end as item,
    since + to_seconds(floor(moment * days * 86400)::int + 60 * (k % 3)) as occurred_at
from kinds;
"""

TABLES = {
    "users": """
select
    user_id,
    user_id || '@shop.example' as email,
    'Name' || n % 500 as first_name,
    ['US', 'US', 'US', 'DE', 'GB'][1 + n % 5] as country_code,
    ['America/New_York', 'America/Chicago', 'America/Denver', 'Europe/Berlin', 'Europe/London'][1 + n % 5]
        as timezone,
    ['en-US', 'en-US', 'en-US', 'de-DE', 'en-GB'][1 + n % 5] as locale,
    case when n % 4 < 3 then 'subscribed' else 'unsubscribed' end as email_consent,
    'weekly' as email_frequency,
    case when n % 7 = 0 then 'gold' end as loyalty_tier,
    timestamp '2024-01-01' + to_days(floor(360 * chance('signed:' || n))::int) as signed_up_at
from user_facts
""",
    "items": """
select
    'sku-' || lpad(n::varchar, 6, '0') as item_id,
    ['Plain', 'Fine', 'Royal', 'Little', 'Grand', 'Smart', 'Fresh', 'Warm'][1 + n % 8]
        || ' thing' || n // $clusters || ' of set' || n % $clusters as item_name,
    'Category ' || n % $clusters % 40 as category,
    'Set ' || n % $clusters as subcategory,
    'Brand ' || floor(200 * chance('brand:' || n))::int as brand,
    round(
        case when $day and chance('repriced:' || n) < 0.01 then 0.9 else 1 end
        * exp(1 + (n % $clusters % 7) / 2 + 1.5 * chance('price:' || n)), 2
    ) as price,
    case when n % 9 = 0 then round(1.25 * exp(1 + (n % $clusters % 7) / 2 + 1.5 * chance('price:' || n)), 2) end
        as list_price,
    'USD' as currency,
    'https://shop.example/i/' || n || '.jpg' as image_url,
    'https://shop.example/i/' || n as item_url,
    4.5 as rating_average,
    10 + n % 90 as rating_count,
    case
        when n % 5 = 0 then 20 + n % 400 - case when $day and chance('sold:' || n) < 0.05 then 20 else 0 end
    end as stock_quantity,
    n % 50 > 0 as is_active,
    timestamp '2025-06-30' - to_days(floor(900 * chance('published:' || n))::int) as published_at
from range($items) as numbers (n)
""",
    "orders": """
select
    'o' || n || '-' || visit as order_id,
    case when chance('guest:' || n || ':' || visit) >= 0.1 then any_value(user_id) end as user_id,
    case when chance('guest:' || n || ':' || visit) < 0.1 then 'd' || n end as anonymous_id,
    min(occurred_at) as ordered_at,
    case when chance('cancelled:' || n || ':' || visit) < 0.02 then 'cancelled' else 'completed' end as order_status,
    'USD' as currency
from events where kind < 0.35
group by n, visit
""",
    "order_lines": """
select
    'l' || n || '-' || min(k) as order_line_id,
    'o' || n || '-' || visit as order_id,
    'sku-' || lpad(item::varchar, 6, '0') as item_id,
    count(*) as quantity,
    round(exp(1 + item % $clusters % 7 / 2 + 1.5 * chance('price:' || item)), 2) as unit_price,
    case when chance('returned:' || n || ':' || min(k)) < 0.03 then 1 else 0 end as returned_quantity,
    chance('gift:' || n || ':' || min(k)) < 0.02 as is_gift
from events where kind < 0.35
group by n, visit, item
""",
    "web_events": """
select
    'e' || event as event_id,
    case when kind < 0.9 then 'item_view' else 'cart_add' end as event_type,
    occurred_at,
    case when chance('device:' || event) >= 0.2 then user_id end as user_id,
    case when chance('device:' || event) < 0.2 then 'd' || n end as anonymous_id,
    's' || n || '-' || visit as session_id,
    'sku-' || lpad(item::varchar, 6, '0') as item_id,
    floor(5 + 60 * chance('dwell:' || event))::int as dwell_seconds
from events where kind >= 0.35
""",
    "identities": """
select 'd' || n as anonymous_id, user_id, timestamp '2025-01-01' as linked_at
from user_facts where chance('linked:' || n) < 0.5
""",
    "email_events": """
with messages as (
    select n, user_id, unnest(range(5)) as m from user_facts where n % 4 < 3
    union all
    select n, user_id, -1 as m from user_facts where $day and n % 4 < 3 and n % 7 = 6
)
select
    'm' || n || '-' || m || '-' || kinds.event_type as event_id,
    kinds.event_type,
    timestamp '2025-06-29' - to_days(7 * m + n % 7) + to_hours(kinds.place) as occurred_at,
    user_id,
    'm' || n || '-' || m as message_id,
    case
        when kinds.event_type = 'click'
            then 'sku-' || lpad(pick('clicked:' || n || ':' || m, $items)::varchar, 6, '0')
    end as item_id,
    false as is_machine
from messages
inner join (values ('sent', 0, 1.0), ('open', 1, 0.3), ('click', 2, 0.05)) as kinds (event_type, place, share)
    on chance('reads:' || n || ':' || m) < kinds.share
""",
    "offers": """
select
    'offer-' || n as offer_id,
    'Offer ' || n as offer_name,
    case when n % 2 = 0 then 'sku-' || lpad((n * 37)::varchar, 6, '0') end as item_id,
    case when n % 2 = 1 then 'Category ' || n end as category,
    5 + n as discount_percent,
    timestamp '2025-06-15' as starts_at,
    timestamp '2025-07-31' as ends_at
from range(20) as numbers (n)
""",
}


def write_shop(users: int, folder: Path, day: bool = False) -> Path:
    """The directory of a shop's inputs, of a day later if asked for, made unless it is there."""
    shop = folder / f"shop_{users}{'_day' if day else ''}"
    if not shop.exists():
        items = item_count(users)
        sizes = {
            "$users": users * 1005 // 1000 if day else users,
            "$items": items,
            "$clusters": items // ITEMS_PER_CLUSTER,
            "$day": day,
        }
        unfinished = shop.with_suffix(".unfinished")
        unfinished.mkdir(parents=True, exist_ok=True)

        def sized(sql: str) -> str:
            for name, value in sizes.items():
                sql = sql.replace(name, str(value))
            return sql

        with duckdb.connect() as connection:
            connection.execute(sized(BASE))
            for name, sql in TABLES.items():
                connection.execute(f"copy ({sized(sql)}) to '{unfinished / name}.parquet'")
        unfinished.replace(shop)
    return shop


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--out", type=Path, default=ROOT / "data/bench")
    arguments = parser.parse_args()
    for users in arguments.users:
        for day in (False, True):
            shop = write_shop(users, arguments.out, day)
            for path in sorted(shop.glob("*.parquet")):
                rows = duckdb.sql(f"select count(*) from '{path}'").fetchall()[0][0]
                print(f"{path}: {rows:,} rows, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
