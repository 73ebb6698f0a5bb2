"""The static files of the pages: scripts, styles and the icon."""

from pathlib import Path

FILES = Path(__file__).parent / "static"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
# The files in `static/styles/` are served as one, so that one request is all that a page waits for.
# The last one has the rules for narrow windows, which must come after those that they change.
STYLES = (
    "page.css",
    "questions.css",
    "texts.css",
    "split.css",
    "answers.css",
    "review.css",
    "narrow.css",
)
STYLE = "labeling.css"
# Names of the static files and their media types.
STATIC = {
    path.name: KINDS[path.suffix] for path in sorted((FILES).iterdir()) if path.suffix in KINDS
} | {STYLE: KINDS[".css"]}
SCRIPTS = [name for name in STATIC if name.endswith(".js")]
OF_REVIEW = [name for name in SCRIPTS if name.startswith("review")]
MODULES = [name for name in SCRIPTS if name not in OF_REVIEW]
SHARED = ["closer.js", "messages.js", "network.js", "state.js"]  # modules of both pages


def read_assets() -> dict[str, bytes]:
    """Return the content of the static files by their names in `STATIC`."""
    found = {name: (FILES / name).read_bytes() for name in STATIC if name != STYLE}
    found[STYLE] = b"\n".join((FILES / "styles" / name).read_bytes() for name in STYLES)
    return found
