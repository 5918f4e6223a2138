"""What became of every frame of a downlink, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


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
