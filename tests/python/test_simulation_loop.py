"""`make simulate LOOP=compare`: lists that learn from clicks are clicked more, where the truth is known."""

from datetime import timedelta

import pytest
import warehouse
from click.testing import CliRunner

from simulation.cli import simulate
from simulation.loop import START, WEEK, Shop, said
from simulation.taste import Taste

WEEKS, PEOPLE = 7, 250


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    return Shop(tmp_path_factory.mktemp("loop"), PEOPLE, 1, warehouse.manifest({}))


@pytest.fixture(scope="module")
def taste(shop) -> Taste:
    return Taste(1, shop.life.items, shop.life.people)


def test_the_loop_raises_clicks_and_is_foretold(shop, taste):
    learned = shop.live(WEEKS, taste, learns=True)
    plain, estimate = shop.live_plainly(WEEKS, taste, learned)
    first = {row for row in learned.lists if row[3] == START}
    assert len(first) > 7 * PEOPLE * 0.9
    assert first <= set(plain.lists), "nobody has clicked anything yet"
    assert learned.expected > 1.03 * plain.expected
    assert learned.drawn > plain.drawn > 200
    assert estimate["place_count"] == len(learned.lists)
    assert abs(estimate["snips_rate"] - learned.rate(taste)) < 3 * estimate["snips_error"]
    lines = said(1, taste, learned, plain, estimate)
    assert f"{learned.drawn:,} clicks with the loop, {plain.drawn:,} without" in lines[0]
    # the shop is as it was, and its luck the same
    assert shop.live(1, taste, learns=True).lists == [
        row for row in learned.lists if row[3] < START + WEEK - timedelta(1)
    ]


def test_a_taste_is_its_seeds_and_hidden_from_places_and_draws(shop, taste):
    again, other = (Taste(seed, shop.life.items, shop.life.people) for seed in (1, 2))
    person, item = shop.life.people[0], shop.life.items[0]
    of_item = (person.user_id, item.item_id)
    assert again.chance(*of_item, 1) == taste.chance(*of_item, 1) != other.chance(*of_item, 1)
    assert taste.chance(*of_item, 2) == pytest.approx(Taste.LOOKED_ON * taste.chance(*of_item, 1))
    assert taste.luck(3, *of_item) == again.luck(3, *of_item) != taste.luck(4, *of_item)


def test_another_loop_is_refused():
    asked = CliRunner().invoke(simulate, ["--loop", "off"])
    assert asked.exit_code == 2 and "compare" in asked.output
