"""How the shop's people live, by stated chances and a seed: the truth that recmail learns of late, and out of order.

Visits come as often as a person visits, looks go to the styles and phones that they like, a look becomes a cart with
0.3, a cart an order with 0.5 an hour later; who buys a phone wants its case within days. Each day 10 % of the items
change their price, 6 % sell out, and a third of those are back. Of mails a person opens their share within hours,
clicks in a quarter of these as `Taste` says, unsubscribes after 1.5 %, complains after 0.4 %; an address that is dead
says so within hours. Each day 0.4 % of the people withdraw their consent in their account, 0.2 % ask to be erased, and
5 % of those who said no say yes again. Nine in ten rows reach the shop's files in minutes, 8 % in hours, 2 % in days.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random

from simulation.shop import CURRENCY, Item, Person, make_items, make_people
from simulation.taste import Taste

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass
class Arrival:
    """A row of an input, when it happened and when the shop's files have it."""

    table: str
    at: datetime
    arrives_at: datetime
    row: dict


@dataclass
class Order:
    order_id: str
    user_id: str
    at: datetime
    arrives_at: datetime
    items: list[str]


@dataclass
class Said:
    """No, or yes again: who, how, and when it could be known."""

    user_id: str
    kind: str  # unsubscribed, complained, bounced, withdrawn, erased, subscribed
    at: datetime
    known_at: datetime


@dataclass
class Delivery:
    """A mail as the provider took it."""

    message_id: str
    trigger: str
    address: str
    user_id: str
    at: datetime
    built_at: datetime
    send_at: datetime
    items: list[str]
    html: str
    shop: dict[str, tuple[int, float]]  # stock and price of all items at that moment


