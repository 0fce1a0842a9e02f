"""The history of segments keeps changes only, survives --full-refresh, and forgets who was erased."""

from pathlib import Path

import pytest
from conftest import EARLIER
from shop import AS_OF, small_shop, write_parquet
from warehouse import NO_GATE, Build, build

HISTORY = "user_segment_history"
MOVES = ("--select", "+segment_migrations", *NO_GATE)


def run(database: Path, inputs: Path, *arguments: str) -> Build:
    built = build(database, {"input_location": str(inputs)}, *arguments)
    assert built.succeeded, built.text
    return built


@pytest.fixture(scope="module")
def shop(earlier, tmp_path_factory) -> tuple[Build, Path]:
    """A warehouse that was built at two times, and its inputs."""
    folder = tmp_path_factory.mktemp("history")
    inputs = write_parquet(small_shop(), folder / "inputs")
    return run(earlier.copied_to(folder).database, inputs, *MOVES), inputs


def test_the_first_run_has_everybody_and_the_second_who_moved(shop):
    built = shop[0]
    everybody, moved = built.query(f"select count(*) from {HISTORY} group by as_of order by as_of")
    assert everybody[0] == 6 * built.value("select count(*) from stg_users")
    assert 0 < moved[0] < everybody[0]
    assert (
        built.value(
            f"""
            select count(*) from {HISTORY} as now
            inner join {HISTORY} as before using (user_id, scheme)
            where before.as_of < now.as_of and before.segment = now.segment
            """
        )
        == 0
    )


def test_migrations_add_up(shop):
    built = shop[0]
    # who arrives in a segment and who left it make the difference between then and now
    assert (
        built.value(
            """
            with moves as (
                select scheme, segment, user_count from segment_migrations
                union all
                select scheme, previous_segment, -user_count from segment_migrations
                where previous_segment is not null
            ),
            balance as (select scheme, segment, sum(user_count) as user_count from moves group by all),
            actual as (select scheme, segment, count(*) as user_count from int_user_schemes group by all)
            select count(*) from balance full join actual using (scheme, segment)
            where coalesce(balance.user_count, 0) <> coalesce(actual.user_count, 0)
            """
        )
        == 0
    )


@pytest.mark.parametrize("arguments", [(), ("--full-refresh",)], ids=["again", "full refresh"])
def test_a_run_at_the_same_time_changes_nothing(shop, arguments):
    built, inputs = shop
    before = built.content(HISTORY)
    assert run(built.database, inputs, "--select", HISTORY, *arguments).content(HISTORY) == before


def test_who_was_erased_leaves_it_and_nobody_else(shop):
    built, inputs = shop
    known = f"select count(*) from {HISTORY} where user_id = 'u5'"
    others = f"select user_id, scheme, as_of from {HISTORY} where user_id <> 'u5' and as_of = '{EARLIER}' order by all"
    assert built.value(known) >= 6
    kept = built.query(others)
    requests = small_shop()["erasure_requests"] + [{"user_id": "u5", "requested_at": AS_OF}]
    after = run(built.database, write_parquet({"erasure_requests": requests}, inputs), *MOVES)
    assert after.value(known) == 0
    assert after.value("select count(*) from state.user_segments where user_id = 'u5'") == 0
    assert after.query(others) == kept
