"""Same scenario and seed, same bytes: twice, at any level, from any compiler."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

import flightsw
from tests.core.standalone import compile_core, tables_as_bytes


def test_the_same_scenario_gives_the_same_bytes_twice(lost):
    again = flightsw.fly(flightsw.load("progress-ms-04-lost"))

    assert again.downlink == lost.downlink
    assert again.result_hash == lost.result_hash


def test_another_seed_gives_other_bytes(nominal):
    other = flightsw.fly(flightsw.load("progress-ms-04", seed=2))

    assert other.downlink != nominal.downlink
    assert other.success


@pytest.mark.parametrize(
    ("compiler", "flags"),
    [
        ("gcc", ("-O0",)),
        ("gcc", ("-O2",)),
        ("gcc", ("-O3", "-march=native", "-fno-tree-slp-vectorize")),
        ("clang", ("-O0",)),
        ("clang", ("-O2",)),
    ],
    ids=lambda value: value if isinstance(value, str) else "".join(value),
)
def test_every_compiler_and_level_flies_the_same_bytes(lost, tmp_path, compiler, flags):
    if shutil.which(compiler) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{compiler} is missing")
        pytest.skip(f"{compiler} is not installed: apt-get install {compiler}")
    program = compile_core(tmp_path, compiler=compiler, flags=flags)

    flown = subprocess.run(
        [program], input=tables_as_bytes(lost.scenario), capture_output=True, check=True
    )

    assert flown.stdout == lost.downlink
