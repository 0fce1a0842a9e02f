"""Files as programs and people write them: what the build reads of them, and what stops it with which words."""

import contextlib
import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from shop import AS_OF, small_shop, write_csv, write_parquet
from warehouse import NO_GATE, Build, build

from input_checks.text_files import text_file
from recmail.cli import main as recmail

INVISIBLE = [
    0xAD,
    0x34F,
    0x61C,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    0x180E,
    0x200B,
    0x200E,
    0x200F,
    0x3164,
    0xFEFF,
    0xFFA0,
]
for first, last in [(0x202A, 0x202E), (0x2060, 0x206F), (0xFFF9, 0xFFFB), (0xE0000, 0xE007F)]:
    INVISIBLE += range(first, last + 1)


def read(folder: Path, *arguments: str, **variables) -> Build:
    """The inputs in `folder`/in and all that stands before `arguments`."""
    with contextlib.chdir(folder):
        built = build(Path("w.duckdb"), {"input_location": "in", "as_of": str(AS_OF)} | variables, *arguments)
    built.database = folder / "w.duckdb"
    return built


@pytest.fixture(scope="module")
def dirty(tmp_path_factory) -> Build:
    """One shop with a trouble in each file, none of which hides another."""
    folder = tmp_path_factory.mktemp("dirty")
    tables = small_shop()
    for order in tables["orders"]:  # pandas wrote a nullable id
        order["user_id"] = f"{order['user_id'][1:]}.0" if order["user_id"] else None
    for table in ("web_events", "email_events", "identities", "erasure_requests", "experiment_assignments"):
        for row in tables[table]:
            row["user_id"] = f'="{row["user_id"][1:]}"' if row.get("user_id") else "NULL"
    for item in tables["items"]:
        item["parent_item_id"] = "0"
    tables["items"][5] |= {
        "item_name": "{first_name} {{ 7 * 7 }} {% if %} " + "x" * 26_000,
        "brand": "b" * 999,
    }
    tables["items"][6]["item_name"] = "".join(chr(code) for code in INVISIBLE) + "Tea\u3164 👩\u200d💻\u200d"
    users = [
        *(
            "user_id,email,first_name,email_consent\r\n",
            *(f"{n},u{n}@example.com,Zoë,subscribed\n" for n in range(30)),
        ),
        *("\ufeff 0030 ,o'neil@example.com,N/A,subscribed\n", "31,-,null,subscribed\r\n"),
        *("32,ada@example.com,ada@example.com,subscribed\n", "33,a@example.com,Null-Marie,subscribed\n"),
        *("34,b@example.com,Nan,subscribed\n", "35,c@example.com,&#201;va &amp;amp; Co\u202e,subscribed\n"),
        *("36,d@example.com,Too,many,fields\n", "38,e@example.com\n", "(38 rows)\n"),
    ]
    inputs = write_csv(tables, folder / "in")
    (inputs / "users.csv").write_bytes("".join(users).encode() + b"39,f@example.com,J\xfcrgen,subscribed\n")
    return read(folder, "--select", "+path:models/staging", "+int_item_families", *NO_GATE)


def users(dirty: Build, column: str) -> dict:
    return dict(dirty.query(f"select user_id, {column} from stg_users"))


def test_the_build_goes_on(dirty):
    assert dirty.succeeded, dirty.text


def test_an_id_is_the_same_in_every_input_however_it_was_written(dirty):
    strangers = (
        "select distinct user_id from stg_orders where user_id not in (select user_id from inputs.users)"
    )
    assert dirty.query(strangers) == [("30",)], "0030 is somebody else"
    assert dirty.value("select count(distinct user_id) from stg_orders") >= 30
    assert (
        dirty.value("select count(*) from stg_web_events where user_id like '%=%' or user_id like 'u%'") == 0
    )
    assert "0030" in users(dirty, "email") and "30" not in users(dirty, "email")


def test_an_erased_user_is_in_no_input(dirty):
    for table in ("users", "orders", "web_events", "email_events", "identities"):
        assert dirty.value(f"select count(*) from inputs.{table} where user_id like '37%'") == 0


def test_words_for_nothing_are_none_and_names_stay(dirty):
    names, addresses = users(dirty, "first_name"), users(dirty, "email")
    assert (names["0030"], names["31"], names["32"]) == (None, None, None)
    assert (names["33"], names["34"], names["35"]) == ("Null-Marie", "Nan", "Éva &amp; Co")
    assert (addresses["0030"], addresses["31"]) == ("o'neil@example.com", None)


def test_a_bad_row_is_set_aside_with_its_line_and_no_other_row_suffers(dirty):
    reasons = dict(dirty.query("select coalesce(user_id, '?'), reject_reasons from rejected_users"))
    assert reasons == {
        "36": "row has more fields than the header",
        "(38 rows)": "row has one field alone",
        "39": "line 41 of users.csv is not UTF-8 text",
    }
    assert users(dirty, "first_name")["0"] == "Zoë"
    assert users(dirty, "email_consent")["38"] is None


def test_parent_0_is_no_parent(dirty):
    assert dirty.value("select count(distinct family_id) from int_item_families") == 40


