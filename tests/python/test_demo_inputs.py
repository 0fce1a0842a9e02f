"""The demo inputs hold the pinned columns, the source's real totals and what README.md says was planted."""

import os
import re
import subprocess
from pathlib import Path

import duckdb
import pytest
from PIL import Image
from warehouse import ROOT

import demo
from demo import make_inputs, naming, planted, tiles

README = (Path(demo.__file__).parent / "README.md").read_text(encoding="utf-8")

TEXT, INTEGER, TIMESTAMP, BOOLEAN = "VARCHAR", "INTEGER", "TIMESTAMP", "BOOLEAN"
PRICE, AMOUNT, PERCENT, SCORE = "DECIMAL(18,6)", "DECIMAL(12,2)", "DECIMAL(4,1)", "DOUBLE"

# the pinned columns of DESIGN.md; a star marks those that are never null
COLUMNS = {
    "users": {
        "user_id*": TEXT,
        "email": TEXT,
        "first_name": TEXT,
        "country_code": TEXT,
        "city": TEXT,
        "timezone": TEXT,
        "locale": TEXT,
        "email_consent": TEXT,
        "email_frequency": TEXT,
        "preferred_categories": TEXT,
        "loyalty_tier": TEXT,
        "signed_up_at": TIMESTAMP,
    },
    "items": {
        "item_id*": TEXT,
        "parent_item_id": TEXT,
        "item_name*": TEXT,
        "category*": TEXT,
        "subcategory": TEXT,
        "brand": TEXT,
        "price*": AMOUNT,
        "list_price": AMOUNT,
        "unit_cost": AMOUNT,
        "currency*": TEXT,
        "image_url": TEXT,
        "item_url": TEXT,
        "description": TEXT,
        "rating_average": SCORE,
        "rating_count": INTEGER,
        "stock_quantity": INTEGER,
        "season": TEXT,
        "is_active": BOOLEAN,
        "published_at": TIMESTAMP,
        "available_until": TIMESTAMP,
    },
    "orders": {
        "order_id*": TEXT,
        "user_id": TEXT,
        "anonymous_id": TEXT,
        "ordered_at*": TIMESTAMP,
        "order_status": TEXT,
        "currency": TEXT,
    },
    "order_lines": {
        "order_line_id*": TEXT,
        "order_id*": TEXT,
        "item_id*": TEXT,
        "quantity*": INTEGER,
        "unit_price*": PRICE,
        "discount_amount": AMOUNT,
        "returned_quantity": INTEGER,
        "is_gift": BOOLEAN,
    },
    "web_events": {
        "event_id*": TEXT,
        "event_type*": TEXT,
        "occurred_at*": TIMESTAMP,
        "user_id": TEXT,
        "anonymous_id": TEXT,
        "session_id": TEXT,
        "item_id": TEXT,
        "category": TEXT,
        "search_query": TEXT,
        "dwell_seconds": INTEGER,
        "device_type": TEXT,
    },
    "email_events": {
        "event_id*": TEXT,
        "event_type*": TEXT,
        "occurred_at*": TIMESTAMP,
        "user_id": TEXT,
        "message_id": TEXT,
        "item_id": TEXT,
        "bounce_type": TEXT,
        "is_machine": BOOLEAN,
        "user_agent": TEXT,
    },
    "identities": {"anonymous_id*": TEXT, "user_id*": TEXT, "linked_at*": TIMESTAMP},
    "offers": {
        "offer_id*": TEXT,
        "offer_name*": TEXT,
        "item_id": TEXT,
        "category": TEXT,
        "discount_percent": PERCENT,
        "minimum_segment": TEXT,
        "offer_url": TEXT,
        "starts_at*": TIMESTAMP,
        "ends_at*": TIMESTAMP,
    },
    "erasure_requests": {"user_id*": TEXT, "requested_at*": TIMESTAMP},
    "experiment_assignments": {
        "experiment*": TEXT,
        "user_id*": TEXT,
        "arm*": TEXT,
        "assigned_at*": TIMESTAMP,
    },
    "context_impressions": {
        "impression_id*": TEXT,
        "context*": TEXT,
        "occurred_at*": TIMESTAMP,
        "user_id": TEXT,
        "item_id*": TEXT,
        "position": INTEGER,
        "strategy": TEXT,
        "is_clicked": BOOLEAN,
        "is_added_to_cart": BOOLEAN,
        "is_purchased": BOOLEAN,
        "revenue_amount": AMOUNT,
    },
    "send_log": {
        "message_id*": TEXT,
        "user_id*": TEXT,
        "trigger_type": TEXT,
        "arm": TEXT,
        "state*": TEXT,
        "reason": TEXT,
        "items": "STRUCT(position INTEGER, item_id VARCHAR, propensity DOUBLE, strategy VARCHAR)[]",
        "send_at": TIMESTAMP,
        "handed_over_at": TIMESTAMP,
    },
}

