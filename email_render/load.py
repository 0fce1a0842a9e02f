"""Reads the marts: which messages to render, and everything a message prints, as plain dicts."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Literal, NamedTuple

import duckdb
import pyarrow as pa

from dbt_tools.open_database import open_database
from dbt_tools.relations import DIGEST, CannotOpen, lists, literal, qualified, schemas_holding, search
from email_render.errors import SetupError
from email_render.money import write_money_formats

MARTS = ("email_queue", "user_recommendations", "placement_recommendations")
ITEM_COLUMNS = (
    "user_id, item_id, position, strategy, reason_text, item_name, price, list_price, rating_average, rating_count, "
    "currency, image_url, item_url, badge_type, badge_text"
)
CHUNK_MESSAGES = 2048  # read and sorted at once, and written to one file
BATCH_MESSAGES = 128  # rendered and written at once: about 3 MB of HTML
ROWS_AT_ONCE = 1024  # items turned into Python objects at once
MEMORY_LIMIT = "64MB"  # of DuckDB: above it a chunk spills to disk
MACROS, MESSAGES, BLOCKS, ITEMS = (
    Path(__file__).with_name(f"{name}.sql").read_text("utf-8")
    for name in ("macros", "messages", "blocks", "items")
)

TEMPLATES = Path(__file__).with_name("templates")
# a block of the queue is printed by the macro of its kind, items in a layout; each is a file of that name
BLOCK_KINDS, LAYOUTS = (
    sorted(path.stem for path in (TEMPLATES / folder).glob("*.html")) for folder in ("blocks", "layouts")
)
COMPACT = "compact"  # the layout of what stands below the first block
MESSAGE_LAYOUTS = [layout for layout in LAYOUTS if layout != COMPACT]

# What a queue may leave out; blocks of other kinds than `items` need some of it.
OPTIONAL_COLUMNS = """
    select
        null::varchar as placement, null::varchar as headline, null::varchar as see_all_url,
        null::varchar as view_online_url, null::varchar as cart_url
    where false
"""
BLOCKS_TYPE = """struct(
    block varchar, kind varchar, layout varchar, title varchar, first_position integer, last_position integer,
    text varchar, image_url varchar, url varchar, label varchar, lines varchar[],
    links struct(label varchar, url varchar)[]
)[]"""
OFFER_TYPE = """struct(
    offer_name varchar, ends_text varchar, headline varchar, offer_code varchar, offer_url varchar, ends_at timestamp
)"""
ITEM_LINES_TYPE = """struct(
    place integer, position integer, reason_text varchar, badge_text varchar, rating_text varchar,
    item_name varchar, item_url varchar, price decimal(18, 4), list_price decimal(18, 4), currency varchar
)[]"""
CHOSEN_MESSAGES = """
create or replace temp table chosen_messages as
with chosen as (
    {chosen}
),
complete as (
    from chosen union all by name {optional}
),
named as (
    select
        * replace (
            list_transform(
                cast(blocks as {blocks}),
                lambda entry: struct_update(
                    entry,
                    kind := coalesce(entry.kind, 'items'),
                    layout := coalesce(entry.layout, case when entry.block = 'primary' then layout else '{compact}' end)
                )
            ) as blocks,
            coalesce(placement, '{digest}') as placement,
            cast(offer as {offer}) as offer,
            cast(item_lines as {item_lines}) as item_lines
        ),
        trigger_type || '-' || strftime(send_at, '%Y-%m-%d') as campaign,
        coalesce(see_all_url, shop_url) as list_url
    from complete
)
select
    *,
    'utm_source=recmail&utm_medium=email&utm_campaign=' || url_encode(campaign)
    || '&message_id=' || url_encode(message_id) || '&utm_content=' as tracking
