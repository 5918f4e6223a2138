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
class Changed:
    """What an act of a kind changes, as the ledger has it before and after, and how it is read."""

    what: str
    unit: str = ""
    scale: float = 1.0
    words: tuple[str, str] | None = None  # for 0 and 1

    def shown(self, value: float) -> str:
        """Return a value of the ledger for people: ``27 V``, ``no``."""
        if self.words is not None:
            return self.words[value != 0.0]
        return f"{value * self.scale:g} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault.

    `native` is its name in faults.h; the parameters are its values there, in order. `changed` is
    what the ledger tells of its acts.
    """

    name: str
    native: str
    acts_on: ComponentClass
    about: str
    changed: Changed
    parameters: tuple[Parameter, ...] = ()


_SUPPLY: Final = Changed("supply", "V", 1e-3)
_YES: Final = ("no", "yes")


_KINDS: Final = (
    FaultKind(
        "engine-shutdown",
        "FAULTS_ENGINE_SHUTDOWN",
        "engine",
        "the valves shut",
        Changed("thrust level"),
    ),
    FaultKind(
        "engine-thrust-loss",
        "FAULTS_ENGINE_THRUST_LOSS",
        "engine",
        "the engine gives less thrust",
        Changed("thrust, times nominal"),
        (
            Parameter("thrust_fraction", 0.0, 1.0, "of the thrust that remains"),
            Parameter("flow_fraction", 0.0, 2.0, "of the mass flow that remains", default=1.0),
        ),
    ),
    FaultKind(
        "stage-separation",
        "FAULTS_STAGE_SEPARATION",
        "separable",
        "the locks open",
        Changed("attached", words=_YES),
    ),
    FaultKind(
        "transmitter-power-loss",
        "FAULTS_TRANSMITTER_SUPPLY",
        "transmitter",
        "the supply is gone",
        _SUPPLY,
    ),
    FaultKind(
        "transmitter-supply",
        "FAULTS_TRANSMITTER_SUPPLY",
        "transmitter",
        "the supply has another voltage: a brown-out, or its end",
        _SUPPLY,
        (Parameter("supply_v", 0.0, 60.0, "from then on"),),
    ),
    FaultKind(
        "transmitter-reset",
        "FAULTS_TRANSMITTER_RESET",
        "transmitter",
        "the watchdog bites: it starts again",
        Changed("resets"),
    ),
    FaultKind(
        "accelerometer-stuck",
        "FAULTS_INTEGRATOR_STUCK",
        "accelerometer",
        "goes on counting at the rate it had",
        Changed("stuck", words=_YES),
    ),
    FaultKind(
        "accelerometer-bias",
        "FAULTS_INTEGRATOR_BIAS",
        "accelerometer",
        "reads more than there is",
        Changed("bias", "m/s²"),
        (Parameter("bias_mps2", -100.0, 100.0, "added to what is sensed"),),
    ),
    FaultKind(
        "accelerometer-scale",
        "FAULTS_INTEGRATOR_SCALE",
        "accelerometer",
        "reads a multiple of what there is",
        Changed("reading, times what is sensed"),
        (Parameter("scale", -10.0, 10.0, "times what is sensed"),),
    ),
    FaultKind(
        "contact-stuck",
        "FAULTS_DISCRETE_STUCK",
        "contact",
        "says the same from now on",
        Changed("says, then sticks", words=("off", "on")),
        (Parameter("value", 0.0, 1.0, "what it says: 0 or 1", whole=True),),
    ),
)

FAULT_KINDS: Final[dict[str, FaultKind]] = {kind.name: kind for kind in _KINDS}
ACTS_MAX: Final = 64