ALLOWED_VALUES = {
    "users.email_consent": {"subscribed", "unsubscribed", "never_subscribed"},
    "users.email_frequency": {"daily", "weekly", "monthly", "paused"},
    "orders.order_status": {"completed"},
    "web_events.event_type": {
        "item_view",
        "category_view",
        "search",
        "cart_add",
        "cart_remove",
        "wishlist_add",
    },
    "email_events.event_type": {"sent", "delivered", "open", "click", "unsubscribe", "bounce", "complaint"},
    "email_events.bounce_type": {"hard", "soft"},
    "experiment_assignments.arm": {"product", "emotion"},
    "context_impressions.context": {"item_page", "cart", "home", "post_purchase"},
    "send_log.state": {"accepted", "dropped", "failed"},
}

REFERENCES = [
    ("orders", "user_id", "users"),
    ("order_lines", "order_id", "orders"),
    ("order_lines", "item_id", "items"),
    ("web_events", "user_id", "users"),
    ("web_events", "item_id", "items"),
    ("email_events", "user_id", "users"),
    ("email_events", "item_id", "items"),
    ("identities", "user_id", "users"),
    ("identities", "anonymous_id", "web_events"),
    ("offers", "item_id", "items"),
    ("offers", "category", "items"),
    ("erasure_requests", "user_id", "users"),
    ("experiment_assignments", "user_id", "users"),
    ("context_impressions", "user_id", "users"),
    ("context_impressions", "item_id", "items"),
    ("send_log", "user_id", "users"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("inputs")
    make_inputs.make_inputs(out)
    return out


@pytest.fixture(scope="module")
def inputs(folder):
    """A connection with a view on every written table and on the source's lines."""
    with duckdb.connect() as connection:
        for table in make_inputs.TABLES:
            connection.read_parquet(str(folder / f"{table}.parquet")).create_view(table)
        source = str(make_inputs.source_folder() / "transactions.parquet")
        connection.read_parquet(source).create_view("source_lines")
        yield connection


def value(inputs, query):
    return inputs.sql(query).fetchall()[0][0]


@pytest.mark.parametrize("table", COLUMNS)
def test_table_has_the_pinned_columns(inputs, table):
    described = inputs.sql(f"describe {table}").fetchall()
    # DuckDB quotes fields that are words of its own
    assert {row[0]: row[1].replace('"', "") for row in described} == {
        name.strip("*"): type_ for name, type_ in COLUMNS[table].items()
    }


@pytest.mark.parametrize("table", COLUMNS)
def test_required_columns_are_never_null(inputs, table):
    required = [name.strip("*") for name in COLUMNS[table] if name.endswith("*")]
    nulls = " or ".join(f"{name} is null" for name in required)
    assert value(inputs, f"select count(*) from {table} where {nulls}") == 0


@pytest.mark.parametrize("table", COLUMNS)
def test_key_is_unique(inputs, table):
    key = make_inputs.TABLES[table]
    assert value(inputs, f"select count(*) - count(distinct {key}) from {table}") == 0


@pytest.mark.parametrize("column", ALLOWED_VALUES)
def test_column_has_only_the_pinned_values(inputs, column):
    table, name = column.split(".")
    found = inputs.sql(f"select distinct {name} from {table} where {name} is not null").fetchall()
    assert {row[0] for row in found} == ALLOWED_VALUES[column]


@pytest.mark.parametrize(("table", "column", "referenced"), REFERENCES)
def test_reference_resolves(inputs, table, column, referenced):
    orphans = (
        f"select count(*) from {table} anti join {referenced} using ({column}) where {column} is not null"
    )
    assert value(inputs, orphans) == 0


@pytest.fixture
def other_folder(tmp_path) -> Path:
    """What make test has made, in a process of its own; made here if make would make it anew."""
    # a make above this one would hand down its options
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS")}
    asked = ["make", "--question", "data/demo/.made"]
    if subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True).returncode == 0:
        return ROOT / "data" / "demo"
    make_inputs.make_inputs(tmp_path)
    return tmp_path


def test_two_runs_write_the_same_bytes(folder, other_folder):
    written = sorted(path.relative_to(folder) for path in folder.rglob("*.*"))
    assert len(written) == len(make_inputs.TABLES) + 339
    assert [
        path for path in written if (folder / path).read_bytes() != (other_folder / path).read_bytes()
    ] == []


def test_real_totals_equal_the_source(inputs):
    counted = (
        "select count(*), count(distinct basket_id), count(distinct product_id), count(distinct household_id)"
    )
    assert inputs.sql(f"{counted} from source_lines").fetchall() == [(1_469_307, 155_848, 68_509, 2_469)]
    written = """
        select
            (select count(*) from order_lines),
            (select count(*) from orders),
            (select count(*) from items),
            (select count(*) from users where user_id not like 'synthetic-%')
    """
    assert inputs.sql(written).fetchall() == [(1_469_307, 155_848, 68_509, 2_469)]


def test_every_line_is_worth_what_the_source_says(inputs):
    different = """
        select count(*)
        from order_lines
        full join source_lines on order_line_id = basket_id || '-' || product_id
        where
            round(order_lines.quantity * unit_price, 2) is distinct from round(sales_value, 2)::decimal(12, 2)
            and source_lines.quantity != 0
    """
    assert value(inputs, different) == 0


def test_each_order_has_its_household_and_time(inputs):
    different = """
        select count(*)
        from source_lines
        left join orders on order_id = basket_id::varchar
        where
            user_id is distinct from household_id::varchar
            or ordered_at is distinct from transaction_timestamp
    """
    assert value(inputs, different) == 0


def test_dirt_of_the_source_is_kept_and_counted(inputs):
    counts = (
        "select count(*) filter (where quantity = 0), count(*) filter (where quantity > 0 and unit_price = 0)"
    )
    assert inputs.sql(f"{counts} from order_lines").fetchall() == [(8_869, 2_406)]
    assert "8,869 lines have quantity 0 and 2,406 more" in README


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (table, name.strip("*"))
        for table, columns in COLUMNS.items()
        for name, type_ in columns.items()
        if type_ == TIMESTAMP and table != "offers"
    ],
)
def test_nothing_happens_after_the_last_purchase(inputs, table, column):
    last_purchase = "(select max(transaction_timestamp) from source_lines)"
    assert value(inputs, f"select count(*) from {table} where {column} > {last_purchase}") == 0


