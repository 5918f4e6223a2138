"""`make` on a machine that lacks something says what, and which package brings it, in one line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MAKE = shutil.which("make")
TOP = Path(__file__).parents[2]
NEEDED = ["awk", "cc", "cmake", "env", "getconf", "grep", "mkdir", "nproc", "sh", "touch"]

pytestmark = pytest.mark.skipif(
    MAKE is None or not (TOP / "Makefile").exists(), reason="needs make and the checkout"
)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Make a folder that holds every needed program; a test takes one away."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    (folder / "python3").symlink_to(sys.executable)
    return folder


def requirements(tools: Path) -> subprocess.CompletedProcess[str]:
    keep = {key: value for key, value in os.environ.items() if key not in {"CC", "MAKEFLAGS"}}
    return subprocess.run(
        [str(MAKE), "--no-print-directory", "-s", "requirements"],
        cwd=TOP,
        env={**keep, "PATH": str(tools)},
        capture_output=True,
        check=False,
        text=True,
    )


def without(tools: Path, name: str) -> Path:
    (tools / name).unlink()
    return tools


def python_that_answers(tools: Path, script: str) -> Path:
    """Replace python3 by one that lacks what the script refuses."""
    (tools / "python3").unlink()
    fake = tools / "python3"
    fake.write_text(f'#!/bin/sh\ncase "$*" in {script} esac\nexec {sys.executable} "$@"\n')
    fake.chmod(0o755)
    return tools


def test_a_whole_machine_passes_in_silence(tools: Path) -> None:
    result = requirements(tools)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("name", "said", "package"),
    [
        pytest.param("python3", "Python 3.11 or later", "python3", id="python"),
        pytest.param("cc", "a C compiler", "gcc", id="compiler"),
        pytest.param("cmake", "cmake", "cmake", id="cmake"),
    ],
)
def test_names_the_missing_program_and_its_package(
    tools: Path, name: str, said: str, package: str
) -> None:
    result = requirements(without(tools, name))

    (line,) = [text for text in result.stderr.splitlines() if not text.startswith("make")]
    assert result.returncode != 0
    assert line.startswith(f"missing: {said}")
    assert package in line.partition("apt-get install ")[2].split()


@pytest.mark.parametrize(
    ("script", "said", "package"),
    [
        pytest.param("*ensurepip*) exit 1;;", "the Python module venv", "python3-venv", id="venv"),
        pytest.param("*Python.h*) exit 1;;", "the Python headers", "python3-dev", id="headers"),
        pytest.param(
            "*version_info*) exit 1;; -V) echo Python 3.9.2; exit 0;;",
            "Python 3.11 or later (python3 is Python 3.9.2",
            "python3",
            id="old python",
        ),
    ],
)
def test_names_what_the_python_lacks_and_its_package(
    tools: Path, script: str, said: str, package: str
) -> None:
    result = requirements(python_that_answers(tools, script))

    (line,) = [text for text in result.stderr.splitlines() if not text.startswith("make")]
    assert result.returncode != 0
    assert line.startswith(f"missing: {said}")
    assert package in line.partition("apt-get install ")[2].split()


def test_names_everything_that_is_missing_at_once(tools: Path) -> None:
    result = requirements(without(without(tools, "cmake"), "cc"))

    assert "a C compiler, cmake. On Debian: apt-get install gcc libc6-dev cmake" in result.stderr
