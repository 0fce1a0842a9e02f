"""A message of every email type, layout, language and direction, with items that show everything a template can print.

Made up from end to end; used by the email checks, for the golden files and the pictures of the docs.
"""

import json
from pathlib import Path

import duckdb
from email_render_warehouse import build_warehouse, seed_locales, seed_texts, template_words

from email_render.load import ITEM_LINES_TYPE
from email_render.render import EMAIL_TYPES

# subject, preheader, greeting, titles of both blocks
LINES = {
    "recommendations": (
        "Picked for you: Walnut board",
        "Ideas from what you looked at",
        "Picked for you",
        "You may also like",
    ),
    "welcome": (
        "Welcome to Corner Market",
        "What others love most right now",
        "Popular right now",
        "New in the shop",
    ),
    "browse_abandonment": (
        "Still thinking about the Walnut board?",
        "It is still there",
        "You looked at",
        "Similar to Walnut board",
    ),
    "cart_abandonment": (
        "Your basket is waiting",
        "Four things are still in it",
        "Your basket is waiting",
        "Goes with your basket",
    ),
    "post_purchase": (
        "What goes with your Chef's knife",
        "Complete your look",
        "Complete your look",
        "Because you bought Chef's knife",
    ),
    "replenishment": (
        "Time for new coffee beans?",
        "You buy them every four weeks",
        "Time to restock",
        "Trending in Coffee",
    ),
    "win_back": (
        "We kept something for you",
        "New since your last visit",
        "Trending now",
        "You may also like",
    ),
    "follow_up": (
        "Walnut board: any questions?",
        "In case you are still deciding",
        "You looked at",
        "Similar to Walnut board",
    ),
    "search_abandonment": (
        "Were you looking for Walnut board?",
        "What your search led to, and things like it",
        "What you looked at, and similar",
        "Similar to Walnut board",
    ),
    "anniversary": (
        "The anniversary of your first order",
        "Thank you for staying with us since then",
        "Picked for you",
        "You may also like",
    ),
    "new_in_category": ("New in Kitchen", "Just arrived", "New in Kitchen", "You may also like"),
    "back_in_stock": (
        "The Walnut board is back",
        "It was sold out when you looked",
        "Back in stock",
        "Similar to Walnut board",
    ),
    "price_drop": (
        "Walnut board now costs less",
        "The price came down",
        "Now at a lower price",
        "You may also like",
    ),
}
LAYOUTS = ("grid", "hero", "list", "carousel")
GERMAN = "{'decimal_mark': ',', 'group_mark': '.', 'grouped_from_digits': 4, 'symbol_position': 'after'}"
FILLED = {"item": "Walnut board", "first_name": "Anna", "shop": "Corner Market", "date": "9.3."}
# of each language but English: subject, preheader, greeting, titles of both blocks, footer, end of the offer
LANGUAGES = {
    language: tuple(
        texts[key].format(**FILLED)
        for key in (
            *("subject.recommendations.suggestion.4", "preheader.plain", "greeting.plain.named"),
            *("title.recommendations.primary", "title.recommendations.secondary"),
            *("footer.reason", "offer.ends"),
        )
    )
    for language, texts in seed_texts().items()
    if language != "en"
}

ITEM_LINES = {
    "en": {
        1: {"reason_text": "Because you bought Chef's knife", "badge_text": "Save 33%"},
        2: {"reason_text": "Trending in Kitchen: 212 customers in the last 7 days"},
        3: {"badge_text": "Only 3 left"},
        5: {"reason_text": "4 in 10 who bought Chef's knife also bought this"},
    },
    # names of its own, as input item_translations gives them
    "de": {
        1: {
            "reason_text": "Weil Sie Kochmesser gekauft haben",
            "badge_text": "33\N{NO-BREAK SPACE}% sparen",
            "item_name": "Nussbaumbrett",
        },
        2: {"item_name": "Gusseiserne Pfanne, 28 cm"},
    },
}
ITEMS = """
create or replace table dbt_recommendations.user_recommendations as
select
    email_queue.user_id,
    'i' || positions.position as item_id,
    cast(positions.position as integer) as position,
    case when positions.position <= 4 then 'primary' else 'secondary' end as block,
    ['also_bought', 'trending', 'buy_again', 'new_arrivals'][1 + positions.position % 4] as strategy,
    'because_you_bought' as reason_type,
    0.5::double as score,
    0.25::double as purchase_probability,
    1.0::double as propensity,
    'knife' as evidence_item_id,
    12::bigint as evidence_count,
    null::varchar as reason_text,
    [
        'Walnut board', 'Cast-iron pan, 28 cm', 'Coffee beans “Monte Alto”, 1 kg', 'Linen apron & towel',
        'Sharpening stone', 'Pour-over dripper', 'Oak tray', 'Pepper mill',
        'Salt cellar with a rather long name', 'Whisk'
    ][positions.position] as item_name,
    cast([39.9, 1249, 24.5, 32, 28, 19.99, 44, 36, 18, 12][positions.position] as decimal(18, 4)) as price,
    cast(case positions.position when 1 then 59.9 when 6 then 24.99 end as decimal(18, 4)) as list_price,
    'EUR' as currency,
    case when positions.position <> 8 then 'https://images.example/' || positions.position || '.png' end as image_url,
    'https://shop.example/item/' || positions.position || '?a=1' as item_url,
    case positions.position when 1 then 'price_drop' when 3 then 'scarcity' end as badge_type,
    null::varchar as badge_text,
    case positions.position when 1 then 4.7 when 2 then 4.4 end::double as rating_average,
    case positions.position when 1 then 212 when 2 then 1380 end::bigint as rating_count
from dbt_email.email_queue, range(1, 11) as positions (position)
"""


