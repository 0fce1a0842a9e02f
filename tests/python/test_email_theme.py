"""One file says how emails look: what it may hold, what it may not, and that it reaches every template."""

import re
import shutil
import tomllib
from functools import partial

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from email_render_warehouse import build_warehouse
from email_samples import build_samples

from email_render import render
from email_render.cli import main
from email_render.errors import SetupError
from email_render.esp import EspRenderer
from email_render.load import open_warehouse, plan_chunks, read_chunk
from email_render.render import TEMPLATES, Renderer
from email_render.theme import (
    COLOURS,
    CONTRAST_MIN,
    DEFAULT,
    PAIRS,
    SCHEMES,
    SECTIONS,
    THEMES,
    contrast,
    default_theme,
    load_theme,
    theme_names,
)
from email_render.tokens import sign

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def message(tmp_path_factory):
    connection = open_warehouse(build_samples(tmp_path_factory.mktemp("samples") / "warehouse.duckdb"))
    [chunk] = plan_chunks(connection)
    messages = {message["user_id"]: message for batch in read_chunk(connection, chunk) for message in batch}
    return messages["recommendations"]


@pytest.fixture
def changed(tmp_path):
    """A file with the default theme's text, changed."""

    def write(*changes):
        text = (THEMES / f"{DEFAULT}.toml").read_text("utf-8")
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        path = tmp_path / "theme.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


def test_three_themes_are_delivered_and_can_be_read():
    assert theme_names() == ["forest", "linen", "signal"]
    for name in theme_names():
        sections = tomllib.loads((THEMES / f"{name}.toml").read_text("utf-8"))
        load_theme(name)
        for scheme in SCHEMES:
            colours = sections[scheme]
            assert all(contrast(colours[one], colours[other]) >= CONTRAST_MIN for one, other in PAIRS)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#ffffff", "#000000", 21),
        ("#777777", "#ffffff", 4.478),
        ("#767676", "#ffffff", 4.542),
        ("#ff0000", "#ffffff", 3.998),
        ("#123456", "#123456", 1),
    ],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.001)


def test_what_could_not_be_read_is_named_with_its_ratio(changed):
    path = changed(('soft = "#5b645f"', 'soft = "#777777"'))
    with pytest.raises(SetupError) as error:
        load_theme(path)
    assert error.value.message.splitlines() == [
        "Theme theme.toml can't be used:",
        "- light: soft #777777 on page #f3f1ec has a contrast of 3.96, WCAG AA asks for 4.5",
        "- light: soft #777777 on shell #ffffff has a contrast of 4.47, WCAG AA asks for 4.5",
        "- light: soft #777777 on tint #f8f7f3 has a contrast of 4.17, WCAG AA asks for 4.5",
    ]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('ink = "#1b211e"', 'ink = "red"', "light.ink is 'red': a colour like #17453a is expected"),
        ('ink = "#1b211e"', 'ink = "#fff;}</style><script>"', "light.ink is"),
        ('ink = "#1b211e"\n', "", "light.ink is missing"),
        ('ink = "#1b211e"', 'ink = "#1b211e"\ninkk = "#1b211e"', "light.inkk is unknown"),
        ("Roboto,", '\\"><b>,', "font.stack is"),
        ("Roboto,", "expression(alert(1)),", "font.stack is"),
        ("Roboto,", "x;}body{,", "font.stack is"),
        ("Arial, sans-serif", "Arial", "font.stack is"),
        ("radius = 16", 'radius = "16px;x:y"', "shape.radius is '16px;x:y': pixels from 0 to 40 is expected"),
        ("radius = 16", "radius = true", "shape.radius is True"),
        ("radius = 16", "radius = 41", "shape.radius is 41"),
        ('button = "rounded"', 'button = "round"', "one of square, rounded, pill is expected"),
        ("side = 32", "side = 1", "space.side is 1: pixels from 16 to 64 is expected"),
        ("[dark]", "[night]", "[dark] is missing"),
        ("[dark]", "[night]", "[night] is unknown"),
        ("[light]", '[logo]\nurl = "javascript:alert(1)"\nwidth = 1\n[light]', "logo.height is missing"),
        ("[light]", '[logo]\nurl = "https://a.example/\\" onload=\\"x"\n[light]', "logo.url is"),
    ],
)
def test_what_is_no_value_of_its_kind_is_refused_by_name(changed, before, after, fault):
    with pytest.raises(SetupError) as error:
        load_theme(changed((before, after)))
    assert fault in error.value.message


def test_what_is_no_theme_is_refused(tmp_path):
    with pytest.raises(SetupError, match="one of forest, linen, signal"):
        load_theme("forrest")
    with pytest.raises(SetupError, match="There is no theme"):
        load_theme("../themes/forest")
    broken = tmp_path / "broken.toml"
    broken.write_text("[light")
    with pytest.raises(SetupError, match=r"broken\.toml is no TOML"):
        load_theme(str(broken))


