"""Image tiles for the demo's items, one per department. Synthetic: the source has no pictures."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE_PIXELS = 320
CAPTION = "synthetic demo image"
INK = "#33383d"
FAINT_INK = "#5a6067"


def draw_tiles(departments: list[tuple[str, str, str]], folder: Path) -> None:
    """Writes <slug>.png for each (name, slug, background colour)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, slug, colour in departments:
        draw_tile(name, colour).save(folder / f"{slug}.png", optimize=True)


def draw_tile(name: str, colour: str) -> Image.Image:
    """A soft square with the department's initial in a disc, its name and a caption."""
    scale = 2  # drawn twice as large, so that edges are smooth
    side = SIZE_PIXELS * scale
    image = Image.new("RGB", (side, side), colour)
    canvas = ImageDraw.Draw(image)
    radius = side * 0.2
    center = (side / 2, side * 0.4)
    disc = [center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius]
    canvas.ellipse(disc, fill="#ffffff")
    canvas.text(center, name[0], font=ImageFont.load_default(side * 0.22), fill=INK, anchor="mm")
    label_size = side * 0.085
    while canvas.textlength(name, font=ImageFont.load_default(label_size)) > side * 0.86:
        label_size *= 0.95
    canvas.text((side / 2, side * 0.74), name, font=ImageFont.load_default(label_size), fill=INK, anchor="mm")
    caption_font = ImageFont.load_default(side * 0.045)
    canvas.text((side / 2, side * 0.91), CAPTION, font=caption_font, fill=FAINT_INK, anchor="mm")
    small = image.resize((SIZE_PIXELS, SIZE_PIXELS), Image.Resampling.LANCZOS)
    return small.quantize(colors=32, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
