"""Renders a whole queue: in chunks that are written whole or not at all, so that a killed run can go on.

A chunk is done when its part file stands. `plan.json` says what the parts belong to: a run with the same plan goes on
where the last one stopped, any other one starts anew.
"""

import hashlib
import json
import multiprocessing
import os
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb
from tqdm import tqdm

from dbt_tools.open_database import database_version
from dbt_tools.private_files import private_files, private_folder, sole_use
from email_render import load, sink
from email_render.errors import SetupError
from email_render.gate import require_open_gate
from email_render.render import HTML_BYTES_WARN, Renderer
from email_render.theme import Theme
from email_render.tokens import sign

PLAN_FILE = "plan.json"
CODE = sorted(path for path in Path(__file__).parent.rglob("*") if path.suffix != ".pyc" and path.is_file())


class Job(NamedTuple):
    """Where to read, where to write, and how."""

    database: Path
    out: Path
    key: bytes
    escaping: load.Escaping
    theme: Theme | None = None


class Summary(NamedTuple):
    """What a run left in its folder, earlier chunks of the same plan included."""

    emails: int
    failed_messages: int
    failed_fields: Counter
    left_out_items: int
    large_emails: int


@private_files()
def render_queue(job: Job, workers: int, limit: int | None) -> Summary:
    """Render every message of the queue, or the first `limit`, that no earlier run of the same plan has."""
    with load.open_warehouse(job.database) as connection:
        require_open_gate(connection)
        chunks = load.plan_chunks(connection, limit)
    private_folder(job.out, known_by=PLAN_FILE)
    with ExitStack() as stack:
        try:
            stack.enter_context(sole_use(job.out))
        except BlockingIOError:
            raise SetupError(
                f"Another recmail render writes to {job.out}: wait until it has ended, or name another --out."
            ) from None
        return render_chunks(job, chunks, workers, limit)


def render_chunks(job: Job, chunks: list[load.Chunk], workers: int, limit: int | None) -> Summary:
    """Of the chunks those that the folder lacks; nobody else may write to it meanwhile."""
    adopt_plan(job, limit)
    waiting = [chunk for chunk in chunks if not (job.out / sink.part_file(chunk.number)).exists()]
    done = sum(chunk.message_count for chunk in chunks) - sum(chunk.message_count for chunk in waiting)
    with tqdm(
        total=done + sum(chunk.message_count for chunk in waiting),
        initial=done,
        desc="Rendering",
        unit=" emails",
    ) as progress:
        for message_count in rendered_batches(job, waiting, workers):
            progress.update(message_count)
    return summarize(job.out, chunks)


def adopt_plan(job: Job, limit: int | None) -> None:
    """Keep the folder's parts if they belong to this plan, else remove them and note the plan."""
    plan = {
        "database": str(job.database.resolve()),
        **database_version(job.database),
        "limit": limit,
        "chunk_messages": load.CHUNK_MESSAGES,
        "code": hashlib.sha256(b"".join(path.read_bytes() for path in CODE)).hexdigest(),
        "theme": job.theme and job.theme.fingerprint,
        "key": sign(job.key, "plan", ""),
    }
    path = job.out / PLAN_FILE
    for unfinished in job.out.glob("*.unfinished-*"):
        unfinished.unlink()
    if noted_plan(path) == plan:
        return
    path.unlink(missing_ok=True)
    for earlier in [
        path for name in ("part-*", "failed*", "revised-*") for path in job.out.glob(f"{name}.parquet")
    ]:
        earlier.unlink()
    # whole or not at all: the disk may be full
    unfinished = path.with_name(f"{path.name}.unfinished-{os.getpid()}")
    unfinished.write_text(json.dumps(plan, indent=2) + "\n", "utf-8")
    unfinished.replace(path)


def noted_plan(path: Path) -> dict | None:
    """None where there is none, or one that can't be read."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def read_plan(out: Path) -> dict:
    """What the folder's parts belong to. SetupError when it has none."""
    path = out / PLAN_FILE
    if not path.is_file():
        raise SetupError(f"{out} holds no rendered emails: recmail render writes them.")
    plan = noted_plan(path)
    if plan is None:
        raise SetupError(f"{path} can't be read, a full disk may have cut it off: recmail render again.")
    return plan


