"""Counts what the queued emails of a build say, over all of them: lengths of subjects, titles against the reasons below
them, sensitive goods, items of one kind, badges, offers. Fails when a count is over its limit.
"""

from pathlib import Path

import click

from dbt_tools.open_database import open_database
from dbt_tools.options import built_warehouse_option
from dbt_tools.relations import lists, schemas_holding, search

CHECKS = Path(__file__).with_suffix(".sql")
# what the checks read, and that says where all of it is
RELATIONS = (
    *("email_queue", "user_recommendations", "placement_recommendations", "stg_items", "texts"),
    *("int_item_labels", "int_interactions", "int_message_offers", "int_offers", "int_item_price_drops"),
)
LISTED = "user_id, item_id, position, block, reason_type, reason_text, evidence_item_id, price, list_price, currency"
LANGUAGES = """
    select language, count(*), count(distinct subject_key), median(length(subject)), count(offer)
    from email_queue group by language order by language
"""


@click.command(help=__doc__)
@built_warehouse_option
def main(database: Path) -> None:
    with open_database(database) as connection:
        schemas = {name: schemas_holding(connection, name) for name in RELATIONS}
        missing = [name for name, found in schemas.items() if not found]
        if missing:
            raise click.ClickException(f"{database} has no {', '.join(missing)}: dbt build writes it")
        search(connection, [found[0] for found in schemas.values()])
        connection.execute(f"create temp view lists as {lists(LISTED)}")
        languages = connection.sql(LANGUAGES).fetchall()
        checks = connection.sql(CHECKS.read_text(encoding="utf-8")).fetchall()
    for language, emails, patterns, length, offers in languages:
        click.echo(
            f"{language}: {emails} emails, {patterns} patterns of subjects, {length:.0f} characters in the middle, "
            f"{offers} offers"
        )
    click.echo()
    for what, total, found, share_max, example, is_over in checks:
        limit = f", at most {share_max:.0%}" if share_max else ""
        click.echo(f"{'OVER' if is_over else 'ok':<5} {found:>6} of {total:<6} {what}{limit}")
        if found:
            click.echo(f"{'':<22} such as {example}")
    over = sum(is_over for *_, is_over in checks)
    if over:
        raise click.ClickException(f"{over} of {len(checks)} counts are over their limits")
