"""Explanations as lines for a terminal: at most 100 columns wide, and nothing in a name can steer the terminal."""

import shutil
import textwrap
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from explanations.terms import SMALLEST
from explanations.words import counted, moment, ordinal, percent, plain, say

WIDTH_MAX, WIDTH_MIN = 100, 40
# facets that say nothing
UNTOLD = (None, "none", "unknown", "no_order")
BLOCKS = {"primary": "first block", "secondary": "second block"}


def page(explanation: dict) -> list[str]:
    write = {"user": user_page, "item": item_page, "message": message_page}[explanation["kind"]]
    width = min(max(shutil.get_terminal_size((WIDTH_MAX, 0)).columns, WIDTH_MIN), WIDTH_MAX)
    return [part for line in write(explanation) for part in wrapped(inert(line), width)]


def inert(text: str) -> str:
    """What a terminal would obey, or what hides or turns text, is shown as its code."""
    return "".join(char if is_plain(char) else f"\\u{ord(char):04x}" for char in text)


def is_plain(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"


def wrapped(line: str, width: int) -> list[str]:
    """Further parts of a line stand a little to the right of its first."""
    start = len(line) - len(line.lstrip(" "))
    indent = " " * (start + 4)
    return textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) or [""]


def user_page(found: dict) -> Iterator[str]:
    yield from head(f"User {found['user']['user_id']}", found)
    yield who(found["user"])
    yield from decision_lines(found["decision"])
    for message in found["messages"]:
        yield f"  “{message['subject']}” · message {message['message_id']} · {moment(message['send_at'])}"
    yield from play_lines(found["plays"])
    yield from experiment_lines(found["experiments"])
    yield from title("Proposed to this customer")
    for row in found["proposed"]:
        yield (
            f"  {row['item_count']:>5,}  {row['text']} ({row['strategy']}); {row['eligible_count']:,} can be shown"
        )
    yield from title("What became of it")
    for row in found["outcomes"]:
        yield f"  {row['item_count']:>5,}  {short_outcome(row)}"
    yield from title("The list, best first")
    yield from (f"  {line}" for line in scale(found["is_trained"]))
    for item in found["list"]:
        yield from item_lines(item)
    yield from why_not_lines(found)


def item_page(found: dict) -> Iterator[str]:
    item = found["item"]
    yield from head(f"Item {item['item_id']}: {item['item_name']}", found)
    price = f"{item['price']:,.2f} {item['currency']}"
    kind = " / ".join(filter(None, (item["category"], item["subcategory"], item["brand"])))
    stock = "not tracked" if item["stock_quantity"] is None else f"{item['stock_quantity']:,.0f}"
    yield f"{kind} · {price} · stock {stock}"
    yield ""
    available = found["availability"]
    yield ("CAN BE SHOWN: " if available["is_available"] else "CAN'T BE SHOWN: ") + with_details(available)
    if found["sensitivity"] and available["is_available"]:
        yield f"  Sensitive ({item['sensitive_topic']}): {found['sensitivity']}."
    if item["family_item_id"] not in (None, item["item_id"]):
        yield f"  Ask for item {item['family_item_id']}, which stands for its family."
    if found["variants"]:
        yield "  Stands for its variants " + ", ".join(row["item_id"] for row in found["variants"]) + "."
    yield from title("Who is shown it")
    for placement, group in groupby(found["lists"], key=itemgetter("placement")):
        own = list(group)
        yield f"  {placement}: {counted(sum(row['user_count'] for row in own), 'customer')}"
        for row in own:
            yield f"    {row['user_count']:>5,}  {row['text']} ({row['strategy']}), at best at {row['best_position']}"
    if not found["lists"]:
        yield "  Nobody."
    yield f"  Emails of this run that show it: {found['message_count']:,}"
    for row in found["users"]:
        yield (
            f"  user {row['user_id']}, position {row['position']}, {percent(row['purchase_probability'])},"
            f" {row['decision']}: {row['reason_text'] or 'no reason given'}"
        )
    yield from title("To whom it was proposed")
    for row in found["proposed"]:
        yield f"  {counted(row['user_count'], 'customer')}: {row['text']}"
    if not found["proposed"]:
        yield "  To nobody."
    context = None
    for row in found["neighbours"]:
        if row["context"] != context:
            context = row["context"]
            yield from title(f"Beside it: {row['context_text']} ({context})")
        yield f"  {row['rank']}. {row['item_name']} (item {row['item_id']}): {row['text']}"
    if found["bundles"]:
        yield from title("In bundles")
    for bundle in found["bundles"]:
        names = " + ".join(f"{member['item_name']} (item {member['item_id']})" for member in bundle["items"])
        lift = (
            ""
            if bundle["weakest_lift"] is None
            else f", {bundle['weakest_lift']:.1f} times as many as by chance"
        )
        yield f"  {names}: {bundle['set_price']:,.2f} {bundle['currency']}"
        yield f"    its rarest pair stood in {counted(bundle['support_count'], 'basket')}{lift}"


def message_page(found: dict) -> Iterator[str]:
    message = found["message"]
    yield from head(f"Message {message['message_id']}", found)
    yield f"To user {message['user_id']}: {who(found['user'])}"
    yield ""
    yield f"Subject    {message['subject']}"
    yield f"Preheader  {message['preheader']}"
    yield f"Greeting   {message['greeting']}"
    kind = " · ".join(message[name] for name in ("trigger_type", "layout", "locale"))
    yield f"Sent       {moment(message['send_at'])} · {kind}"
    if message["offer"]:
        offer = message["offer"]
        yield f"Offer      {offer['offer_name']}" + (f" · {offer['ends_text']}" if offer["ends_text"] else "")
    yield from decision_lines(found["decision"])
    yield from play_lines(found["plays"])
    yield from experiment_lines(found["experiments"])
    for block in message["blocks"]:
        yield from title(f"{BLOCKS.get(block['block'], block['block']).capitalize()}: “{block['title']}”")
        for item in block["items"]:
            yield from item_lines(item)
    yield ""
    yield from (f"  {line}" for line in scale(found["is_trained"]))
    yield from why_not_lines(found)


