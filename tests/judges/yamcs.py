"""A mission-control system of others as judge: Yamcs loads our XTCE and archives a whole mission.

`python -m tests.judges.yamcs`. It starts the server on this machine's loopback, sends every
transfer frame of the nominal mission, then the same with frames spoilt and left out, and asks what
came of them. Needs Java; the server (AGPL) is fetched into build/yamcs, started as a program, and
is no part of this project.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from flightsw import fly, load
from flightsw.dictionary import load_dictionary
from flightsw.dictionary.emit_xtce import emit_xtce
from flightsw.ground.log import read_log
from tests.deframer import MARKER, packets, parse

BUNDLE = "fprime-yamcs-bundle==5.12.8.0"
TOP = Path(__file__).parents[2]
FOLDER = TOP / "build" / "yamcs"
HTTP, FRAMES = 18_090, 18_015
INSTANCE = "flightsw"
WAIT_S = 60.0
WAITING_BYTES_MAX = 32_768  # of some 200 KiB that a socket has room for
SPOILT, LEFT_OUT = 23, 17

SERVER = f"""
services:
  - class: org.yamcs.http.HttpServer
    args: {{address: 127.0.0.1, port: {HTTP}}}
instances: [{INSTANCE}]
dataDir: data
"""
CHANNEL = """
        - vcId: {channel}
          ocfPresent: false
          service: PACKET
          maxPacketLength: 4096
          packetPreprocessorClassName: org.yamcs.tctm.GenericPacketPreprocessor
          packetPreprocessorArgs: {{timestampOffset: -1, seqCountOffset: 2}}
          stream: tm_realtime"""
INSTANCE_FILE = """
services:
  - class: org.yamcs.archive.XtceTmRecorder
  - class: org.yamcs.ProcessorCreatorService
    args: {{name: realtime, type: realtime}}
dataLinks:
  - name: frames
    class: org.yamcs.tctm.ccsds.UdpTmFrameLink
    port: {port}
    frameType: TM
    spacecraftId: {spacecraft}
    frameLength: {length}
    errorDetection: CRC16
    virtualChannels:{channels}
mdb:
  - type: xtce
    args: {{file: mdb.xml}}
streamConfig:
  tm:
    - {{name: tm_realtime, processor: realtime, rootContainer: /flightsw/CCSDSPacket}}
  event: [events_realtime]
"""
PROCESSOR = """
realtime:
  services:
    - class: org.yamcs.StreamTmPacketProvider
      args: {streams: [tm_realtime]}
"""


def ask(path: str) -> Any:
    """Return what the server says."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{HTTP}/api/{path}", timeout=30) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as error:
        told = error.read().decode(errors="replace")
        raise OSError(f"{path}: {told}") from error


def waiting_bytes(port: int) -> int:
    """Return what a UDP port of this machine has received and nobody has read yet.

    Datagrams that find no room there are lost without a word: however busy the machine is, no
    more is sent than the server keeps up with.
    """
    waiting = 0
    for table in ("/proc/net/udp", "/proc/net/udp6"):
        for row in Path(table).read_text().splitlines()[1:]:
            _, local, _, _, queues, *_ = row.split()
            if int(local.rpartition(":")[2], 16) == port:
                waiting += int(queues.rpartition(":")[2], 16)
    return waiting


