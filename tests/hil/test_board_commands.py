"""`flightsw board list|start|test`: what is here, a board that stays, a board tried."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools.list_ports_common import ListPortInfo

from flightsw.cli import main
from flightsw.cli.board import command as board_command
from hil.boards.virtual import VirtualBoard
from hil.errors import BoardSilentError
from hil.ports import open_port
from hil.rates import met
from tests.hil.chips import require

SHORT = ("nike-apache-14-210-short", "--rate", "20")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runtime").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))


@pytest.fixture
def _no_ports(monkeypatch):
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda **_: [])


def printed(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(["board", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.usefixtures("_no_ports")
def test_with_nothing_attached_the_last_line_starts_a_virtual_board(capsys):
    code, out, _ = printed(capsys, "list")

    assert code == 0
    assert out.splitlines()[-1].strip() == "flightsw board start virtual"


def test_the_list_shows_who_answers(capsys):
    with VirtualBoard(name="bench 7", board_id=bytes(range(8))) as board:
        code, out, _ = printed(capsys, "list")
        _, as_json, _ = printed(capsys, "list", "--json")

    assert code == 0
    assert "bench 7: transmitter, sequencer" in out
    assert "id 0001020304050607" in out
    assert "flightsw board start" not in out
    found = json.loads(as_json)["boards"][0]
    assert (found["name"], found["port"], found["pid"]) == ("virtual-1", board.port, board.pid)
    assert found["identity"]["this_firmware"] is True
    assert found["identity"]["window_bytes"] == 4096


@pytest.mark.usefixtures("_no_ports")
def test_a_port_on_which_nobody_answers_says_so(capsys, monkeypatch):
    monkeypatch.setattr("hil.finder._PATIENCE_S", 0.1)
    master, slave = os.openpty()
    try:
        code, out, _ = printed(capsys, "list", "--port", os.ttyname(slave))
        as_json = printed(capsys, "list", "--port", os.ttyname(slave), "--json")
    finally:
        os.close(master)
        os.close(slave)

    assert code == as_json[0] == 3
    assert "no board of this link answers" in out
    assert out.splitlines()[-1] == "  flightsw board flash TARGET"
    assert "board start" not in out
    assert json.loads(as_json[1])["boards"][0]["identity"] is None


def test_a_port_that_is_not_here_is_told_with_what_is(capsys):
    with VirtualBoard() as board:
        code, out, _ = printed(capsys, "list", "--port", "/dev/ttyACM9")

    assert code == 3
    assert "no /dev/ttyACM9. Ports here: " in out
    assert f"{board.port} (virtual board)" in out
    assert "board flash" not in out
    assert "board start" not in out


@pytest.mark.usefixtures("_no_ports")
def test_a_board_that_runs_and_does_not_answer_is_no_reason_to_start_one(capsys):
    with VirtualBoard() as board, closing(open_port(board.port)):
        code, out, _ = printed(capsys, "list")

    assert code == 0
    assert "is in use by another program" in out
    assert f"end it: kill {board.pid}" in out
    assert "board start" not in out


def test_the_lines_of_the_help_are_whole_and_fit_80_columns(capsys):
    _, page, _ = printed(capsys, "-h")
    pages = [printed(capsys, name, "-h")[1] for name in board_command.commands]

    assert "..." not in page.partition("Commands:")[2]
    assert max(len(line) for each in (page, *pages) for line in each.splitlines()) <= 80


def test_a_board_on_usb_is_asked_and_listed_with_its_vendor_and_product(capsys, monkeypatch):
    with VirtualBoard(name="Arduino Uno", board_id=b"\x07" * 8) as board:
        here = ListPortInfo(os.path.realpath(board.port))
        here.vid, here.pid, here.description = 0x2341, 0x43, "Uno"
        monkeypatch.setattr("serial.tools.list_ports.comports", lambda **_: [here])
        monkeypatch.setattr("hil.finder.registered", list)

        _, out, _ = printed(capsys, "list")
        _, as_json, _ = printed(capsys, "list", "--json")

    first, second, *_ = out.splitlines()
    assert first.split() == [here.device, "2341:0043", "Uno"]
    assert second.strip() == "Arduino Uno: transmitter, sequencer"
    found = json.loads(as_json)["boards"]
    assert [(each["usb"], each["identity"]["id"]) for each in found] == [("2341:0043", "07" * 8)]


@pytest.mark.usefixtures("_no_ports")
def test_a_port_that_is_no_usb_port_is_not_asked(capsys, monkeypatch):
    monkeypatch.setattr(
        "serial.tools.list_ports.comports", lambda **_: [ListPortInfo("/dev/ttyS0")]
    )

    _, out, _ = printed(capsys, "list")

    assert "not asked: it is no USB port; --port asks it" in out


def start(*flags: str) -> subprocess.CompletedProcess[str]:
    """Start a board from a process of its own, as a person does: it is not ours to wait for."""
    command = [sys.executable, "-m", "flightsw", "board", "start", "virtual", *flags]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def test_a_started_board_stays_is_listed_and_flies(capsys):
    started = start("--json")
    board = json.loads(started.stdout)
    try:
        assert started.stderr == ""
        assert board["name"] == "virtual-1"
        assert os.path.realpath(board["port"]).startswith("/dev/pts/")
        assert "virtual-1" in printed(capsys, "list")[1]
        assert main(["run", *SHORT, "--board", "virtual-1", "-q"]) == 0
    finally:
        os.kill(board["pid"], signal.SIGTERM)
    for _ in range(100):
        if "virtual-1" not in printed(capsys, "list")[1]:
            break
        time.sleep(0.02)
    assert "virtual-1" not in printed(capsys, "list")[1]


def test_the_words_of_start_name_how_it_is_flown_and_ended():
    started = start()
    pid = int(started.stderr.split("kill ")[1].split()[0])
    os.kill(pid, signal.SIGTERM)

    assert started.stdout.strip().endswith("virtual-1")
    assert "flightsw run MISSION --board virtual-1" in started.stderr


def test_an_emulated_board_has_no_rate_to_be_given(capsys):
    code, _, err = printed(capsys, "start", "emulated", "--baud", "9600")

    assert code == 2
    assert "--baud is for a virtual board or a real one" in err


@pytest.mark.parametrize("command", [("board", "test"), ("run", *SHORT, "--board")])
def test_nor_has_one_that_is_flown_or_tried(capsys, command):
    code = main([*command, "emulated", "--baud", "9600"])

    assert code == 2
    assert "--baud is for a virtual board or a real one" in capsys.readouterr().err


@pytest.mark.usefixtures("_no_ports")
def test_a_board_that_was_started_with_a_rate_is_listed_tried_and_flown_at_it(capsys):
    with VirtualBoard(baud=9600):
        listed = printed(capsys, "list")[1]
        tried = printed(capsys, "test", "virtual-1", "--seconds", "0.1", "-q")
        flown = [main(["run", *SHORT, "--board", board, "-q"]) for board in ("virtual-1", "any")]

    assert "virtual: transmitter, sequencer\n" in listed
    assert tried[0] == 0
    assert tried[1].splitlines()[0].endswith(", 9600 baud")
    assert flown == [0, 0]


def test_a_board_on_usb_that_answers_at_another_rate_is_told_with_it(capsys, monkeypatch):
    with VirtualBoard(baud=500_000) as board:
        here = ListPortInfo(os.path.realpath(board.port))
        here.vid, here.pid, here.description = 0x2341, 0x43, "Uno"
        monkeypatch.setattr("serial.tools.list_ports.comports", lambda **_: [here])
        monkeypatch.setattr("hil.finder.registered", list)
        monkeypatch.setattr("hil.finder.simulated_rate", lambda _: 0)
        monkeypatch.setattr("hil.finder._PATIENCE_S", 0.3)

        listed = printed(capsys, "list")[1]
        flown = main(["run", *SHORT, "--board", "any"])

    assert "sequencer; answers at 500000 baud: --baud 500000\n" in listed
    assert flown == 3
    assert "answers at 500000 baud, not at 115200: --baud 500000\n" in capsys.readouterr().err


def test_a_board_is_found_by_its_id(capsys):
    with VirtualBoard(board_id=b"\xab" * 8):
        code, _, _ = printed(capsys, "test", "ab" * 8, "--seconds", "0.1", "-q")
        missing = main(["run", "progress-ms-04", "--board", "cd" * 8])
        err = capsys.readouterr().err

    assert code == 0
    assert missing == 3
    assert "no board here has the id cdcdcdcdcdcdcdcd" in err


@pytest.mark.usefixtures("_no_ports")
def test_any_board_is_the_one_that_is_built_from_this_version(capsys):
    none = main(["run", *SHORT, "--board", "any"])
    with VirtualBoard(board_id=b"\xab" * 8):
        one = main(["run", *SHORT, "--board", "any", "-q"])
        with VirtualBoard(board_id=b"\xcd" * 8):
            capsys.readouterr()
            two = main(["run", *SHORT, "--board", "any"])
    err = capsys.readouterr().err

    assert (none, one, two) == (3, 0, 3)
    assert "more than one board is here: abababababababab on " in err
    assert ", cdcdcdcdcdcdcdcd on " in err


def test_a_board_that_is_tried_is_good_and_says_what_it_carries(capsys):
    code, out, err = printed(
        capsys, "test", "virtual", "--for", "progress-ms-04", "--seconds", "0.2"
    )

    assert code == 0
    assert "echoes of every length ..." in err
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert lines["echoes"].split()[1:4] == ["246", "of", "246"]
    assert " octets/s at most: it fits" in lines["transmitter"]
    assert lines["sequencer"].endswith("it fits")
    assert out.splitlines()[-1].startswith("GOOD")
    assert max(map(len, out.splitlines()[1:])) <= 80


def test_a_line_is_not_said_to_carry_more_than_its_rate_however_fast_it_was_measured(capsys):
    code, out, _ = printed(
        capsys,
        *("test", "virtual", "--baud", "9600", "--for", "progress-ms-04", "--seconds", "0.1", "-q"),
    )

    assert code == 0
    assert out.splitlines()[0].endswith(", 9600 baud")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert "carries 960 octets/s each way; its time is simulated" in lines["line"]
    assert ": too much" in lines["transmitter"]
    assert ": too much" in lines["sequencer"]
    assert out.splitlines()[-1].endswith("; progress-ms-04 in lockstep alone")


def test_a_line_that_has_no_rate_is_told_as_one(capsys):
    _, out, _ = printed(capsys, "test", "virtual", "--seconds", "0.1", "-q")

    assert out.splitlines()[0].endswith(", no rate")


def test_a_board_that_is_tried_as_json(capsys):
    code, out, err = printed(capsys, "test", "virtual", "--seconds", "0.1", "--json")

    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["format"] == "flightsw-board-test/1"
    assert (found["good"], found["errors"]) == (True, {})
    assert found["from_board_per_s"] > 11_520
    assert found["round_trip_ms"]["p50"] <= found["round_trip_ms"]["max"]


def test_a_board_that_a_killed_host_left_in_its_flight_is_tried(capsys):
    from tests.hil.conftest import Host, transmitter_config

    with VirtualBoard() as board:
        with Host(board.port) as host:
            host.discover()
            host.start(transmitter_config())
        listed = printed(capsys, "list")[1]
        code, _, err = printed(capsys, "test", board.port, "--seconds", "0.1")
        again = printed(capsys, "list")[1]

    assert "sequencer; in a flight that its host has left\n" in listed
    assert code == 0
    assert "ending a flight that its host has left" in err
    assert "in a flight" not in again


def test_a_board_that_run_refuses_does_not_fit(capsys, monkeypatch):
    monkeypatch.setattr(
        "hil.selftest.met", lambda *asked: replace(met(*asked), storage_bytes=544, roles=1)
    )

    code, out, _ = printed(
        capsys, *("test", "virtual", "--for", "progress-ms-04", "--seconds", "0.1", "-q")
    )

    assert code == 1
    assert "progress-ms-04 is refused: the board 'virtual' has 544 octets for the queues" in out


def test_a_board_that_can_be_one_part_of_two_is_good_and_says_which_it_cannot_be(
    capsys, monkeypatch
):
    monkeypatch.setattr("hil.selftest.met", lambda *asked: replace(met(*asked), storage_bytes=544))

    code, out, _ = printed(
        capsys, *("test", "virtual", "--for", "progress-ms-04", "--seconds", "0.1", "-q")
    )

    assert code == 0
    assert out.splitlines()[-1].startswith("GOOD ")
    assert out.splitlines()[-1].endswith("; it cannot be the transmitter of progress-ms-04")


def test_a_board_of_another_version_is_not_good(capsys, monkeypatch):
    monkeypatch.setattr("hil.selftest.met", lambda *asked: replace(met(*asked), firmware=7))

    code, out, _ = printed(capsys, "test", "virtual", "--seconds", "0.1", "-q")

    assert code == 1
    assert out.splitlines()[-2:] == [
        "NOT GOOD",
        f"{'':14}its firmware is of another version: no flight is given to it",
    ]


def test_a_line_that_spoils_octets_is_not_good():
    """Every 5000th octet from the board is turned over."""
    from hil.selftest import self_test

    class Spoilt:
        def __init__(self, url: str, *, baud: int) -> None:
            self._port = open_port(url, baud=baud)
            self.name = url
            self._count = 0

        def write(self, octets: bytes) -> None:
            self._port.write(octets)

        def read(self, timeout_s: float) -> bytes:
            octets = bytearray(self._port.read(timeout_s))
            for place in range(len(octets)):
                self._count += 1
                if self._count % 5000 == 0:
                    octets[place] ^= 0x04
            return bytes(octets)

        def close(self) -> None:
            self._port.close()

    with VirtualBoard() as board, pytest.MonkeyPatch.context() as patched:
        patched.setattr("hil.selftest.open_port", Spoilt)
        found = self_test(board.port, baud=115_200, stream_s=0.5)

    assert found.errors["frames bad here"] > 0
    assert found.errors["echoes lost"] > 0
    assert found.echoed == found.echoes  # asked again until they came whole


def test_a_port_on_which_nobody_answers_is_not_tried(monkeypatch):
    from hil.selftest import self_test

    monkeypatch.setattr("hil.selftest._DISCOVER_S", 0.1)
    master, slave = os.openpty()
    try:
        with pytest.raises(BoardSilentError):
            self_test(os.ttyname(slave), baud=115_200)
    finally:
        os.close(master)
        os.close(slave)


def test_without_a_target_build_lists_the_boards(capsys):
    code, out, _ = printed(capsys, "build")

    assert code == 0
    listed = {line.split()[0] for line in out.splitlines()}
    assert {"uno", "pico", "nucleo-f4", "lm3s6965evb"} <= listed


def test_an_unknown_target_is_an_error_of_use(capsys):
    code, _, err = printed(capsys, "build", "unno")

    assert code == 2
    assert err.startswith("error: no board `unno` to build for; did you mean `uno`? There are: ")


@pytest.mark.parametrize("command", ["build", "flash"])
@pytest.mark.parametrize("kind", ["virtual", "emulated"])
def test_a_board_that_is_a_process_is_neither_built_nor_flashed(capsys, command, kind):
    code, _, err = printed(capsys, command, kind)

    assert code == 2
    assert err == (
        f"error: a board that is {kind} is started, not built: flightsw board start {kind}\n"
    )


def test_a_folder_that_cannot_be_built_in_is_an_error_of_use(capsys, tmp_path):
    require("uno")
    (tmp_path / "file").touch()
    other = tmp_path / "other"
    other.mkdir()
    (other / "CMakeCache.txt").write_text("# of somebody's\nBOARD:STRING=pico\n")

    in_file = printed(capsys, "build", "uno", "-o", str(tmp_path / "file"))
    in_other = printed(capsys, "build", "uno", "-o", str(other))

    assert (in_file[0], in_other[0]) == (2, 2)
    assert in_file[2] == f"error: cannot build in {tmp_path}/file: File exists\n"
    assert f"cannot build in {other}: what is built there is not uno; take ano" in in_other[2]


@pytest.mark.parametrize(
    ("board", "words"),
    [
        ("Virtual", "no board is called 'Virtual'; did you mean `virtual`?"),
        ("emulator", "no board is called 'emulator'; did you mean `emulated`?"),
        ("", "no board is called '': virtual, emulated, any or a port"),
    ],
)
def test_what_is_almost_a_boards_name_is_an_error_of_use(capsys, board, words):
    code, _, err = printed(capsys, "test", board)

    assert code == 2
    assert words in err


def test_a_cache_that_cannot_be_written_is_told_with_what_names_another(
    capsys, tmp_path, monkeypatch
):
    require("uno")
    (tmp_path / "cache").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    code, _, err = printed(capsys, "build", "uno")

    assert code == 3
    where = f"{tmp_path}/cache/flightsw-firmware: Not a directory"
    assert err == f"error: cannot build in {where}; XDG_CACHE_HOME names another place\n"


@pytest.mark.parametrize("free_bytes", [1 << 30, 4096])
def test_a_disk_that_is_full_is_told_and_no_compiler_is_blamed(
    capsys, tmp_path, monkeypatch, free_bytes
):
    says = "ld: final link failed: No space left on device" if free_bytes > 4096 else "CMake Error"
    for tool, told in (("avr-gcc", "/etc/passwd"), ("cmake", says), ("avr-size", "")):
        (tmp_path / tool).write_text(f"#!/bin/sh\necho {told}\nexit {int(tool == 'cmake')}\n")
        (tmp_path / tool).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free_bytes))

    code, _, err = printed(capsys, "build", "uno")
    of_folder = printed(capsys, "build", "uno", "-o", str(tmp_path / "o"))

    assert code == of_folder[0] == 3
    where = f"{tmp_path}/flightsw-firmware: No space left on device"
    assert err == f"error: cannot build in {where}; XDG_CACHE_HOME names another place\n"
    assert of_folder[2] == f"error: cannot build in {tmp_path}/o: No space left on device\n"


def test_a_list_of_boards_that_cannot_be_kept_is_told_with_what_names_another_place(
    capsys, tmp_path
):
    folder = tmp_path / "runtime" / "flightsw-boards"
    (folder / "lock").mkdir(parents=True)
    folder.chmod(0o700)

    code, _, err = printed(capsys, "start", "virtual")

    assert code == 3
    assert f"cannot keep the list of boards in {folder}: Is a directory; XDG_RUNTIME" in err


def test_all_that_an_emulated_board_needs_is_named_at_once(capsys, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)

    code, _, err = printed(capsys, "start", "emulated")

    assert code == 3
    packages = "cmake gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm"
    assert f"On Debian: apt-get install {packages}\n" in err


def test_a_compiler_without_its_library_is_told(capsys, tmp_path, monkeypatch):
    for tool, told in (("avr-gcc", "libc.a"), ("cmake", ""), ("avr-size", "")):
        (tmp_path / tool).write_text(f"#!/bin/sh\necho {told}\n")
        (tmp_path / tool).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    code, _, err = printed(capsys, "build", "uno")

    assert code == 3
    assert err.endswith("On Debian: apt-get install avr-libc\n")


def test_a_compiler_that_is_not_installed_is_named_with_its_package(capsys, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None if "gcc" in name else "/bin/" + name)

    code, _, err = printed(capsys, "build", "uno")
    _, out, _ = printed(capsys, "build")

    assert code == 3
    assert "firmware for uno needs more than is installed here" in err
    assert "On Debian: apt-get install avr-libc gcc-avr" in err
    assert "needs: apt-get install avr-libc gcc-avr" in out


def test_firmware_is_built_and_its_size_told(capsys, tmp_path):
    if shutil.which("avr-gcc") is None:
        if os.environ.get("CI"):
            pytest.fail("avr-gcc is missing")
        pytest.skip("avr-gcc is not installed: apt-get install gcc-avr avr-libc")

    code, out, err = printed(capsys, "build", "uno", "--baud", "250000", "-o", str(tmp_path / "o"))

    assert code == 0
    assert Path(out.strip()).read_bytes().startswith(b":")
    assert "octets of flash" in err


def test_a_pico_is_flashed_by_a_copy_to_its_drive(capsys, tmp_path):
    if shutil.which("arm-none-eabi-gcc") is None:
        if os.environ.get("CI"):
            pytest.fail("arm-none-eabi-gcc is missing")
        pytest.skip("install gcc-arm-none-eabi and libnewlib-arm-none-eabi")
    drive = tmp_path / "RPI-RP2"
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_text("UF2 Bootloader")

    code, out, _ = printed(capsys, "flash", "pico", "--port", str(drive))

    assert code == 0
    assert (drive / "firmware.uf2").read_bytes().startswith(b"UF2\n")
    assert str(drive) in out


def test_a_tool_that_flashes_and_is_not_installed_is_named(capsys, monkeypatch):
    if shutil.which("avr-gcc") is None:
        if os.environ.get("CI"):
            pytest.fail("avr-gcc is missing")
        pytest.skip("avr-gcc is not installed: apt-get install gcc-avr avr-libc")
    found = shutil.which
    monkeypatch.setattr("shutil.which", lambda name: None if name == "avrdude" else found(name))

    code, _, err = printed(capsys, "flash", "uno", "--port", "/dev/ttyACM0")

    assert code == 3
    assert "needs avrdude. On Debian: apt-get install avrdude" in err


def test_an_unknown_board_is_not_flashed(capsys):
    assert printed(capsys, "flash", "unno")[0] == 2
