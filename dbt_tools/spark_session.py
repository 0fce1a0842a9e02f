"""A session of Apache Spark in this process, and dbt that builds the project in it: `.venv-spark` on Java 17."""

import functools
import inspect
import json
import os
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

INPUT_SCHEMA = "recmail_inputs"
MEMORY = os.environ.get("RECMAIL_SPARK_MEMORY", "4g")
# For tables of a few rows, where Spark's time goes into planning: nothing is compiled or compressed, plans are neither
# checked after each rule nor searched for constraints, and of what has run nothing is kept.
SHORT_LIVED = (
    *("-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=256m", "-XX:+UseSerialGC"),
    # Spark's classes are believed to be whole: to verify them was an eighth of a start
    *("-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote"),
    # a later Java may know no such option
    "-XX:+IgnoreUnrecognizedVMOptions",
)
JAVA_OPTIONS = (
    *SHORT_LIVED,
    # all memory at once: each time that it grows, all of it is searched first
    *(f"-Xms{MEMORY}", "-Xmn1500m", "-XX:MetaspaceSize=256m"),
)
SMALL_SHOP = {
    "spark.driver.memory": MEMORY,
    "spark.driver.extraJavaOptions": " ".join(JAVA_OPTIONS),
    "spark.executor.extraJavaOptions": " ".join(SHORT_LIVED),
    "spark.sql.shuffle.partitions": 1,
    "spark.default.parallelism": 1,
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.lightweightPlanChangeValidation": "false",
    "spark.sql.parquet.compression.codec": "uncompressed",
    "spark.sql.parquet.columnarReaderBatchSize": 64,
    # else each sort and each aggregate of a row clears 64 MB
    "spark.buffer.pageSize": "1m",
    "spark.shuffle.compress": "false",
    "spark.shuffle.checksum.enabled": "false",
    "spark.broadcast.compress": "false",
    "spark.broadcast.checksum": "false",
    "spark.ui.liveUpdate.period": -1,
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.ui.retainedExecutions": 1,
    "spark.ui.retainedJobs": 1,
    "spark.ui.retainedStages": 1,
    "spark.ui.retainedTasks": 1,
}


@dataclass
class SparkProject:
    """The project as dbt has read it, and a session that builds it. Tables and events are files below `folder`."""

    folder: Path
    spark: object
    manifest: object
    variables: dict

    @classmethod
    def open(
        cls, folder: Path, master: str, variables: dict, settings: Mapping = SMALL_SHOP
    ) -> "SparkProject":
        """With vars that every build has, in a Java of its own."""
        variables = variables | {"input_schema": INPUT_SCHEMA}
        # dbt's target sets it again before each statement
        os.environ["RECMAIL_SPARK_PARTITIONS"] = str(settings["spark.sql.shuffle.partitions"])
        # one waits for Java while the other reads the project
        with ThreadPoolExecutor(1) as pool:
            session = pool.submit(start_session, folder, master, settings)
            manifest = parse(variables)
        return cls(folder, session.result(), manifest, variables)

    def reopened(self, folder: Path, master: str) -> "SparkProject":
        """The same on another master, with nothing built: neither Java starts again nor is the project read again."""
        self.spark.stop()
        folder.mkdir()
        return SparkProject(folder, start_session(folder, master, SMALL_SHOP), self.manifest, self.variables)

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    @property
    def event_log(self) -> Path:
        return next((self.folder / "events").iterdir())

    def build(self, inputs: Path, select: str | None = None) -> dict[str, str]:
        """`dbt build` of seeds and models, all or some, from these Parquet files.

        {table: what went wrong, empty when nothing did}. SystemExit when dbt could not begin.
        """
        self.spark.sql(f"drop database if exists {INPUT_SCHEMA} cascade")
        self.spark.sql(f"create database {INPUT_SCHEMA}")
        for file in sorted(inputs.glob("*.parquet")):
            place = f"{INPUT_SCHEMA}.{file.stem}"
            self.spark.sql(f"create table {place} using parquet location '{file.resolve()}'")
        chosen = ("--select", *select.split()) if select else ()
        kinds = ("--resource-type", "seed", "--resource-type", "model")
        outcome = dbt(self.manifest, "build", self.variables, "--threads", "2", *kinds, *chosen)
        if not hasattr(outcome.result, "results"):
            sys.exit(
                f"recmail: dbt could not build the project on Spark: {outcome.exception or outcome.result}"
            )
        return {
            f"{result.node.schema}.{result.node.alias}": ""
            if result.status in ("success", "pass", "no-op", "warn")
            else " ".join(str(result.message or "not built").split())[:300]
            for result in outcome.result.results
        }


def start_session(folder: Path, master: str, settings: Mapping):
    """A session with a catalogue in memory, which dbt finds and uses."""
    from pyspark.sql import SparkSession

    settings = {
        **settings,
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": folder / "warehouse",
        "spark.sql.session.timeZone": "UTC",
        # DuckDB's timestamps have no zone; Spark's are instants, shown in UTC
        "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": folder / "events",
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
    }
    (folder / "events").mkdir()
    builder = SparkSession.builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, str(value))
    spark = builder.getOrCreate()
    spark.sparkContext._jsc.hadoopConfiguration().clear()
    name_calls(spark)
    return spark


def name_calls(spark) -> None:
    """Tells Spark in each of dbt's threads who calls: else it looks through the stack for it at all steps of plans."""
    from dbt.adapters.spark.session import Cursor

    # of a session before this one, too
    execute, named = inspect.unwrap(Cursor.execute), threading.local()

    @functools.wraps(execute)
    def execute_named(cursor: Cursor, sql: str, *parameters) -> None:
        if not hasattr(named, "context"):
            named.context = spark.sparkContext
            named.context.setLocalProperty("callSite.short", "dbt")
            named.context.setLocalProperty("callSite.long", "dbt")
        execute(cursor, sql, *parameters)

    Cursor.execute = execute_named


def dbt(manifest, command: str, variables: dict, *options: str):
    """What dbt makes of a command for Spark; a manifest spares the parsing."""
    from dbt.cli.main import dbtRunner

    from dbt_tools.less_work import less_work, without_debug_events

    with less_work(), without_debug_events():
        return dbtRunner(manifest).invoke(
            [
                *(command, "--target", "spark", "--vars", json.dumps(variables), *options),
                *("--target-path", "target/spark/dbt", "--log-level", "none", "--log-level-file", "none"),
            ]
        )


def parse(variables: dict):
    """dbt's manifest, for every build with these vars."""
    outcome = dbt(None, "parse", variables, "--no-write-json")
    if not outcome.success:
        sys.exit(f"recmail: the project can't be parsed: {outcome.exception}")
    # dbt 1.11 can't copy a manifest with selectors in it
    outcome.result.selectors = {}
    return outcome.result