def test_every_address_is_synthetic(inputs):
    wrong = (
        "select count(*) from users where not regexp_full_match(email, '[a-z]+[.][0-9a-z-]+@example[.]com')"
    )
    assert value(inputs, wrong) == 0
    assert value(inputs, "select count(distinct email) = count(email) from users")


def test_every_image_address_has_a_small_tile(inputs, folder):
    prefix = "https://images.recmail.example/demo/"
    addresses = [row[0] for row in inputs.sql("select distinct image_url from items").fetchall()]
    assert len(addresses) > 25
    for address in addresses:
        assert address.startswith(prefix)
        tile = folder / "images" / address.removeprefix(prefix)
        assert tile.stat().st_size < 10_000
        with Image.open(tile) as image:
            assert (image.format, image.size) == ("PNG", (320, 320))


def test_pictures_tell_categories_apart(inputs, folder):
    pictures = inputs.sql("select category, min(image_url) from items group by category").fetchall()
    contents = {(folder / "images" / address.rpartition("/")[2]).read_bytes() for _, address in pictures}
    assert len(contents) == len(pictures) > 250


def test_what_has_an_icon_of_its_own_shows_it():
    assert naming.icon("Hot dogs", "ham") == "sandwich"
    assert naming.icon("Cat food", "shopping-basket") == "cat"
    assert naming.icon("Hair care products", "shopping-bag") == "scissors"
    assert naming.icon("Continuities", "shopping-bag") == "shopping-bag"
    assert all(tiles.icon_lines(icon) for _, icon in naming.ICONS)


def test_items_are_fit_to_print(inputs):
    assert (
        value(
            inputs,
            "select count(*) from items where item_url != 'https://shop.recmail.example/item/' || item_id",
        )
        == 0
    )
    assert value(inputs, "select count(*) from items where price <= 0 or list_price <= price") == 0
    assert value(inputs, "select count(distinct item_name) = count(*) from items")
    assert value(inputs, "select max(length(item_name)) from items") <= 100
    assert (
        value(inputs, "select count(*) from items where is_active and regexp_matches(item_name, '[A-Z]{4}')")
        == 0
    )


def test_what_is_no_merchandise_is_inactive(inputs):
    others = "category in ('Fuel', 'Coupons & other items', 'Unlisted')"
    assert value(inputs, f"select count(*) from items where is_active and {others}") == 0
    assert 700 < value(inputs, "select count(*) from items where not is_active") < 900


