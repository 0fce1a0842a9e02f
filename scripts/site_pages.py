"""Hook of mkdocs: pages that stand outside docs/, and links that lead out of it.

A link to a file of the project that is no page becomes the file's path; one to a file that isn't there stops the build,
as mkdocs itself does for pages.
"""

import re
from pathlib import Path, PurePosixPath

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[1]
# of the project, and what they are called on the site
OUTSIDE = {
    "README.md": "index.md",
    "DECISIONS.md": "decisions.md",
    "CHANGELOG.md": "changelog.md",
    "demo/README.md": "demo.md",
}
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)#\s:]+)(?P<anchor>#[^)\s]*)?\)")


def on_files(files, config):
    for source, page in OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text("utf-8")))
    return files


def on_page_markdown(markdown, page, config, files):
    inside = {name: source for source, name in OUTSIDE.items()}
    source = PurePosixPath(inside.get(page.file.src_uri, f"docs/{page.file.src_uri}"))

    def rewritten(link: re.Match) -> str:
        target = (ROOT / source.parent / link["target"]).resolve()
        if not target.is_relative_to(ROOT) or not target.exists():
            raise PluginError(f"{source} links to {link['target']}, which is not there")
        path = target.relative_to(ROOT).as_posix()
        name = OUTSIDE.get(path, path.removeprefix("docs/"))
        if path in OUTSIDE or path.startswith("docs/"):
            return f"{link['image']}[{link['text']}]({name}{link['anchor'] or ''})"
        return f"`{path}`" if link["text"] in (path, link["target"]) else f"{link['text']} (`{path}`)"

    return LINK.sub(rewritten, markdown)
