"""What the README shows of the demonstration is what it prints."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_lost_flight_of_the_readme_is_that_of_the_demonstration(tmp_path):
    (shown,) = re.findall(r"^```text\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S)

    done = subprocess.run(
        [sys.executable, "-m", "flightsw", "demo"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "MISSION LOST" in shown
    assert shown in done.stdout