def build_samples(path: Path) -> Path:
    """A warehouse with one message per case; its user_id says which: cart_abandonment, layout-hero, language-de …"""
    build_warehouse(path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("set search_path = 'dbt_email,dbt_recommendations'")
        connection.execute("create temp table pattern as from email_queue limit 1")
        connection.execute("delete from email_queue")
        for email_type in EMAIL_TYPES:
            add(connection, email_type, email_type)
        for layout in LAYOUTS:
            add(connection, f"layout-{layout}", "recommendations", layout=layout)
        for language, lines in LANGUAGES.items():
            direction = seed_locales()[language]["direction"]
            add(connection, f"language-{language}", "recommendations", "grid", language, direction, lines)
        add(connection, "direction-rtl", "recommendations", direction="rtl")
        connection.execute(ITEMS)
    return path


def item_lines(language: str) -> list[dict]:
    """As int_message_items would make them of ITEMS, in a few words."""
    said = ITEM_LINES.get(language) or {
        1: {"reason_text": LANGUAGES[language][3] + " 1", "badge_text": "33 %"},
    }
    rating, locale = seed_texts()[language]["item.rating"], seed_locales()[language]
    decimal_mark, group_mark = locale["decimal_mark"], locale["group_mark"]
    thousands = f"1{group_mark if locale['grouped_from_digits'] == '4' else ''}380"
    ratings = {
        1: rating.format(rating=f"4{decimal_mark}7", count="212"),
        2: rating.format(rating=f"4{decimal_mark}4", count=thousands),
    }
    fields = ("reason_text", "badge_text", "item_name")
    return [
        {"place": place, "position": place, "rating_text": ratings.get(place)}
        | {field: said.get(place, {}).get(field) for field in fields}
        for place in range(1, 11)
    ]


def add(connection, case, email_type, layout="grid", language="en", direction="ltr", lines=None) -> None:
    subject, preheader, primary, secondary = LINES[email_type]
    greeting, reason, ends = "Hi Anna,", "You get this email because you subscribed.", "Until March 9"
    if lines:
        subject, preheader, greeting, primary, secondary, reason, ends = lines
    connection.execute(
        f"""
        insert into email_queue
        select * replace (
            $case as user_id,
            md5($case) as message_id,
            $case || '@mail.example' as email,
            $email_type as trigger_type,
            $subject as subject,
            $preheader as preheader,
            $greeting as greeting,
            $language as locale,
            $language as language,
            $direction as direction,
            $layout as layout,
            {GERMAN if lines else "number_format"} as number_format,
            $words as words,
            $reason as footer_reason,
            cast($item_lines as {ITEM_LINES_TYPE}) as item_lines,
            {{'offer_name': '10 % off everything in Kitchen', 'ends_text': $ends}} as offer,
            [
                {{'block': 'primary', 'title': $primary, 'first_position': 1, 'last_position': 4}},
                {{'block': 'secondary', 'title': $secondary, 'first_position': 5, 'last_position': 10}}
            ] as blocks
        )
        from pattern
        """,
        {
            "case": case,
            "email_type": email_type,
            "subject": subject,
            "preheader": preheader,
            "greeting": greeting,
            "language": language,
            "direction": direction,
            "layout": layout,
            "words": json.dumps(template_words()[language]),
            "item_lines": item_lines(language),
            "reason": reason,
            "ends": ends,
            "primary": primary,
            "secondary": secondary,
        },
    )
