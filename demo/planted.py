"""Every number planted in the synthetic part of the demo inputs.

The SQL in `sql/` reads these as DuckDB variables of the same name in lower case. README.md says how to
recover each from the tables, and tests/python/test_demo_inputs.py does. Shares are in [0, 1].
"""

from datetime import date

# People. Every household of the source has bought, so two groups who never did are added.
BROWSER_USERS = 120  # synthetic users with web events and no order
IDLE_USERS = 60  # synthetic sign-ups with no event at all
ERASED_USERS = 5  # of the browsers, asked to be forgotten
VISITORS = 600  # anonymous visitors who never sign in
MISSING_EMAIL_SHARE = 0.02
SPANISH_LOCALE_SHARE = 0.08
PREFERRED_CATEGORIES_SHARE = 0.20  # of households; all added users have some
CONSENT_SUBSCRIBED_SHARE = 0.86
CONSENT_UNSUBSCRIBED_SHARE = 0.08
CONSENT_NEVER_SUBSCRIBED_SHARE = 0.04  # the rest is null

# Stock of items, on the last day. The rest holds a month's sales three times over.
OUT_OF_STOCK_SHARE = 0.03
LOW_STOCK_SHARE = 0.03  # 1 to 5 left
UNTRACKED_STOCK_SHARE = 0.10  # null

# Web events
ONLINE_BASKET_SHARE = 0.35  # baskets preceded by a visit to the site
VIEWED_LINE_SHARE = 0.55  # of such a basket's lines, seen in the visit (at most 12)
CART_ADD_SHARE = 0.50  # of these views, put in the cart
ABANDONED_VISIT_SHARE = 0.25  # baskets followed, within ten days, by a visit that ends in nothing
ABANDONED_CART_SHARE = 0.25  # of these visits, with an item left in the cart
CART_REMOVE_SHARE = 0.30  # of these carts, emptied again
ABANDONED_HOURS = 72  # what was abandoned is not bought for this long
SEARCH_SHARE = 0.40  # visits that begin with a search
HOSTILE_SEARCH_SHARE = 0.01  # of searches
WISHLIST_SHARE = 0.03  # of views
ANONYMOUS_VISIT_SHARE = 0.25  # visits of known users who were not signed in
IDENTIFIED_SHARE = 0.80  # of their devices, linked to the user by a sign-in
HOSTILE_SEARCHES = (
    "<script>alert('milk')</script>",
    '"organic" & <b>fresh</b>',
    "o'brien potatoes; drop table items; --",
    "=cmd|' /C calc'!A0",
    "bread\r\nBcc: everyone@example.com",
    "{{ items }} %s ${price}",
)

# Email: one message a week, Tuesdays, to everyone who could be mailed at the time
EMAIL_WEEKS = 12
HOLDOUT_SHARE = 0.1  # of users never mailed, drawn as var holdout_share draws them
EXPERIMENT = "subject_line"
EXPERIMENT_START = date(2017, 10, 9)
CLICK_RATE_PRODUCT = 0.060  # human clicks per delivered message, arm 'product'
CLICK_RATE_EMOTION = 0.045  # arm 'emotion'
HUMAN_OPEN_RATE = 0.28  # per delivered message; whoever clicks has opened
ENGAGED_FACTOR = 1.6  # half of the users open and click this much more, the others as much less
MACHINE_OPEN_SHARE = 0.30  # of all opens
MACHINE_CLICK_RATE = 0.01  # per delivered message, by link scanners
CLICKED_THEN_BOUGHT_SHARE = 0.60  # of human clicks followed by an order within 120 hours: the item is in it
SOFT_BOUNCE_RATE = 0.01  # per sent message
DEAD_ADDRESS_SHARE = 0.006  # of subscribed users: two hard bounces, then no more mail
LEFT_BY_EMAIL_SHARE = 0.60  # of unsubscribed users, by a link in one of the messages
COMPLAINED_SHARE = 0.05  # of unsubscribed users, by marking one as spam

# Recommendations shown on the site: four a page
IMPRESSION_DAYS = 120
IMPRESSION_CLICK_RATES = {"item_page": 0.08, "home": 0.06, "cart": 0.10, "post_purchase": 0.05}
IMPRESSION_CART_SHARE = 0.35  # of clicks
IMPRESSION_PURCHASE_SHARE = 0.50  # of these; the purchase is a real line of the order that followed
