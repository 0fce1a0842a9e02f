"""Emails per second from the warehouse to Parquet, beside an f-string pipeline, stock Jinja, MJML and premailer.

Every pipeline reads the same marts in the same chunks, signs the same links and writes the same Parquet; what differs
is how HTML and text are made. The f-strings are generated from the templates themselves, so their bytes are the same,
which the run checks. Each pipeline runs in a process of its own; the least CPU time of three rounds counts.

    python -m benchmarks.render [--messages 40000] [--million] [--out docs/benchmarks_render.md]
"""

import argparse
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[1]
KEY = "0123456789abcdef0123456789abcdef"
PACKAGES = ("duckdb", "jinja2", "pyarrow", "premailer", "mrml")
ROUNDS = 3
SLOW_SAMPLE = 100  # emails that MJML and premailer are timed on

WAREHOUSE = """
create schema inputs; create schema quality; create schema email; create schema recommendations;
create table inputs.latest_run as select 'made up' as input_fingerprint, null::varchar as problem;
create table quality.input_validation_results as
select
    'made up' as input_fingerprint, 'orders' as table_name, 'There are rows' as description,
    'critical' as severity, true as is_success, '1' as observed;

create table email.email_queue as
select
    md5('m' || number) as message_id,
    'u' || lpad(number::varchar, 8, '0') as user_id,
    'u' || number || '@mail.example' as email,
    'recommendations' as trigger_type,
    'Name' || number % 977 || ', picked for you: Item & more ' || number % 3000 as subject,
    'Ideas that start from what you looked at and bought' as preheader,
    'Hi Name' || number % 977 || ',' as greeting,
    'repeat_buyer' as segment,
    'en' as locale, 'en' as language, 'ltr' as direction, 'grid' as layout,
    [
        {'block': 'primary', 'title': 'Picked for you', 'first_position': 1, 'last_position': 4},
        {'block': 'secondary', 'title': 'You may also like', 'first_position': 5, 'last_position': 10}
    ] as blocks,
    {'offer_name': '10 % off in category ' || number % 50, 'ends_text': 'Until March 9'} as offer,
    null::struct(position integer, reason_text varchar, badge_text varchar)[] as item_lines,
    {
        'decimal_mark': '.', 'group_mark': ',', 'grouped_from_digits': 4, 'symbol_position': 'before'
    } as number_format,
    'Example Shop' as shop_name,
    'https://shop.example/' as shop_url,
    null::varchar as logo_url,
    'https://shop.example/preferences' as preferences_url,
    'https://shop.example/unsubscribe' as unsubscribe_url,
    'unsubscribe@shop.example' as unsubscribe_email,
    'https://shop.example/support' as support_url,
    '1 Example Street' as postal_address,
    'You get this email because you subscribed to recommendations from Example Shop.' as footer_reason,
    true as is_synthetic,
    'made up' as input_fingerprint,
    timestamp '2026-01-01' as send_at, timestamp '2026-01-01' as as_of
from range({count}) as numbers (number);

create table recommendations.user_recommendations as
with drawn as (
    select
        'u' || lpad(users.number::varchar, 8, '0') as user_id,
        cast(positions.position as integer) as position,
        cast(hash(users.number, positions.position) % 3000 as bigint) as item
    from range({count}) as users (number), range(1, 13) as positions (position)
)
select
    user_id, 'i' || item as item_id, position,
    ['also_bought', 'trending', 'buy_again'][1 + item % 3] as strategy,
    'because_you_bought' as reason_type,
    case when item % 4 > 0 then 'Because you bought "Item" no. ' || (item * 7) % 3000 end as reason_text,
    'Item & more, size <' || item || '>, a name of usual length' as item_name,
    cast(1 + item % 400 + 0.99 as decimal(18, 4)) as price,
    cast(case when item % 3 = 0 then 1.5 * (1 + item % 400) end as decimal(18, 4)) as list_price,
    'USD' as currency,
    'https://images.example/' || item || '.jpg' as image_url,
    'https://shop.example/item/' || item as item_url,
    case when item % 3 = 0 then 'price_drop' end as badge_type,
    case when item % 3 = 0 then 'Save 33%' end as badge_text
from drawn
"""


# --- the f-string pipeline ----------------------------------------------------------------------------------


def f_string_dialect():
    from email_render.esp import Dialect

    return Dialect("\x01e {}\x02", "\x01r {}\x02", "\x01if {}\x02", "\x01else\x02", "\x01end\x02")


