"""Prices as macros.sql writes them, beside Babel's: every currency of ISO 4217 in every locale of email_locales."""

import csv
import json
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pytest
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol
from email_render_warehouse import build_warehouse
from hypothesis import given, settings
from hypothesis import strategies as st

from email_render.load import open_warehouse, plan_chunks, read_chunk
from email_render.money import CURRENCIES, babel_locale, write_money_formats

SEEDS = Path(__file__).parents[2] / "seeds"
LOCALES = {
    row["locale"]: row
    for row in csv.DictReader((SEEDS / "texts" / "email_locales.csv").open(encoding="utf-8"))
}
# what a shop might add: digits grouped by two, a sign after the symbol, marks of direction
MORE_LOCALES = ["en-in", "de-ch", "nl", "pt-br", "ar", "he", "ja"]
FROM_DIGITS = {locale: int(row["grouped_from_digits"]) for locale, row in LOCALES.items()}
AMOUNTS = [
    *("0", "4.125", "999.996", "1234.5", "9999.99", "123456", "99999999999999.9999", "-1234567.8951"),
]


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    connection = open_warehouse(build_warehouse(tmp_path_factory.mktemp("numbers") / "warehouse.duckdb"))
    write_money_formats(connection, [*LOCALES, *MORE_LOCALES])
    return connection


def written(connection, amounts):
    """(locale, currency, amount, price) of every currency and locale."""
    return connection.execute(
        """
        select
            locale,
            currency,
            amount,
            money(
                plain_amount(cast(amount as decimal(18, 4)), money_formats.digits),
                money_formats,
                case when list_contains($late, locale) then 5 else 4 end
            )
        from money_formats, (select unnest($amounts) as amount)
        """,
        {"amounts": amounts, "late": [locale for locale, digits in FROM_DIGITS.items() if digits == 5]},
    ).fetchall()


@cache
def expected(locale, currency, amount):
    babel = babel_locale(locale)
    step = Decimal(1).scaleb(-get_currency_precision(currency))
    # Babel rounds half to even
    value = Decimal(amount).quantize(step, ROUND_HALF_UP)
    text = format_currency(value, currency, locale=babel)
    symbol = get_currency_symbol(currency, babel)
    # CLDR keeps letters away from digits (currencySpacing), which Babel leaves out
    for edge, joined, apart in (
        (symbol[-1], symbol, symbol + "\N{NO-BREAK SPACE}"),
        (symbol[0], symbol, "\N{NO-BREAK SPACE}" + symbol),
    ):
        place = text.find(symbol)
        neighbour = (
            text[place + len(symbol) :][:1] if joined + "\N{NO-BREAK SPACE}" == apart else text[:place][-1:]
        )
        if neighbour.isdigit() and unicodedata.category(edge)[0] not in "SZ":
            text = text.replace(joined, apart)
    if (
        FROM_DIGITS.get(locale) == 5 and 1000 <= abs(value) < 10000
    ):  # CLDR's minimumGroupingDigits, also left out
        text = text.replace(".", "", 1)
    return text


def assert_as_babel_writes(connection, amounts):
    wrong = [
        (locale, currency, amount, price, expected(locale, currency, amount))
        for locale, currency, amount, price in written(connection, amounts)
        if price != expected(locale, currency, amount)
    ]
    assert wrong == []


def test_every_currency_is_written_as_its_locale_has_it(connection):
    assert len(CURRENCIES) > 250
    legal_tender = {row["currency"] for row in csv.DictReader((SEEDS / "reference/currencies.csv").open())}
    assert legal_tender <= set(CURRENCIES)
    assert_as_babel_writes(connection, AMOUNTS)


@settings(max_examples=2, deadline=None)
@given(st.lists(st.decimals(min_value=-(10**14) + 1, max_value=10**14 - 1, places=4), min_size=1, max_size=2))
def test_any_amount_is_written_as_its_locale_has_it(connection, amounts):
    # what rounds to nothing has no sign here
    assert_as_babel_writes(connection, [f"{amount:f}" for amount in amounts if not -1 < amount < 0])


@pytest.mark.parametrize(
    ("locale", "currency", "amount", "price"),
    [
        ("en", "KWD", "4.125", "KWD\N{NO-BREAK SPACE}4.125"),
        ("de", "KWD", "4.125", "4,125\N{NO-BREAK SPACE}KWD"),
        ("en", "JPY", "1200", "¥1,200"),
        ("fr", "EUR", "1234.5", "1\N{NARROW NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}€"),
        ("es", "EUR", "1234.5", "1234,50\N{NO-BREAK SPACE}€"),
        ("es-mx", "MXN", "1234.5", "$1,234.50"),
        ("en-in", "INR", "1234567.5", "₹12,34,567.50"),
        ("en", "CLF", "1.23455", "CLF\N{NO-BREAK SPACE}1.2346"),
    ],
)
def test_prices_that_were_wrong_or_are_special(connection, locale, currency, amount, price):
    found = {row[:2]: row[3] for row in written(connection, [amount]) if row[1] == currency}
    assert found[locale, currency] == price


@pytest.mark.parametrize(
    ("currency", "price", "list_price", "shown", "card"),
    [
        (
            "KWD",
            4.125,
            5.5,
            ("KWD\N{NO-BREAK SPACE}4.125", "KWD\N{NO-BREAK SPACE}5.500"),
            ("4.125", "5.500", "1.375"),
        ),
        ("JPY", 1200, 1500, ("¥1,200", "¥1,500"), ("1200", "1500", "300")),
        ("EUR", 9.999, 10.0011, ("€10.00", None), ("10.00", "10.00", None)),
    ],
)
@pytest.mark.parametrize("layout", ["grid", "carousel"])
def test_html_text_and_cards_say_one_price(tmp_path, currency, price, list_price, shown, card, layout):
    connection = open_warehouse(
        build_warehouse(
            tmp_path / "warehouse.duckdb",
            f"update email_queue set layout = '{layout}'",
            f"update user_recommendations set price = {price}, list_price = {list_price}, currency = '{currency}', "
            "badge_type = 'was', badge_text = 'Save 9%'",
        )
    )
    [chunk] = plan_chunks(connection, limit=1)
    [[message]] = read_chunk(connection, chunk)
    item = message["blocks"][0]["items"][0]
    assert (item["price"], item["list_price"]) == shown
    # prices that read alike are no saving
    assert item["badge"] == ("Save 9%" if shown[1] else None)
    if layout == "carousel":
        # Gmail subtracts the one from the other
        assert f'"price":{card[1]},' in item["card"]
        assert json.loads(item["card"]).get("discountValue") == (float(card[2]) if card[2] else None)
    else:
        assert f'"price":{card[0]},' in item["card"]
