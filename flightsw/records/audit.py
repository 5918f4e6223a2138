"""What became of every frame of a downlink, in numbers."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from flightsw.ground.contacts import contacts, gaps, quiet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flightsw.ground.packets import Packets

IDLE: Final = 7  # the virtual channel of idle frames


def audit_of(packets: Packets, transmitters: Iterable[Mapping[str, Any]] | None) -> dict[str, Any]:
    """Return the audit of a decoded log.

    Parameters
    ----------
    packets : Packets
        As decoded.
    transmitters : iterable of mapping, or None
        **Truth**: what was sent, the rows of a run's `transmitters.jsonl`.
    """
    frames = packets.frames
    log = frames.log if frames else None
    names = {channel.id: channel.name for channel in packets.dictionary.channels} | {IDLE: "idle"}
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
        "wants": list(log.wants) if log else [],
        "lost_blocks": log.lost_blocks if log else None,
        "damaged_octets": int(log.damage["size"].sum()) if log else packets.damaged_bytes,
        "junk_octets": int(frames.junk["size"].sum()) if frames else 0,
        "damaged_after": frames.damaged_after if frames else 0,
        "channels": channels,
        "gaps": [asdict(gap) for gap in gaps(frames)] if frames else [],
        "contacts": [asdict(contact) for contact in contacts(frames.log)] if frames else [],
        "silences": [asdict(each) for each in quiet(frames)] if frames else [],
        "packets": packets.count,
        "packets_missing": packets.missing_packets,
        "kinds_never_heard": list(packets.never_heard),
        "not_read": list(packets.not_read),
        "never_heard": _never_heard(transmitters, channels),
    }
    if log is None:
        missing = packets.damaged_bytes + packets.missing_packets
    result["whole"] = (
        not missing
        and not packets.missing_packets
        and not packets.never_heard
        and not packets.not_read
        and bool(packets.count)
        and (log is None or log.complete)
    )
    return result


def _never_heard(
    transmitters: Iterable[Mapping[str, Any]] | None, channels: list[dict[str, Any]]
) -> list[dict[str, Any]] | None:
    """Return per channel what the run's transmitters sent, and what of it nobody heard whole."""
    if transmitters is None:
        return None
    rows = []
    for transmitter in transmitters:
        for channel, sent in enumerate(transmitter["frames_sent"]):
            number = IDLE if channel == len(transmitter["frames_sent"]) - 1 else channel
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
