"""What the records of a run must hold to be told; they may hold more."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError


class _Record(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)


class _File(_Record):
    kind: str
    id: str
    path: str
    text: str
    sha256: str


class _Act(_Record):
    kind: str
    component: str
    components: list[str]
    parameters: dict[str, float]
    event: str | None
    offset_s: float
    effect_none: bool
    fault: str


class _BoardAsked(_Record):
    board: str
    role: str
    real_time_from_s: float | None = None


class _RealTime(_Record):
    from_s: float
    ticks: int
    misses: int
    octets_lost: int


class _Manifest(_Record):
    state: Literal["incomplete", "complete"]
    mission: str
    scenario: str | None
    rate_hz: int
    seed: int
    result_hash: str | None
    versions: dict[str, str]
    acts: list[_Act]
    files: list[_File]
    board: _BoardAsked | None = None


class _Orbit(_Record):
    perigee_km: float
    apogee_km: float
    inclination_deg: float


class _Pass(_Record):
    status: str


class _Radar(_Record):
    verdict: str
    stations: list[str]
    passes: list[_Pass]
    detected_by: str | None
    detected_s: float | None


class _Name(_Record):
    name: str


class _Telemetry(_Record):
    last_frame_t_s: float | None


class _Loss(_Record):
    at_s: float | None
    recovered_after_s: float | None


class _Board(_BoardAsked):
    mode: str
    ticks: int
    repeats: int
    losses: list[_Loss]
    resets: int
    ticks_lost: int = 0
    real_time: _RealTime | None = None
    silent: bool
    degraded: bool


class _Trace(_Record):
    packet: str
    channel: int
    t_s: float | None
    due_s: float | None
    ert_s: float
    text: str


class _Acted(_Record):
    acted: bool


class _Summary(_Record):
    success: bool
    as_expected: bool | None
    reasons: list[str]
    events: list[_Name]
    orbit: _Orbit | None
    max_altitude_km: float
    telemetry: _Telemetry
    radar: _Radar | None
    faults: list[_Acted] = []
    traces: list[_Trace] | None = None
    board: _Board | None = None


class _Fault(_Record):
    kind: str
    component: str
    at_s: float | None
    acted: bool
    before: float | None
    after: float | None
    effect_none: bool


class _Transmitter(_Record):
    id: str
    spacecraft_id: int
    frames_sent: list[int]


_SHAPES: dict[str, TypeAdapter[Any]] = {
    "run.json": TypeAdapter(_Manifest),
    "summary.json": TypeAdapter(_Summary),
    "faults.jsonl": TypeAdapter(list[_Fault]),
    "transmitters.jsonl": TypeAdapter(list[_Transmitter]),
}


def what_is_wrong(name: str, content: Any) -> str | None:
    """Return why the content of a file of a run cannot be told, or None."""
    try:
        _SHAPES[name].validate_python(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "all of it"
        return f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}"
    return None
