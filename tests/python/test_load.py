"""`recmail load` from a real PostgreSQL: types, views, one moment for all tables, what fails, what is built."""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql
from sending_setup import free_port, new_postgresql
from shop import AS_OF, small_shop
from warehouse import build

import recmail.load as load_module
from recmail.build import sole_build
from recmail.init import main as init_command
from recmail.load import main
from recmail.postgresql import Source

KINDS = r'''
    create type colour as enum ('red', 'green');
    create domain cents as numeric(12, 2) check (value >= 0);
    create table kinds (
        number integer, price numeric(10, 2), exact numeric, whole numeric(40), cost cents, paid money, odd numeric,
        is_on boolean, ratio real, at_zone timestamptz, at_place timestamp(0), day date, key uuid, facts jsonb,
        tags text[], grid integer[][], colour colour, wait interval, raw bytea, padded char(5), "Hält ""was""" text
    );
    set timezone = 'America/New_York';
    insert into kinds values
        (1, 19.99, 0.1234567890123456789, 1234567890123456789012345678901234567890, 5.00, 1234.5, 'NaN', true, 0.1,
         '2024-03-10 01:59:59.123456-05', '2024-01-02 03:04:05', '2024-02-29', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
         '{"n": 12345678901234567890.123}', array['a,b', '"c"', null], '{{1,2},{3,4}}', 'green', '1 day', '\x00ff',
         'ab', E'line\nbreak, "quote"'),
        (2, -0.01, 99999999999999999, null, null, null, 1, false, null, 'infinity', null, null, null, null, '{}',
         null, null, null, null, null, ''),
        (null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
         null, null, null);
'''


@pytest.fixture(scope="module")
def server() -> str:
    """The URL of a database with a table of every kind of column."""
    url = new_postgresql()
    with psycopg.connect(url) as connection:
        connection.execute(KINDS)
        connection.execute(
            'create view "Sh""op" as select number from kinds; create table nothing (id integer)'
        )
    return url


@pytest.fixture
def load(server, monkeypatch, tmp_path):
    """Runs the command; its exit code and all it printed."""
    monkeypatch.setenv("RECMAIL_LOAD_URL", server)

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["--database", str(tmp_path / "w.duckdb"), *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert psycopg.conninfo.conninfo_to_dict(server)["password"] not in result.output
        return result.exit_code, result.output

    return run


def query(database: Path, statement: str) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(statement).fetchall()


def test_every_kind_of_column_comes_through_exactly(load, tmp_path):
    code, output = load("kinds", 'Sh"op', "nothing")
    assert code == 0, output
    assert "public.kinds: read 3 rows" in output
    assert "kinds.odd stays text: 1 values are no decimal(38, 0)" in output
    database = tmp_path / "w.duckdb"
    assert database.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob(".*"))
    types = {name: kind for name, kind, *_ in query(database, "describe raw_shop.kinds")}
    assert types == {
        **{"number": "INTEGER", "price": "DECIMAL(10,2)", "exact": "DECIMAL(38,19)", "whole": "VARCHAR"},
        **{
            "cost": "DECIMAL(12,2)",
            "paid": "DECIMAL(38,2)",
            "odd": "VARCHAR",
            "is_on": "BOOLEAN",
            "ratio": "DOUBLE",
        },
        **{"at_zone": "TIMESTAMP", "at_place": "TIMESTAMP", "day": "DATE", "key": "VARCHAR", "facts": "JSON"},
        **{"tags": "JSON", "grid": "JSON", "colour": "VARCHAR", "wait": "VARCHAR", "raw": "VARCHAR"},
        **{"padded": "VARCHAR", 'Hält "was"': "VARCHAR"},
    }
    rows = query(
        database,
        "select columns(*)::varchar from raw_shop.kinds order by number nulls last",
    )
    assert rows == [
        (
            *(
                "1",
                "19.99",
                "0.1234567890123456789",
                "1234567890123456789012345678901234567890",
                "5.00",
                "1234.50",
            ),
            *("NaN", "true", "0.1", "2024-03-10 06:59:59.123456", "2024-01-02 03:04:05", "2024-02-29"),
            *(
                "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                '{"n": 12345678901234567890.123}',
                '["a,b","\\"c\\"",null]',
            ),
            *("[[1,2],[3,4]]", "green", "P1D", "\\x00ff", "ab", 'line\nbreak, "quote"'),
        ),
        (
            *("2", "-0.01", "99999999999999999.0000000000000000000", None, None, None, "1", "false", None),
            *("infinity", None, None, None, None, "[]", None, None, None, None, None, ""),
        ),
        (None,) * 21,
    ]
    assert query(database, 'select * from raw_shop."Sh""op" where number = 2') == [(2,)]
    assert query(database, "select * from raw_shop.nothing") == []


