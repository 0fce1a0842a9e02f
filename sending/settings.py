"""What the vars of the project say about sending."""

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import click

from dbt_tools.build_vars import build_vars, declared_vars


class Settings(NamedTuple):
    send_from: str
    bounce_address: str
    gap: timedelta  # between two messages to an address
    marts_age_max: timedelta
    growth_max: float
    same_share_max: float
    price_share_max: float
    changed_share_max: float
    ended_by_order: tuple[str, ...]  # triggers that an order answers
    plus_tags_share_an_address: bool

    def address_key(self, email: str) -> str:
        """An address as it is compared: what macro address_key makes of it."""
        local, _, domain = email.strip().lower().partition("@")
        if self.plus_tags_share_an_address:
            local = local.partition("+")[0] or local
        return f"{local}@{domain}"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """As dbt_project.yml has them, and VARS of the environment. dbt checks their types when it builds."""
    try:
        declared = declared_vars()
        values = declared | build_vars(environment, declared)
        return Settings(
            send_from=str(values["send_from"]),
            bounce_address=str(values["bounce_address"]),
            gap=timedelta(hours=float(values["minimum_gap_hours"])),
            marts_age_max=timedelta(hours=float(values["send_marts_age_hours_max"])),
            growth_max=float(values["send_growth_max"]),
            same_share_max=float(values["send_same_share_max"]),
            price_share_max=float(values["send_price_share_max"]),
            changed_share_max=float(values["send_changed_share_max"]),
            ended_by_order=tuple(values["ended_by_order"]),
            plus_tags_share_an_address=bool(values["plus_tags_share_an_address"]),
        )
    except (ValueError, TypeError) as error:
        raise click.ClickException(f"a var can't be used for sending: {error}") from None