def f_string_function(template: str, name: str) -> Callable[[dict, list[dict], dict], str]:
    """A function of message, items and links that is one f-string, with one more for each condition."""
    tokens = re.split("\x01(.*?)\x02", template)  # text, tag, text, tag, …
    statements: list[str] = []
    counter = iter(range(10_000))

    def value(attribute: str) -> str:
        attribute = attribute.removeprefix("recmail_")
        if item := re.fullmatch(r"item_(\d+)_(\w+)", attribute):
            return f"i{item[1]}[{item[2]!r}]"
        if block := re.fullmatch(r"block_(\d+)_(\w+)", attribute):
            return f"b{block[1]}[{block[2]!r}]"
        if attribute.endswith("_link"):
            return f"links[{attribute.removesuffix('_link')!r}]"
        return f"message[{attribute!r}]"

    def expression(position: int, ends: tuple[str, ...]) -> tuple[str, int]:
        """The f-string from a token on, until one of the tags that end it; statements it needs come before."""
        parts = []
        while position < len(tokens):
            if position % 2 == 0:
                parts.append(repr(tokens[position]))
            elif tokens[position] in ends:
                break
            else:
                kind, _, attribute = tokens[position].partition(" ")
                if kind == "if":
                    variable = f"part_{next(counter)}"
                    yes, position = expression(position + 1, ("else", "end"))
                    no = "''"
                    if tokens[position] == "else":
                        no, position = expression(position + 1, ("end",))
                    statements.append(f"    {variable} = ({yes}) if {value(attribute)} else ({no})")
                    parts.append(f'f"{{{variable}}}"')
                else:
                    printed = f"escape({value(attribute)})" if kind == "e" else value(attribute)
                    parts.append(f'f"{{{printed}}}"')
            position += 1
        return " ".join(parts) or "''", position

    result, _ = expression(0, ())
    items = "".join(f"    i{n + 1} = items[{n}]\n" for n in range(10))
    blocks = "    b1, b2 = message['blocks']\n"
    source = f"def {name}(message, items, links):\n{items}{blocks}" + "\n".join(statements)
    from markupsafe._speedups import _escape_inner  # C, and without the Markup that `escape` wraps around it

    scope: dict = {"escape": _escape_inner}
    exec(f"{source}\n    return ({result})\n", scope)
    return scope[name]


class FStringRenderer:
    """Like email_render's Renderer, for the one kind of message of this benchmark."""

    def __init__(self, example: dict, key: bytes):
        from email_render import esp
        from email_render.tokens import sign

        esp.DIALECTS["f-string"] = f_string_dialect()
        template = esp.EspRenderer("f-string").template(example)
        self._html = f_string_function(template.html, "html")
        self._text = f_string_function(template.text, "text")
        self._signer = partial(sign, key)

    def render_batch(self, messages: list[dict]) -> tuple[list[tuple], list[tuple]]:
        from email_render.render import headers, personal_links

        emails = []
        for message in messages:
            links = personal_links(message, self._signer)
            items = [item for block in message["blocks"] for item in block["items"]]
            for item in items:
                item["image"] = item["image_html"]
            html = self._html(message, items, links)
            text = self._text(message, items, links)
            emails.append(
                (
                    message["message_id"],
                    message["user_id"],
                    message["subject"],
                    message["preheader"],
                    html,
                    text,
                    headers(message, links["unsubscribe"]),
                )
            )
        return emails, []


# --- one pipeline, in a process of its own ------------------------------------------------------------------


def run_pipeline(pipeline: str, database: Path, out: Path, limit: int) -> None:
    from email_render import load, run

    job = run.Job(database, out, KEY.encode(), "template" if pipeline == "stock Jinja" else "sql")
    if pipeline == "f-strings":
        example = some_messages(database)[0]
        # no value comes escaped, and none twice
        load.HTML_MACROS["sql"] = (
            "create temp macro html(value) as null::varchar; create temp macro html_link(url) as null::varchar"
        )
        load.ITEMS = load.ITEMS.replace("html_link(image_url) as image_html", "image_url as image_html")
    worker = run.Worker(job)
    chunks = load.plan_chunks(worker._connection, limit)
    if pipeline == "f-strings":
        worker._renderer = FStringRenderer(example, job.key)
    start = time.process_time()
    for chunk in chunks:
        worker.render(chunk)
    report(emails=limit, seconds=time.process_time() - start)


