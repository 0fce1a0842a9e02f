"""`recmail assignments`: exposures of test platforms in, an input out that passes the gate."""

import json
import shutil
import stat
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from warehouse import build, connect

from sync.assignments import FILE, assignments

EXPERIMENTS = (
    "experiment,is_on,assigned_by\nsubject,true,input\nlayout,true,input\ndigest_list,true,hash\n",
    "experiment,arm\nsubject,a\nsubject,b\nlayout,grid\nlayout,list\ndigest_list,as_ever\n",
)
IDS = "experiment,arm,experiment_id,variation_id\nsubject,a,901,11\nsubject,b,901,12\n"
# Optimizely's export of decisions: milliseconds, ids, and who was held back
DECISIONS = """uuid,timestamp,visitor_id,account_id,campaign_id,experiment_id,variation_id,is_holdback
1,1717000001000,u1,7,5,901,12,false
2,1717000000000,u1,7,5,901,11,false
3,1717000000000,u1,7,5,901,11,false
4,1717000000000,u2,7,5,901,12,false
5,1717000000000,u3,7,5,901,12,true
6,1717000000000,u4,7,5,,,false
7,1717000000000,,7,5,901,11,false
"""
VWO = """User ID,Campaign Name,Variation Name,Time
u5,layout,grid,2024-05-30T10:00:00+02:00
u6,layout,list,2024-05-30 10:00:00
"""


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch) -> Path:
    """A project whose seeds have two experiments that are assigned elsewhere, and one that is not."""
    seeds = tmp_path / "project" / "seeds"
    seeds.mkdir(parents=True)
    for name, text in zip(("experiments", "experiment_arms"), EXPERIMENTS, strict=True):
        (seeds / f"{name}.csv").write_text(text, "utf-8")
    monkeypatch.setenv("DBT_PROJECT_DIR", str(seeds.parent))
    return seeds.parent


def taken(folder: Path, text: str | dict, *options: str) -> Result:
    if isinstance(text, dict):
        source = folder / "exposures.parquet"
        pq.write_table(pa.table(text), source)
    else:
        source = folder / "exposures.csv"
        source.write_text(text, "utf-8")
    outcome = CliRunner().invoke(assignments, [str(source), "--out", str(folder / "in"), *options])
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exc_info
    return outcome


def rows(folder: Path) -> list[tuple]:
    return [tuple(row.values()) for row in pq.read_table(folder / "in" / FILE).to_pylist()]


def test_the_first_exposure_counts_and_what_was_there_stays(tmp_path):
    ids = tmp_path / "ids.csv"
    ids.write_text(IDS, "utf-8")
    said = taken(tmp_path, DECISIONS, "--ids", str(ids))
    assert said.exit_code == 0, said.output
    for what in ("1 rows held back", "1 rows without user", "1 rows in no arm of an experiment"):
        assert what in said.output
    assert (
        "subject: 1 of 2 users met several arms; the first counts: the platform does not keep" in said.output
    )
    seen = datetime(2024, 5, 29, 16, 26, 40)
    decided = [("subject", "u1", "a", seen), ("subject", "u2", "b", seen)]
    assert rows(tmp_path) == decided
    assert stat.S_IMODE((tmp_path / "in" / FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "in").iterdir()] == [FILE]
    before = (tmp_path / "in" / FILE).read_bytes()
    assert taken(tmp_path, DECISIONS, "--ids", str(ids)).exit_code == 0
    assert (tmp_path / "in" / FILE).read_bytes() == before
    assert taken(tmp_path, VWO).exit_code == 0
    assert rows(tmp_path) == [
        ("layout", "u5", "grid", datetime(2024, 5, 30, 8)),
        ("layout", "u6", "list", datetime(2024, 5, 30, 10)),
        *decided,
    ]