def test_all_tables_are_of_one_moment(load, server, tmp_path, monkeypatch):
    with psycopg.connect(server) as connection:
        connection.execute("create table first (id integer); create table second (id integer)")
        connection.execute("insert into first values (1); insert into second values (1)")
    write = Source.write

    def late(*arguments):
        with psycopg.connect(server) as connection:
            connection.execute("insert into first values (2); insert into second values (2)")
        return write(*arguments)

    monkeypatch.setattr(Source, "write", late)
    assert load("first", "second")[0] == 0
    assert query(tmp_path / "w.duckdb", "from raw_shop.first union all from raw_shop.second") == [(1,), (1,)]


def test_a_load_that_fails_or_is_killed_leaves_the_earlier_one(load, server, tmp_path, monkeypatch):
    with psycopg.connect(server) as connection:
        connection.execute("create table kept (id integer); insert into kept values (1)")
    assert load("kept", "nothing")[0] == 0
    with psycopg.connect(server) as connection:
        connection.execute("insert into kept values (2); insert into nothing values (1)")

    # the second table's rows get lost on their way, when the first one was replaced already
    text_rows = load_module.text_rows
    monkeypatch.setattr(
        load_module,
        "text_rows",
        lambda table, files: text_rows(table, [] if table.name == "nothing" else files),
    )
    code, output = load("kept", "nothing")
    assert code == 1
    assert "public.nothing has 1 rows, 0 arrived: nothing was replaced" in output
    monkeypatch.undo()

    dies = (
        "import os, signal, recmail.load as load\n"
        "own = load.require_own\n"
        "load.require_own = lambda *of: os.kill(os.getpid(), signal.SIGKILL) if of[2] == 'nothing' else own(*of)\n"
        "load.main()"
    )
    database = tmp_path / "w.duckdb"
    killed = subprocess.run(
        [sys.executable, "-c", dies, "--database", database, "kept", "nothing"],
        env=os.environ | {"RECMAIL_LOAD_URL": server, "TMPDIR": str(tmp_path)},
    )
    assert killed.returncode == -signal.SIGKILL
    counts = "select (select count(*) from raw_shop.kept), (select count(*) from raw_shop.nothing)"
    assert query(database, counts) == [(1, 0)]
    assert list(tmp_path.glob("recmail_load_*"))

    monkeypatch.setenv("RECMAIL_LOAD_URL", server)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert load("kept", "nothing")[0] == 0
    assert query(database, counts) == [(2, 1)]
    assert not list(tmp_path.glob("recmail_*"))


def test_what_is_wrong_is_one_message(load, server, tmp_path, monkeypatch):
    code, output = load("kind", "elsewhere.kinds", "users")
    assert code == 1
    assert output.splitlines()[1:] == [
        "  public.kind. Near it: kinds",
        "  elsewhere.kinds. Near it: public.kinds",
        f"  public.users. public has {', '.join(public_tables(server))}",
    ]

    with psycopg.connect(server) as connection:
        connection.execute('create table twins ("Id" integer, id integer); create table secret (id integer)')
        role = f"reader_{secrets.token_hex(4)}"
        connection.execute(sql.SQL("create role {} login password 'hush'").format(sql.Identifier(role)))
        # a policy shows this role one of two who said no
        connection.execute(
            "create table refusals (id integer, shop text); insert into refusals values (1, 'a'), (2, 'b')"
        )
        connection.execute("alter table refusals enable row level security")
        connection.execute("create policy one_shop on refusals using (shop = 'a')")
        connection.execute(sql.SQL("grant select on refusals to {}").format(sql.Identifier(role)))
    assert "two columns of public.twins would have the name id" in load("twins")[1]

    place = psycopg.conninfo.conninfo_to_dict(server)
    at = f"{place['host']}:{place['port']}/{place['dbname']}"
    monkeypatch.setenv("RECMAIL_LOAD_URL", f"postgresql://{role}:hush@{at}")
    assert "public.secret can't be read: permission denied for table secret" in load("secret")[1]
    hidden = 'public.refusals can\'t be read: query would be affected by row-level security policy for table "refusals"'
    assert hidden in load("refusals")[1]
    for url, message in {
        f"postgres://{role}:wrongly@{at}": f"{role}:***@{at} doesn't answer: connection failed: ",
        f"postgresql://{role}:hush@127.0.0.1:{free_port()}/shop": "doesn't answer: connection failed: ",
        "mysql://root:hush@db/shop": "RECMAIL_LOAD_URL is not PostgreSQL's: postgresql://",
        "db.shop.example": "RECMAIL_LOAD_URL is no URL such as postgresql://",
        "": "RECMAIL_LOAD_URL is not set",
    }.items():
        monkeypatch.setenv("RECMAIL_LOAD_URL", url)
        code, output = load("kinds")
        assert code == 1
        assert message in output
        assert "hush" not in output and "wrongly" not in output
        assert len(output.splitlines()) == 1
    assert not (tmp_path / "w.duckdb").exists()