def run_mjml(database: Path) -> None:
    import mrml

    messages = some_messages(database)
    start = time.process_time()
    for message in messages:
        mrml.to_html(mjml_source(message))
    report(emails=len(messages), seconds=time.process_time() - start)


def mjml_source(message: dict) -> str:
    """The same content as MJML, which is compiled for every email."""
    columns = "".join(
        f"<mj-column><mj-image src='{item['image_html']}' alt='{item['name_html']}' href='{item['url_html']}'/>"
        f"<mj-text>{item['name_html']}<br/>{item['reason_html'] or ''}<br/>{item['price']}</mj-text>"
        f"<mj-button href='{item['url_html']}'>Shop now</mj-button></mj-column>"
        for block in message["blocks"]
        for item in block["items"]
    )
    return (
        f"<mjml><mj-body><mj-section><mj-column><mj-text>{message['greeting_html']}</mj-text></mj-column>"
        f"</mj-section><mj-section>{columns}</mj-section></mj-body></mjml>"
    )


def run_premailer(database: Path) -> None:
    import logging

    import premailer

    from email_render.render import Renderer
    from email_render.tokens import sign

    renderer = Renderer(partial(sign, KEY.encode()))
    pages = [renderer.render(message).html for message in some_messages(database)]
    start = time.process_time()
    for page in pages:
        premailer.transform(page, cssutils_logging_level=logging.CRITICAL)
    report(emails=len(pages), seconds=time.process_time() - start)


def some_messages(database: Path) -> list[dict]:
    from email_render import load

    connection = load.open_warehouse(database)
    [chunk] = load.plan_chunks(connection, SLOW_SAMPLE)
    return [message for batch in load.read_chunk(connection, chunk) for message in batch]


def report(**found: float) -> None:
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found | {"peak_mb": peak_mb}))


# --- all of them --------------------------------------------------------------------------------------------


def measure(*arguments: str | Path | int) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.render", "--run", *map(str, arguments)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def measure_command(database: Path, out: Path, workers: int, limit: int | None = None) -> dict:
    """`render` as users call it, start-up included; memory is that of the largest process."""
    options = ["--database", database, "--out", out, "--workers", workers]
    options += [] if limit is None else ["--limit", limit]
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "email_render", "render", *map(str, options)],
        cwd=ROOT,
        env=os.environ | {"RECMAIL_UNSUBSCRIBE_KEY": KEY},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peaks: dict[int, list[float]] = {}
    while process.poll() is None:
        for pid in family(process.pid):
            peaks.setdefault(pid, []).append(resident_mb(pid))
        time.sleep(0.2)
    assert process.returncode == 0, process.returncode
    return {"seconds": time.perf_counter() - start, "memory": list(peaks.values())}


def family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from family(int(child))


