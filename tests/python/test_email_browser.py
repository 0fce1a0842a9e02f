"""Emails in Chromium, html-validate and caniemail, by email_tools/check.mjs."""

import json
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest
from email_samples import LAYOUTS, build_samples
from PIL import Image, ImageChops

from email_render.load import open_warehouse, plan_chunks, read_chunk
from email_render.render import Renderer
from email_render.theme import DEFAULT, load_theme, theme_names
from email_render.tokens import sign

TESTS = Path(__file__).parents[1]
TOOLS = TESTS.parent / "email_tools"
GOLDEN = TESTS / "golden" / "email"
MODES = ["desktop-light", "desktop-dark", "phone-light", "phone-dark"]
OTHER_THEMES = [theme for theme in theme_names() if theme != DEFAULT]
CHROMIUM = shutil.which("chromium")

pytestmark = pytest.mark.skipif(
    not (TOOLS / "node_modules" / ".installed").exists() or not CHROMIUM or not shutil.which("node"),
    reason="needs node, npm packages and Chromium: `make email-tools` installs them",
)


def check(command, *arguments):
    done = subprocess.run(
        ["node", str(TOOLS / "check.mjs"), command, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The HTML part of every sample message, and of one in every other theme."""
    folder = tmp_path_factory.mktemp("emails")
    connection = open_warehouse(build_samples(folder / "warehouse.duckdb"))
    renderer = Renderer(partial(sign, b"0" * 32))
    [chunk] = plan_chunks(connection)
    for messages in read_chunk(connection, chunk):
        for message in messages:
            (folder / f"{message['user_id']}.html").write_text(renderer.render(message).html, "utf-8")
            if message["user_id"] == "layout-grid":
                for theme in OTHER_THEMES:
                    themed = Renderer(partial(sign, b"0" * 32), theme=load_theme(theme))
                    (folder / f"theme-{theme}.html").write_text(themed.render(message).html, "utf-8")
    return sorted(folder.glob("*.html"))


@pytest.fixture(scope="module")
def shots(tmp_path_factory):
    return tmp_path_factory.mktemp("shots")


@pytest.fixture(scope="module")
def seen(files, shots):
    return check("browser", shots, CHROMIUM, *files)


def test_html_validate_finds_nothing_in_either_view(files):
    found = check("markup", *files)
    assert len(found) == 2 * len(files)
    assert {view: messages for view, messages in found.items() if messages} == {}


def test_html_validate_would_find_an_error(files, tmp_path):
    broken = tmp_path / "broken.html"
    broken.write_text(files[0].read_text("utf-8").replace("<h1 ", "<h3 ").replace("</h1>", "</h3>"), "utf-8")
    assert check("markup", broken)["broken in browser"]


def test_nothing_is_used_that_more_clients_lack_than_before(files):
    """The list may only shrink: what stands in it was looked at and degrades to something readable."""
    golden = GOLDEN / "unsupported_features.txt"
    assert check("clients", *files) == golden.read_text("utf-8").splitlines()


def test_axe_finds_nothing_in_any_mode(seen, files):
    assert seen.keys() == {f"{file.stem}-{mode}" for file in files for mode in MODES}
    assert {name: view["violations"] for name, view in seen.items() if view["violations"]} == {}


def test_axe_would_find_low_contrast(files, tmp_path):
    pale = tmp_path / "pale.html"
    pale.write_text(files[0].read_text("utf-8").replace("color:#5b645f", "color:#c5c9c7"), "utf-8")
    view = check("browser", tmp_path, CHROMIUM, pale)["pale-desktop-light"]
    assert any("color-contrast" in rule for rule in view["violations"])


def test_no_page_is_wider_than_its_window(seen):
    assert {name: view["overflow"] for name, view in seen.items() if view["overflow"] > 0} == {}


def test_the_main_button_is_above_the_fold(seen):
    """Of a phone whose window is 600 pixels high; there is one headline."""
    bottoms = {name: view["fold"] for name, view in seen.items()}
    assert all(bottom and bottom < 600 for bottom in bottoms.values()), bottoms


def test_only_the_items_pictures_are_fetched(seen):
    for view in seen.values():
        assert view["requests"]
        assert all(request.startswith("image https://images.example/") for request in view["requests"])


@pytest.mark.parametrize(
    "name",
    [
        *(f"layout-{layout}-{mode}.png" for layout in LAYOUTS for mode in ("desktop-light", "phone-dark")),
        *(f"theme-{theme}-phone-light.png" for theme in OTHER_THEMES),
    ],
)
def test_screenshot_of_every_layout_and_theme(seen, shots, name):
    """After a wanted change: rm tests/golden/email/*.png, run, and look at the new ones."""
    golden = GOLDEN / name
    if not golden.exists():
        shutil.copyfile(shots / name, golden)
        pytest.fail(f"{golden} was missing and is written: look at it, then run again")
    with Image.open(golden) as before, Image.open(shots / name) as now:
        assert before.size == now.size
        difference = ImageChops.difference(before.convert("L"), now.convert("L"))
    histogram = difference.histogram()
    changed = sum(histogram[32:]) / sum(histogram)
    assert changed < 0.005, f"{changed:.1%} of the pixels changed"
