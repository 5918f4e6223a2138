"""What entries of the sequence that were not heard still waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from flightsw.summary import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from flightsw.report.flown import Flown


def waited(flown: Flown) -> Iterator[dict[str, Any]]:
    """Yield for each entry that was not heard what it needs of others, and what was heard of that.

    Its clocks and its conditions on measured quantities are told with those of all entries.
    """
    if flown.scenario is None or flown.ground is None:
        return
    heard = {event.name: event for event in flown.ground.events}
    titles = {entry.event: entry.title for entry in flown.scenario.sequence.entry}
    bits = _bits(flown)
    for entry in flown.scenario.sequence.entry:
        if entry.role != "sequence" or entry.event in heard:
            continue
        for name in entry.requires:
            said = clock(heard[name].t_s) if name in heard else "not heard"
            yield {"title": entry.title, "needs": f"{titles[name]} before", "had": said}
        for by, trigger in (("primary", entry.primary), ("backup", entry.backup)):
            for node in trigger.walk() if trigger else ():
                if node.contacts:
                    votes = node.votes or len(node.contacts)
                    yield _row(entry.title, by, bits, node.contacts, votes)
        if entry.depletion:
            yield _row(entry.title, "depletion", bits, entry.depletion.sensors, 1)


def _row(
    title: str,
    by: str,
    bits: tuple[NDArray[np.float64], dict[str, NDArray[np.bool_]]],
    names: Sequence[str],
    votes: int,
) -> dict[str, Any]:
    t_s, on = bits
    made = {name: on[name] for name in names if name in on}
    most = int(np.sum(list(made.values()), axis=0).max()) if made and len(t_s) else 0
    first = [f"{name} {clock(t_s[row.argmax()])}" for name, row in made.items() if row.any()]
    never = [name for name, row in made.items() if not row.any()]
    words = [
        f"{most} of {len(names)} at once",
        *([f"made: {', '.join(first)}"] if first else []),
        *([f"never: {', '.join(never)}"] if never else []),
    ]
    needs = f"{by}: {votes} of {', '.join(names)}"
    return {"title": title, "needs": needs, "had": "; ".join(words)}


def _bits(flown: Flown) -> tuple[NDArray[np.float64], dict[str, NDArray[np.bool_]]]:
    """Return contacts and dry sensors by name, as all packets told them in the order of time."""
    assert flown.ground is not None
    packets, names = flown.ground.packets, flown.header.discretes if flown.header else ()
    kinds = [kind for kind in ("DISCRETES", "STATE") if kind in packets.rows]
    t_s = np.concatenate([packets.met_s(kind) for kind in kinds])
    words = np.concatenate([packets.rows[kind]["discretes"].astype(np.uint64) for kind in kinds])
    order = np.argsort(t_s, kind="stable")
    return t_s[order], {
        name: (words[order] >> np.uint64(bit)) & np.uint64(1) == 1 for bit, name in enumerate(names)
    }
