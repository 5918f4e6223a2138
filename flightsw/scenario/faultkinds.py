"""The kinds of faults: what each is done to, and with which parameters.

A new kind is a row here and one in C.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

ComponentClass = Literal["engine", "separable", "transmitter", "accelerometer", "contact"]

CLASS_NAMES: Final[dict[ComponentClass, str]] = {
    "engine": "a part with an engine",
    "separable": "a part that can separate",
    "transmitter": "a transmitter",
    "accelerometer": "an accelerometer",
    "contact": "a contact or a dry sensor",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that an act of a kind needs; without a default it must be given."""

    name: str
    low: float
    high: float
    about: str
    default: float | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault.

    `native` is its name in faults.h; the parameters are its values there, in order.
    """

    name: str
    native: str
    acts_on: ComponentClass
    about: str
    parameters: tuple[Parameter, ...] = ()


_KINDS: Final = (
    FaultKind("engine-shutdown", "FAULTS_ENGINE_SHUTDOWN", "engine", "the valves shut"),
    FaultKind(
        "engine-thrust-loss",
        "FAULTS_ENGINE_THRUST_LOSS",
        "engine",
        "the engine gives less thrust",
        (
            Parameter("thrust_fraction", 0.0, 1.0, "of the thrust that remains"),
            Parameter("flow_fraction", 0.0, 2.0, "of the mass flow that remains", default=1.0),
        ),
    ),
    FaultKind("stage-separation", "FAULTS_STAGE_SEPARATION", "separable", "the locks open"),
    FaultKind(
        "transmitter-power-loss",
        "FAULTS_TRANSMITTER_SUPPLY",
        "transmitter",
        "the supply is gone",
    ),
    FaultKind(
        "transmitter-supply",
        "FAULTS_TRANSMITTER_SUPPLY",
        "transmitter",
        "the supply has another voltage: a brown-out, or its end",
        (Parameter("supply_v", 0.0, 60.0, "from then on"),),
    ),
    FaultKind(
        "transmitter-reset",
        "FAULTS_TRANSMITTER_RESET",
        "transmitter",
        "the watchdog bites: it starts again",
    ),
    FaultKind(
        "accelerometer-stuck",
        "FAULTS_INTEGRATOR_STUCK",
        "accelerometer",
        "goes on counting at the rate it had",
    ),
    FaultKind(
        "accelerometer-bias",
        "FAULTS_INTEGRATOR_BIAS",
        "accelerometer",
        "reads more than there is",
        (Parameter("bias_mps2", -100.0, 100.0, "added to what is sensed"),),
    ),
    FaultKind(
        "accelerometer-scale",
        "FAULTS_INTEGRATOR_SCALE",
        "accelerometer",
        "reads a multiple of what there is",
        (Parameter("scale", -10.0, 10.0, "times what is sensed"),),
    ),
    FaultKind(
        "contact-stuck",
        "FAULTS_DISCRETE_STUCK",
        "contact",
        "says the same from now on",
        (Parameter("value", 0.0, 1.0, "what it says: 0 or 1", whole=True),),
    ),
)

FAULT_KINDS: Final[dict[str, FaultKind]] = {kind.name: kind for kind in _KINDS}
ACTS_MAX: Final = 64
