"""Shows what edited rules, seeds and vars would change, before they do.

Copies the warehouse, builds users and what depends on them in the copy with the project's files as they are now, and
prints how many users each rule and play hits and whose segment, play, offer, list or email differs. The warehouse
itself stays as it is, and the copy is removed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import duckdb

SELECTION = [
    "path:models/intermediate/users+",
    "rfm_groups",
    "playbook",
    "seasons",
    "holidays",
    "texts",
]
# what is compared per user: a title, the relation, and the columns that make a difference
PER_USER = [
    ("the play of a block", "users.int_user_playbook", ["block", "play", "rule_name"]),
    ("the next best offer", "users.int_next_best_offers", ["offer_id", "is_offered"]),
    ("the recommended items", "recommendations.user_recommendations", ["position", "item_id"]),
    (
        "the email's words",
        "email.email_queue",
        ["subject", "preheader", "greeting", "cast(blocks as varchar)"],
    ),
    ("the email's layout", "email.email_queue", ["layout"]),
    ("the email's offer", "email.email_queue", ["cast(offer as varchar)"]),
]


@click.command(help=__doc__)
@click.option("--database", type=click.Path(path_type=Path), required=True, help="DuckDB file of the build.")
@click.option(
    "--vars", "variables", default="{}", help="Vars of the build, as JSON; those to try among them."
)
def main(database: Path, variables: str) -> None:
    if not database.is_file():
        raise click.ClickException(f"there is no database {database}: make build writes it")
    with tempfile.TemporaryDirectory(prefix="recmail-effect-") as folder:
        trial = Path(folder) / "trial.duckdb"
        shutil.copyfile(database, trial)
        click.echo("Building with the rules as they are now, in a copy …")
        build_trial(trial, variables, Path(folder))
        with duckdb.connect() as connection:
            for name, path in (("before", database), ("after", trial)):
                quoted = str(path).replace("'", "''")
                connection.execute(f"attach '{quoted}' as {name} (read_only)")
            click.echo("\n".join(report(connection)))


def build_trial(trial: Path, variables: str, folder: Path) -> None:
    dbt = [str(Path(sys.executable).parent / "dbt"), "--quiet", "build", "--vars", variables]
    built = subprocess.run(
        [*dbt, "--exclude-resource-type", "unit_test", "--target-path", str(folder), "--select", *SELECTION],
        env={**os.environ, "RECMAIL_DATABASE": str(trial)},
        capture_output=True,
        text=True,
    )
    if built.returncode:
        raise click.ClickException(f"the rules can't be built:\n{built.stdout}{built.stderr}")


def report(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Lines on the difference between the attached databases `before` and `after`."""
    fingerprints = connection.execute(
        "select b.input_fingerprint, a.input_fingerprint from before.inputs.latest_run b, after.inputs.latest_run a"
    ).fetchone()
    if fingerprints[0] != fingerprints[1]:
        raise click.ClickException(
            "the warehouse was built from other inputs or as of another time: give the same INPUT, AS_OF and VARS"
        )
    return [
        *counts(connection, "users per rule", "users.int_rule_hits", ["rule_name", "effect", "effect_value"]),
        *counts(connection, "users per play", "users.int_playbook_hits", ["play", "block"]),
        *moves(connection),
        *changes(connection),
    ]


def counts(connection: duckdb.DuckDBPyConnection, title: str, relation: str, keys: list[str]) -> list[str]:
    rows = connection.execute(
        f"""
        select {", ".join(keys)}, coalesce(b.user_count, 0), coalesce(a.user_count, 0)
        from before.{relation} as b full join after.{relation} as a using ({", ".join(keys)})
        order by all
        """
    ).fetchall()
    return ["", f"{title} (before, after)"] + [
        f"  {' '.join(map(str, row[: len(keys)])):<60} {row[-2]:>9,} {row[-1]:>9,}"
        + ("" if row[-2] == row[-1] else f"   {row[-1] - row[-2]:+,}")
        for row in rows
    ]


def moves(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        """
        select scheme, b.segment || ' to ' || a.segment, count(*)
        from before.users.int_user_schemes as b inner join after.users.int_user_schemes as a using (user_id, scheme)
        where a.segment <> b.segment
        group by all order by all
        """
    ).fetchall()
    lines = [f"  {scheme + ': ' + move:<60} {count:>9,}" for scheme, move, count in rows]
    return ["", "users who change segment", *(lines or ["  nobody"])]


def changes(connection: duckdb.DuckDBPyConnection) -> list[str]:
    lines = ["", "users for whom something else changes"]
    for title, relation, columns in PER_USER:
        lists = [
            f"(select user_id, list(({', '.join(columns)}) order by ({', '.join(columns)})) as list "
            f"from {database}.{relation} group by user_id)"
            for database in ("before", "after")
        ]
        changed, users = connection.execute(
            f"""
            select count(*) filter (where b.list is distinct from a.list), count(*)
            from {lists[0]} as b full join {lists[1]} as a using (user_id)
            """
        ).fetchone()
        lines.append(f"  {title:<60} {changed:>9,} of {users:,}")
    return lines


if __name__ == "__main__":
    main()
