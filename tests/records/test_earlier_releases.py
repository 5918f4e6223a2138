"""What an earlier release recorded is still read."""

from pathlib import Path

from flightsw.ground import decode

# Nike-Apache as flown and recorded by 0.1.0: all EVENT and HOUSEKEEPING packets, the first 300 of
# STATE. The times of the events are those which that release printed.
RECORDING = Path(__file__).with_name("release-0.1.0.ccsds")
EVENTS_S = [0.0, 0.0, 3.54, 20.0, 26.46, 80.0, 203.94, 459.6, 469.6]


def test_a_recording_of_0_1_0_decodes() -> None:
    packets = decode(RECORDING.read_bytes())

    assert packets.dictionary.version == "1.0"
    assert {name: len(rows) for name, rows in packets.rows.items()} == {
        "EVENT": 9,
        "STATE": 300,
        "HOUSEKEEPING": 971,
    }
    assert packets.damaged_bytes == packets.missing_packets == 0
    assert packets.met_s("EVENT").tolist() == EVENTS_S
    assert packets.rows["EVENT"]["event"].tolist() == [*range(9)]
