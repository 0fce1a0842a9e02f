"""The gallery shows emails as they would be sent, and finds any user. What it does in a browser comes last."""

import json
import re
import shutil
import stat
import subprocess
from pathlib import Path

import duckdb
import html5lib
import pytest
from click.testing import CliRunner
from email_render_warehouse import build_warehouse, template_words

from email_render.cli import main
from email_render.load import MESSAGE_LAYOUTS
from email_render.render import EMAIL_TYPES
from explanations.outcomes import read_outcomes
from explanations.page import why_lines
from explanations.steps import find_all
from explanations.user import explain_user, find_user

TOOLS = Path(__file__).parents[2] / "email_tools"
CHROMIUM = shutil.which("chromium")


@pytest.fixture
def preview(tmp_path):
    """Runs `preview` on a warehouse with the given changes, writing to tmp_path/out."""

    def run(*options, changes=(), users=4):
        database = build_warehouse(tmp_path / "warehouse.duckdb", *changes, user_count=users)
        arguments = ["preview", "--database", str(database), "--out", str(tmp_path / "out"), *options]
        return CliRunner().invoke(main, arguments)

    return run


def index_of(out):
    page = (out / "index.html").read_text("utf-8")
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(page)
    assert parser.errors == []
    [data] = [script for script in document.iter("script") if script.get("id") == "data"]
    return json.loads(data.text)


def rows_of(out, name="sent"):
    return [row for row in index_of(out)["rows"] if row["set"] == name]


def detail_of(out, number):
    script = (out / f"email-{number:03}.js").read_text("utf-8")
    found, detail = json.loads(script.removeprefix("gallery.email(...").removesuffix(");\n"))
    assert found == number
    return detail


def parsed(html):
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(html)
    assert parser.errors == []
    return document


def test_it_shows_every_kind_and_one_message_in_every_layout_type_and_language(preview, tmp_path):
    result = preview(changes=["update email_queue set layout = 'list' where user_id = 'u4'"])
    assert result.exit_code == 0, result.output
    assert "4 emails" in result.output
    out = tmp_path / "out"
    assert [(row["user_id"], row["segment"], row["layout"], row["number"]) for row in rows_of(out)] == [
        ("u1", "new", "grid", 1),
        ("u2", "browser", "grid", 2),
        ("u3", "repeat_buyer", "grid", 3),
        ("u4", "repeat_buyer", "list", 4),
    ]
    assert [row["layout"] for row in rows_of(out, "layouts")] == MESSAGE_LAYOUTS
    assert sorted(row["trigger_type"] for row in rows_of(out, "types")) == EMAIL_TYPES
    assert [row["locale"] for row in rows_of(out, "languages")] == sorted(template_words())
    assert {row["user_id"] for row in index_of(out)["rows"] if row["set"] != "sent"} == {"u3"}
    assert index_of(out)["isSynthetic"] is True
    assert "@mail.example" not in "".join(path.read_text("utf-8") for path in out.glob("*.*"))
    hero = next(row for row in rows_of(out, "layouts") if row["layout"] == "hero")
    assert 'width="536"' in detail_of(out, hero["number"])["html"]
    german = next(row for row in rows_of(out, "languages") if row["locale"] == "de")
    assert template_words()["de"]["unsubscribe"] in detail_of(out, german["number"])["text"]


def test_an_email_is_shown_with_text_headers_links_and_cards(preview, tmp_path):
    assert preview().exit_code == 0
    out = tmp_path / "out"
    detail = detail_of(out, 1)
    assert (out / "email-001.html").read_text("utf-8") == detail["html"]
    assert "Item 1 of u1" in detail["html"] and "Item 1 of u1" in detail["text"]
    headers = dict(detail["headers"])
    assert headers["Feedback-ID"] == "recommendations-2017-11-15:new:grid:recmail"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "t=preview-only" in headers["List-Unsubscribe"]
    assert [card["name"] for card in json.loads(detail["cards"])] == [f"Item {n} of u1" for n in range(1, 5)]
    links = {what: (link, times, faults) for what, link, times, faults in detail["links"]}
    assert len(links) == len(detail["links"])
    # picture, name and button; below the first block picture and name
    assert links["trending-1"][1:] == (3, []) and links["trending-5"][1:] == (2, [])
    assert links.keys() == {"header", "hero", "see-all", "footer", "preferences", "unsubscribe"} | {
        f"trending-{n}" for n in range(1, 9)
    }
    assert all(not faults for _, _, faults in links.values())


