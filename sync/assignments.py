"""`recmail assignments`: who a test platform put into which arm, as the input experiment_assignments.

Optimizely's export of decisions, VWO's, or any table with a user, an experiment, an arm and a time.
"""

import csv
import re
from pathlib import Path

import click
import duckdb

from dbt_tools.private_files import private_files
from dbt_tools.project import project_directory
from dbt_tools.relations import literal, qualified
from sync.feed import platform_names

FILE = "experiment_assignments.parquet"
# what platforms call the columns, letters and digits alone; the first that is there counts
COLUMNS = {
    "user_id": ("userid", "visitorid", "user", "visitor"),
    "experiment": (
        *("experiment", "experimentid", "experimentkey", "experimentname"),
        *("campaignkey", "campaignname", "campaignid", "campaign"),
    ),
    "arm": ("arm", "variation", "variationid", "variationkey", "variationname", "variant"),
    "assigned_at": ("assignedat", "timestamp", "exposedat", "occurredat", "eventtime", "time", "date"),
}
HOLDBACK = "isholdback"  # Optimizely: bucketed, and shown nothing
SHARE_TOLD = 0.01  # of an experiment's users in several arms, from which on results say that it is invalid

READ = """
create or replace temp table told as
select
    nullif(trim({user_id}), '') as user_id,
    nullif(trim({experiment}), '') as experiment,
    nullif(trim({arm}), '') as arm,
    nullif(trim({assigned_at}), '') as told_at,
    case
        when regexp_full_match(trim({assigned_at}), '[0-9]{{10}}') then make_timestamp({assigned_at}::bigint * 1000000)
        when regexp_full_match(trim({assigned_at}), '[0-9]{{13}}') then make_timestamp({assigned_at}::bigint * 1000)
        when regexp_full_match(trim({assigned_at}), '[0-9]{{16}}') then make_timestamp({assigned_at}::bigint)
        else try_cast({assigned_at} as timestamptz) at time zone 'UTC'
    end as assigned_at,
    {holdback} as is_holdback
from rows
"""


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True)
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help=f"The folder of inputs; what its {FILE} holds already counts as well.",
)
@click.option(
    "--ids",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="CSV of experiment, arm, experiment_id, variation_id: what the platform calls them.",
)
@click.option(
    "--as-told",
    is_flag=True,
    help="Also experiments that seeds/experiments.csv does not have: evaluated as they are told.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="INPUT=THEIRS",
    help=f"Which column is {', '.join(COLUMNS)}, where its name does not tell. Repeatable.",
)
def assignments(
    files: tuple[Path, ...], out: Path, ids: Path | None, as_told: bool, columns: tuple[str, ...]
) -> None:
    """Read FILES (CSV or Parquet) and write the input experiment_assignments: of a user's exposures to an experiment
    the first.
    """
    named = dict(given_column(text) for text in columns)
    if (other := out / "experiment_assignments.csv").exists():
        raise click.UsageError(
            f"{other} is an input already: move it elsewhere and name it among the files, or dbt finds two"
        )
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            "create temp table taken (experiment varchar, user_id varchar, arm varchar, assigned_at timestamp)"
        )
        names = platform_names(ids) if ids else []
        arms = seeded_arms(project_directory() / "seeds")
        for path in files:
            take(connection, path, named, names, arms, as_told)
        if (out / FILE).exists():
            connection.execute(
                "insert into taken select experiment::varchar, user_id::varchar, arm::varchar, assigned_at::timestamp "
                f"from read_parquet({literal(out / FILE)})"
            )
        tell_of_mixed_arms(connection)
        click.echo(f"{write(connection, out):,} assignments in {out / FILE}")


def given_column(text: str) -> tuple[str, str]:
    name, _, theirs = text.partition("=")
    if name not in COLUMNS or not theirs:
        raise click.BadParameter(f"{text!r} is not INPUT=THEIRS with one of {', '.join(COLUMNS)}")
    return name, theirs


