"""What became of every frame of a downlink, in numbers and in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flightsw.ground.packets import Packets

LEDGER = "transmitters.jsonl"


def audit_of(packets: Packets, path: Path) -> dict[str, Any]:
    """Return the audit of a decoded log that stands at `path`."""
    frames = packets.frames
    log = frames.log if frames else None
    names = {channel.id: channel.name for channel in packets.dictionary.channels} | {7: "idle"}
    channels: list[dict[str, Any]] = [
        {
            "spacecraft_id": each.spacecraft_id,
            "channel": each.channel,
            "name": names.get(each.channel, "?"),
            "sessions": each.sessions,
            "sent": each.sent,
            "good": each.good,
            "corrupt": each.corrupt,
            "lost": each.lost,
        }
        for each in (frames.channels if frames else ())
    ]
    missing = sum(each["corrupt"] + each["lost"] for each in channels)
    result: dict[str, Any] = {
        "format": "flightsw-audit/1",
        "complete": log.complete if log else None,
        "lost_blocks": log.lost_blocks if log else None,
        "damaged_octets": int(log.damage["size"].sum()) if log else packets.damaged_bytes,
        "junk_octets": int(frames.junk["size"].sum()) if frames else 0,
        "channels": channels,
        "packets": packets.count,
        "packets_missing": packets.missing_packets,
        "never_heard": _never_heard(path, channels),
    }
    result["whole"] = not missing and (log is None or log.complete)
    return result


def _never_heard(path: Path, channels: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """Return per channel what the run's transmitters sent, and what of it nobody heard whole."""
    ledger = path.parent / LEDGER
    if not ledger.is_file():
        return None
    rows = []
    for line in ledger.read_text(encoding="utf-8").splitlines():
        transmitter = json.loads(line)
        for channel, sent in enumerate(transmitter["frames_sent"]):
            number = 7 if channel == len(transmitter["frames_sent"]) - 1 else channel
            good = sum(
                each["good"]
                for each in channels
                if (each["spacecraft_id"], each["channel"])
                == (transmitter["spacecraft_id"], number)
            )
            if sent:
                rows.append(
                    {
                        "transmitter": transmitter["id"],
                        "channel": number,
                        "sent": sent,
                        "never_heard_whole": sent - good,
                    }
                )
    return rows


def audit_lines(result: dict[str, Any]) -> Iterator[str]:
    """Yield what is printed of an audit."""
    yield "spacecraft  channel         sent     good  corrupt     lost  sessions"
    for each in result["channels"]:
        yield (
            f"{each['spacecraft_id']:>10}  {each['channel']} {each['name']:<10}"
            f"{each['sent']:>9}{each['good']:>9}{each['corrupt']:>9}{each['lost']:>9}"
            f"{each['sessions']:>10}"
        )
    yield f"packets   {result['packets']}, {result['packets_missing']} missing by their counts"
    yield f"junk      {result['junk_octets']} octets in no good frame"
    if result["complete"] is None:
        yield "log       a recording without frames"
    elif result["complete"]:
        yield "log       complete"
    else:
        yield (
            f"log       NOT COMPLETE: {result['lost_blocks']} blocks missing, "
            f"{result['damaged_octets']} octets damaged, or its end"
        )
    for each in result["never_heard"] or ():
        yield (
            f"truth     {each['transmitter']} sent {each['sent']} on channel {each['channel']}, "
            f"{each['never_heard_whole']} never heard whole"
        )