def test_a_message_has_an_inbox_row_at_three_widths(preview, tmp_path):
    assert preview().exit_code == 0
    page = (tmp_path / "out/index.html").read_text("utf-8")
    [inboxes] = re.findall(r"const INBOXES = (\[.*\]);", page)
    widths = [int(width) for width in re.findall(r"(\d+)\]", inboxes)]
    assert widths == [320, 560, 960]


def test_a_link_that_leads_elsewhere_is_told(preview, tmp_path):
    place = "where user_id = 'u1' and position = 1"
    preview(changes=[f"update user_recommendations set item_url = 'https://other.example/1' {place}"])
    links = {what: faults for what, _, _, faults in detail_of(tmp_path / "out", 1)["links"]}
    assert links["trending-1"] == ["leads away from shop.example"] and links["trending-2"] == []


def test_it_says_why_each_item_stands_there(preview, tmp_path):
    preview(changes=["update user_recommendations set item_name = '\"><b>x' where position = 1"])
    detail = detail_of(tmp_path / "out", 1)
    email = parsed(detail["html"])
    titles = {link.get("title") for link in email.iter("a") if "/item/1?" in link.get("href")}
    why = [
        "“Popular this week”",
        "By trending: sells faster than usual everywhere in the country",
    ]
    assert titles == {"\n".join(why)}
    assert not list(email.iter("b"))
    assert detail["whys"][0] == ['"><b>x', why]
    assert "No reason is printed" in detail["whys"][1][1]
    # these marts come without the steps that led to them
    assert "int_scored_candidates" in index_of(tmp_path / "out")["missing"]


def test_it_says_why_and_why_not_from_the_steps(from_steps, small):
    out, row = from_steps
    assert index_of(out)["missing"] == []
    assert any("no probabilities of a purchase" in note for note in index_of(out)["notes"])
    with duckdb.connect(small.database, read_only=True) as connection:
        find_all(connection)
        found = explain_user(connection, row["user_id"])
        key = find_user(connection, row["user_id"])["user_key"]
        outcomes = read_outcomes(connection, [key])
    whys = detail_of(out, row["number"])["whys"]
    assert [name for name, _ in whys] == [item["item_name"] for item in found["list"][:8]]
    assert [lines[2:] for _, lines in whys] == [list(why_lines(item)) for item in found["list"][:8]]
    assert candidates_of(out, row["user_id"]) == [
        [outcome["item_id"], outcome["item_name"], outcome["text"]] for outcome in outcomes
    ]


def test_the_subjects_that_a_message_may_get_stand_side_by_side(from_steps):
    out, _ = from_steps
    rows = rows_of(out, "subjects")
    [user_id] = {row["user_id"] for row in rows}
    subjects = [row["subject"] for row in rows]
    assert len(set(subjects)) == len(subjects) >= 5
    assert subjects.count(next(row["subject"] for row in rows_of(out) if row["user_id"] == user_id)) == 1
    for row in rows:
        assert row["subject"] in detail_of(out, row["number"])["text"]
    assert list(index_of(out)["sets"]) == ["sent", "layouts", "subjects", "types", "languages"]


def test_all_of_it_is_for_the_owner_alone(from_steps):
    out, _ = from_steps
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in out.iterdir() if path.is_file()}
    assert {"people.js", "candidates-001.js", "index.html"} <= modes.keys()
    assert set(modes.values()) == {0o600} and stat.S_IMODE(out.stat().st_mode) == 0o700


def candidates_of(out, user_id):
    number = index_of(out)["candidates"].index(user_id) + 1
    script = (out / f"candidates-{number:03}.js").read_text("utf-8")
    found, items = json.loads("[" + script.removeprefix("gallery.candidates(...[").removesuffix(");\n"))
    assert found == user_id
    return items


