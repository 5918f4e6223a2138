"""The sanitizers that `make sanitize` builds with do find what is wrong."""

import shutil
import subprocess
from pathlib import Path

import pytest

PLANTED = """
#include <stdlib.h>
#include <string.h>
int main(int count, char** words)
{
    char* const room = malloc(4);
    memset(room, count, 4);
    const int wrong = WRONG;
    free(room);
    return words == NULL ? wrong : 0;
}
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
@pytest.mark.parametrize(
    ("wrong", "code"),
    [("room[count + 3]", 77), ("0x7FFFFFFF + count", 1), ("room[count]", 0)],
)
def test_a_planted_error_is_an_exit_code(tmp_path: Path, wrong: str, code: int) -> None:
    source, program = tmp_path / "planted.c", tmp_path / "planted"
    source.write_text(PLANTED.replace("WRONG", wrong))
    flags = ["-std=c11", "-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
    subprocess.run(["cc", *flags, str(source), "-o", str(program)], check=True)

    done = subprocess.run(
        [program], env={"ASAN_OPTIONS": "detect_leaks=0:exitcode=77"}, check=False
    )

    assert done.returncode == code
