"""Shops from a grammar of life (life.py), built and rendered: a few in every test run, hundreds by `make fuzz`.

No shop has an expected result of its own. What holds of each: it is mailed, or stops with one clear message; nobody
unmailable is mailed; every row is accounted for; mails are of this run; the erased are in no file.
"""

import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from life import Shop, shop_of_life
from warehouse import (
    FOLDER,
    FRUGAL,
    NO_UNIT_TESTS,
    TESTS_OF_INPUTS,
    Build,
    connect,
    failing_tests,
    manifest_with_tests_of_inputs,
)

from dbt_tools.dbt_runs import DbtRun, run_dbt
from email_render.errors import SetupError
from email_render.run import Job, render_queue

# the seeds of the shops: FIRST, FIRST + 1, … as `make fuzz` sets them
FIRST, SHOPS = int(os.environ.get("FIRST", 1)), int(os.environ.get("SHOPS", 5))
# where a build may end because of its inputs
INPUTS_AND_GATE = ("input_", *TESTS_OF_INPUTS)
# of inputs, the gate, files that can't be read as they are, and DuckDB on one that breaks off
CLEAR_WORDS = ("can't be used", "Found", "expected", "and run again", "at end of file")


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SHOPS))
def test_a_shop_of_life(seed, tmp_path):
    shop = shop_of_life(seed)
    inputs = shop.write(tmp_path / "inputs")
    database = tmp_path / "w.duckdb"
    variables = {"input_location": str(inputs)}
    run = run_dbt(
        *("build", *FRUGAL, *NO_UNIT_TESTS),
        variables=variables,
        folder=FOLDER,
        database=database,
        manifest=manifest_with_tests_of_inputs(),
    )
    built = Build(database, run.succeeded, run.messages)
    try:
        if run.succeeded:
            assert shop.must_stop is None, "built although the inputs are wrong"
            assert failing_tests(database) == []
            judge_warehouse(shop, built)
            judge_emails(shop, built, rendered(database, tmp_path / "emails"))
        else:
            judge_the_stop(shop, run, database, tmp_path / "emails")
        judge_traces(shop, tmp_path)
    except AssertionError as fault:
        raise AssertionError(f"seed {seed}, {shop.file_format}, {shop.troubles}: {fault}") from fault


def rendered(database: Path, out: Path) -> list[dict]:
    render_queue(Job(database, out, b"0123456789abcdef0123456789abcdef", "sql"), 1, None)
    return [row for part in sorted(out.glob("part-*.parquet")) for row in pq.read_table(part).to_pylist()]


def judge_warehouse(shop: Shop, built: Build) -> None:
    counts = {name: rest for name, *rest in built.query("select * from input_row_counts")}
    for name, (came_in, unread, *others) in counts.items():
        assert came_in == unread + sum(others), f"rows of {name} are counted twice or not at all"
        assert unread >= 0, f"{name} has more rows staged than came in"
        if name in ("users", "items", "offers", "erasure_requests"):
            assert unread == 0, f"rows of {name} are lost"
    assert built.value("select count(*) from send_decisions") == built.value("select count(*) from stg_users")
    if not shop.erased:
        for name in ("users", "items", "orders", "order_lines"):
            assert counts[name][0] >= len(shop.tables[name]), f"rows of {name} were not read"


def judge_emails(shop: Shop, built: Build, emails: list[dict]) -> None:
    addresses = dict(built.query("select user_id, lower(email) from stg_users"))
    for email in emails:
        assert addresses[email["user_id"]] not in shop.unmailable, "somebody unmailable is mailed"
        for field in ("subject", "preheader", "text", "html"):
            for wrong in ("NULL", "{first_name}", "{{", "\u202e", "\u200b"):
                assert wrong not in email[field], f"{wrong!r} in {field}"
        assert "<script>alert" not in email["html"]
    assert len({addresses[email["user_id"]] for email in emails}) == len(emails), "an address is mailed twice"
    latest = built.value("select input_fingerprint from inputs.latest_run")
    assert built.query("select distinct input_fingerprint from email_queue") in ([], [(latest,)])


def judge_the_stop(shop: Shop, run: DbtRun, database: Path, out: Path) -> None:
    stopped_by = [result.node.name for result in run.results if result.status in ("error", "fail")]
    assert stopped_by, f"stopped by nothing: {run.messages}"
    strange = [name for name in stopped_by if not name.startswith(INPUTS_AND_GATE)]
    assert not strange, f"stopped by {strange}: {run.messages}"
    assert shop.must_stop or shop.may_stop, f"stopped without a reason: {run.messages}"
    text = "\n".join(run.messages)
    assert not shop.must_stop or shop.must_stop in text, f"{shop.must_stop} is not named: {text}"
    assert any(words in text for words in CLEAR_WORDS), f"no clear message: {text}"
    with pytest.raises(SetupError):
        rendered(database, out)


def judge_traces(shop: Shop, folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and "inputs" not in path.relative_to(folder).parts:
            content = path.read_bytes()
            for mark in shop.erased:
                assert mark.encode() not in content, f"{path.name} holds the erased {mark}"


def test_life_has_all_troubles():
    """So that the grammar does not quietly lose some."""
    from troubles import TROUBLES

    seen = {name for seed in range(400) for name in shop_of_life(seed).troubles}
    assert seen == TROUBLES.keys()
    assert any(not shop_of_life(seed).troubles for seed in range(20))


def test_the_same_seed_is_the_same_shop(tmp_path):
    for place in ("one", "two"):
        shop_of_life(7).write(tmp_path / place)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_the_judges_see_what_is_wrong(tmp_path, small):
    """Each judge, given what it must not pass."""
    addresses = [email for (email,) in small.query("select lower(email) from stg_users order by user_id")]
    emails = rendered(small.database, tmp_path / "emails")
    shop = shop_of_life(7)
    shop.tables, shop.unmailable, shop.erased = {}, set(addresses), {"user5@example.com"}
    with pytest.raises(AssertionError, match="unmailable"):
        judge_emails(shop, small, emails)
    shop.unmailable = set()
    judge_emails(shop, small, emails)
    with pytest.raises(AssertionError, match="mailed twice"):
        judge_emails(shop, small, [*emails, emails[0]])
    with pytest.raises(AssertionError, match="first_name"):
        judge_emails(shop, small, [emails[0] | {"subject": "{first_name}, hello"}])
    (tmp_path / "export.txt").write_text("mail to user5@example.com", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"export\.txt holds the erased"):
        judge_traces(shop, tmp_path)
    with connect(small.copied_to(tmp_path / "copy").database, read_only=False) as connection:
        connection.execute("update input_row_counts set staged_row_count = staged_row_count + 1")
        connection.execute(
            "delete from send_decisions where user_id = (select min(user_id) from send_decisions)"
        )
    assert failing_tests(small.database) == []
    assert failing_tests(tmp_path / "copy" / "w.duckdb") == ["assert_send_decisions_cover_every_user"]
    with pytest.raises(AssertionError, match="counted twice"):
        judge_warehouse(shop, Build(tmp_path / "copy" / "w.duckdb", True, []))