def test_names_are_cleaned_and_cut_where_they_are_staged(dirty):
    names = dict(dirty.query("select item_id, item_name from stg_items"))
    start = "(first_name) (( 7 * 7 )) (% if %) "
    assert names["i5"] == start + "x" * (150 - len(start))
    assert dirty.value("select brand from stg_items where item_id = 'i5'") == "b" * 100
    assert names["i6"] == "Tea 👩\u200d💻"


def test_two_files_of_one_table_stop_the_run(tmp_path):
    write_csv(small_shop(), tmp_path / "in")
    write_parquet({"users": small_shop()["users"]}, tmp_path / "in")
    built = read(tmp_path, "--select", "input_users")
    assert not built.succeeded
    assert "Both in/users.parquet and in/users.csv are there" in built.text


def test_windows_1252_stops_the_run_with_one_sentence(tmp_path):
    tables = small_shop()
    tables["items"][5]["item_name"] = "Men’s spoon"
    write_csv(tables, tmp_path / "in", encoding="windows-1252")
    built = read(tmp_path, "--select", "input_items")
    assert not built.succeeded
    assert (
        "items.csv is neither UTF-8 nor Latin-1, it seems to be Windows-1252 (line 7): save it as"
        in built.text
    )
    assert "spoon" not in built.text


def test_a_script_is_told_from_latin_letters(tmp_path):
    """Latin-1 would read it, as what no customer is called."""
    tables = small_shop()
    for user in tables["users"]:
        user["first_name"] = "Ольга"
    write_csv(tables, tmp_path / "in", encoding="koi8-r")
    assert text_file(tmp_path / "in/users.csv")["encoding"] not in ("utf-8", "latin-1", "utf-16")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_a_file_is_judged_as_a_whole_though_its_encoding_is_by_samples(tmp_path, encoding):
    """All that isn't ASCII, one good and one bad line, stands where no sample was taken."""
    lines = ["user_id,first_name"] + [f"u{number},Ada" for number in range(300_000)]
    lines[20_480] = "u20479,Zoë"
    content = "\n".join(lines).encode(encoding)
    if encoding == "utf-8":
        content = content.replace(b"u20490,Ada", b"u20490,J\xfcrgen")
    path = tmp_path / "users.csv"
    path.write_bytes(content)
    found = text_file(path)
    assert (found["encoding"], found["header"].lstrip("\ufeff")) == (
        "latin-1" if encoding == "latin-1" else encoding,
        "user_id,first_name",
    )
    assert found["bad_lines"] == ({20_492: "is not UTF-8 text"} if encoding == "utf-8" else {})


def test_capitals_before_marks_of_latin_1_are_no_utf_8(tmp_path):
    """É» are two bytes that UTF-8 has, too."""
    path = tmp_path / "items.csv"
    path.write_bytes("item_id,item_name\r1,«CAFÉ»\n2,Café\n3,Thé\n".encode("latin-1"))
    assert text_file(path) == {
        "encoding": "latin-1",
        "header": "item_id,item_name",
        "bad_lines": {},
        "has_open_quotes": False,
    }


@pytest.mark.parametrize("rows", [3, 200_000], ids=["to the next quote", "longer than DuckDB reads"])
def test_a_quote_that_is_never_closed_stops_the_run_and_nobody_is_quoted(tmp_path, capfd, rows):
    """A name of several lines, an inch and quotes within quotes are none."""
    inputs = write_csv(small_shop(), tmp_path / "in")
    sound = 'user_id,email,first_name\n1,a@example.com,"Ada\nof\nLondon\nTown"\n2,b@example.com,5" "Bo"\n'
    (inputs / "users.csv").write_text(sound + '3,c@example.com,"said ""hi"""\n')
    assert read(tmp_path, "--select", "input_users").succeeded
    swallowed = "".join(f"{number},secret{number}@example.com,Eve\n" for number in range(5, 5 + rows))
    (inputs / "users.csv").write_text(f'{sound}4,d@example.com,"Cy\n{swallowed}9,e@example.com,"Di"\n')
    built = read(tmp_path, "--select", "input_users")
    assert not built.succeeded
    assert "users.csv: a quote in row 3 below the header is not closed" in built.text
    printed = capfd.readouterr()
    assert "secret" not in built.text + printed.out + printed.err


