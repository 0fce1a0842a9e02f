"""What tests share: warehouses that are built once, whichever files and workers read them."""

import gc
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import warehouse
from dbt.contracts.graph.nodes import ParsedNode
from shop import small_shop, write_csv, write_parquet
from warehouse import NO_GATE, ROOT, Build, build

# The longest files first, so that two workers end together.
LONGEST = [
    *("test_spark", "test_corruptions", "test_day", "test_ranker", "test_gate", "test_simulation"),
    *("test_similarity", "test_realtime", "test_unfinished_builds", "test_email_browser", "test_build"),
    *("test_forget", "test_formulas", "test_state", "test_email_render", "test_fuzz", "test_metamorphic"),
    *("test_online_retail", "test_adapters", "test_rules_effect", "test_erasure", "test_email_run"),
    *("test_email_esp", "test_demo_inputs", "test_dashboard", "test_sending", "test_sync"),
    *("test_experiments", "test_dirty_files", "test_revalidation", "test_exports"),
    *("test_triggers", "test_vars"),
]
EARLIER = "2024-05-01 00:00:00"
# A worker has a core: more threads of DuckDB cost a small build an eighth more, and wait for the other worker's. The
# demo's build, which make test runs before, has all cores.
os.environ.setdefault("RECMAIL_THREADS", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.fixture(scope="session", autouse=True)
def _shared_folder(tmp_path_factory) -> None:
    base = tmp_path_factory.getbasetemp()
    warehouse.shared_folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", autouse=True)
def _compiled_sql_is_not_written() -> Iterator[None]:
    """Two files a model, which no test reads. Of dbt in this process alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ParsedNode, "write_node", lambda *_: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_kept_from_the_last_search_for_garbage() -> Iterator[None]:
    """What warehouse.read_manifest set aside; else DuckDB complains of leaks when Python ends."""
    yield
    gc.unfreeze()


def built_once(name: str, make) -> Build:
    """The warehouse that `make(folder)` builds in folder/w.duckdb: to be read, or copied and built upon."""

    def build_in(folder: Path) -> None:
        built = make(folder)
        assert built.succeeded, built.text

    return Build(warehouse.made_once(name, build_in) / "w.duckdb", True, [])


@pytest.fixture(scope="session")
def small_inputs() -> Path:
    """The small shop as Parquet."""
    return warehouse.made_once("inputs", lambda folder: write_parquet(small_shop(), folder))


@pytest.fixture(scope="session")
def small(small_inputs) -> Build:
    """The small shop as `dbt build` leaves it, with no var but the place of its inputs."""
    return built_once(
        "small", lambda folder: build(folder / "w.duckdb", {"input_location": str(small_inputs)})
    )


@pytest.fixture(scope="session")
def earlier(small_inputs) -> Build:
    """Lists and segments of the small shop two months before, with longer lists."""
    variables = {"input_location": str(small_inputs), "as_of": EARLIER, "recommendations_per_user": 20}
    chosen = ("--select", "+user_recommendations", "+segment_migrations", *NO_GATE)
    return built_once("earlier", lambda folder: build(folder / "w.duckdb", variables, *chosen))


@pytest.fixture(scope="session")
def required_alone() -> Build:
    """The small shop with the required tables alone, as CSV."""

    def make(folder: Path) -> Build:
        required = {name: small_shop()[name] for name in ("users", "items", "orders", "order_lines")}
        inputs = write_csv(required, folder / "in")
        return build(folder / "w.duckdb", {"input_location": str(inputs)})

    return built_once("required_alone", make)


@pytest.fixture(scope="session")
def demo() -> Build:
    """The warehouse of the demo inputs that `make test` builds before it runs these tests."""
    database = ROOT / "target" / "test.duckdb"
    if not database.exists():
        pytest.skip(f"{database} is not there: make test builds it")
    return Build(database, True, [])


def pytest_terminal_summary(terminalreporter) -> None:
    """Seconds per file, of all workers: what to look at first when the tests get slow."""
    seconds: Counter = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[Path(report.nodeid.partition("::")[0]).name] += report.duration
    terminalreporter.section("seconds per file")
    for name, sum_of_seconds in seconds.most_common():
        terminalreporter.line(f"{sum_of_seconds:7.1f}  {name}")