def test_no_template_has_a_colour_or_font_of_its_own():
    for path in TEMPLATES.rglob("*.html"):
        if path.name != "gallery.html":
            text = path.read_text("utf-8")
            assert not re.findall(r"#[0-9a-fA-F]{6}\b|font-family:(?!\s*\{\{)", text), path


def test_an_edited_template_is_taken_by_the_next_render(message, tmp_path, monkeypatch):
    """A watch renders for weeks in one process."""
    monkeypatch.setattr(render, "TEMPLATES", shutil.copytree(TEMPLATES, tmp_path / "templates"))
    signer = partial(sign, KEY.encode())
    assert "edited while it ran" not in Renderer(signer).render(message).html
    edited = tmp_path / "templates" / "base.html"
    text = edited.read_text("utf-8")
    assert text.count("<body") == 1
    edited.write_text(text.replace("<body", "<!-- edited while it ran --><body"), "utf-8")
    assert "edited while it ran" in Renderer(signer).render(message).html


@pytest.mark.parametrize("name", ["linen", "signal"])
@pytest.mark.parametrize("esp", [None, "klaviyo"])
def test_a_theme_reaches_every_template(message, name, esp):
    """Of all values of the default theme that differ, none is left, and each of the theme is there."""
    pages = {}
    for theme in (DEFAULT, name):
        if esp:
            pages[theme] = EspRenderer(esp, load_theme(theme)).template(message).html
        else:
            pages[theme] = Renderer(partial(sign, KEY.encode()), theme=load_theme(theme)).render(message).html
    found = {theme: set(re.findall(r"#[0-9a-f]{6}\b", page)) for theme, page in pages.items()}
    for theme, page in pages.items():
        sections = tomllib.loads((THEMES / f"{theme}.toml").read_text("utf-8"))
        assert set(found[theme]) == {sections[scheme][colour] for scheme in SCHEMES for colour in COLOURS}
        assert sections["font"]["stack"].replace(", ", ",") in page
        assert sections["font"]["outlook"] in page


def test_shape_space_and_logo_are_the_theme_s(message, changed):
    path = changed(
        ("radius = 16", "radius = 20"),
        ("side = 32", "side = 44"),
        ('"rounded"', '"pill"'),
        ("[light]", '[logo]\nurl = "https://cdn.example/logo.png"\nwidth = 120\nheight = 30\n[light]'),
    )
    html = Renderer(partial(sign, KEY.encode()), theme=load_theme(path)).render(message).html
    assert "padding:28px 44px 36px" in html and "border-radius:20px" in html
    assert html.count('class="button" style="padding:0;border-radius:24px') == 4
    [logo] = re.findall(r'<img src="https://cdn.example/logo.png"[^>]*>', html)
    assert 'alt="Corner Market" width="120" height="30"' in logo and "font-size:17px" in logo


@pytest.mark.parametrize("name", theme_names())
def test_both_ways_of_escaping_print_the_same_theme(tmp_path, name):
    database = build_warehouse(tmp_path / "warehouse.duckdb")
    written = []
    for escaping in ("sql", "template"):
        connection = open_warehouse(database, escaping)
        [chunk] = plan_chunks(connection, limit=1)
        [[message]] = read_chunk(connection, chunk)
        written.append(Renderer(partial(sign, KEY.encode()), escaping, load_theme(name)).render(message).html)
    assert written[0] == written[1]


def test_render_takes_a_theme_and_starts_anew_with_another(tmp_path, monkeypatch):
    monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", KEY)
    database = build_warehouse(tmp_path / "warehouse.duckdb")
    options = ["render", "--database", str(database), "--out", str(tmp_path / "out")]
    grounds = {"linen": "#e9e2d6", "signal": "#ece8fb"}
    for name, ground in grounds.items():
        result = CliRunner().invoke(main, [*options, "--theme", name])
        assert result.exit_code == 0, result.output
        [part] = (tmp_path / "out").glob("part-*.parquet")
        for html in pq.read_table(part)["html"].to_pylist():
            assert f"background:{ground}" in html
    refused = CliRunner().invoke(main, [*options, "--theme", "nothing"])
    assert refused.exit_code == 2 and "There is no theme nothing" in refused.output


def test_a_theme_toml_of_the_project_is_the_default(tmp_path):
    assert default_theme(tmp_path) == DEFAULT
    (tmp_path / "theme.toml").write_text("")
    assert default_theme(tmp_path) == str(tmp_path / "theme.toml")


def test_every_value_of_a_theme_is_checked():
    for name in theme_names():
        sections = tomllib.loads((THEMES / f"{name}.toml").read_text("utf-8"))
        assert {section: set(values) for section, values in sections.items()} == {
            section: set(kinds) for section, kinds in SECTIONS.items() if section != "logo"
        }
