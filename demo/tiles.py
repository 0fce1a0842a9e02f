"""Image tiles for the demo's items, one per category of a department. Synthetic: the source has no pictures.

The icons are Lucide's (ISC licence, parts MIT), from the package lucide.
"""

import importlib.resources
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from PIL import Image, ImageDraw, ImageFont
from svgelements import SVG, Shape
from svgelements import Path as Outline

SIZE_PIXELS = 320
SCALE = 2  # drawn twice as large, so that edges are smooth
CAPTION = "synthetic demo image"
INK = "#33383d"
FAINT_INK = "#5a6067"
ICON_UNITS = 24  # of Lucide's canvas
STROKE_UNITS = 1.6
POINTS_PER_SEGMENT = 24


class Tile(NamedTuple):
    slug: str
    name: str
    icon: str
    colour: str


def draw_tiles(tiles: list[Tile], folder: Path) -> None:
    """Writes <slug>.png for each."""
    folder.mkdir(parents=True, exist_ok=True)
    for tile in tiles:
        draw_tile(tile).save(folder / f"{tile.slug}.png", optimize=True)


def draw_tile(tile: Tile) -> Image.Image:
    """A soft square with the icon in a disc, the category's name and a caption."""
    side = SIZE_PIXELS * SCALE
    image = Image.new("RGB", (side, side), tile.colour)
    canvas = ImageDraw.Draw(image)
    radius = side * 0.24
    center = (side / 2, side * 0.38)
    disc = [center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius]
    canvas.ellipse(disc, fill="#ffffff")
    draw_icon(canvas, tile.icon, center, radius * 1.15)
    label_size = side * 0.085
    while canvas.textlength(tile.name, font=font(label_size)) > side * 0.88:
        label_size *= 0.95
    canvas.text((side / 2, side * 0.76), tile.name, font=font(label_size), fill=INK, anchor="mm")
    canvas.text((side / 2, side * 0.91), CAPTION, font=font(side * 0.045), fill=FAINT_INK, anchor="mm")
    small = image.resize((SIZE_PIXELS, SIZE_PIXELS), Image.Resampling.LANCZOS)
    return small.quantize(colors=24, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def draw_icon(canvas: ImageDraw.ImageDraw, icon: str, center: tuple[float, float], size: float) -> None:
    """Its strokes with round ends, so wide and high around the center."""
    unit = size / ICON_UNITS
    width = STROKE_UNITS * unit
    for line in icon_lines(icon):
        points = [
            (center[0] + (x - ICON_UNITS / 2) * unit, center[1] + (y - ICON_UNITS / 2) * unit)
            for x, y in line
        ]
        canvas.line(points, fill=INK, width=round(width))
        for x, y in points:
            canvas.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=INK)


@cache
def font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


@cache
def icon_lines(icon: str) -> list[list[tuple[float, float]]]:
    """The icon's strokes as points, in its own units."""
    archive = importlib.resources.files("lucide").joinpath("lucide.zip").read_bytes()
    with ZipFile(BytesIO(archive)) as icons:
        drawing = SVG.parse(BytesIO(icons.read(f"{icon}.svg")), width=ICON_UNITS, height=ICON_UNITS)
    lines = []
    for shape in drawing.elements(lambda element: isinstance(element, Shape)):
        for subpath in Outline(shape).as_subpaths():
            line = []
            for segment in subpath:
                for step in range(POINTS_PER_SEGMENT + 1):
                    point = segment.point(step / POINTS_PER_SEGMENT)
                    line.append((point.x, point.y))
            lines.append(line)
    return lines
