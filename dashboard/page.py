"""From the numbers to one HTML file that asks for nothing: charts are drawn by the Vega that stands in it."""

import json
import re
from functools import cache
from pathlib import Path

import vl_convert
from altair import SCHEMA_VERSION
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from dashboard import email_sections, shop_sections
from dashboard.figures import MEASURES, Figure, Section
from dashboard.read import Numbers
from recmail.quality_page import csp_hash

TEMPLATES = Path(__file__).parent / "templates"
VEGA_LITE = ".".join(SCHEMA_VERSION.removeprefix("v").split(".")[:2])
DASH = "–"
FORMATS = {
    "count": "{:,.0f}",
    "rate": "{:.2%}",
    "change": "{:+.1%}",
    "amount": "{:,.2f}",
    "number": "{:,.4f}",
}


def page(numbers: Numbers) -> str:
    """The same text for the same numbers."""
    shown = sections(numbers.of("experiments"))
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"written": written, "csp_hash": csp_hash, "prose": prose}
    return environment.get_template("dashboard.html.j2").render(
        sections=shown,
        numbers=numbers,
        measures=MEASURES,
        static_rows=static_rows,
        as_of=(numbers.of("run") or [{"as_of": None}])[0]["as_of"],
        addresses=(numbers.of("addresses") or [{"synthetic_count": 0, "address_count": 0}])[0],
        choices={
            kind: [row["name"] for row in numbers.of("filters") if row["field"] == kind]
            for kind in ("trigger", "segment")
        },
        style=inline("dashboard.css"),
        script=inline("dashboard.js"),
        vega=vega(),
        data=data([figure for section in shown for figure in section.figures], numbers),
    )


def sections(experiment_rows: list[dict]) -> list[Section]:
    """In the order of the page."""
    return [
        email_sections.overview(),
        email_sections.by_trigger(),
        email_sections.claimed(),
        shop_sections.contexts(),
        email_sections.experiments(experiment_rows),
        email_sections.sends(),
        shop_sections.customers(),
        shop_sections.catalogue(),
        shop_sections.accuracy(),
        shop_sections.quality(),
        shop_sections.readiness(),
    ]


def static_rows(figure: Figure, numbers: Numbers) -> list[dict]:
    """What the table of a figure without filters says: of an experiment or a kind of accuracy its own rows."""
    own = {column: value for column, value in figure.drawn.items() if column in ("experiment", "chart")}
    return [
        row for row in numbers.of(figure.rows) if all(row[column] == value for column, value in own.items())
    ]


def data(figures: list[Figure], numbers: Numbers) -> Markup:
    """What the script draws, as JSON that is no HTML whatever is in it."""
    drawn = [figure for figure in figures if figure.chart or figure.filters]
    content = {
        "rows": {
            name: by_column(numbers.of(name))
            for name in sorted({"emails", *(figure.rows for figure in drawn)})
        },
        "periods": numbers.of("periods"),
        "filters": numbers.of("filters"),
        "measures": MEASURES,
        "figures": [
            {
                "key": figure.key,
                "rows": figure.rows,
                "columns": figure.columns,
                "filters": figure.filters,
                "drawn": figure.drawn,
                "chart": figure.chart,
            }
            for figure in drawn
        ],
    }
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def by_column(rows: list[dict]) -> dict:
    columns = list(rows[0]) if rows else []
    return {"columns": columns, "rows": [list(row.values()) for row in rows]}


def written(value: object, kind: str) -> str:
    """As dashboard.js writes it."""
    if value is None:
        return DASH
    return FORMATS[kind].format(value) if kind in FORMATS else str(value)


def prose(text: str) -> Markup:
    """With what stands in backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def inline(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text("utf-8").strip())


@cache
def vega() -> Markup:
    """Vega, Vega-Lite and vega-embed in one script, which no request brings."""
    bundle = vl_convert.javascript_bundle(snippet="window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    return Markup(bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--").strip())
