"""The made-up shop: fashion in outfits, phones with cases that fit them, and people. All of it is synthetic."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

STYLES = ("Linen", "Denim", "Wool", "Silk", "Canvas")
PHONES = ("Alder", "Birch", "Cedar", "Dogwood", "Elm")
# category, name, price: one of each per style, an outfit together
FASHION = (
    ("Shirts", "shirt", 39),
    ("Trousers", "trousers", 59),
    ("Shoes", "shoes", 89),
    ("Jackets", "jacket", 129),
)
# one of each per phone
ELECTRONICS = (("Phones", "phone", 499), ("Phone cases", "phone case", 19), ("Chargers", "charger", 29))
TIMEZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC")
FREQUENCIES = ("daily",) * 7 + ("weekly",) * 2 + ("monthly",)
CURRENCY = "USD"


@dataclass
class Item:
    """As it is at the moment."""

    item_id: str
    name: str
    category: str
    group: str  # what goes together: a style, or a phone
    price: float
    list_price: float
    stock: int
    published_at: datetime

    def row(self) -> dict:
        return {
            "item_id": self.item_id,
            "item_name": self.name,
            "category": self.category,
            "brand": self.group,
            "price": self.price,
            "list_price": self.list_price,
            "currency": CURRENCY,
            "stock_quantity": self.stock,
            "image_url": f"https://images.shop.recmail.example/{self.item_id}.png",
            "item_url": f"https://shop.recmail.example/item/{self.item_id}",
            "is_active": True,
            "published_at": self.published_at,
        }


@dataclass
class Person:
    """As the shop's table of users has them at the moment, and what only the simulation knows of them."""

    user_id: str
    email: str
    timezone: str
    frequency: str
    consent: str
    consent_at: datetime
    signed_up_at: datetime
    groups: tuple[str, ...]  # styles and phones that they like
    visits_a_day: float
    opens: float  # share of the mails that they open
    is_dead: bool  # nothing arrives at the address
    has_left: bool = False  # said no, and not yes again
    is_erased: bool = False

    @property
    def device(self) -> str:
        return f"device-{self.user_id}"

    def row(self) -> dict:
        return {
            "user_id": self.user_id,
            "email": self.email,
            "first_name": f"Sim{self.user_id[1:]}",
            "country_code": "US",
            "timezone": self.timezone,
            "locale": "en-US",
            "email_consent": self.consent,
            "email_consent_at": self.consent_at,
            "email_frequency": self.frequency,
            "signed_up_at": self.signed_up_at,
        }


def make_items(chance: Random, at: datetime) -> list[Item]:
    kinds = [(group, *kind) for group in STYLES for kind in FASHION]
    kinds += [(group, *kind) for group in PHONES for kind in ELECTRONICS]
    items = []
    for number, (group, category, noun, base) in enumerate(kinds):
        price = round(base * chance.uniform(0.8, 1.3), 2)
        items.append(
            Item(
                f"i{number}",
                f"{group} {noun}",
                category,
                group,
                price,
                price,
                chance.randint(5, 60),
                at - timedelta(days=90),
            )
        )
    return items


def make_people(chance: Random, count: int, at: datetime) -> list[Person]:
    people = []
    for number in range(count):
        signed_up_at = at - timedelta(days=chance.uniform(10, 200))
        people.append(
            Person(
                user_id=f"u{number}",
                # every tenth shares the address of the one before
                email=f"sim{number - 1 if number % 10 == 9 else number}@mail.example",
                timezone=chance.choice(TIMEZONES),
                frequency=chance.choice(FREQUENCIES),
                consent="subscribed" if chance.random() < 0.9 else "never_subscribed",
                consent_at=signed_up_at,
                signed_up_at=signed_up_at,
                groups=(*chance.sample(STYLES, 2), *chance.sample(PHONES, 1)),
                visits_a_day=chance.uniform(0.15, 0.8),
                opens=chance.uniform(0.2, 0.8),
                is_dead=chance.random() < 0.04,
            )
        )
    return people
