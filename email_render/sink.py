"""Writes what was rendered and what was set aside to Parquet, whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

EMAILS_FILE = "part-0000.parquet"
FAILED_FILE = "failed.parquet"

RENDERED = ("message_id", "user_id", "subject", "preheader", "html", "text")
RENDERED_SCHEMA = pa.schema([(name, pa.string()) for name in RENDERED])
EMAILS_SCHEMA = RENDERED_SCHEMA.append(pa.field("html_bytes", pa.int32()))
FAILED_SCHEMA = pa.schema([(name, pa.string()) for name in ("message_id", "user_id", "field", "reason")])


def emails_table(rows: list[dict]) -> pa.Table:
    """One row per email, with the size of its HTML."""
    table = pa.Table.from_pylist(rows, RENDERED_SCHEMA)
    return table.append_column("html_bytes", pc.binary_length(table["html"]))


def failed_table(rows: list[dict]) -> pa.Table:
    """One row per message that was set aside and fault."""
    return pa.Table.from_pylist(rows, FAILED_SCHEMA)


@contextmanager
def parquet_file(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """A writer of a file that gets its name only when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        # emails compress well as they are, and no two are equal: a dictionary would only cost
        with pq.ParquetWriter(
            unfinished, schema, compression="zstd", compression_level=1, use_dictionary=False
        ) as writer:
            yield writer
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
