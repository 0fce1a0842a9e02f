"""A wrong row of a seed that marketers edit stops the build with a message that names the row."""

import pytest
from warehouse import build, connect, dbt

SEEDS = [
    *("rfm_groups", "playbook", "seasons", "holidays", "complements"),
    *("event_weights", "placements", "non_product_items", "sensitive_categories", "stop_words", "unit_words"),
    *("item_rules", "audiences", "sending_hours", "triggers", "experiments", "experiment_arms"),
]
MODELS = ["int_play_strategies"]
NAMES = "assert_item_rules_name_placements_and_segments"
# of seeds that are delivered empty
ROWS = [
    "item_rules by name select 'r' || n as rule, n as priority, 'pin' as action, 1 as amount, 'item' as kind, "
    "'i1' as value from range(1, 13) as numbers (n)",
    "audiences by name select 'a' || n as audience, 'item' as kind, 'i1' as value, 'all' as buyers "
    "from range(1, 6) as numbers (n)",
]
FAULTS = {
    "rfm_groups set recency_max = 9 where priority = 6": "row with priority 6 (promising): expected recency_min and",
    "rfm_groups set frequency_min = 3 where priority = 13": "row with priority 13 (hibernating): expected frequency",
    "rfm_groups set rfm_group = 'gold' where priority = 1": "row with priority 1 (gold): expected a group out of",
    "playbook set segment = 'browsers' where play = 'reminders'": "reminders primary: expected scheme and segment",
    "playbook set scheme = 'mood' where play = 'vip'": "vip secondary: expected scheme and segment",
    "playbook set tone = 'loud' where play = 'deals'": "deals primary: expected tone welcoming",
    "playbook set title_key = 'Our picks' where play = 'keep'": "keep primary: expected a title_key",
    "playbook set strategies = 'trending' where play = 'win_back'": "win_back primary: expected strategies as name",
    "playbook set layout = 'heap' where play = 'upsell'": "upsell secondary: expected layout grid",
    "playbook set offer_policy = 'all' where play = 'budget'": "budget primary: expected offer_policy none or best",
    "seasons set end_day = 30 where end_month = 2 and hemisphere = 'north'": "north winter: expected end_month and end",
    "seasons set season = 'Summer' where season = 'summer'": "south Summer: expected a season in lower case",
    "holidays set day = 32 where holiday = 'Christmas'": "expected with rule date, month and day",
    "holidays set nth = 6 where holiday = 'Cyber Monday'": "Cyber Monday in all countries: expected with rule nth",
    "holidays set month = 4 where holiday = 'Easter'": "expected with rule easter, no month",
    "holidays set country_codes = 'US|gb' where holiday = 'Halloween'": "Halloween in US|gb: expected country_codes",
    "holidays set country_codes = 'US, CA' where holiday = 'Black Friday'": "Black Friday in US, CA: expected country",
    "sending_hours set until_hour = 7 where weekday = 1": "all countries: expected from_hour and until_hour from 0",
    "sending_hours set country_code = 'de' where weekday = 2": "de: expected country_code as two capitals",
    "triggers set deferral_hours = 71 where trigger_type = 'cart_abandonment'": "expected deferral_hours of at most",
    "triggers set cap = -1 where trigger_type = 'price_drop'": "price_drop: expected a cap of 0 or more with cap_days",
    "triggers set cap_days = null where trigger_type = 'follow_up'": "follow_up: expected a cap of 0 or more with",
    "triggers set cap_days = 7 where trigger_type = 'anniversary'": "anniversary: expected a cap of 0 or more with",
    "triggers set shelf_life_hours = 169 where trigger_type = 'win_back'": "win_back: expected shelf_life_hours of at",
    "triggers set follow_ups = 6 where trigger_type = 'welcome'": "welcome: expected follow_ups from 0 to 5",
    "complements set complement = 'phone ' where kind = 'Phone'": "Phone > phone : expected two kinds",
    "event_weights set weight = -1 where event_type = 'cart_add'": "cart_add: expected a weight from 0",
    "event_weights set half_life_days = 0 where event_type = 'search'": "search: expected half_life_days above 0",
    "placements set items_primary = 9 where placement = 'sms'": "sms: expected at least one item, and no more in the",
    "placements set is_steered_by_playbook = true where placement = 'cart'": "cart: expected strategies as name=weight",
    "placements set exploration_share = 0.1 where placement = 'post_purchase'": "expected exploration_share from 0",
    "non_product_items set pattern = '%' where pattern = 'manual'": "item_name %: expected a pattern in lower case",
    "sensitive_categories set pattern = 'pay day' where pattern = 'payday'": "word pay day: expected a single word",
    "stop_words set word = 'The' where word = 'the' and language = 'en'": "en The: expected one word in lower case",
    "unit_words set measure = 'money' where word = 'oz'": "money oz: expected measure mass",
    "item_rules set action = 'hide' where rule = 'r1'": "r1: expected action pin, boost",
    "item_rules set amount = 0.5 where rule = 'r2'": "r2: expected as amount a place from 1",
    "item_rules set action = 'at_most', unit = 'percent', amount = 101 where rule = 'r3'": "r3: expected with at_most",
    "item_rules set kind = 'colour' where rule = 'r4'": "r4: expected kind item, brand, category or tag",
    "item_rules set scheme = 'value_tier', segment = 'gold' where rule = 'r5'": "r5: expected scheme and segment that",
    "item_rules set placement = 'hall' where rule = 'r12'": "r12: expected a placement of seed placements",
    "item_rules set starts_on = '2025-02-01', ends_on = '2025-01-31' where rule = 'r6'": "r6: expected starts_on and",
    "item_rules set ends_on = 'soon' where rule = 'r7'": "r7: expected starts_on and ends_on as 2025-12-31",
    "item_rules set action = 'bury', amount = 2 where rule = 'r8'": "r8: expected as amount a place",
    "item_rules set action = 'exclude' where rule = 'r9'": "r9: expected as amount a place",
    "item_rules set priority = 0 where rule = 'r10'": "r10: expected a whole number above 0 as priority",
    "item_rules set value = ' ' where rule = 'r11'": "r11: expected a value",
    "experiments set traffic_to = 2 where experiment = 'digest_list'": "digest_list: expected with hash or adaptive",
    "experiments set metric = 'joy' where experiment = 'digest_subject'": "digest_subject: expected a metric of macro",
    "experiment_arms set layout = 'heap' where arm = 'six_trending'": "digest_list six_trending: expected layout grid",
    "experiment_arms set items_primary = 9, items = 8 where arm = 'general'": "general: expected items_primary above",
    "experiment_arms set offer = ' ' where arm = 'of_the_item'": "of_the_item: expected offer none, best",
    "audiences set kind = 'people' where audience = 'a1'": "a1: expected kind item",
    "audiences set buyers = 'some' where audience = 'a2'": "a2: expected buyers all, new or known",
    "audiences set users_max = 0 where audience = 'a3'": "a3: expected users_max above 0",
    "audiences set audience = 'a5' where audience = 'a4'": "a5: audience stand in more than one row",
    "playbook set strategies = 'trends=2' where play = 'discovery'": "strategy trends: expected a strategy of macro",
    "playbook set strategies = 'trending=200' where play = 'reminders'": "strategy trending: expected a weight above",
    "holidays set lead_days = null where holiday = 'New Year'": "New Year in all countries: expected lead_days",
}