def seeded_arms(seeds: Path) -> dict[str, tuple[str, set[str]]]:
    """Who assigns, and arms, by experiment."""
    arms: dict[str, tuple[str, set[str]]] = {}
    with (seeds / "experiments.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            arms[row["experiment"]] = (row["assigned_by"], set())
    with (seeds / "experiment_arms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["experiment"] in arms:
                arms[row["experiment"]][1].add(row["arm"])
    return arms


def take(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    named: dict[str, str],
    names: list[tuple],
    arms: dict[str, tuple[str, set[str]]],
    as_told: bool,
) -> None:
    """Adds the file's assignments. ClickException, saying which, for what can't be one."""
    read(connection, path, named)
    translate(connection, names)
    unclear = connection.sql(
        "select told_at, count(*) over () from told "
        "where assigned_at is null and arm is not null and not is_holdback order by told_at limit 1"
    ).fetchall()
    for example, count in unclear:
        raise click.ClickException(
            f"{path}: {count:,} rows have no time that can be read, such as {example!r}: ISO 8601, or "
            "seconds, milliseconds or microseconds since 1970"
        )
    pairs = connection.sql(
        "select distinct experiment, arm from told where experiment is not null and arm is not null order by all"
    ).fetchall()
    for experiment, arm in pairs:
        require_known(path, experiment, arm, arms, as_told)
    [(held, nobody, outside)] = connection.sql(
        "select count(*) filter (where is_holdback), count(*) filter (where not is_holdback and user_id is null), "
        "count(*) filter (where not is_holdback and user_id is not null and (experiment is null or arm is null)) "
        "from told"
    ).fetchall()
    for count, what in (
        (held, "held back"),
        (nobody, "without user"),
        (outside, "in no arm of an experiment"),
    ):
        if count:
            click.echo(f"{path}: {count:,} rows {what} are left out", err=True)
    connection.execute(
        "insert into taken select experiment, user_id, arm, assigned_at from told where not is_holdback "
        "and user_id is not null and experiment is not null and arm is not null"
    )


def read(connection: duckdb.DuckDBPyConnection, path: Path, named: dict[str, str]) -> None:
    try:
        source = (
            f"read_parquet({literal(path)})"
            if path.suffix == ".parquet"
            else f"read_csv({literal(path)}, header = true, all_varchar = true)"
        )
        connection.execute(f"create or replace temp table read_rows as select * from {source}")
    except duckdb.Error as error:
        raise click.ClickException(f"{path} can't be read: {str(error).partition(chr(10))[0]}") from None
    theirs = [name for (name, *_) in connection.execute("describe read_rows").fetchall()]
    connection.execute("create or replace temp view rows as select columns(*)::varchar from read_rows")
    bare = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in theirs}
    # without a header the first line is somebody's
    has_header = any(one in bare for known in COLUMNS.values() for one in known) or any(
        name in theirs for name in named.values()
    )
    it_has = (
        f"it has {', '.join(theirs)}"
        if has_header
        else "nor for anything else, so that its header is missing or says nothing known"
    )
    chosen = {}
    for column, known in COLUMNS.items():
        name = named.get(column) or next((bare[one] for one in known if one in bare), None)
        if name not in theirs:
            raise click.ClickException(
                f"{path} has no column for {column}{f' named {name}' if name else ''}; {it_has}. "
                f"Say which: --column {column}=THEIRS"
            )
        chosen[column] = qualified(name)
    holdback = (
        f"coalesce(try_cast({qualified(bare[HOLDBACK])} as boolean), false)" if HOLDBACK in bare else "false"
    )
    connection.execute(READ.format(**chosen, holdback=holdback))


def translate(connection: duckdb.DuckDBPyConnection, names: list[tuple]) -> None:
    """The platform's ids to the names of experiments and arms."""
    connection.execute(
        "create or replace temp table names "
        "(experiment varchar, arm varchar, experiment_id varchar, variation_id varchar)"
    )
    if names:
        connection.executemany("insert into names values (?, ?, ?, ?)", names)
    connection.execute(
        "update told set experiment = names.experiment, arm = names.arm from names "
        "where told.experiment = names.experiment_id and told.arm = names.variation_id"
    )


def require_known(
    path: Path, experiment: str, arm: str, arms: dict[str, tuple[str, set[str]]], as_told: bool
) -> None:
    if experiment not in arms:
        if as_told:
            return
        raise click.ClickException(
            f"{path}: no row of seeds/experiments.csv is named {experiment}; --ids FILE says what the platform calls "
            "each, --as-told takes it as it is"
        )
    assigned_by, known = arms[experiment]
    if assigned_by != "input":
        raise click.ClickException(
            f"{path}: {experiment} is assigned by recmail itself (seeds/experiments.csv, assigned_by {assigned_by}): "
            "set it to input"
        )
    if arm not in known:
        raise click.ClickException(
            f"{path}: {experiment} has no arm {arm} in seeds/experiment_arms.csv; it has {', '.join(sorted(known))}"
        )


def tell_of_mixed_arms(connection: duckdb.DuckDBPyConnection) -> None:
    """Whoever met two arms counts for the first; when there are many, something is broken."""
    for experiment, users, mixed in connection.sql(
        """
        select experiment, count(*), count(*) filter (where arm_count > 1)
        from (select experiment, user_id, count(distinct arm) as arm_count from taken group by all)
        group by experiment
        order by experiment
        """
    ).fetchall():
        if mixed:
            grave = ": the platform does not keep users in their arm" if mixed >= SHARE_TOLD * users else ""
            click.echo(
                f"{experiment}: {mixed:,} of {users:,} users met several arms; the first counts{grave}",
                err=True,
            )


def write(connection: duckdb.DuckDBPyConnection, out: Path) -> int:
    """Whole or not at all: the file takes the earlier one's place at the end."""
    with private_files():
        out.mkdir(parents=True, exist_ok=True)
        new = out / f".{FILE}.unfinished"
        [(count,)] = connection.execute(
            f"""
            copy (
                select experiment, user_id, arm, assigned_at
                from taken
                qualify row_number() over (partition by experiment, user_id order by assigned_at, arm) = 1
                order by experiment, user_id
            ) to {literal(new)} (format parquet)
            """
        ).fetchall()
        new.chmod(0o600)
        new.replace(out / FILE)
    return count
