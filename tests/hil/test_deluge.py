"""10^8 octets of anything, in C: a board neither falls nor locks, and hears the next good frame."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.hil.bench import HERE, TRAP, compile_firmware


def test_after_a_hundred_million_octets_a_board_answers(tmp_path: Path) -> None:
    program = tmp_path / "deluge"
    compile_firmware(program, HERE / "deluge.c", *TRAP)

    done = subprocess.run([program], capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stderr or f"ended by signal {-done.returncode}"
    octets, answered = map(int, done.stdout.split())
    assert octets >= 10**8
    assert answered >= 150
