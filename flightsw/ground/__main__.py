"""The ground alone: `python -m flightsw.ground LOG --briefing FILE --echoes FILE`.

It opens these three files and no other, and prints what it makes of them as one JSON object.
"""

import argparse
import sys
from pathlib import Path

from flightsw.errors import FlightswError
from flightsw.ground.exchange import (
    ExchangeError,
    check_stations,
    picture_text,
    read_briefing,
    read_echoes,
)
from flightsw.ground.picture import look

REFUSED = 2


def main() -> int:
    """Look at a downlink; return 0, or 2 when a file cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m flightsw.ground", description=__doc__)
    parser.add_argument("log", type=Path, metavar="LOG")
    parser.add_argument("--briefing", type=Path, required=True, metavar="FILE")
    parser.add_argument("--echoes", type=Path, metavar="FILE")
    given = parser.parse_args()
    try:
        try:
            downlink = given.log.read_bytes()
        except OSError as error:
            msg = f"cannot read {given.log}: {error.strerror}"
            raise ExchangeError(msg) from error
        briefing = read_briefing(given.briefing)
        echoes = read_echoes(given.echoes) if given.echoes else None
        if echoes:
            check_stations(echoes, briefing, given.echoes)
        text = picture_text(look(downlink, echoes, briefing))
    except FlightswError as error:
        sys.stderr.write(f"error: {error}\n")
        return REFUSED
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
