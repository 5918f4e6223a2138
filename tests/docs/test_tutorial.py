"""The tutorial does what it says: each file is written, each command run, each line compared."""

import re
import subprocess
import sys
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(console|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDED = re.compile(r"# (\S+), added to the entry (\w+)")
EXIT = re.compile(r"\s+# exit (\d+)$")


def write(here: Path, block: str) -> None:
    """A file named in its first line; or lines for an entry of one that is there."""
    first, rest = block.split("\n", 1)
    added = ADDED.fullmatch(first)
    if added is None:
        path = here / first.removeprefix("# ")
        path.parent.mkdir(exist_ok=True)
        path.write_text(rest, encoding="utf-8")
        return
    path = here / added.group(1)
    text = path.read_text(encoding="utf-8")
    name = re.search(rf'^event +?= "{added.group(2)}"\n', text, re.MULTILINE)
    assert name is not None
    path.write_text(text[: name.end()] + rest + text[name.end() :], encoding="utf-8")


def sessions(block: str) -> list[tuple[str, int, list[str]]]:
    """The commands of a block, each with its exit code and the lines that it prints."""
    found = []
    for session in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *lines = session.rstrip("\n").split("\n")
        code = EXIT.search(command)
        found.append((EXIT.sub("", command), int(code.group(1)) if code else 0, lines))
    return found


def printed(command: str, here: Path) -> tuple[int, list[str]]:
    program = f"{sys.executable} -m flightsw"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.replace("flightsw", program, 1)],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).rstrip("\n").split("\n")


def is_like(lines: list[str], shown: list[str]) -> bool:
    """Whether lines are those that are shown, `...` being any number of others."""
    pattern = "".join("(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in shown)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)) is not None


def test_the_tutorial_does_what_it_says(tmp_path):
    blocks = BLOCK.findall(TEXT)
    assert len(blocks) > 10

    for kind, block in blocks:
        if kind == "toml":
            write(tmp_path, block)
            continue
        for command, code, shown in sessions(block):
            came, lines = printed(command, tmp_path)
            assert came == code, f"$ {command}\n" + "\n".join(lines)
            if shown:
                assert is_like(lines, shown), f"$ {command}\n" + "\n".join(lines)


def test_lines_that_are_left_out_are_any_others_and_shown_ones_are_exact():
    assert is_like(["a", "b", "c"], ["...", "c"])
    assert is_like(["a", "b", "c"], ["a", "...", "c", "..."])
    assert not is_like(["a", "b", "c"], ["a", "..."][:1])
    assert not is_like(["a", "bb"], ["a", "b"])
