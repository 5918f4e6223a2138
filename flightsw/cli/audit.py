"""What became of every frame of a downlink, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

GAPS_SHOWN: Final = 20


def audit_lines(result: dict[str, Any]) -> Iterator[str]:
    """Yield what is printed of an audit."""
    yield "spacecraft  channel         sent     good  corrupt     lost  sessions"
    for each in result["channels"]:
        yield (
            f"{each['spacecraft_id']:>10}  {each['channel']} {each['name']:<10}"
            f"{each['sent']:>9}{each['good']:>9}{each['corrupt']:>9}{each['lost']:>9}"
            f"{each['sessions']:>10}"
        )
    for gap in result["gaps"][:GAPS_SHOWN]:
        yield (
            f"gap       {gap['frames']} of channel {gap['channel']} of {gap['spacecraft_id']} "
            f"from number {gap['first_number']}, received {gap['from_s']:.3f} to {gap['to_s']:.3f}"
        )
    if len(result["gaps"]) > GAPS_SHOWN:
        yield f"gap       and {len(result['gaps']) - GAPS_SHOWN} more: --json has all"
    if result["damaged_after"]:
        yield f"last      {result['damaged_after']} frames after the last good one, none whole"
    for contact in result["contacts"]:
        yield (
            f"station   {contact['station']:<14} AOS {contact['first_s']:9.2f}  "
            f"LOS {contact['last_s']:9.2f}  {contact['bursts']:>7} bursts"
        )
    for each in result["silences"]:
        until = "" if each["ended"] else ", when the stations ceased to listen"
        yield (
            f"silence   {each['to_s'] - each['from_s']:9.2f} s without a good frame, from "
            f"{each['from_s']:.2f} to {each['to_s']:.2f}{until}"
        )
    yield f"packets   {result['packets']}, {result['packets_missing']} missing by their counts"
    for name in result["kinds_never_heard"]:
        yield f"never     no packet {name} was heard: it is sent again and again"
    for words in result["not_read"]:
        yield f"not read  {words}"
    yield f"junk      {result['junk_octets']} octets in no good frame"
    if result["complete"] is None:
        yield (
            f"log       no frames, space packets alone: {result['damaged_octets']} octets in no "
            "good packet"
        )
    elif result["complete"]:
        yield "log       complete"
    else:
        yield f"log       NOT COMPLETE: {'; '.join(result['wants'])}"
    for each in result["never_heard"] or ():
        yield (
            f"truth     {each['transmitter']} sent {each['sent']} on channel {each['channel']}, "
            f"{each['never_heard_whole']} never heard whole"
        )
