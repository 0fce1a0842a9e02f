"""The command `recmail simulate`."""

from pathlib import Path

import click

from dbt_tools.private_files import replaced_folder
from dbt_tools.scratch import scratch_folder
from email_render.cli import out_option
from simulation.audit import audit
from simulation.loop import compare
from simulation.report import last_line, page
from simulation.run import Simulation

PAGE_FILE = "index.html"
THREADS = 2  # DuckDB works for one model while dbt prepares another


@click.command()
@click.option("--weeks", type=click.IntRange(1, 52), default=8, show_default=True)
@click.option("--days", type=click.IntRange(2, 366), help="Instead of weeks.")
@click.option("--people", type=click.IntRange(10, 100_000), default=60, show_default=True)
@click.option("--crashes", type=click.IntRange(0, 100), help="How many; one in four days by default.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--loop",
    type=click.Choice(["compare"]),
    help="Instead of that, what a weekly email is clicked with lists that learn from clicks, and without.",
)
@click.option(
    "--seeds",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="Of --loop: how many tastes of the readers of one shop.",
)
@out_option("simulation")
def simulate(
    weeks: int,
    days: int | None,
    people: int,
    crashes: int | None,
    seed: int,
    loop: str | None,
    seeds: int,
    out: Path,
) -> None:
    """Let a made-up shop live: it builds, sends, crashes, and its people answer; then count what must not have been.

    Writes a page, and ends with 1 unless all of these counts are 0.
    """
    if loop:
        with scratch_folder("simulate") as folder:
            for line in compare(folder, weeks, seed, seeds):
                click.echo(line)
        return
    days = days or 7 * weeks
    crashes = days // 4 if crashes is None else min(crashes, days)
    with scratch_folder("simulate") as folder:
        record = Simulation(folder, days, people, crashes, seed, threads=THREADS).run()
    found, unknowable = audit(record.life)
    with replaced_folder(out) as new:
        (new / PAGE_FILE).write_text(page(record, found, unknowable, days), "utf-8")
    click.echo(f"The page: {out / PAGE_FILE}")
    click.echo(last_line(record, found, days))
    if found.total():
        raise SystemExit(1)