class Server:
    """Yamcs, from nothing, in a folder of its own."""

    def __init__(self, spacecraft: int, length: int) -> None:
        etc = FOLDER / "etc"
        for old in ("etc", "data"):
            shutil.rmtree(FOLDER / old, ignore_errors=True)
        etc.mkdir(parents=True)
        channels = "".join(CHANNEL.format(channel=channel) for channel in range(4))
        (etc / "yamcs.yaml").write_text(SERVER)
        (etc / f"yamcs.{INSTANCE}.yaml").write_text(
            INSTANCE_FILE.format(
                port=FRAMES, spacecraft=spacecraft, length=length, channels=channels
            )
        )
        (etc / "processor.yaml").write_text(PROCESSOR)
        (FOLDER / "mdb.xml").write_text(emit_xtce(load_dictionary()))
        (etc / "mdb.xml").write_text(emit_xtce(load_dictionary()))
        jars = next((FOLDER / "bundle").glob("*/lib"))
        with (FOLDER / "server.log").open("w") as log:
            self._process = subprocess.Popen(
                ["java", "-Xmx512m", "-cp", f"{jars}/*", "org.yamcs.YamcsServer",
                 "--etc-dir", "etc", "--data-dir", "data"],
                cwd=FOLDER, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if ask(f"links/{INSTANCE}/frames")["status"] == "OK":
                    return
            except (OSError, KeyError):
                time.sleep(0.5)
        self.stop()
        log = (FOLDER / "server.log").read_text()
        sys.exit(f"the server did not come up:\n{log[-4000:]}")

    def send(self, frames: list[bytes]) -> dict[str, int]:
        """Send frames and return the link's counters once they have come to rest."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            for frame in frames:
                while waiting_bytes(FRAMES) > WAITING_BYTES_MAX:
                    time.sleep(0.002)
                out.sendto(frame, ("127.0.0.1", FRAMES))
        before: dict[str, int] = {}
        while True:
            time.sleep(2.0)  # they are brought up to date once a second
            extra = ask(f"links/{INSTANCE}/frames").get("extra", {})
            now = {key: int(value) for key, value in extra.items() if str(value).isdecimal()}
            if now == before:
                return now
            before = now

    def archived(self) -> dict[str, int]:
        """Return how many packets of each name are in the archive."""
        names = ask(f"archive/{INSTANCE}/packet-names")
        found = {}
        for name in names.get("name", names.get("packets", [])):
            count, token = 0, ""
            while True:
                page = ask(
                    f"archive/{INSTANCE}/packets?name={name}&limit=1000"
                    + (f"&next={token}" if token else "")
                )
                count += len(page.get("packet", page.get("packets", [])))
                token = page.get("continuationToken", "")
                if not token:
                    break
            found[name.rpartition("/")[2]] = count
        return found

    def stop(self) -> None:
        """End the server."""
        self._process.terminate()
        self._process.wait(timeout=30)


def main() -> int:
    """Let Yamcs judge; return 0 when it counts what we count."""
    if shutil.which("java") is None:
        print("Yamcs needs Java. On Debian: apt-get install default-jre-headless")
        return 1 if os.environ.get("CI") else 0
    if not any((FOLDER / "bundle").glob("*/lib")):
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps"]
        subprocess.run([*command, "--target", str(FOLDER / "bundle"), BUNDLE], check=True)
    flight = fly(load("progress-ms-04"))
    launcher = flight.transmitters[0]
    log = read_log(flight.downlink)
    frames: dict[tuple[int, int], bytes] = {}
    for offset, size in zip(
        log.entries["offset"].tolist(), log.entries["size"].tolist(), strict=True
    ):
        octets = flight.downlink[offset + len(MARKER) : offset + size]
        try:
            frame = parse(octets)
        except (AssertionError, IndexError):
            continue
        if frame.spacecraft_id == launcher.spacecraft_id:
            frames.setdefault((frame.channel, frame.number), octets)
    sent = [*frames.values()]
    server = Server(launcher.spacecraft_id, len(sent[0]))
    try:
        return judge(server, sent)
    finally:
        server.stop()


def judge(server: Server, sent: list[bytes]) -> int:
    """Compare counts: the whole mission, then with frames spoilt and left out."""
    expected: dict[str, int] = {}
    names = {packet.apid: packet.name for packet in load_dictionary().packets}
    parsed = [parse(octets) for octets in sent]
    for channel in range(4):
        for packet in packets(parsed, channel):
            name = names[int.from_bytes(packet[:2], "big") & 0x7FF]
            expected[name] = expected.get(name, 0) + 1
    first = server.send(sent)
    archived = server.archived()
    print(f"frames {len(sent)}: {first}\npackets {expected}\narchive {archived}")

    step = len(sent) // (SPOILT + LEFT_OUT)
    worse = []
    for number, octets in enumerate(sent):
        turn, rest = divmod(number, step)
        if rest == step // 2 and turn < SPOILT:
            worse.append(octets[:100] + bytes([octets[100] ^ 8]) + octets[101:])
        elif rest != step // 2 or turn >= SPOILT + LEFT_OUT:
            worse.append(octets)
    second = server.send(worse)
    print(f"again, {SPOILT} spoilt and {LEFT_OUT} left out: {second}")
    valid, invalid = (
        {key: second[key] - first[key] for key in second}[name]
        for name in ("Valid frames", "Invalid frames")
    )
    good = (
        first["Valid frames"] == len(sent)
        and first["Invalid frames"] == 0
        and {name: count for name, count in archived.items() if name != "IDLE"} == expected
        and invalid == SPOILT
        and valid == len(sent) - SPOILT - LEFT_OUT
    )
    print("Yamcs counts what we count" if good else "YAMCS COUNTS OTHERWISE")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
