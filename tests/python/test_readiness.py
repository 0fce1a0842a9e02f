"""Mart readiness names everything that a shop can switch on, by thresholds that hold elsewhere too."""

import csv
import re

from dbt_macros import project_macros
from warehouse import ROOT

from ranker.train import main as train
from recmail.readiness import readiness_lines


def test_every_strategy_and_trigger_has_its_needs(small):
    known = set(small.query("select kind, capability from readiness"))
    with (ROOT / "seeds/triggers.csv").open(encoding="utf-8") as file:
        triggers = [row["trigger_type"] for row in csv.DictReader(file)]
    strategies = project_macros()["strategy_names"]()
    wanted = {("strategy", name) for name in strategies} | {("trigger", name) for name in triggers}
    assert wanted <= known


def test_training_asks_for_as_many_days_as_readiness_says(small):
    """choose_cuts() in ranker/train.py: two cuts, and as many days before the older one."""
    label_days = next(option.default for option in train.params if option.name == "label_days")
    (needed,) = small.query(
        "select needed_count from readiness where capability = 'ranking_trained' and measure = 'order_days'"
    )
    assert needed == (3 * label_days,)


def test_a_build_ends_with_what_is_on_and_what_would_switch_on_the_rest(small):
    first, *lines, last = readiness_lines(small.database)
    on, total = map(int, re.findall(r"\d+", first))
    assert 0 < on < total
    assert any("prediction ranking_trained: make train" in line for line in lines)
    assert last.endswith("metrics.readiness")


def test_a_shop_with_the_required_tables_alone_is_told_what_it_lacks(required_alone):
    status = dict(required_alone.query("select distinct capability, status from readiness"))
    assert status["recently_viewed"] == status["left_in_cart"] == status["on_offer"] == "off"
    assert status["also_bought"] == status["best_sellers"] == status["emails"] == "on"