def head(name: str, found: dict) -> Iterator[str]:
    yield f"{name} · as of {moment(found['as_of'])}"


def title(text: str) -> Iterator[str]:
    yield ""
    yield text


def who(user: dict) -> str:
    facets = [user[name] for name in ("segment", "lifecycle_stage", "value_tier", "rfm_group")]
    known = [plain(facet) for facet in facets if facet not in UNTOLD]
    if user["price_band"] not in UNTOLD:
        known.append(f"{plain(user['price_band'])} prices")
    if user["order_count"]:
        last = user["days_since_last_order"]
        when = f"{counted(last, 'day')} ago" if last else "today"
        known.append(f"{counted(user['order_count'], 'order')}, the last {when}")
    else:
        known.append("no orders yet")
    known += [f"likes {user['favourite_category']} most"] if user["favourite_category"] else []
    return " · ".join(dict.fromkeys(known))


def decision_lines(decision: dict) -> Iterator[str]:
    yield ""
    does = {"send": "AN EMAIL IS SENT: ", "hold": "HELD BACK: "}[decision["decision"]]
    yield f"{does}{with_details(decision)} ({decision['reason']})"


def with_details(said: dict) -> str:
    return "; ".join([said["text"], *said["details"]])


def play_lines(plays: list[dict]) -> Iterator[str]:
    for play in plays:
        rule = f", chosen by rule {play['rule_name']}" if play["rule_name"] else ""
        yield f"  Play of the {BLOCKS[play['block']]}: {play['play']}{rule}"


def experiment_lines(experiments: list[dict]) -> Iterator[str]:
    for experiment in experiments:
        baseline = ", the baseline" if experiment["is_baseline"] else ""
        yield f"  Experiment {experiment['experiment']}: arm {experiment['arm']}{baseline}"


def short_outcome(row: dict) -> str:
    if row["reason"]:
        return f"can't be shown: {say('ineligible', row['reason'])} ({row['reason']})"
    return say("short_outcomes", row["outcome"])


def scale(is_trained: bool) -> Iterator[str]:
    """How the numbers are meant."""
    yield "“Likely” is meant in odds: 2 times as likely as 1 to 9 is 2 to 9."
    if not is_trained:
        yield "Nothing was trained (make train): chances put items in order, and are no probabilities of a purchase."


def item_lines(item: dict) -> Iterator[str]:
    yield ""
    yield f"  {item['position']:>2}  {item['item_name']} (item {item['item_id']})"
    reason = item.get("printed_reason", item["reason_text"])
    badge = f" · badge “{item['printed_badge']}”" if item.get("printed_badge") else ""
    yield f"      {f'“{reason}”' if reason else 'no reason printed'} · by {item['strategy']}{badge}"
    yield from (f"      {line}" for line in why_lines(item))


def why_lines(item: dict) -> Iterator[str]:
    """Why an item of a list stands there; those of the terms stand to the right."""
    if item["strategy"] == "explore":
        yield f"Drawn by lot, with a chance of {percent(item['propensity'])} to stand in this place"
    if "terms" in item:
        yield from chance_lines(item)
    else:
        yield f"Chance {percent(item['purchase_probability'])}"
    if item["evidence"]:
        yield f"Evidence: {item['evidence']['text']}"


def chance_lines(item: dict) -> Iterator[str]:
    chance = percent(item["purchase_probability"])
    yield f"Chance {chance}; {item['start_text']} begin at odds of {odds(item['start_odds'])}"
    others = {row["strategy"]: row for row in item["proposed_by"]}
    for term in item["terms"]:
        if abs(term["log_odds"]) < SMALLEST:
            continue
        proposal = others.pop(term["feature"].removesuffix("_score"), None)
        place = f" ({place_of(proposal)})" if proposal else ""
        yield f"  {term['text']}{place}: {term['effect']}"
    for factor in item["score_factors"]:
        yield f"  {factor['text']}: {factor['effect']}"
    if (item.get("category_factor") or 1) < 1:
        place = ordinal(item["category_item_rank"])
        yield f"  {place} best of its category: counts {percent(item['category_factor'])} of its score"
    yield from proposal_lines([*others.values()])


def proposal_lines(proposals: list[dict]) -> Iterator[str]:
    # what is drawn by lot is in no order
    others = [f"{row['text']} ({place_of(row)})" for row in proposals if row["strategy"] != "explore"]
    if others:
        yield "Proposed as " + ", ".join(others)


def place_of(proposal: dict) -> str:
    return f"{ordinal(proposal['rank'])} of {proposal['item_count']:,}"


def odds(value: float) -> str:
    return f"1 to {1 / value:,.0f}" if value < 1 else f"{value:,.1f} to 1"


def why_not_lines(found: dict) -> Iterator[str]:
    if "why_not" not in found:
        return
    answer = found["why_not"]
    yield from title(f"Why not {answer['item_name']} (item {answer['item_id']})?")
    if answer["is_variant"]:
        yield f"  Item {answer['asked_item_id']} is a variant: this item stands for its family."
    yield f"  {answer['text']}" + "".join(
        f" {detail[0].upper()}{detail[1:]}." for detail in answer["details"]
    )
    is_scored = answer.get("score_rank") is not None
    lines = chance_lines(answer) if is_scored else proposal_lines(answer["proposed_by"])
    yield from (f"      {line}" for line in lines)