def test_nothing_unknown_is_invented(inputs):
    known = "count(unit_cost) + count(rating_average) + count(rating_count) + count(description)"
    assert value(inputs, f"select {known} from items") == 0


def test_offers_name_one_item_or_one_category(inputs):
    assert value(inputs, "select count(*) from offers where (item_id is null) = (category is null)") == 0
    assert value(inputs, "select count(*) from offers where discount_percent not between 0 and 100") == 0
    assert value(inputs, "select count(*) from offers where ends_at <= starts_at") == 0
    assert value(inputs, "select count(discount_percent) from offers") == 218
    assert "(218 offers)" in README


def test_preferred_categories_exist(inputs):
    unknown = """
        with preferred as (select unnest(string_split(preferred_categories, '|')) as category from users)

        select count(*) from preferred anti join items using (category)
    """
    assert value(inputs, unknown) == 0


def test_who_left_is_not_subscribed(inputs):
    subscribed = """
        select count(*)
        from email_events
        inner join users using (user_id)
        where event_type in ('unsubscribe', 'complaint') and email_consent is distinct from 'unsubscribed'
    """
    assert value(inputs, subscribed) == 0


def test_nothing_is_sent_after_somebody_left(inputs):
    late = """
        with leaving as (
            select user_id, min(occurred_at) as left_at from email_events
            where event_type in ('unsubscribe', 'complaint') group by user_id
        )

        select count(*) from email_events inner join leaving using (user_id)
        where event_type = 'sent' and occurred_at > left_at
    """
    assert value(inputs, late) == 0


def test_every_message_has_one_outcome_in_order(inputs):
    wrong = """
        with messages as (
            select
                message_id,
                count(*) filter (where event_type = 'sent') as sent,
                count(*) filter (where event_type in ('delivered', 'bounce')) as outcome,
                bool_or(event_type = 'bounce')
                and bool_or(event_type in ('open', 'click')) as is_read_though_bounced,
                min(occurred_at) filter (where event_type = 'sent') > min(occurred_at) as is_early,
                bool_or(event_type = 'click' and not is_machine)
                and not bool_or(event_type = 'open' and not is_machine) as is_clicked_unopened
            from email_events
            group by message_id
        )

        select count(*) from messages
        where sent != 1 or outcome != 1 or is_read_though_bounced or is_early or is_clicked_unopened
    """
    assert value(inputs, wrong) == 0


def test_every_web_event_has_a_known_or_anonymous_visitor(inputs):
    assert (
        value(inputs, "select count(*) from web_events where (user_id is null) = (anonymous_id is null)") == 0
    )
    linked_late = """
        select count(*) from web_events inner join identities using (anonymous_id)
        where linked_at > occurred_at
    """
    assert value(inputs, linked_late) > 1_000


def test_every_hostile_search_occurs(inputs):
    found = inputs.sql("select distinct search_query from web_events where event_type = 'search'").fetchall()
    assert {row[0] for row in found} >= set(planted.HOSTILE_SEARCHES)


def test_what_was_abandoned_stays_unbought(inputs):
    abandoned = f"""
        with abandoned as (
            select web_events.*, coalesce(web_events.user_id, orders.user_id) as person_id
            from web_events inner join orders on session_id = 'visit-' || order_id || '-later'
            where event_type in ('item_view', 'cart_add')
        ),

        bought as (select user_id, ordered_at, item_id from orders inner join order_lines using (order_id))

        select
            count(distinct event_id) filter (
                where ordered_at <= occurred_at + to_hours({planted.ABANDONED_HOURS})
            ),
            count(distinct event_id) filter (where ordered_at is not null),
            count(distinct event_id) filter (
                where event_type = 'cart_add'
                and occurred_at > (select max(transaction_timestamp) from source_lines) - interval 3 day
            )
        from abandoned
        left join bought on person_id = bought.user_id and abandoned.item_id = bought.item_id
    """
    soon, later, carts_of_the_last_days = inputs.sql(abandoned).fetchall()[0]
    assert soon == 0
    assert later > 1_000, "what is abandoned must not be a sign that it will never be bought"
    assert carts_of_the_last_days > 30


def test_purchases_after_impressions_are_real_lines(inputs):
    unreal = """
        with bought as (
            select orders.user_id, ordered_at, item_id, quantity * unit_price as amount
            from orders inner join order_lines using (order_id)
        )

        select count(*)
        from context_impressions
        anti join bought
            on context_impressions.user_id = bought.user_id
            and context_impressions.item_id = bought.item_id
            and bought.ordered_at > context_impressions.occurred_at
            and abs(bought.amount - revenue_amount) < 0.005
        where is_purchased
    """
    assert value(inputs, unreal) == 0


