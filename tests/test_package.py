"""What a user meets first: the import."""

import subprocess
import sys
from importlib.metadata import version

import flightsw

HEAVY = {"cffi", "click", "flightsw._native", "numpy", "pydantic", "rich", "serial"}


def test_the_package_and_its_metadata_name_one_version() -> None:
    assert flightsw.__version__ == version("flightsw")


def test_the_import_loads_nothing_heavy() -> None:
    program = "import sys, flightsw; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    ).stdout.split()

    assert HEAVY.isdisjoint(loaded)