@pytest.fixture(scope="module")
def message(small_inputs, tmp_path_factory) -> str:
    """What the tests of the seeds say of all faults at once, after they had nothing to say of the rows delivered."""
    database = tmp_path_factory.mktemp("seeds") / "w.duckdb"
    inputs = {"input_location": str(small_inputs)}
    delivered = build(
        database,
        inputs,
        "--select",
        *SEEDS,
        *MODELS,
        "--indirect-selection",
        "cautious",
        tests=True,
    )
    assert delivered.succeeded, delivered.text
    with connect(database, read_only=False) as connection:
        for rows in ROWS:
            connection.execute(f"insert into {rows}")
        for fault in FAULTS:
            connection.execute(f"update {fault}")
    assert build(database, inputs, "--select", *MODELS).succeeded
    tests = (*(f"{seed}_rows_hold" for seed in SEEDS), "play_strategies_hold", NAMES)
    judged = dbt("test", database, inputs, "--store-failures", "--select", *tests)
    kept = judged.query(
        "select table_name from information_schema.tables where table_schema = 'dbt_test__audit'"
    )
    return "\n".join(
        fault for (table,) in kept for (fault,) in judged.query(f"select faults from dbt_test__audit.{table}")
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_row_is_named(message, fault):
    assert FAULTS[fault] in message
