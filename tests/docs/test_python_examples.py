"""What the how-tos show in Python runs as it stands."""

import re
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs" / "how-to").glob("*.md"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOUND = [(page.stem, block) for page in PAGES for block in BLOCK.findall(page.read_text("utf-8"))]


@pytest.mark.parametrize(("page", "block"), FOUND, ids=[page for page, _ in FOUND])
def test_a_block_of_python_runs(page, block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")

    exec(compile(block, f"{page}.md", "exec"), {"__name__": "__main__"})
