"""The look of the emails: colours, font, shape, spacing and logo of one file, `theme.toml`, for all templates.

Templates name its values as `{{ theme.ink }}`; they are put into the source when it is compiled, so a theme costs
nothing per email. A file is checked when it is loaded: nothing in it can end a style or an attribute, and every text
can be read on its ground (WCAG 2.2 AA), in light and dark.
"""

import hashlib
import re
import tomllib
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

from email_render.errors import SetupError

THEMES = Path(__file__).with_name("themes")
DEFAULT = "forest"
SHOP_FILE = "theme.toml"

# what is read on what, and the least contrast of the two (WCAG 2.2, 1.4.3: text of any size)
CONTRAST_MIN = 4.5
PAIRS = (
    ("ink", "shell"),
    ("ink", "tint"),
    ("ink", "photo"),  # what a picture shows, where pictures are off
    ("soft", "page"),
    ("soft", "shell"),
    ("soft", "tint"),
    ("star", "shell"),
    ("header_ink", "header"),
    ("header_soft", "header"),
    ("badge_ink", "badge"),
    ("offer_ink", "offer"),
    ("button_ink", "button"),
)
COLOURS = sorted({name for pair in PAIRS for name in pair})
SCHEMES = ("light", "dark")
# class of the templates, property, colour: what a dark scheme replaces
DARK_RULES = (
    (("page", "body"), "background", "page"),
    (("shell",), "background", "shell"),
    (("tint",), "background", "tint"),
    (("photo", "blank"), "background", "photo"),
    (("ink",), "color", "ink"),
    (("soft",), "color", "soft"),
    (("star",), "color", "star"),
    (("head",), "background", "header"),
    (("head-ink",), "color", "header_ink"),
    (("head-soft",), "color", "header_soft"),
    (("main",), "background", "header_ink"),
    (("main-ink",), "color", "header"),
    (("badge",), "background", "badge"),
    (("badge",), "color", "badge_ink"),
    (("offer",), "background", "offer"),
    (("offer", "offer-ink"), "color", "offer_ink"),
    (("button",), "background", "button"),
    (("button-ink",), "color", "button_ink"),
)
BUTTON_SHAPES = {"square": 0, "rounded": 8, "pill": 24}
GENERIC_FONTS = ("serif", "sans-serif", "monospace", "system-ui")
FONT = re.compile(r"-?[A-Za-z][A-Za-z0-9 -]*|'[A-Za-z][A-Za-z0-9 -]*'")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\s\x00-\x1f\"'<>\\^`{|}&]*)?")


def a_font_stack(value: object) -> str | None:
    names = [name.strip() for name in value.split(",")] if isinstance(value, str) else []
    if not names or not all(FONT.fullmatch(name) for name in names) or names[-1] not in GENERIC_FONTS:
        return f"names of fonts between commas, the last one of {', '.join(GENERIC_FONTS)}"
    return None


def a_colour(value: object) -> str | None:
    return None if isinstance(value, str) and COLOUR.fullmatch(value) else "a colour like #17453a"


def an_address(value: object) -> str | None:
    fits = isinstance(value, str) and ADDRESS.fullmatch(value)
    return None if fits else "an https address without &, quotes and blanks"


def a_button_shape(value: object) -> str | None:
    return None if value in BUTTON_SHAPES else f"one of {', '.join(BUTTON_SHAPES)}"


def pixels(least: int, most: int):
    def fault(value: object) -> str | None:
        return None if type(value) is int and least <= value <= most else f"pixels from {least} to {most}"

    return fault


# section → value → what is wrong with it; `logo` may be absent, all else is needed
SECTIONS = {
    "font": {"stack": a_font_stack, "outlook": a_font_stack},
    "shape": {"radius": pixels(0, 40), "button": a_button_shape},
    "space": {"side": pixels(16, 64), "block": pixels(8, 64)},
    "logo": {"url": an_address, "width": pixels(16, 320), "height": pixels(16, 120)},
} | dict.fromkeys(SCHEMES, dict.fromkeys(COLOURS, a_colour))
OPTIONAL_SECTIONS = ("logo",)