def test_any_table_will_do_whose_columns_are_known_or_named(tmp_path):
    table = {
        "who": ["u1"],
        "experiment": ["subject"],
        "arm": ["b"],
        "seen": [datetime(2024, 5, 30, 10, 0, 0, 500)],
    }
    said = taken(tmp_path, table)
    assert (
        said.exit_code == 1 and "has no column for user_id; it has who, experiment, arm, seen" in said.output
    )
    # a file without a header names people
    said = taken(tmp_path, {"ann@mail.example": ["bob@mail.example"], "subject": ["subject"]})
    assert said.exit_code == 1 and "its header is missing" in said.output and "@" not in said.output
    said = taken(tmp_path, table, "--column", "user_id=who", "--column", "assigned_at=seen")
    assert said.exit_code == 0, said.output
    assert rows(tmp_path) == [("subject", "u1", "b", datetime(2024, 5, 30, 10, 0, 0, 500))]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("u1,colour,red,2024-05-30", "no row of seeds/experiments.csv is named colour; --ids FILE"),
        ("u1,subject,c,2024-05-30", "subject has no arm c in seeds/experiment_arms.csv; it has a, b"),
        ("u1,digest_list,as_ever,2024-05-30", "digest_list is assigned by recmail itself"),
        ("u1,subject,a,yesterday", "1 rows have no time that can be read, such as 'yesterday'"),
        ("u1,subject,a,", "1 rows have no time that can be read, such as None"),
    ],
)
def test_what_can_not_be_an_assignment_is_said_and_nothing_written(tmp_path, row, reason):
    said = taken(tmp_path, f"user_id,experiment,variation,time\nu2,subject,a,2024-05-30\n{row}\n")
    assert said.exit_code == 1 and reason in said.output, said.output
    assert not (tmp_path / "in").exists()


def test_an_experiment_that_no_seed_names_is_taken_when_asked_to(tmp_path):
    text = "user_id,experiment,variation,time\nu1,colour,red,2024-05-30\n"
    assert taken(tmp_path, text, "--as-told").exit_code == 0
    assert rows(tmp_path) == [("colour", "u1", "red", datetime(2024, 5, 30))]


def test_two_files_of_the_input_are_not_made(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "experiment_assignments.csv").write_text("mine")
    said = taken(tmp_path, VWO)
    assert said.exit_code == 2 and "is an input already" in said.output
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["experiment_assignments.csv"]


def test_what_is_written_passes_the_gate(small_inputs, tmp_path, monkeypatch):
    """40 users, each exposed three times, two of them to both arms."""
    exposures = [
        {
            "user": f"u{user}",
            "experiment": "subject",
            "arm": "ab"[(user + (user < 2) * view) % 2],
            "time": f"2024-05-{10 + view}",
        }
        for user in range(40)
        for view in range(3)
    ]
    inputs = shutil.copytree(small_inputs, tmp_path / "in")
    (inputs / FILE).unlink()
    said = taken(tmp_path, {name: [row[name] for row in exposures] for name in exposures[0]})
    assert said.exit_code == 0 and "subject: 2 of 40 users met several arms" in said.output
    monkeypatch.delenv("DBT_PROJECT_DIR")
    built = build(
        tmp_path / "w.duckdb",
        {"input_location": str(inputs)},
        "--select",
        "+stg_experiment_assignments",
        "+input_validation_results",
    )
    assert built.succeeded, built.text
    with connect(built.database) as connection:
        failed = connection.execute(
            "select description, observed from input_validation_results "
            "where table_name = 'experiment_assignments' and not is_success"
        ).fetchall()
        assert failed == []
        arms = connection.execute(
            "select user_id, arm from stg_experiment_assignments order by all"
        ).fetchall()
        rejected = connection.execute(
            "select count(*) from checked_experiment_assignments where reject_reasons <> '' and user_id <> 'u37'"
        ).fetchall()
    assert dict(arms) == {f"u{user}": "ab"[user % 2] for user in range(40) if user != 37}, json.dumps(arms)
    assert rejected == [(0,)]