def public_tables(server: str) -> list[str]:
    with psycopg.connect(server) as connection:
        names = connection.execute(
            "select table_name::text from information_schema.tables where table_schema = 'public'"
        ).fetchall()
    return sorted(name for (name,) in names)[:12]


def test_what_a_load_did_not_write_and_what_is_being_built_stays(load, tmp_path):
    database = tmp_path / "w.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute("create table main.kinds as select 1 as id")
        assert "is used by another process" in writes_in_another_process(database)
    code, output = load("kinds", "--into", "main")
    assert code == 1
    assert "main.kinds of the warehouse is not of a load: name another schema with --into" in output
    assert query(database, "from main.kinds") == [(1,)]
    with sole_build(database):
        assert "is running: load again when it has ended" in load("kinds")[1]


def writes_in_another_process(database: Path) -> str:
    """DuckDB gives a process that has a file open the same one again."""
    code = (
        "import sys, pathlib, click, recmail.load as load\n"
        "try:\n"
        "    with load.sole_writer(pathlib.Path(sys.argv[1])): pass\n"
        "except click.ClickException as error: print(error.message)"
    )
    return subprocess.run([sys.executable, "-c", code, database], capture_output=True, text=True).stdout


def test_a_shop_in_postgresql_builds_from_what_was_loaded(load, server, tmp_path):
    """Times with a zone, exact prices, ids as they come: through the gate into staging, nothing set aside."""
    shop = small_shop()
    with psycopg.connect(server) as connection:
        connection.execute("set timezone = 'America/New_York'; create schema shop")
        for name in ("users", "items", "orders", "order_lines"):
            put(connection, name, shop[name])
    names = ("users", "items", "orders", "order_lines")
    code, output = load(*names, "--from", "shop")
    assert code == 0, output

    database = tmp_path / "w.duckdb"
    found = CliRunner().invoke(init_command, ["--database", str(database), "raw_shop"])
    assert found.exit_code == 0, found.output
    assert '"input_schema": "raw_shop"' in found.output

    built = build(
        *(database, {"input_schema": "raw_shop"}, "--select"),
        *("+stg_users", "+stg_items", "+stg_orders", "+stg_order_lines", "+input_validation_results"),
    )
    assert built.succeeded, built.text
    assert built.value("select count(*) from input_validation_results where not is_success") == 0
    assert built.query("select min(ordered_at), max(ordered_at), count(*) from stg_orders") == [
        (min(row["ordered_at"] for row in shop["orders"]), AS_OF, len(shop["orders"]))
    ]
    paid = sum(Decimal(str(row["unit_price"])) * row["quantity"] for row in shop["order_lines"])
    assert (
        built.value("select cast(sum(unit_price * quantity) as decimal(18, 2)) from stg_order_lines") == paid
    )


def put(connection: psycopg.Connection, name: str, rows: list[dict]) -> None:
    """As a shop would have it: times with a zone, prices with two places."""
    kinds = {datetime: "timestamptz", float: "numeric(10, 2)", int: "integer", bool: "boolean", str: "text"}
    columns = {
        column: next((row[column] for row in rows if row[column] is not None), "") for column in rows[0]
    }
    table = sql.Identifier("shop", name)
    connection.execute(
        sql.SQL("create table {} ({})").format(
            table,
            sql.SQL(", ").join(
                sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kinds[type(value)]))
                for column, value in columns.items()
            ),
        )
    )
    with connection.cursor().copy(sql.SQL("copy {} from stdin").format(table)) as copy:
        for row in rows:
            copy.write_row(
                [
                    value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
                    for value in row.values()
                ]
            )
