"""What people click in mails: the truth that recmail has to learn from their clicks."""

from math import exp
from random import Random

from simulation.shop import Item, Person


class Taste:
    """Which items of a mail people click: hidden from the shop, by a seed.

    Each item has an appeal to everybody and another to each of three segments of readers, lognormal around 1 with a
    standard deviation of the logarithm of 0.6 and 0.3; what is of a style or phone that they like appeals to them
    twice as much. Each place is looked at by 85 % of those who look at the one before. An item at the first place, of
    appeal 1, is clicked in 5 % of the mails.
    """

    CLICKED, LOOKED_ON, LIKED, SPREAD, SEGMENT_SPREAD, SEGMENTS = 0.05, 0.85, 2.0, 0.6, 0.3, 3

    def __init__(self, seed: int, items: list[Item], people: list[Person]):
        self._seed = seed
        self._items = {item.item_id: item for item in items}
        self._person = {person.user_id: person for person in people}
        self._segment = {person.user_id: number % self.SEGMENTS for number, person in enumerate(people)}
        chance = Random(f"taste {seed}")
        self._appeal = {item.item_id: self._drawn(chance, self.SPREAD) for item in items}
        self._segment_appeal = {
            (segment, item.item_id): self._drawn(chance, self.SEGMENT_SPREAD)
            for segment in range(self.SEGMENTS)
            for item in items
        }

    @staticmethod
    def _drawn(chance: Random, spread: float) -> float:
        return exp(chance.gauss(-(spread**2) / 2, spread))

    def weight(self, user_id: str, item_id: str, position: int) -> float:
        """How much an item at this place, from 1, is clicked beside others."""
        return (
            self._appeal[item_id]
            * self._segment_appeal[self._segment[user_id], item_id]
            * (self.LIKED if self._items[item_id].group in self._person[user_id].groups else 1)
            * self.LOOKED_ON ** (position - 1)
        )

    def pick(self, chance: Random, person: Person, items: list[str]) -> Item:
        """What is clicked of a mail in which something is; the items are from the first place on."""
        weights = [self.weight(person.user_id, item, place) for place, item in enumerate(items, 1)]
        return self._items[chance.choices(items, weights)[0]]

    def chance(self, user_id: str, item_id: str, position: int) -> float:
        """Of a click on it in one mail."""
        return min(self.CLICKED * self.weight(user_id, item_id, position), 1)

    def luck(self, mail: int, user_id: str, item_id: str) -> float:
        """Uniform from 0 to 1, and the same wherever the item stands: below its chance it is clicked."""
        return Random(f"luck {self._seed} {mail} {user_id} {item_id}").random()
