"""`recmail email-report` passes over emails that say nothing wrong, and names what is wrong with others."""

import duckdb
import pytest
from click.testing import CliRunner

from recmail.email_report import main

# two emails of three items each, the smallest warehouse that the checks read
WAREHOUSE = """
create table email_queue as
select
    'm' || n as message_id,
    'u' || n as user_id,
    'email_digest' as placement,
    'en' as language,
    'Time for Tea again?' as subject,
    'subject.recommendations.again.1' as subject_key,
    'Also for you: Cups' as preheader,
    [
        {'block': 'primary', 'title': 'Buy again', 'first_position': 1, 'last_position': 1},
        {'block': 'secondary', 'title': 'You may also like', 'first_position': 2, 'last_position': 3}
    ] as blocks,
    {'offer_name': 'Tea week'} as offer,
    [
        {'place': 1, 'position': 1, 'reason_text': 'You bought this before'},
        {'place': 2, 'position': 2, 'reason_text': 'Because you bought Tea', 'badge_text': 'Save 10%'},
        {'place': 3, 'position': 4, 'reason_text': 'Our suggestion', 'item_name': 'Wein'}
    ]::struct(
        place integer, position integer, reason_text varchar, badge_text varchar, item_name varchar,
        price decimal(18, 4), list_price decimal(18, 4), currency varchar
    )[] as item_lines
from range(2) as numbers(n);

create table user_recommendations as
select
    'u' || n as user_id,
    items.*,
    case item_id when 'cups' then 'tea' when 'tea' then 'tea' end as evidence_item_id,
    9.0 as price,
    10.0 as list_price,
    'EUR' as currency
from range(2) as numbers(n)
cross join (
    values
    ('tea', 1, 'primary', 'buy_again', 'You bought this before'),
    ('cups', 2, 'secondary', 'because_you_bought', 'Because you bought Tea'),
    -- in another currency than the others: not in the email
    ('gin', 3, 'secondary', 'popular', 'Popular'),
    ('wine', 4, 'secondary', 'suggestion', 'Our suggestion')
) as items(item_id, position, block, reason_type, reason_text);

create table placement_recommendations as
select 'home' as placement, * from user_recommendations where false;

create table stg_items as
select * from (values ('tea', 'Tea'), ('cups', 'Cups'), ('wine', 'Wine')) as items(item_id, category);
create table int_item_labels as
select * from (
    values ('tea', 1, 'Tea', true), ('cups', 2, 'Cups', true), ('wine', 3, 'Wine', false)
) as labels(item_id, kind_number, short_name, is_nameable);
create table int_item_sensitivity as select 'wine' as item_id, 'no_evidence' as sensitivity_level;
create table int_interactions as select 'u0' as user_id, 'tea' as item_id, 2 as purchase_count;
create table sensitive_categories as select 'word' as match_on, 'vodka' as pattern;
create table texts as
select * from (
    values
    ('en', 'shared.buy_again', 'Buy again'),
    ('en', 'title.also_like', 'You may also like'),
    ('en', 'title.picked', 'Picked for you'),
    ('en', 'title.another_look', 'Take another look'),
    ('en', 'preheader.item', 'Also for you: {item}')
) as texts(language, key, text);
create table title_claims as
select * from (
    values ('title.also_like', 'because_you_bought|suggestion'), ('title.another_look', 'recently_viewed')
) as claims(key, reason_types);
create table int_item_price_drops as select 'gin' as item_id, 20 as fallen_percent;
create table int_message_offers as select 'm' || n as message_id, 'o' as offer_id from range(2) as numbers(n);
create table int_offers as select 'o' as offer_id, null::varchar as item_id, 'tea' as category;
"""

TITLE = "update email_queue set blocks = list_transform(blocks, lambda b: struct_update(b, title := '{}'))"
FAULTS = {
    "update email_queue set subject = repeat('Tea ', 20)": "subjects over 60",
    "update email_queue set subject = 'Time for Wine again?'": "name what may not be named",
    "update email_queue set preheader = 'Vodka, anybody?'": "lines with a sensitive word",
    "update int_item_sensitivity set sensitivity_level = 'never'": "items that nobody may be shown",
    "update int_item_sensitivity set sensitivity_level = 'own_reorders'": "items for reorders shown",
    "update user_recommendations set evidence_item_id = 'wine' where item_id = 'cups'": "reasons from evidence",
    TITLE.format("Take another look"): "titles that their items do not bear out",
    TITLE.format("Because you bought Tea"): "titles that their items do not bear out",
    TITLE.format("You may also like"): "one title over two blocks",
    TITLE.format("Our suggestion"): "reasons that repeat the title",
    "update user_recommendations set reason_text = null where item_id = 'wine'": "items without a reason",
    "update int_item_labels set kind_number = 1": "emails with two items of a kind",
    "update user_recommendations set price = 9.5": "badges for less than 10 %",
    "update user_recommendations set list_price = null where item_id = 'cups'": "badges for less than 10 %",
    "update int_offers set category = 'coffee'": "offers without an item",
    "update email_queue set preheader = subject": "preheaders that repeat the subject",
    "update email_queue set preheader = 'Also for you: {item}'": "lines with a placeholder left",
    "update email_queue set subject = 'Noch etwas Wein?'": "name what may not be named",
    "update user_recommendations set currency = 'CHF' where position = 2": "more than one currency",
    "update email_queue set subject = 'Cups for you'": "whose item does not stand first",
    "update int_item_labels set short_name = 'Tea' where item_id = 'cups'": "name their own item",
    "update email_queue set language = 'de', preheader = 'Also for you: Becher'": "lines of an English text",
}


def report(database, fault: str = "select 1"):
    with duckdb.connect(database) as connection:
        connection.execute(WAREHOUSE)
        connection.execute(fault)
    return CliRunner().invoke(main, ["--database", str(database)])


def test_emails_that_say_nothing_wrong_pass(tmp_path):
    result = report(tmp_path / "w.duckdb")
    assert result.exit_code == 0, result.output
    assert "OVER" not in result.output
    assert "en: 2 emails, 1 patterns" in result.output


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_named(tmp_path, fault):
    result = report(tmp_path / "w.duckdb", fault)
    assert result.exit_code == 1
    over = [line for line in result.output.splitlines() if line.startswith("OVER")]
    assert any(FAULTS[fault] in line for line in over), result.output


def test_a_warehouse_without_emails_is_named(tmp_path):
    duckdb.connect(tmp_path / "w.duckdb").close()
    result = CliRunner().invoke(main, ["--database", str(tmp_path / "w.duckdb")])
    assert result.exit_code == 1
    assert "has no email_queue" in result.output