def test_arms_are_even_and_the_planted_one_wins(inputs):
    arms = """
        select arm, count(*) as users, sum(delivered) as delivered, sum(clicked) as clicked
        from experiment_assignments
        inner join (
            select
                user_id,
                count(*) filter (where event_type = 'delivered') as delivered,
                count(*) filter (where event_type = 'click' and not is_machine) as clicked
            from email_events
            group by user_id
        ) using (user_id)
        group by arm
        order by arm
    """
    (_, users_b, delivered_b, clicked_b), (_, users_a, delivered_a, clicked_a) = inputs.sql(arms).fetchall()
    assert 0.9 < users_a / users_b < 1.1
    rate_a, rate_b = clicked_a / delivered_a, clicked_b / delivered_b
    error = (rate_a * (1 - rate_a) / delivered_a + rate_b * (1 - rate_b) / delivered_b) ** 0.5
    assert rate_a - rate_b > 3 * error
    assert rate_a - rate_b == pytest.approx(
        planted.CLICK_RATE_PRODUCT - planted.CLICK_RATE_EMOTION, abs=0.006
    )


def planted_numbers():
    """Every planted number by name, those in dictionaries as <name>_<key>."""
    for name, constant in vars(planted).items():
        if name.isupper() and isinstance(constant, dict):
            yield from ((f"{name}_{key}".lower(), number) for key, number in constant.items())
        elif name.isupper() and isinstance(constant, int | float):
            yield name.lower(), constant


PLANTED = dict(planted_numbers())
RECOVERIES = re.findall(r"```sql\n-- within ([0-9.]+)\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize(("tolerance", "query"), RECOVERIES)
def test_planted_numbers_are_recovered_as_the_readme_says(inputs, tolerance, query):
    result = inputs.sql(query)
    recovered = dict(zip(result.columns, result.fetchall()[0], strict=True))
    expected = {name: PLANTED[name] for name in recovered}
    assert recovered == pytest.approx(expected, abs=float(tolerance))


def test_every_planted_number_is_in_the_readme():
    documented = " ".join(query for _, query in RECOVERIES)
    missing = {name for name in PLANTED if not re.search(rf"\bas {name}\b", documented)}
    assert missing == {"abandoned_hours"}  # a promise, tested above


@pytest.mark.parametrize("table", COLUMNS)
def test_readme_counts_are_right(inputs, table):
    count = value(inputs, f"select count(*) from {table}")
    assert f"| {table}.parquet | {count:,} |" in README


@pytest.mark.parametrize(
    ("code", "category", "name"),
    [
        ("MAINSTREAM WHITE BREAD", "BAKED BREAD/BUNS/ROLLS", "Mainstream white bread"),
        ("FRZN BISCUITS", "FROZEN BREAD/DOUGH", "Frozen biscuits"),
        ("PREMIUM", "BACON", "Bacon, premium"),
        ("PREMIUM PINTS", "ICE CREAM/MILK/SHERBTS", "Ice cream, premium pints"),
        ("TOMATOES GRAPE", "TOMATOES", "Grape tomatoes"),
        ("APPLE JUICE & CIDER (OVER 50%", "CANNED JUICES", "Apple juice & cider"),
        ("SANDWICHES/BISCUITS/GRAVY", "BREAKFAST SAUSAGE/SANDWICHES", "Sandwiches, biscuits & gravy"),
        ("WOMENS  HAIR SPRAYS", "HAIR CARE PRODUCTS", "Women's hair sprays"),
        ("MULTI-PACK COOKIES", "COOKIES/CONES", "Multi-pack cookies"),
        ("PREMIUM", None, "Premium"),
    ],
)
def test_readable_type(code, category, name):
    assert naming.readable_type(code, category) == name


@pytest.mark.parametrize(
    ("code", "size"),
    [
        ("16 OZ", "16 oz"),
        (".5 L", "0.5 l"),
        ("1/2 GAL", "1/2 gal"),
        ("10 3/4 OZ", "10 3/4 oz"),
        ("12 PK/12 OZ", "12 x 12 oz"),
        ("10/6.75 OZ", "10 x 6.75 oz"),
        ("18 PK 12 OZ", "18 x 12 oz"),
        ("L      8 OZ", "8 oz"),
        ("12 OZ CAN", "12 oz"),
        ("GAL", "1 gal"),
        ("974246  PK", None),
        ("48-54 CT", None),
        ("SCAN KPC", None),
    ],
)
def test_readable_size(code, size):
    assert naming.readable_size(code) == size
