"""The truth record: what the plant did. Ground and investigation never open it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from flightsw.records.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from flightsw.flight import Flight


def write_truth(flight: Flight, path: Path) -> None:
    """Write what truly happened, SI, one array a name; of each body its way to the ground.

    Raises
    ------
    RecordError
        If the system refuses.

    """
    arrays: dict[str, NDArray[Any]] = {
        f"truth_{name}": np.asarray(values) for name, values in flight.truth.items()
    }
    for body in flight.bodies:
        arrays[f"body/{body.name}/t_s"] = body.t_s
        arrays[f"body/{body.name}/position_ecef_m"] = body.position_ecef_m
        arrays[f"body/{body.name}/height_m"] = body.height_m
        arrays[f"body/{body.name}/reached_ground"] = np.array(body.reached_ground)

    def save(file: BinaryIO) -> None:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # its stub takes a name for a flag

    write_whole(path, save)