class Life:
    def __init__(self, seed: int, people: int, start: datetime, unsubscribe: Callable[[str, datetime], None]):
        self._chance = Random(seed)
        self.now = start
        self._unsubscribe = unsubscribe
        self.items = make_items(self._chance, start)
        self.people = make_people(self._chance, people, start)
        self._person = {person.user_id: person for person in self.people}
        self._taste = Taste(seed, self.items, self.people)
        self.arrivals: list[Arrival] = []
        self.orders: list[Order] = []
        self.said: list[Said] = []
        self.deliveries: list[Delivery] = []
        self.erasures: list[dict] = []
        self._numbers = count()
        # what will happen: time, number, what
        self._plans: list[tuple[datetime, int, Callable[[], None]]] = []
        self._begin_day()

    # --- time --------------------------------------------------------------------------------------------------

    def advance(self, until: datetime) -> None:
        while self._plans and self._plans[0][0] <= until:
            self.now, _, happen = heapq.heappop(self._plans)
            happen()
        self.now = until

    def _plan(self, at: datetime, happen: Callable[[], None]) -> None:
        heapq.heappush(self._plans, (at, next(self._numbers), happen))

    def _arrive(self, table: str, row: dict) -> datetime:
        """Most rows are there in minutes, some in hours, few in days."""
        draw = self._chance.random()
        delay = (
            self._chance.uniform(1, 5) * MINUTE
            if draw < 0.9
            else self._chance.uniform(1, 12) * HOUR
            if draw < 0.98
            else self._chance.uniform(1, 2) * DAY
        )
        self.arrivals.append(Arrival(table, self.now, self.now + delay, row))
        return self.now + delay

    def _begin_day(self) -> None:
        chance = self._chance
        for person in self.people:
            visits = int(person.visits_a_day) + (chance.random() < person.visits_a_day % 1)
            for _ in range(visits):
                self._plan(self.now + chance.random() * DAY, lambda person=person: self._visit(person))
            draw = chance.random()
            if draw < 0.004:
                self._plan(self.now + chance.random() * DAY, lambda person=person: self._withdraw(person))
            elif draw < 0.006:
                self._plan(self.now + chance.random() * DAY, lambda person=person: self._be_erased(person))
            elif draw < 0.056 and person.has_left:
                self._plan(self.now + chance.random() * DAY, lambda person=person: self._subscribe(person))
        for item in self.items:
            draw = chance.random()
            if draw < 0.1:
                self._plan(self.now + chance.random() * DAY, lambda item=item: self._reprice(item))
            elif draw < 0.16:
                self._plan(self.now + chance.random() * DAY, lambda item=item: self._sell_out(item))
            elif draw < 0.5 and not item.stock:
                self._plan(self.now + chance.random() * DAY, lambda item=item: self._restock(item))
        self._plan(self.now + DAY, self._begin_day)

    # --- people ------------------------------------------------------------------------------------------------

    def _visit(self, person: Person) -> None:
        if person.is_erased:
            return
        liked = [item for item in self.items if item.group in person.groups]
        for _ in range(self._chance.randint(1, 4)):
            self._look(person, self._chance.choice(liked if self._chance.random() < 0.8 else self.items))

    def _look(self, person: Person, item: Item) -> None:
        self._web_event(person, "item_view", item)
        if item.stock and self._chance.random() < 0.3:
            self._web_event(person, "cart_add", item)
            if self._chance.random() < 0.5:
                self._plan(self.now + HOUR * self._chance.uniform(0.2, 2), lambda: self._order(person, item))

    def _web_event(self, person: Person, event_type: str, item: Item) -> None:
        is_known = self._chance.random() < 0.8
        self._arrive(
            "web_events",
            {
                "event_id": f"w{next(self._numbers)}",
                "event_type": event_type,
                "occurred_at": self.now,
                "user_id": person.user_id if is_known else None,
                "anonymous_id": person.device,
                "item_id": item.item_id,
            },
        )

    def _order(self, person: Person, item: Item) -> None:
        if person.is_erased or not item.stock:
            return
        bought = [item]
        mates = [
            other for other in self.items if other.group == item.group and other.stock and other is not item
        ]
        if mates and self._chance.random() < 0.4:
            bought.append(self._chance.choice(mates))
        if item.category == "Phones":
            case = next(
                other for other in self.items if (other.group, other.category) == (item.group, "Phone cases")
            )
            self._plan(self.now + self._chance.uniform(0.5, 4) * DAY, lambda: self._look(person, case))
        order_id = f"o{next(self._numbers)}"
        is_guest = self._chance.random() < 0.1
        arrives_at = self._arrive(
            "orders",
            {
                "order_id": order_id,
                "user_id": None if is_guest else person.user_id,
                "anonymous_id": person.device,
                "ordered_at": self.now,
                "order_status": "completed",
                "currency": CURRENCY,
            },
        )
        for number, one in enumerate(bought):
            one.stock = max(0, one.stock - 1)
            row = {
                "order_line_id": f"{order_id}-{number}",
                "order_id": order_id,
                "item_id": one.item_id,
                "quantity": 1,
                "unit_price": one.price,
            }
            self.arrivals.append(Arrival("order_lines", self.now, arrives_at, row))
        self.orders.append(
            Order(order_id, person.user_id, self.now, arrives_at, [one.item_id for one in bought])
        )

    def _say(self, person: Person, kind: str, known_at: datetime | None = None) -> None:
        self.said.append(Said(person.user_id, kind, self.now, known_at or self.now))

    def _withdraw(self, person: Person) -> None:
        if person.consent == "subscribed":
            person.consent, person.has_left = "unsubscribed", True
            self._say(person, "withdrawn")

    def _subscribe(self, person: Person) -> None:
        person.consent, person.consent_at, person.has_left = "subscribed", self.now, False
        self._say(person, "subscribed")

    def _be_erased(self, person: Person) -> None:
        if not person.is_erased:
            person.is_erased = True
            self.erasures.append({"user_id": person.user_id, "requested_at": self.now})
            self._say(person, "erased")

    # --- items -------------------------------------------------------------------------------------------------

    def _reprice(self, item: Item) -> None:
        item.price = round(item.list_price * self._chance.choice((0.7, 0.8, 0.9, 1.0, 1.1)), 2)
        item.list_price = max(item.price, item.list_price)

    def _sell_out(self, item: Item) -> None:
        item.stock = 0

    def _restock(self, item: Item) -> None:
        item.stock = self._chance.randint(5, 60)

    # --- mails -------------------------------------------------------------------------------------------------

    def receive(self, mail: Delivery) -> None:
        """The provider has taken the mail; what its reader makes of it comes later."""
        chance = self._chance
        self.deliveries.append(mail)
        person = self._person[mail.user_id]
        if person.is_dead:
            self._plan(self.now + chance.uniform(0.1, 5) * HOUR, lambda: self._answer(person, mail, "bounce"))
            return
        if chance.random() < 0.004:
            later = self.now + chance.uniform(1, 8) * HOUR
            self._plan(later, lambda: self._answer(person, mail, "complaint"))
        if chance.random() < person.opens:
            self._plan(self.now + chance.expovariate(0.3) * HOUR, lambda: self._open(person, mail))
        if chance.random() < 0.015:
            self._plan(self.now + chance.uniform(0.1, 12) * HOUR, lambda: self._unsubscribe_by_link(person))

    def _answer(self, person: Person, mail: Delivery, event_type: str, item: str | None = None) -> None:
        arrives_at = self._arrive(
            "email_events",
            {
                "event_id": f"p{next(self._numbers)}",
                "event_type": event_type,
                "bounce_type": "hard" if event_type == "bounce" else None,
                "occurred_at": self.now,
                "user_id": person.user_id,
                "message_id": mail.message_id,
                "item_id": item,
            },
        )
        if event_type in ("bounce", "complaint"):
            self._say(person, {"bounce": "bounced", "complaint": "complained"}[event_type], arrives_at)

    def _open(self, person: Person, mail: Delivery) -> None:
        self._answer(person, mail, "open")
        if mail.items and self._chance.random() < 0.25:
            item = self._taste.pick(self._chance, person, mail.items)
            self._answer(person, mail, "click", item.item_id)
            self._look(person, item)

    def _unsubscribe_by_link(self, person: Person) -> None:
        # the shop's own table of users never learns of it: the ledger alone knows
        if not person.has_left and not person.is_erased:
            person.has_left = True
            self._unsubscribe(person.user_id, self.now)
            self._say(person, "unsubscribed")

    # --- what the shop's files hold ----------------------------------------------------------------------------

    def tables(self) -> dict[str, list[dict]]:
        """All that has arrived by now, in the order in which it came."""
        tables: dict[str, list[dict]] = {
            "users": [person.row() for person in self.people],
            "items": [item.row() for item in self.items],
            "erasure_requests": self.erasures,
            "identities": [
                {"anonymous_id": one.device, "user_id": one.user_id, "linked_at": one.signed_up_at}
                for one in self.people
            ],
        }
        for arrival in sorted(self.arrivals, key=lambda arrival: arrival.arrives_at):
            if arrival.arrives_at <= self.now:
                tables.setdefault(arrival.table, []).append(arrival.row)
        return tables
