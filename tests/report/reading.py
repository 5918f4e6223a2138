"""A report as a reader sees it: its text by section, its links, its numbers."""

from html.parser import HTMLParser

from flightsw.report import report


class Page(HTMLParser):
    """The text of a page as a reader sees it, by the id of its sections, and what it links to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sections: dict[str, str] = {}
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.numbers = ""
        self._here = ""
        self._skip = False
        self._numbers = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.add(tag)
        if tag == "section":
            self._here = given["aria-labelledby"]
        self._numbers = tag == "script" and given.get("id") == "flightsw-run"
        self._skip = tag in ("script", "style")
        self.links += [given[key] for key in ("src", "href", "action", "data") if key in given]

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._skip = self._numbers = False
        if tag == "section":
            self._here = ""

    def handle_data(self, data):
        if self._numbers:
            self.numbers += data
        elif not self._skip:
            self.sections[self._here] = (
                f"{self.sections.get(self._here, '')} {data.strip()}".strip()
            )


def page_of(run, **more):
    return Page(report(run, **more))