class Theme:
    """The checked values of a file, and what follows from them."""

    def __init__(self, sections: dict[str, dict]):
        self._sections = sections

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Theme) and self.values == other.values

    def __hash__(self) -> int:
        return hash(tuple(self.values.items()))

    @cached_property
    def values(self) -> dict[str, str]:
        """By the name that templates use."""
        shape, space = self._sections["shape"], self._sections["space"]
        radius = shape["radius"]
        pixel_values = {
            "radius": radius,
            "radius_photo": radius * 3 // 4,
            "radius_small": radius * 5 // 8,
            "radius_badge": radius * 3 // 8,
            "radius_button": BUTTON_SHAPES[shape["button"]],
            "side": space["side"],
            "grid": space["side"] - 8,  # items bring 8 pixels of their own
            "block": space["block"],
        }
        logo = self._sections.get("logo", {"url": "", "width": 160, "height": 40})
        return {
            **self._sections["light"],
            **{name: f"{value}px" for name, value in pixel_values.items()},
            "font": self._sections["font"]["stack"].replace(", ", ","),
            "font_outlook": self._sections["font"]["outlook"],
            **{f"logo_{name}": str(value) for name, value in logo.items()},
            "dark_rules": "\n".join(self._dark_rules("", "")),
            # Outlook's apps and outlook.com ignore the media query and mark what they recoloured
            "dark_rules_outlook": "\n".join(self._dark_rules("[data-ogsc] ", "[data-ogsb] ")),
        }

    def _dark_rules(self, of_text: str, of_ground: str) -> list[str]:
        """A line per colour that is another one in the dark."""
        light, dark = (self._sections[scheme] for scheme in SCHEMES)
        rules = []
        for names, rule, colour in DARK_RULES:
            if light[colour] == dark[colour]:
                continue
            prefix = of_text if rule == "color" else of_ground
            selectors = ",".join(prefix + (name if name == "body" else f".{name}") for name in names)
            rules.append(f"{selectors}{{{rule}:{dark[colour]}!important}}")
        return rules

    @cached_property
    def fingerprint(self) -> str:
        return hashlib.sha256(repr(sorted(self.values.items())).encode()).hexdigest()


def load_theme(name: str) -> Theme:
    """The theme of a file, or one of those delivered by its name. SetupError names all that is wrong with it."""
    path = THEMES / f"{name}.toml" if name in theme_names() else Path(name)
    if path.suffix != ".toml" or not path.is_file():
        known = ", ".join(theme_names())
        raise SetupError(f"There is no theme {name}: name a .toml file or one of {known}.")
    try:
        sections = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"Theme {path.name} is no TOML: {error}.") from error
    faults = value_faults(sections) or contrast_faults(sections)
    if faults:
        raise SetupError(
            "\n".join([f"Theme {path.name} can't be used:", *(f"- {fault}" for fault in faults)])
        )
    return Theme(sections)


def theme_names() -> list[str]:
    """Of the themes that are delivered."""
    return sorted(theme.stem for theme in THEMES.glob("*.toml"))


def default_theme(project: Path) -> str:
    """The shop's own file where it has one."""
    own = project / SHOP_FILE
    return str(own) if own.exists() else DEFAULT


def value_faults(sections: dict) -> list[str]:
    """What is missing, unknown or not of its kind."""
    faults = [f"[{section}] is unknown" for section in sections.keys() - SECTIONS.keys()]
    for section, kinds in SECTIONS.items():
        values = sections.get(section)
        if values is None and section in OPTIONAL_SECTIONS:
            continue
        if not isinstance(values, dict):
            faults.append(f"[{section}] is missing")
            continue
        faults += [f"{section}.{key} is unknown" for key in values.keys() - kinds.keys()]
        for key, fault_of in kinds.items():
            if key not in values:
                faults.append(f"{section}.{key} is missing")
            elif wanted := fault_of(values[key]):
                faults.append(f"{section}.{key} is {values[key]!r}: {wanted} is expected")
    return sorted(faults)


def contrast_faults(sections: dict) -> list[str]:
    """What could not be read."""
    faults = []
    for scheme in SCHEMES:
        colours = sections[scheme]
        for text, ground in PAIRS:
            ratio = contrast(colours[text], colours[ground])
            if ratio < CONTRAST_MIN:
                faults.append(
                    f"{scheme}: {text} {colours[text]} on {ground} {colours[ground]} has a contrast of "
                    f"{int(ratio * 100) / 100:.2f}, WCAG AA asks for {CONTRAST_MIN}"
                )
    return faults


def contrast(one: str, other: str) -> float:
    """Of two colours, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted(luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    ]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


class PutThemeIn(NodeTransformer):
    """`theme.ink` becomes the text that it stands for."""

    def __init__(self, theme: Theme):
        self._values = theme.values

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Expr:
        if isinstance(node.node, nodes.Name) and node.node.name == "theme":
            return nodes.TemplateData(self._values[node.attr]).set_lineno(node.lineno)
        return self.generic_visit(node)


class ThemedEnvironment(Environment):
    """Compiles templates with the values of `theme` in them."""

    theme: Theme

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = PutThemeIn(self.theme).visit(super()._parse(source, name, filename))
        return tree.set_environment(self)