def test_it_finds_any_user_with_the_reason(preview, tmp_path):
    preview(changes=["update email_queue set subject = 'For </script><b>x' where user_id = 'u2'"])
    people = (tmp_path / "out" / "people.js").read_text("utf-8")
    rows = json.loads(people.removeprefix("gallery.people(").removesuffix(");\n"))
    assert [row[:3] for row in rows] == [
        ["h1", "hold", "no_consent"],
        *(["u" + number, "send", "mailable"] for number in "1234"),
    ]
    assert rows[0][3:] == [None, None] and rows[2][3] == "For </script><b>x"
    assert index_of(tmp_path / "out")["peopleShown"] == 5
    assert rows_of(tmp_path / "out")[1]["subject"] == "For </script><b>x"


def test_a_user_who_is_named_is_shown_too(preview, tmp_path):
    assert preview("--user", "u4").exit_code == 0
    assert [row["user_id"] for row in rows_of(tmp_path / "out")] == ["u1", "u2", "u3", "u4"]


def test_more_than_one_email_per_kind(preview, tmp_path):
    assert preview("--per-kind", "2").exit_code == 0
    assert "Item 1 of u4" in detail_of(tmp_path / "out", 4)["text"]


def test_size_and_warnings(preview, tmp_path):
    changes = [
        "update user_recommendations set image_url = null where position = 2",
        "update email_queue set subject = repeat('x', 61) where user_id = 'u1'",
    ]
    assert preview(changes=changes).exit_code == 0
    first, second, _ = rows_of(tmp_path / "out")
    assert 15_000 < first["bytes"] < 25_000
    assert first["warnings"] == [
        "The subject is longer than 60 characters",
        "1 of 8 items have no picture",
        "7 of 8 items have no reason",
    ]
    assert second["warnings"] == first["warnings"][1:]


def test_real_data_has_no_synthetic_note(preview, tmp_path):
    assert preview(changes=["update email_queue set is_synthetic = false"]).exit_code == 0
    assert index_of(tmp_path / "out")["isSynthetic"] is False
    assert not any("ynthetic" in path.read_text() for path in (tmp_path / "out").glob("email-*"))


def test_why_a_message_is_set_aside(preview, tmp_path):
    result = preview(changes=["update email_queue set subject = null where user_id = 'u1'"])
    assert result.exit_code == 1
    [row] = [row for row in rows_of(tmp_path / "out") if row["user_id"] == "u1"]
    assert row["faults"] == ["subject is missing"] and "number" not in row


def test_faults_alone_have_no_variations(preview, tmp_path):
    assert preview(changes=["update email_queue set subject = null"]).exit_code == 1
    assert {row["set"] for row in index_of(tmp_path / "out")["rows"]} == {"sent"}


