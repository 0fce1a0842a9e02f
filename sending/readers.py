"""What the warehouse knows that the preferences page asks about: how often a user is mailed, and their categories."""

from pathlib import Path
from typing import NamedTuple

import click
import duckdb

from dbt_tools.open_database import open_database
from dbt_tools.relations import schemas_holding, search

RELATIONS = ("stg_users", "stg_items", "int_user_categories", "int_item_labels")
# what nobody may name in a subject isn't named on a page either, which an email in the wrong hands leads to
CATEGORIES = """
    select categories.category
    from int_user_categories as categories
    where
        categories.user_id = $user_id
        and exists (
            from stg_items as items
            inner join int_item_labels as labels using (item_id)
            where items.category = categories.category and labels.is_nameable
        )
    order by categories.category_rank
    limit 12
"""


class Reader(NamedTuple):
    frequency: str | None
    categories: tuple[str, ...]


class Readers:
    """The warehouse is opened for each question and let go: a build may replace it at any time."""

    def __init__(self, database: Path):
        self.database = database

    def find(self, user_id: str) -> Reader | None:
        """None where the warehouse can't be asked now: it isn't there, or a build in place has it."""
        try:
            with open_database(self.database, RELATIONS) as connection:
                schemas = [schemas_holding(connection, name) for name in RELATIONS]
                if not all(schemas):
                    return None
                search(connection, [found[0] for found in schemas])
                users = connection.execute(
                    "select email_frequency from stg_users where user_id = $user_id", {"user_id": user_id}
                ).fetchall()
                categories = connection.execute(CATEGORIES, {"user_id": user_id}).fetchall()
        except (duckdb.Error, click.ClickException):
            return None
        return Reader(users[0][0] if users else None, tuple(name for (name,) in categories))
