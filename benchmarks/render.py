"""Emails per second from the warehouse to Parquet, beside an f-string pipeline, stock Jinja, MJML and premailer.

Pipelines read the same marts in the same chunks, sign the same links and write the same Parquet; what differs is how
HTML and text are made, and the run checks that the bytes do not. Each measurement is a process of its own, one after
the other in each round; medians count, and ratios are medians of the rounds' ratios.

    python -m benchmarks.render [--messages 60000] [--rounds 3]
    python -m benchmarks.render --million    writes only its own section of the page
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.render_command import Run, render, render_at_once
from benchmarks.render_pipelines import EMAIL_TOOLS, SAMPLE
from benchmarks.render_warehouse import make_warehouse

ROOT = Path(__file__).parents[1]
PACKAGES = ("duckdb", "jinja2", "pyarrow", "markupsafe")
PIPELINE_MESSAGES = 20_000
MILLION = 1_000_000
MILLION_TITLE = "## A million in one run"
PIPELINES = {
    "f-strings": "f-strings, escaped in C at each print",
    "recmail": "recmail: escaped in SQL, direct Jinja code",
    "stock Jinja": "stock Jinja with autoescape (`--escaping template`)",
}
AS_TODAY = {
    "MJML": f"MJML compiled per email, compiling alone, {SAMPLE} emails",
    "premailer": f"CSS inlined per email (premailer), inlining alone, {SAMPLE} emails",
}


def missing(pipeline: str) -> str | None:
    """What a pipeline lacks to run here."""
    if pipeline == "MJML" and not (EMAIL_TOOLS / "node_modules/mjml").exists():
        return "MJML is not installed: `make email-tools`"
    if pipeline == "premailer" and not find_spec("premailer"):
        return "premailer is not installed: `make bench` installs it"
    return None


def measure(pipeline: str, database: Path, out: Path) -> dict:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.render_pipelines",
            pipeline,
            database,
            out,
            str(PIPELINE_MESSAGES),
        ],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def compare_pipelines(database: Path, folder: Path, rounds: int) -> list[str]:
    found: dict[str, list[dict]] = {pipeline: [] for pipeline in PIPELINES}
    for number in range(1, rounds + 1):
        for pipeline in PIPELINES:
            say(f"round {number} of {rounds}: {pipeline} …")
            found[pipeline].append(measure(pipeline, database, folder / pipeline))
    for pipeline in ("f-strings", "stock Jinja"):
        assert same_bytes(folder / "recmail", folder / pipeline), (
            f"{pipeline} and recmail print different emails"
        )
    notes = []
    for pipeline in AS_TODAY:
        lack = missing(pipeline)
        if lack:
            say(f"left out: {lack}")
            notes.append(f"Left out: {lack}.")
            continue
        say(f"{pipeline} …")
        found[pipeline] = [measure(pipeline, database, folder / pipeline)]
    rate = {name: [run["emails"] / run["seconds"] for run in runs] for name, runs in found.items()}
    reference = statistics.median(rate["f-strings"])
    lines = ["| pipeline | emails per CPU second | of the f-strings | peak memory |", "|---|---|---|---|"]
    for name, text in (PIPELINES | AS_TODAY).items():
        if name not in rate:
            continue
        if name in PIPELINES:
            share = statistics.median(
                own / other for own, other in zip(rate[name], rate["f-strings"], strict=True)
            )
        else:
            share = rate[name][0] / reference
        peak = max(run["peak_mb"] for run in found[name])
        lines.append(f"| {text} | {statistics.median(rate[name]):,.0f} | {share:.0%} | {peak:.0f} MB |")
    return [
        f"{PIPELINE_MESSAGES:,} made-up messages of ten items each in one process, medians of {rounds} rounds; "
        f"{html_bytes(folder / 'recmail') / 1000:.1f} kB of HTML at most, "
        f"{stored_bytes(folder / 'recmail') / PIPELINE_MESSAGES:,.0f} bytes stored per email. "
        "The first three write the same bytes, which the run compares.",
        "",
        *lines,
        *(["", *notes] if notes else []),
    ]


def compare_workers(database: Path, folder: Path, count: int, rounds: int) -> list[str]:
    """One worker, two, and two runs of their own at once, which share nothing but the machine."""
    runs: dict[str, list[Run]] = {"1": [], "2": [], "apart": []}
    for number in range(1, rounds + 1):
        for workers in (1, 2):
            say(f"round {number} of {rounds}: --workers {workers} …")
            runs[str(workers)].append(render(fresh(folder / "workers"), database, workers))
        say(f"round {number} of {rounds}: two runs at once …")
        runs["apart"].append(render_at_once([fresh(folder / "one"), fresh(folder / "other")], database))
    shutil.rmtree(folder / "workers")
    gain = statistics.median(one.seconds / two.seconds for one, two in zip(runs["1"], runs["2"], strict=True))
    ideal = statistics.median(
        2 * one.seconds / both.seconds for one, both in zip(runs["1"], runs["apart"], strict=True)
    )
    middle = {name: statistics.median(run.seconds for run in found) for name, found in runs.items()}
    processor = {name: statistics.median(run.cpu_seconds for run in found) for name, found in runs.items()}
    peak = max(max(series) for name in ("1", "2") for run in runs[name] for series in run.memory)
    return [
        "## Two workers",
        "",
        f"`python -m email_render render` on {count:,} messages, start-up included, medians of {rounds} rounds:",
        "",
        "| run | seconds | CPU seconds | emails per second |",
        "|---|---|---|---|",
        f"| `--workers 1` | {middle['1']:.1f} | {processor['1']:.1f} | {count / middle['1']:,.0f} |",
        f"| `--workers 2` | {middle['2']:.1f} | {processor['2']:.1f} | {count / middle['2']:,.0f} |",
        "",
        f"**{gain:.2f} ×** with two workers, at most {peak:.0f} MB a process. Two runs of `--workers 1` started at the "
        f"same time, which share nothing but the machine, gave {ideal:.2f} × in all: what this machine has to give.",
    ]


def render_million(folder: Path) -> list[str]:
    database = folder / "million.duckdb"
    say("making a warehouse of a million messages …")
    make_warehouse(database, MILLION)
    say("rendering a million …")
    run = render(folder / "million", database, workers=2)
    workers = [series for series in run.memory if len(series) > 20]
    early = max(max(series[len(series) // 8 : len(series) // 4]) for series in workers)
    late = max(max(series[-len(series) // 4 :]) for series in workers)
    peak = max(max(series) for series in workers)
    stored = stored_bytes(folder / "million") / MILLION
    return [
        MILLION_TITLE,
        "",
        f"`python -m benchmarks.render --million`, two workers: {run.seconds:.0f} s, "
        f"{MILLION / run.seconds:,.0f} emails a second, {stored:,.0f} bytes stored per email; at most {peak:.0f} MB "
        f"a process, {early:.0f} MB in the first quarter of the run and {late:.0f} MB in the last.",
    ]


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def same_bytes(first: Path, second: Path) -> bool:
    """Whether all messages of both folders have the same columns."""
    import pyarrow.parquet as pq

    names = sorted(path.name for path in first.glob("part-*.parquet"))
    assert names and names == sorted(path.name for path in second.glob("part-*.parquet"))
    return all(pq.read_table(first / name).equals(pq.read_table(second / name)) for name in names)


def stored_bytes(out: Path) -> int:
    return sum(path.stat().st_size for path in out.glob("part-*.parquet"))


def html_bytes(out: Path) -> int:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    return max(pc.max(pq.read_table(part)["html_bytes"]).as_py() for part in out.glob("part-*.parquet"))


def say(text: str) -> None:
    print(text, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=60_000, help="for the comparison of workers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--million", action="store_true", help="render a million messages instead (minutes)")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/benchmarks_render.md")
    arguments = parser.parse_args()
    if arguments.messages < PIPELINE_MESSAGES:
        parser.error(f"--messages: at least {PIPELINE_MESSAGES:,}, which each pipeline renders")
    written = arguments.out.read_text(encoding="utf-8") if arguments.out.exists() else ""
    first, title, last = written.partition(MILLION_TITLE)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.million:
            last = "\n".join([*render_million(folder), "", machine(PACKAGES)])
        else:
            database = folder / "warehouse.duckdb"
            say(f"making a warehouse of {arguments.messages:,} messages …")
            make_warehouse(database, arguments.messages)
            lines = ["# Rendering, measured", "", *compare_pipelines(database, folder, arguments.rounds), ""]
            lines += [*compare_workers(database, folder, arguments.messages, arguments.rounds), ""]
            first = "\n".join([*lines, machine(PACKAGES)])
            last = title + last
    arguments.out.write_text(
        "\n\n".join(part.strip() for part in (first, last) if part) + "\n", encoding="utf-8"
    )
    print(arguments.out.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
