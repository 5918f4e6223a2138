"""The documents as pages: `make docs`."""

import re
from importlib.metadata import version as installed

from sphinx.application import Sphinx

project = "flightsw"
author = "the flightsw maintainers"
release = version = installed("flightsw")

extensions = ["myst_parser"]
root_doc = "README"
html_theme = "furo"
html_title = f"flightsw {release}"
myst_heading_anchors = 3
exclude_patterns = ["pictures/README.md"]
# Shell sessions hold what programs print, tables hold units: no lexer has to like them.
suppress_warnings = ["misc.highlighting_failure"]

LINK = re.compile(r"\]\(([\w./-]+)\.md\)")


def name_the_pages(app: Sphinx, docname: str, source: list[str]) -> None:
    """Give the front page and the decisions the tree that a browser's side bar needs.

    It is made of their links, so that the text itself holds nothing but text.
    """
    if docname in ("README", "decisions/README"):
        pages = dict.fromkeys(LINK.findall(source[0]))
        listing = "\n".join(page for page in pages if not page.startswith(".."))
        source[0] += f"\n```{{toctree}}\n:hidden:\n\n{listing}\n```\n"


def setup(app: Sphinx) -> None:
    """Connect what is above."""
    app.connect("source-read", name_the_pages)