def test_images_are_taken_from_a_folder(preview, tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    for position in range(1, 9):
        (images / f"{position}.png").write_bytes(bytes([position]))
    result = preview("--images", f"https://images.example/={images}")
    assert result.exit_code == 0, result.output
    sources = [image.get("src") for image in parsed(detail_of(tmp_path / "out", 1)["html"]).iter("img")]
    assert sources == [f"images/0/{position}.png" for position in range(1, 9)]
    assert (tmp_path / "out" / sources[2]).read_bytes() == bytes([3])


@pytest.mark.parametrize("name", ["missing.png", "../secret.png", "%2e%2e/secret.png"])
def test_nothing_is_taken_from_outside_the_folder(preview, tmp_path, name):
    (tmp_path / "secret.png").write_bytes(b"x")
    (tmp_path / "images").mkdir()
    result = preview(
        "--images",
        f"https://images.example/={tmp_path / 'images'}",
        changes=[f"update user_recommendations set image_url = 'https://images.example/{name}'"],
    )
    assert result.exit_code == 2
    assert "is not among the images" in result.output


def test_no_message_is_an_error(preview):
    result = preview(changes=["delete from email_queue"])
    assert result.exit_code == 2
    assert "no message" in result.output


def test_no_file_of_it_fetches_anything(preview, tmp_path):
    preview()
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert not re.findall(r"https?://(?!shop\.example)", page)


@pytest.fixture(scope="module")
def from_steps(small, tmp_path_factory):
    """A gallery of the small shop, which has all steps: its folder and the row of its first digest."""
    out = tmp_path_factory.mktemp("steps") / "out"
    result = CliRunner().invoke(main, ["preview", "--database", str(small.database), "--out", str(out)])
    assert result.exit_code == 0, result.output
    return out, next(row for row in rows_of(out) if row["trigger_type"] == "recommendations")


@pytest.fixture(scope="module")
def browser_tools():
    if not (TOOLS / "node_modules" / ".installed").exists() or not CHROMIUM or not shutil.which("node"):
        pytest.skip("needs node, npm packages and Chromium: `make email-tools` installs them")


@pytest.fixture(scope="module")
def used(browser_tools, tmp_path_factory):
    """What happens in Chromium to somebody with a keyboard, in a gallery of 200 messages."""
    folder = tmp_path_factory.mktemp("gallery")
    database = build_warehouse(
        folder / "warehouse.duckdb",
        "update email_queue set layout = 'list' where user_id in ('u7', 'u8')",
        user_count=200,
    )
    options = ["--database", str(database), "--out", str(folder / "out"), "--per-kind", "200"]
    result = CliRunner().invoke(main, ["preview", *options])
    assert "200 emails" in result.output
    return in_chromium("gallery", folder / "out" / "index.html")


def in_chromium(command, index, *more):
    done = subprocess.run(
        ["node", str(TOOLS / "check.mjs"), command, CHROMIUM, str(index), *more],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_page_opens_within_three_seconds(used):
    assert used["milliseconds"] < 3000
    assert used["rows"] == 200 and used["errors"] == []


def test_axe_finds_nothing_in_light_dark_and_on_a_phone(used):
    assert used["violations"] == {"light": [], "dark": [], "phone": [], "side_by_side": []}


def test_a_keyboard_finds_a_user_who_is_held(used):
    assert used["held"].startswith("User h1 is held: the customer has not agreed to emails.")
    assert used["unknown"] == "No user nobody among the 201 users of this run."
    assert "Show the email" in used["mailed"]


def test_filters_stay_in_the_address(used):
    assert "layout=list" in used["address"] and "user=u7" in used["address"] and "dark=1" in used["address"]
    assert used["after_reload"] == {"layout": "list", "user": "u7", "dark": True, "rows": 2}


def test_frames_are_as_high_as_the_email(used):
    assert len(used["frames"]) == 4
    assert all(content <= height <= content + 10 for height, content in used["frames"])


def test_pictures_can_be_switched_off(used):
    assert used["pictures"] == {"before": 8, "after": 0}


def test_a_row_leads_the_keyboard_to_the_email(used):
    assert used["focused"] == "email" and used["current"] == 1


def test_emails_stand_side_by_side(used):
    # two emails of layout list, each on desktop and phone, light and dark
    assert used["side_by_side"] == ["list"] * 8


def test_a_keyboard_asks_why_not(browser_tools, from_steps):
    out, _ = from_steps
    row = rows_of(out)[0]
    first, *_, last = candidates_of(out, row["user_id"])
    found = in_chromium("whynot", out / "index.html", last[0], "no such thing", first[1])
    assert last[2] in found["answers"][last[0]] and "1 of" in found["answers"][last[0]]
    unknown = found["answers"]["no such thing"]
    assert f"recmail explain --user {row['user_id']} --why-not ID" in unknown
    assert "It is shown, at position 1 of the list." in found["answers"][first[1]]
    assert (found["focused"], found["role"]) == ("item", "status")
    assert found["address"].startswith("#item=")
    assert found["violations"] == [] and found["errors"] == []


def test_a_screen_reader_finds_names_and_landmarks(used):
    assert used["names"].keys() >= {"search", "navigation", "main", "banner"}
    assert used["unnamed"] == []
