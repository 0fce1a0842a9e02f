"""dbt in this process: imported once however often it runs."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.resources.types import NodeType
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from dbt_tools.less_work import less_work, without_debug_events
from dbt_tools.project import dbt_directory, files_state, project_directory

# where dbt looks for them unless dbt_project.yml says otherwise
DBT_FOLDERS = ("models", "macros", "seeds", "tests", "snapshots", "analyses")
# what `dbt build` leaves out when it is to build and not to judge
# (and the edges from tests to what waits for them, which dbt draws in a second; its fast ones leave some out)
NO_TESTS = (
    "--exclude-resource-type",
    "test",
    "--exclude-resource-type",
    "unit_test",
    "--use-fast-test-edges",
)


@dataclass
class DbtRun:
    succeeded: bool
    messages: list[str]
    """Warnings and errors, as dbt words them."""
    results: list[Any]
    """dbt's result per node, in the order in which they ended."""


def parse_project(variables: Mapping, folder: Path, database: Path, writes_json: bool = True) -> Manifest:
    """The project parsed once, for several run_dbt into files of this name: dbt parses anew whenever a var changes. To
    write manifest.json, which Relations.read reads, is a twelfth of it."""
    os.environ["RECMAIL_DATABASE"] = str(database)
    with less_work(), without_debug_events():
        json_or_not = "--write-json" if writes_json else "--no-write-json"
        outcome = dbtRunner().invoke(["parse", json_or_not, *options(variables, folder)])
    if not outcome.success:
        raise SystemExit(f"recmail: the project can't be parsed: {outcome.exception or 'see above'}")
    # dbt 1.11 can't copy a manifest with selectors in it; a run reads selectors.yml by itself
    outcome.result.selectors = {}
    return outcome.result


def place_options() -> list[str]:
    """Of a command that is called elsewhere: where the project is, and its profiles unless the environment says."""
    project = dbt_directory()
    if project == Path.cwd():
        return []
    has_profiles = "DBT_PROFILES_DIR" not in os.environ and (project / "profiles.yml").is_file()
    return ["--project-dir", str(project), *(("--profiles-dir", str(project)) if has_profiles else ())]


def options(variables: Mapping, folder: Path) -> list[str]:
    project = dbt_directory()
    named = {"--project-dir": project, "--vars": json.dumps(dict(variables))}
    # else dbt looks where a host project's profiles are
    if (project / "profiles.yml").is_file():
        named["--profiles-dir"] = project
    named |= {"--target-path": folder / "target", "--log-path": folder / "target"}
    return ["--quiet", *(str(part) for option in named.items() for part in option)]


def project_files() -> tuple:
    """What tells the files that dbt parses from those of before."""
    project = project_directory()
    config = yaml.safe_load((project / "dbt_project.yml").read_text("utf-8"))
    named = [path for key, paths in config.items() if key.endswith("-paths") for path in paths]
    folders = {*DBT_FOLDERS, *named, config.get("packages-install-path", "dbt_packages")}
    in_folders = (path for folder in folders for path in (project / folder).rglob("*.*"))
    return files_state({*project.glob("*.yml"), *in_folders})


@contextmanager
def building_in(database: Path | None) -> Iterator[None]:
    """Has the profile name this file, and macro check_database see to it."""
    if database is None:
        yield
        return
    os.environ["RECMAIL_DATABASE"] = os.environ["RECMAIL_BUILDS_IN"] = str(database)
    try:
        yield
    finally:
        del os.environ["RECMAIL_BUILDS_IN"]


def run_dbt(
    command: str,
    *arguments: str,
    variables: Mapping,
    folder: Path,
    database: Path | None = None,
    manifest: Manifest | None = None,
    seconds: Mapping[str, float] | None = None,
) -> DbtRun:
    """One dbt command; a failing one does not raise, and its messages are printed as well. KeyboardInterrupt on Ctrl-C.

    `folder` takes what dbt writes beside the database; `database` is RECMAIL_DATABASE unless given. A `manifest` spares
    the parsing: of a database file of the same name, and with vars that decide neither refs nor configs. `seconds`
    that nodes took before tell which to begin with.
    """
    messages: list[str] = []

    def keep(event) -> None:
        if event.info.level in ("warn", "error"):
            messages.append(event.info.msg)

    with building_in(database), less_work(seconds), without_debug_events():
        runner = dbtRunner(manifest=manifest and own_copy(manifest), callbacks=[keep])
        outcome = runner.invoke([command, *options(variables, folder), *arguments])
    DuckDBConnectionManager.close_all_connections()  # or the file stays locked for this process
    if isinstance(outcome.exception, KeyboardInterrupt):
        raise outcome.exception
    if outcome.exception:
        messages.append(str(outcome.exception))
    return DbtRun(bool(outcome.success), messages, list(getattr(outcome.result, "results", None) or []))


def without_tests(manifest: Manifest, but: tuple[str, ...] = ()) -> Manifest:
    """A copy for runs that build and judge nothing `but` by generic tests of these names: dbt copies, links and
    searches each time all that is in it."""
    copied = own_copy(manifest)
    copied.nodes = {
        key: node
        for key, node in copied.nodes.items()
        if node.resource_type != NodeType.Test
        or getattr(getattr(node, "test_metadata", None), "name", None) in but
    }
    for name in ("unit_tests", "exposures", "metrics", "semantic_models", "saved_queries", "files"):
        setattr(copied, name, {})
    copied.build_flat_graph()
    return copied


def own_copy(manifest: Manifest) -> Manifest:
    """For a run, which changes it. What is disabled is shared: dbt's deepcopy takes its lists for nodes."""
    disabled, manifest.disabled = manifest.disabled, {}
    try:
        copied = manifest.deepcopy()
    finally:
        manifest.disabled = disabled
    copied.disabled = dict(disabled)
    return copied