def quoted(rows: list[dict]) -> str:
    with io.StringIO(newline="") as text:
        writer = csv.DictWriter(text, rows[0], quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()


def test_a_description_of_many_lines_and_commas_is_no_open_quote(tmp_path):
    tables = small_shop()
    for item in tables["items"]:
        item["description"] = (
            "Contains:\noats, rye, salt, oil, " + ",".join("abcdefghijkl") + "\n\nmade, in, Ulm\n5 kg"
        )
    inputs = write_csv(tables, tmp_path / "in")
    (inputs / "items.csv").write_text(quoted(tables["items"]), encoding="utf-8", newline="")
    built = read(tmp_path, "--select", "input_items")
    assert built.succeeded, built.text
    assert built.value("select count(*) from inputs.items where description like '%Ulm%5 kg'") == 40


@pytest.mark.parametrize(
    "name", ['Ada \\" Bo', 'a 5" pipe'], ids=["written as a backslash and a quote", "an inch"]
)
def test_a_quote_within_quotes_that_is_not_doubled_stops_the_run(tmp_path, name):
    """DuckDB takes the last of three quotes in a line for an opening one and reads on to the end of the file."""
    inputs = write_csv(small_shop(), tmp_path / "in")
    rows = [f'u1,subscribed,"{name}"', "u2,unsubscribed,Cy", "u3,unsubscribed,Di"]
    (inputs / "users.csv").write_text("\n".join(["user_id,email_consent,first_name", *rows]))
    built = read(tmp_path, "--select", "input_users")
    assert not built.succeeded
    assert "users.csv: a quote in row 1 below the header is not closed" in built.text


@pytest.mark.parametrize("row", [3, 39], ids=["in the middle", "in the row before the last"])
def test_a_quote_that_swallows_one_row_stops_the_run(tmp_path, row):
    """The swallowed row may be somebody's no."""
    inputs = write_csv(small_shop(), tmp_path / "in")
    lines = quoted([{"user_id": f"u{n}", "email_consent": "unsubscribed"} for n in range(40)]).split("\r\n")
    lines[row] = lines[row].rstrip('"')
    (inputs / "users.csv").write_text("\n".join(lines))
    built = read(tmp_path, "--select", "input_users")
    assert not built.succeeded
    assert f"users.csv: a quote in row {row} below the header is not closed" in built.text


@pytest.mark.parametrize(
    ("encoding", "name", "seems"),
    [
        ("utf-16-be", "\ufeffZoë", "UTF-16 BE"),
        ("utf-16-be", "Ada", "UTF-16 BE"),
        ("utf-16", "Zoë 😀", "UTF-16 with emoji"),
        ("utf-16", "Zoë 李", None),
        ("utf-16-le", "Ada", None),
    ],
)
def test_utf_16_that_duckdb_reads_wrong_is_refused_by_name(tmp_path, encoding, name, seems):
    """It reads no row of a big-endian file and says nothing: all who unsubscribed would be mailed."""
    inputs = write_csv(small_shop(), tmp_path / "in")
    mark = name[: name.startswith("\ufeff")]
    text = f"{mark}user_id,email_consent,first_name\nu1,unsubscribed,{name.lstrip(mark)}\n"
    (inputs / "users.csv").write_bytes(text.encode(encoding))
    built = read(tmp_path, "--select", "input_users")
    if seems:
        assert not built.succeeded
        assert f"users.csv is neither UTF-8 nor Latin-1, it seems to be {seems} (line 1)" in built.text
    else:
        assert built.query("select user_id, email_consent, first_name from inputs.users") == [
            ("u1", "unsubscribed", name)
        ]


def test_an_erasure_request_that_names_nobody_stops_the_run(tmp_path):
    write_parquet(
        small_shop() | {"erasure_requests": [{"user_id": "1.2E+11", "requested_at": AS_OF}]}, tmp_path / "in"
    )
    built = read(tmp_path, "--select", "input_erasure_requests")
    assert not built.succeeded
    assert "erasure_requests: 1 row(s) name no user who could be erased" in built.text


def test_an_erasure_request_that_is_no_text_stops_the_run(tmp_path):
    inputs = write_csv(small_shop(), tmp_path / "in")
    (inputs / "erasure_requests.csv").write_bytes(
        b"user_id,requested_at\nZo\xeb,2024-06-01\n" + "Zoë,\n".encode()
    )
    built = read(tmp_path, "--select", "input_erasure_requests")
    assert not built.succeeded
    assert (
        "erasure_requests.csv: line 2 is no text, so that nobody can tell who asks to be erased" in built.text
    )


def test_a_file_without_a_header_is_named_and_not_quoted(tmp_path):
    inputs = write_csv(small_shop(), tmp_path / "in")
    (inputs / "users.csv").write_text("1,ada@example.com,Ada\n")
    built = read(tmp_path, "--select", "input_users")
    assert not built.succeeded
    assert "table users has none of its columns: its first row must name them" in built.text
    assert "ada@" not in built.text


def test_bytes_in_a_parquet_file_that_are_no_text_stop_what_reads_them_and_are_not_quoted(tmp_path):
    write_parquet(small_shop(), tmp_path / "in")
    users = pq.read_table(tmp_path / "in/users.parquet")
    names = pa.array([b"secret J\xfcrgen"] * users.num_rows, pa.binary())
    latin = pa.Array.from_buffers(pa.string(), len(names), names.buffers())
    place = users.schema.get_field_index("first_name")
    pq.write_table(users.set_column(place, "first_name", latin), tmp_path / "in/users.parquet")
    built = read(tmp_path, "--select", "input_users")
    looked_at = CliRunner().invoke(recmail, ["init", str(tmp_path / "in")])
    for failed, said in ((not built.succeeded, built.text), (looked_at.exit_code == 1, looked_at.output)):
        assert failed and "Invalid string encoding found in Parquet file" in said and "users.parquet" in said
        assert "secret" not in said