from named
"""

# Who escapes what goes into HTML: SQL, once per value (fast), or the template at each print (the reference).
Escaping = Literal["sql", "template"]
HTML_MACROS = {
    # byte for byte what markupsafe makes; & first, or it would escape the others again. An address without fault
    # holds no other character that is escaped.
    "sql": """
        create temp macro html(value) as
            case
                -- most values hold none of them: five looks cost a third of a regular expression
                when
                    contains(value, '&') or contains(value, '<') or contains(value, '>')
                    or contains(value, '"') or contains(value, chr(39))
                    then replace(replace(replace(replace(replace(
                        value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&#34;'), chr(39), '&#39;')
                else value
            end;
        create temp macro html_link(url) as replace(url, '&', '&amp;')
    """,
    "template": """
        create temp macro html(value) as value;
        create temp macro html_link(url) as url
    """,
}


class Chunk(NamedTuple):
    """Messages of neighbouring users: those from `first_user` on, before `next_user` (None: to the last)."""

    number: int
    first_user: str
    next_user: str | None
    message_count: int


def open_warehouse(database: Path, escaping: Escaping = "sql") -> duckdb.DuckDBPyConnection:
    """A read-only connection that finds both marts by their bare names. SetupError says what to do."""
    if not database.exists():
        raise SetupError(
            f"{database} does not exist: run `make demo`, or `dbt build` and name its file with --database."
        )
    try:
        # one thread: a second one belongs to a second worker
        connection = open_database(database, threads=1, memory_limit=MEMORY_LIMIT)
    except CannotOpen as error:
        raise SetupError(error.format_message()) from None
    search(connection, [schema_of(connection, mart) for mart in MARTS])
    connection.execute(HTML_MACROS[escaping])
    connection.execute(MACROS)
    for macro, choices in {
        "block_kinds": BLOCK_KINDS,
        "block_layouts": LAYOUTS,
        "message_layouts": MESSAGE_LAYOUTS,
    }.items():
        connection.execute(f"create temp macro {macro}() as {choices}")
    return connection


def schema_of(connection: duckdb.DuckDBPyConnection, mart: str) -> str:
    """The schema that holds the mart. SetupError unless there is exactly one."""
    found = schemas_holding(connection, mart)
    if not found:
        raise SetupError(
            f"There is no table {mart} in this database: `dbt build` writes it where it is switched on."
        )
    if len(found) > 1:
        raise SetupError(
            f"{mart} is in more than one schema ({', '.join(found)}): use a database with one build in it."
        )
    return found[0]


def plan_chunks(
    connection: duckdb.DuckDBPyConnection, limit: int | None = None, chunk_messages: int = CHUNK_MESSAGES
) -> list[Chunk]:
    """All messages, or the first `limit` by user, in chunks of about `chunk_messages`; a user is in one."""
    clause = "" if limit is None else f"limit {int(limit)}"
    rows = connection.sql(
        f"""
        with messages as (
            select user_id from email_queue order by user_id, message_id {clause}
        ),
        users as (
            select user_id, count(*) as message_count, sum(count(*)) over (order by user_id) - count(*) as before
            from messages
            group by user_id
        )
        select min(user_id), cast(sum(message_count) as integer)
        from users
        group by before // {int(chunk_messages)}
        order by min(user_id)
        """
    ).fetchall()
    next_users = [first_user for first_user, _ in rows[1:]] + [None]
    return [
        Chunk(number, first_user, next_users[number], message_count)
        for number, (first_user, message_count) in enumerate(rows)
    ]


def read_chunk(connection: duckdb.DuckDBPyConnection, chunk: Chunk) -> Iterator[list[dict]]:
    """The chunk's messages with their items, in batches, by user_id and message_id."""
    users = f"user_id >= {literal(chunk.first_user)}"
    if chunk.next_user is not None:
        users += f" and user_id < {literal(chunk.next_user)}"
    order = f"order by user_id, message_id limit {chunk.message_count}"
    return read_messages(connection, f"from email_queue where {users} {order}", f"where {users}")


def read_samples(
    connection: duckdb.DuckDBPyConnection, per_kind: int, user_ids: Iterable[str] = ()
) -> list[dict]:
    """The first messages of each segment, trigger, layout and locale by user, and those of certain users."""
    rank = (
        "row_number() over (partition by segment, trigger_type, layout, locale order by user_id, message_id)"
    )
    chosen = ", ".join(map(literal, ("", *user_ids)))
    samples = f"from email_queue qualify {rank} <= {int(per_kind)} or user_id in ({chosen})"
    users = "where user_id in (select user_id from chosen_messages)"
    return [message for batch in read_messages(connection, samples, users) for message in batch]


def read_people(connection: duckdb.DuckDBPyConnection, limit: int) -> list[tuple]:
    """The first users by id: whether they are mailed, why, and the subject and preheader of who is."""
    decisions = qualified(schema_of(connection, "send_decisions"), "send_decisions")
    return connection.sql(
        f"""
        select decisions.user_id, decision, reason, subject, preheader
        from {decisions} as decisions
        left join email_queue on decisions.user_id = email_queue.user_id
        order by decisions.user_id
        limit {int(limit)}
        """
    ).fetchall()


def read_words(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The templates' words of every language that has texts, as email_queue has them."""
    texts = qualified(schema_of(connection, "texts"), "texts")
    rows = connection.sql(
        f"select language, substr(key, 6), text from {texts} where key like 'word.%' order by all"
    ).fetchall()
    words: dict[str, dict[str, str]] = {}
    for language, word, text in rows:
        words.setdefault(language, {})[word] = text
    return {language: json.dumps(texts) for language, texts in words.items()}


def read_subjects(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Of the messages read last: the patterns that each one's subject is one of, filled. None where the models' steps
    aren't in the warehouse."""
    steps = {name: schemas_holding(connection, name) for name in ("texts", "int_message_leads", "stg_users")}
    if not all(steps.values()):
        return {}
    texts, leads, users = (qualified(found[0], name) for name, found in steps.items())
    rows = connection.sql(
        f"""
        with filled as (
            select
                messages.message_id,
                texts.key,
                replace(replace(texts.text, '{{first_name}}', coalesce(users.first_name, '{{}}')),
                    '{{item}}', coalesce(leads.short_name, '{{}}')) as subject
            from chosen_messages as messages
            inner join {texts} as texts
                on messages.language = texts.language
                and regexp_replace(messages.subject_key, '[.][0-9]+$', '') = regexp_replace(texts.key, '[.][0-9]+$', '')
            left join {leads} as leads on messages.message_id = leads.message_id
            left join {users} as users on messages.user_id = users.user_id
        )
        select message_id, list(subject order by key)
        from filled
        where not contains(subject, '{{}}')
        group by message_id
        """
    ).fetchall()
    return dict(rows)


def read_messages(
    connection: duckdb.DuckDBPyConnection, chosen: str, chosen_users: str
) -> Iterator[list[dict]]:
    """Messages of a query on email_queue with the items of their placement, from lists of `chosen_users`."""
    try:
        connection.execute(
            CHOSEN_MESSAGES.format(
                chosen=chosen,
                optional=OPTIONAL_COLUMNS,
                digest=DIGEST,
                blocks=BLOCKS_TYPE,
                offer=OFFER_TYPE,
                item_lines=ITEM_LINES_TYPE,
                compact=COMPACT,
            )
        )
        connection.execute(f"create or replace temp view chosen_items as {lists(ITEM_COLUMNS, chosen_users)}")
        write_money_formats_once(connection)
        items = connection.sql(ITEMS).to_arrow_table()
        messages = connection.sql(MESSAGES).to_arrow_table()
        blocks = connection.sql(BLOCKS).to_arrow_table()
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise SetupError(f"The marts are not as expected, build them again: {error}") from error
    items_of_messages = groupby(rows_of(items.to_batches(ROWS_AT_ONCE)), itemgetter("message_id"))
    own_blocks = {(row["message_id"], row["block_number"]): row for row in rows_of(blocks.to_batches())}
    waiting_id, waiting_items = next(items_of_messages, (None, ()))
    for batch in messages.to_batches(BATCH_MESSAGES):
        rows = list(rows_of([batch]))
        for message in rows:
            own_items = []
            if message["message_id"] == waiting_id:
                own_items = list(waiting_items)
                waiting_id, waiting_items = next(items_of_messages, (None, ()))
            fill_blocks(message, own_items, own_blocks)
        yield rows


def write_money_formats_once(connection: duckdb.DuckDBPyConnection) -> None:
    """For every locale of the queue, with the first chunk."""
    if not connection.sql("from duckdb_tables() where table_name = 'money_formats' and temporary").fetchall():
        locales = connection.sql("select distinct locale from email_queue order by locale").fetchall()
        write_money_formats(connection, [locale for (locale,) in locales])


def rows_of(batches: Iterable[pa.RecordBatch]) -> Iterator[dict]:
    """Rows as dicts, made from columns."""
    for batch in batches:
        names = batch.schema.names
        for row in zip(*map(values_of, batch.columns), strict=True):
            yield dict(zip(names, row))  # noqa: B905


def values_of(column: pa.Array) -> list:
    """The column as Python values. Not through NumPy: Arrow would import pandas for it, a second per process."""
    return [None] * len(column) if column.null_count == len(column) else column.to_pylist()


def fill_blocks(message: dict, items: list[dict], own_blocks: dict[tuple[str, int], dict]) -> None:
    """Give each block its items, or what else is its own. One that lacks items is left out; no item at all is a fault.

    An item at fault is left out, and `left_out` says why. When the words name it, it can't be: then the message is.
    """
    blocks = message["blocks"] or ()
    for number, block in enumerate(blocks, 1):
        block["number"] = number
        block["items"] = []
        block["has_images"] = False
        if block["kind"] != "items":
            block |= own_blocks[message["message_id"], number]
            message["faults"] += block.pop("faults")
    message["left_out"] = []
    cards = [message["offer_card"]] if message["offer_card"] else []
    pictures = set()
    for item in items:
        if item["faults"]:
            where = "faults" if is_named(item, message) else "left_out"
            message[where] += item["faults"]
            continue
        block = blocks[item["block_number"] - 1]
        block["items"].append(item)
        if item["image_html"]:
            # when some items have an image, the others keep its place
            block["has_images"] = True
        # Gmail shows no carousel in which a picture stands twice
        if item["card"] and not (block["layout"] == "carousel" and item["image_html"] in pictures):
            cards.append(item["card"])
            pictures.add(item["image_html"])
    message["blocks"] = [block for block in blocks if block["items"] or block["kind"] != "items"]
    message["cards"] = ",\n".join(cards)
    if not any(block["items"] for block in blocks):
        message["faults"] += message["left_out"]
        message["left_out"] = []
        message["faults"].append({"field": "blocks", "reason": "have no item to show"})


def is_named(item: dict, message: dict) -> bool:
    """Whether a line of the message names the item."""
    lines = [message["subject"], message["preheader"], *(block["title"] for block in message["blocks"])]
    return bool(item["name"]) and any(item["name"] in line for line in lines if line)