def resident_mb(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def same_bytes(first: Path, second: Path) -> bool:
    """Whether all messages of both folders have the same columns."""
    import pyarrow.parquet as pq

    names = sorted(path.name for path in first.glob("part-*.parquet"))
    assert names and names == sorted(path.name for path in second.glob("part-*.parquet"))
    return all(pq.read_table(first / name).equals(pq.read_table(second / name)) for name in names)


def bytes_per_email(out: Path, emails: int) -> float:
    return sum(path.stat().st_size for path in out.glob("part-*.parquet")) / emails


def html_bytes(out: Path) -> int:
    import pyarrow.parquet as pq

    return max(
        max(pq.read_table(part, columns=["html_bytes"])["html_bytes"].to_pylist())
        for part in out.glob("part-*.parquet")
    )


def installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def make_warehouse(path: Path, count: int) -> None:
    import duckdb

    with duckdb.connect(str(path)) as connection:
        connection.execute(WAREHOUSE.replace("{count}", str(count)))


def compare_pipelines(folder: Path, count: int) -> list[str]:
    database = folder / "warehouse.duckdb"
    say(f"making a warehouse of {count:,} messages …")
    make_warehouse(database, count)
    best: dict[str, dict] = {}
    pipelines = ("f-strings", "recmail", "stock Jinja")
    for round_number in range(1, ROUNDS + 1):
        for pipeline in pipelines:
            say(f"{pipeline}, round {round_number} …")
            found = measure(pipeline, database, folder / pipeline, count)
            if pipeline not in best or found["seconds"] < best[pipeline]["seconds"]:
                best[pipeline] = found
    assert same_bytes(folder / "recmail", folder / "f-strings"), "the f-strings print something else"
    assert same_bytes(folder / "recmail", folder / "stock Jinja"), "the modes differ"
    for package, pipeline in (("mrml", "MJML per email"), ("premailer", "premailer per email")):
        if installed(package):
            say(f"{pipeline} …")
            best[pipeline] = measure(pipeline, database)
    rate = {pipeline: found["emails"] / found["seconds"] for pipeline, found in best.items()}
    lines = [
        f"{count:,} made-up messages of ten items each, {html_bytes(folder / 'recmail') / 1000:.1f} kB of HTML "
        f"at most, {bytes_per_email(folder / 'recmail', count):,.0f} bytes stored per email; one process, best of "
        f"{ROUNDS} rounds.",
        "",
        "| pipeline | emails per CPU second | of the f-strings | peak memory |",
        "|---|---|---|---|",
    ]
    notes = {
        "f-strings": "f-strings, escaped by markupsafe at each print",
        "recmail": "recmail: escaped in SQL, direct Jinja code",
        "stock Jinja": "stock Jinja with autoescape (`--escaping template`)",
        "MJML per email": f"MJML compiled per email (mrml, in Rust), compiling alone, {SLOW_SAMPLE} emails",
        "premailer per email": f"CSS inlined per email (premailer), inlining alone, {SLOW_SAMPLE} emails",
    }
    for pipeline, found in best.items():
        lines.append(
            f"| {notes[pipeline]} | {rate[pipeline]:,.0f} | {rate[pipeline] / rate['f-strings']:.0%} "
            f"| {found['peak_mb']:.0f} MB |"
        )
    lines += ["", "The first three write the same bytes (compared in this run)."]
    lines += compare_workers(folder, database, count)
    return lines


def compare_workers(folder: Path, database: Path, count: int) -> list[str]:
    seconds: dict[int, float] = {}
    peak = 0.0
    for _ in range(ROUNDS):
        for workers in (1, 2):
            say(f"{workers} workers …")
            out = folder / f"workers-{workers}"
            (out / "plan.json").unlink(missing_ok=True)
            found = measure_command(database, out, workers)
            seconds[workers] = min(found["seconds"], seconds.get(workers, found["seconds"]))
            peak = max(peak, *(max(series) for series in found["memory"]))
    return [
        "",
        f"`render --workers 1`: {count / seconds[1]:,.0f} a second, `--workers 2`: {count / seconds[2]:,.0f}, "
        f"**{seconds[1] / seconds[2]:.2f} ×**, start-up included; at most {peak:.0f} MB a process.",
    ]


def render_million(folder: Path) -> list[str]:
    database, count = folder / "million.duckdb", 1_000_000
    say("making a warehouse of a million messages …")
    make_warehouse(database, count)
    say("rendering a million …")
    found = measure_command(database, folder / "million", 2)
    workers = [series for series in found["memory"] if len(series) > 20]
    quarter = [max(series[len(series) // 8 : len(series) // 4]) for series in workers]
    last = [max(series[-len(series) // 4 :]) for series in workers]
    return [
        "",
        f"A million messages, two workers: {found['seconds']:.0f} s, {count / found['seconds']:,.0f} a second; at most "
        f"{max(max(series) for series in workers):.0f} MB a process, {max(quarter):.0f} MB in the first quarter of the "
        f"run and {max(last):.0f} MB in the last.",
    ]


def say(text: str) -> None:
    print(text, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=40_000)
    parser.add_argument("--million", action="store_true", help="also render a million messages (minutes)")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/benchmarks_render.md")
    parser.add_argument("--run", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        pipeline, database, *rest = arguments.run
        slow = {"MJML per email": run_mjml, "premailer per email": run_premailer}
        if pipeline in slow:
            slow[pipeline](Path(database))
        else:
            run_pipeline(pipeline, Path(database), Path(rest[0]), int(rest[1]))
        return
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        lines = ["# Rendering, measured", "", *compare_pipelines(Path(folder), arguments.messages)]
        if arguments.million:
            lines += render_million(Path(folder))
    lines += [
        "",
        f"`python -m benchmarks.render{' --million' if arguments.million else ''}` on {platform.machine()}, "
        f"{os.cpu_count()} cores (load before the run: {load:.1f}), Python {platform.python_version()}, "
        + ", ".join(f"{package} {version(package)}" for package in PACKAGES if installed(package))
        + ".",
    ]
    arguments.out.parent.mkdir(exist_ok=True)
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
