"""Writes what was rendered and what was set aside to Parquet, whole or not at all."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

FAILED_FILE = "failed.parquet"

RENDERED = ("message_id", "user_id", "subject", "preheader", "html", "text", "headers")
EMAILS_SCHEMA = pa.schema([(name, pa.string()) for name in RENDERED] + [("html_bytes", pa.int32())])
FAILED_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("message_id", "user_id", "field", "reason", "outcome")]
)
SET_ASIDE, LEFT_OUT = "message set aside", "item left out"


def part_file(number: int) -> str:
    return f"part-{number:04}.parquet"


def failed_part_file(number: int) -> str:
    return f"failed-{number:04}.parquet"


def emails_table(rows: Iterable[tuple]) -> pa.Table:
    """One row per email, with the size of its HTML."""
    columns = text_columns(rows, len(RENDERED))
    html_bytes = pc.binary_length(columns[RENDERED.index("html")])
    return pa.Table.from_arrays([*columns, html_bytes], schema=EMAILS_SCHEMA)


def failed_table(rows: Iterable[tuple]) -> pa.Table:
    """One row per fault of a message that was set aside, or of an item that a message goes without."""
    return pa.Table.from_arrays(text_columns(rows, len(FAILED_SCHEMA)), schema=FAILED_SCHEMA)


def text_columns(rows: Iterable[tuple], width: int) -> list[pa.Array]:
    columns = list(zip(*rows, strict=True)) or [()] * width
    return [text_column(column) for column in columns]


def text_column(values: tuple) -> pa.Array:
    """What `pa.array` would make, in a fifth of the time and without pandas, which it imports."""
    builder = pa.lib.StringBuilder()
    builder.append_values(values)
    return builder.finish()


def read_part(path: Path, columns: list[str] | None = None) -> pa.Table:
    """A part of this folder; `read_table` would import all that whole data sets need first."""
    with pq.ParquetFile(path) as part:
        return part.read(columns)


@contextmanager
def parquet_file(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """A writer of a file that gets its name only when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished-{os.getpid()}")
    try:
        # emails compress well as they are, and no two are equal: a dictionary would only cost
        with pq.ParquetWriter(
            unfinished, schema, compression="zstd", compression_level=1, use_dictionary=False
        ) as writer:
            yield writer
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
