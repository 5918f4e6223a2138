"""Consoles as the command line starts them, in a process of their own."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from flightsw import load
from flightsw.cli.run import fly_and_record
from tests.browser import Opened
from tests.console.reading import at, stands

START_S = 30.0


class Console:
    """A console that runs, and its address."""

    def __init__(self, arguments: list[str], cwd: Path, port: int = 0) -> None:
        command = [sys.executable, "-W", "error", "-m", "flightsw", "console", *arguments]
        self.process = subprocess.Popen(
            [*command, "--port", str(port), "--no-browser"],
            cwd=cwd,
            env={**os.environ, "XDG_RUNTIME_DIR": str(cwd)},  # boards of its own
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.said = ""
        while "http://" not in self.said:
            line = self.process.stderr.readline()
            assert line, f"the console ended: {self.said}"
            self.said += line
        found = re.search(r"http://\S+", self.said)
        assert found
        self.url = found[0]
        self.port = int(re.findall(r":(\d+)/", self.url)[0])

    def ask(self, path: str, **headers: str) -> Any:
        with self.open(path, **headers) as answer:
            return json.load(answer)

    def open(self, path: str, **headers: str) -> Any:
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(
            url, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        return urllib.request.urlopen(request, timeout=10)

    def status(self, path: str, **headers: str) -> int:
        try:
            with self.open(path, **headers) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024

    def until(self, what, timeout_s: float = 120.0) -> Any:
        """Wait until a function of the state is true; return the state."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            state = self.ask("/api/run")["state"]
            if what(state):
                return state
            time.sleep(0.1)
        raise AssertionError(state)

    def kill(self) -> None:
        """Let it be gone at once."""
        self.process.kill()
        self.process.communicate()

    def stop(self) -> int:
        """Interrupt it; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        out, said = self.process.communicate(timeout=20)
        self.said += said
        self.printed = out
        return self.process.returncode


@pytest.fixture
def console(tmp_path):
    """Return a function that starts a console in the test's folder."""
    running: list[Console] = []

    def start(*arguments: str, port: int = 0) -> Console:
        running.append(Console([*arguments], tmp_path, port))
        return running[-1]

    yield start
    for each in running:
        if each.process.poll() is None:
            each.stop()


FLOWN = {
    "planned": ("progress-ms-04", ()),
    "lost": ("progress-ms-04-lost", ()),
    "rocket": ("nike-apache-14-210", ()),
}


@pytest.fixture(scope="session")
def flown(tmp_path_factory):
    """Return the run folder of a flight by a short name."""
    root = tmp_path_factory.mktemp("flown")

    def folder(name: str) -> Path:
        if not (root / name).exists():
            mission, faults = FLOWN[name]
            fly_and_record(load(mission, faults=faults), out=root / name)
        return Path(root / name)

    return folder


@pytest.fixture
def opened(browser):
    """Return a function that opens the page of a console."""
    contexts: list[Any] = []

    def open_page(console: Console, *, width=1280, height=720, scheme="dark") -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        contexts.append(context)
        shown = Opened(context.new_page())
        shown.page.goto(console.url)
        shown.page.wait_for_selector(".plot canvas")
        return shown

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def paused(console, flown, opened):
    """Return a function that opens a run and lets it stand at a time."""

    def open_at(name, t_s, **how):
        shown = opened(console(str(flown(name)), "--speed", "1"), **how)
        shown.page.keyboard.press("Space")
        stands(shown.page, lambda text: text == "▶", "#play")
        at(shown.page, t_s)
        return shown

    return open_at
