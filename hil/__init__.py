"""Boards on a serial line: the link, the ports and the bridge. Meets flightsw in bytes only."""