def rendered_parts(connection: duckdb.DuckDBPyConnection, database: Path, out: Path) -> list[Path]:
    """The parts that a run on this very build has left in the folder. SetupError unless it came to its end."""
    plan = read_plan(out)
    if not database_version(database).items() <= plan.items():
        raise SetupError(
            f"{out} was rendered from another build than the one {database} holds now: recmail render again."
        )
    chunks = load.plan_chunks(connection, plan["limit"], plan["chunk_messages"])
    parts = [out / sink.part_file(chunk.number) for chunk in chunks]
    if missing := sum(not part.exists() for part in parts):
        raise SetupError(f"{out} lacks {missing} of {len(parts)} parts: recmail render goes on with them.")
    return parts


def rendered_batches(job: Job, chunks: list[load.Chunk], workers: int) -> Iterator[int]:
    """Render the chunks, in this process or in `workers` others; yields how many messages were done since."""
    workers = min(workers, len(chunks))
    if workers <= 1:
        worker = Worker(job)
        for chunk in chunks:
            yield worker.render(chunk)
        return
    # not fork: DuckDB and Arrow have threads by now. A server forked from has none and imports once for all workers.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with context.Pool(workers, start_worker, [job]) as pool:
        yield from pool.imap_unordered(render_in_worker, chunks)


class Worker:
    """One connection and one renderer, for chunk after chunk."""

    def __init__(self, job: Job):
        self._out = job.out
        self._connection = load.open_warehouse(job.database, job.escaping)
        self._renderer = Renderer(partial(sign, job.key), job.escaping, job.theme)

    def render(self, chunk: load.Chunk) -> int:
        failed: list[tuple] = []
        with sink.parquet_file(self._out / sink.part_file(chunk.number), sink.EMAILS_SCHEMA) as emails_file:
            for messages in load.read_chunk(self._connection, chunk):
                emails, failed_here = self._renderer.render_batch(messages)
                emails_file.write_table(sink.emails_table(emails))
                failed += failed_here
            # before the part gets its name: what is set aside must not be lost either
            self._write_failed(chunk, failed)
        return chunk.message_count

    def _write_failed(self, chunk: load.Chunk, failed: list[tuple]) -> None:
        path = self._out / sink.failed_part_file(chunk.number)
        with sink.parquet_file(path, sink.FAILED_SCHEMA) as failed_file:
            failed_file.write_table(sink.failed_table(failed))


_worker: Worker


def start_worker(job: Job) -> None:
    """In a new process: be ready for chunks, and end with the process that hands them out."""
    global _worker

    def end_with_parent() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
    _worker = Worker(job)


def render_in_worker(chunk: load.Chunk) -> int:
    return _worker.render(chunk)


def summarize(out: Path, chunks: Iterable[load.Chunk]) -> Summary:
    """Count the parts' emails and gather what was set aside in failed.parquet."""
    emails = large = 0
    failed: list[tuple] = []
    for chunk in chunks:
        sizes = sink.read_part(out / sink.part_file(chunk.number), ["html_bytes"])["html_bytes"]
        emails += len(sizes)
        large += sum(size > HTML_BYTES_WARN for size in sizes.to_pylist())
        failed_part = sink.read_part(out / sink.failed_part_file(chunk.number))
        failed += zip(*(column.to_pylist() for column in failed_part.columns), strict=True)
    return summary_with_failed(out, emails, large, failed)


def summary_with_failed(out: Path, emails: int, large_emails: int, failed: list[tuple]) -> Summary:
    """Writes failed.parquet, and counts what is in it."""
    with sink.parquet_file(out / sink.FAILED_FILE, sink.FAILED_SCHEMA) as failed_file:
        failed_file.write_table(sink.failed_table(failed))
    set_aside = [row for row in failed if row[-1] == sink.SET_ASIDE]
    return Summary(
        emails=emails,
        failed_messages=len({message_id for message_id, *_ in set_aside}),
        failed_fields=Counter(field for _, _, field, *_ in set_aside),
        left_out_items=len(failed) - len(set_aside),
        large_emails=large_emails,
    )
