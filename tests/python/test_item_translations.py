"""A shop whose customers read German, French and English, with names and prices per market: what their emails say."""

import html
import re

import pytest
from shop import CATEGORIES, small_shop, write_parquet
from test_fuzz import rendered
from warehouse import GATE_IN_SQL, Build, build

GERMAN = dict(zip(CATEGORIES, ["Tee", "Kaffee", "Tassen", "Löffel", "Bücher"], strict=True))
LOCALES = ["de-DE", "de-CH", "fr-FR", "en-GB", "pl-PL", None]
HOSTILE = "Tee <b>\u202e{{ first_name }}\u200b"
REJECTED = {
    ("nowhere", "de"): "item_id is not in items",
    ("i1", "German, of course"): "locale is missing or no language tag",
    ("i2", "fr"): "price is not above 0",
    ("i5", "fr"): "price is not a number",
    ("i6", "fr"): "currency is not in ISO 4217",
}


def shop_of_markets():
    tables = small_shop()
    for number, user in enumerate(tables["users"]):
        user["locale"] = LOCALES[number % len(LOCALES)]
        user["email_consent"] = "subscribed"
    items = tables["items"]
    for number, item in enumerate(items):
        # a third of the catalogue is another market's
        item["currency"] = "USD" if number % 3 == 2 else "EUR"
        item["rating_average"], item["rating_count"] = 4.5, 1000 + number
    # nobody says in which currency they ordered
    for order in tables["orders"]:
        order["currency"] = None
    translations = [
        {
            "item_id": item["item_id"],
            "locale": "de",
            "item_name": f"{GERMAN[item['category']]} Nr. {number}",
            "category": GERMAN[item["category"]],
            "price": None,
            "currency": None,
        }
        for number, item in enumerate(items)
    ]
    translations[0]["item_name"] = HOSTILE
    translations += [
        {
            "item_id": item["item_id"],
            "locale": "de_CH",
            "item_url": f"https://shop.example/ch/{item['item_id']}",
            "price": 10.0 + number,
            "list_price": 20.0 + number,
            "currency": "chf",
        }
        for number, item in enumerate(items)
        if number % 4
    ]
    # a word of seed sensitive_categories, in one language alone
    translations.append({"item_id": "i7", "locale": "fr", "item_name": "Test de grossesse", "category": None})
    wrong = {"price": {"i2": "0", "i5": "viel"}, "currency": {"i6": "EURO"}}
    for item_id, locale in REJECTED:
        price = wrong["price"].get(item_id, "5")
        currency = wrong["currency"].get(item_id, "EUR")
        translations.append({"item_id": item_id, "locale": locale, "price": price, "currency": currency})
    for row in translations:
        row["price"] = None if row.get("price") is None else str(row["price"])
    return tables | {"item_translations": translations}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Build:
    folder = tmp_path_factory.mktemp("markets")
    inputs = write_parquet(shop_of_markets(), folder / "inputs")
    variables = {"input_location": str(inputs), "holdout_share": 0} | GATE_IN_SQL
    run = build(folder / "w.duckdb", variables)
    assert run.succeeded, run.text
    return run


@pytest.fixture(scope="module")
def emails(built, tmp_path_factory) -> dict[str, dict]:
    """By user."""
    return {email["user_id"]: email for email in rendered(built.database, tmp_path_factory.mktemp("emails"))}


def of_locale(emails: dict, locale: str | None) -> list[dict]:
    found = [email for user, email in emails.items() if LOCALES[int(user[1:]) % len(LOCALES)] == locale]
    assert found
    return found


def currencies(email: dict) -> set[str]:
    return set(re.findall(r"€|CHF|\$", email["text"]))


def test_rows_that_cannot_be_used_are_set_aside_with_their_reason(built):
    found = built.query(
        "select item_id, json_value(raw_row, '$.locale'), reject_reasons from rejected_item_translations"
    )
    assert {(item, locale.strip('"')): reason for item, locale, reason in found} == REJECTED


def test_an_email_has_prices_of_one_currency(emails):
    assert all(len(currencies(email)) == 1 for email in emails.values())
    assert {"€", "$"} <= set().union(*map(currencies, emails.values()))
    for email in of_locale(emails, "de-CH"):
        assert currencies(email) == {"CHF"}
        assert "https://shop.example/ch/i" in email["text"]
    for locale in ("de-DE", "fr-FR", "en-GB", "pl-PL", None):
        assert not any(
            "CHF" in email["text"] or "/ch/" in email["text"] for email in of_locale(emails, locale)
        )


def test_items_of_another_currency_leave_no_hole(built):
    counts = built.query(
        """
        select
            count(*) filter (line.place = 1), max(line.place), count(*),
            max(line.position) > max(line.place)
        from (select message_id, unnest(item_lines) as line from email_queue)
        group by message_id
        """
    )
    assert all(first == 1 and last == all_of_them for first, last, all_of_them, _ in counts)
    assert any(is_beyond for *_, is_beyond in counts)


@pytest.mark.parametrize("locale", ["de-DE", "de-CH"])
def test_german_emails_name_items_and_categories_in_german(emails, locale):
    for email in of_locale(emails, locale):
        words = email["subject"] + email["preheader"] + email["text"]
        assert re.search(r"(Tee|Kaffee|Tassen|Löffel|Bücher) Nr\. \d", words)
        assert not re.search(r"(Tea|Coffee|Cups|Spoons|Books) no\.", words)
        assert not re.search(r"\b(in|auf) (tea|coffee|cups|spoons|books)\b", words)


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB", "pl-PL", None])
def test_others_read_the_names_of_the_shop(emails, locale):
    assert not any(" Nr. " in email["html"] for email in of_locale(emails, locale))


def test_ratings_are_written_as_the_language_does(emails):
    assert "4,5 von 5 (1.0" in of_locale(emails, "de-DE")[0]["text"]
    assert "4,5 sur 5 (1\N{NARROW NO-BREAK SPACE}0" in of_locale(emails, "fr-FR")[0]["text"]
    assert "4.5 out of 5 (1,0" in of_locale(emails, "en-GB")[0]["text"]


def test_savings_are_those_of_the_market(emails):
    badges = set()
    for email in of_locale(emails, "de-CH"):
        badges |= set(re.findall(r"(\d+)\N{NO-BREAK SPACE}% sparen", email["text"]))
    # 10 + n of 20 + n, and never the shop's 1 of n
    assert badges and all(
        int(badge) == 1000 // (20 + number)
        for badge in badges
        for number in range(40)
        if 1000 // (20 + number) == int(badge)
    )


def test_names_are_cleaned_as_those_of_the_shop_are(built, emails):
    [(name,)] = built.query(
        "select item_name from stg_item_translations where item_id = 'i0' and locale = 'de'"
    )
    assert name == "Tee <b>(( first_name ))"
    for email in emails.values():
        assert not re.search("[\u202e\u200b]|{{", email["html"] + email["text"] + email["subject"])
        assert "<b>" not in email["html"]
    assert any(html.escape(name) in email["html"] for email in emails.values())


def test_a_name_that_is_sensitive_in_one_language_is_sensitive_in_all(built):
    assert built.query("select sensitive_topic from int_item_sensitivity where item_id = 'i7'") == [
        ("pregnancy",)
    ]
    assert built.query("select is_nameable from int_item_labels where item_id = 'i7'") == [(False,)]
