"""What the sensors say of the plant: quantum, bias, scale, noise, rates, contacts, faults."""

from typing import Any

import numpy as np
import pytest

from flightsw._native import ffi, lib

TICK_S = 0.01
X: Any = (1.0, 0.0, 0.0)
Y: Any = (0.0, 1.0, 0.0)
Z: Any = (0.0, 0.0, 1.0)
TURNED: Any = ((0.6, 0.8, 0.0), (-0.8, 0.6, 0.0), Z)


def new(kind: str, initial: Any = None) -> Any:
    return ffi.new(kind, initial)


class Board:
    """Sensors on a vehicle whose truth the test writes."""

    def __init__(
        self, *, analog: Any = (), discrete: Any = (), seed: int = 1, tick_us: int = 10_000
    ) -> None:
        self.vehicle = new("plant_config_t *")
        self.vehicle.part_count = 2
        self.vehicle.part[0].engine.chamber_pressure_pa = 6.0e6
        self.plant = new("plant_t *")
        self.plant.config = self.vehicle
        self.plant.on_pad = True
        for part in range(2):
            self.plant.part[part] = {
                "attached": True,
                "oxidizer_kg": 2.0,
                "fuel_kg": 1.0,
                "thrust_factor": 1.0,
            }
        self.config = new("sensors_config_t *", {"seed": seed, "tick_us": tick_us})
        for k in range(6):
            self.device(k).quantum_mps = 0.001
            self.device(k).scale = 1.0
        self.config.analog_count, self.config.analog = len(analog), list(analog)
        self.config.discrete_count, self.config.discrete = len(discrete), list(discrete)
        self.sensors = new("sensors_t *")

    def device(self, k: int) -> Any:
        return self.config.axial[k] if k < 3 else self.config.imu[k - 3]

    def start(self) -> None:
        lib.sensors_init(self.sensors, self.config, self.plant, X, Y, Z)
        self.sample()

    def sample(
        self, *, axial_mps2: float = 0.0, eci_mps2: Any = (0.0, 0.0, 0.0), ticks: int = 1
    ) -> list[list[int]]:
        """Let the truth go on by a tick, then sample; return all integrators' counts per tick."""
        counts = []
        for _ in range(ticks):
            self.plant.specific_velocity_axial_mps += axial_mps2 * TICK_S
            sensed = self.plant.specific_velocity_eci_mps
            sensed.x += eci_mps2[0] * TICK_S
            sensed.y += eci_mps2[1] * TICK_S
            sensed.z += eci_mps2[2] * TICK_S
            lib.sensors_sample(self.sensors, self.plant)
            counts.append(list(self.sensors.counts))
        return counts


@pytest.fixture
def board() -> type[Board]:
    return Board


# ------------------------------------------------------------------------------------ integrators


def test_counts_are_the_integral_in_quanta_and_lose_no_remainder(board) -> None:
    """0.4 of a quantum each tick: the nearest count after n ticks is that of 0.4 n."""
    it = board()
    it.start()

    counts = it.sample(axial_mps2=0.04, ticks=1000)

    assert [row[0] for row in counts[:5]] == [0, 1, 1, 2, 2]
    assert counts[-1][:3] == [400, 400, 400]


def test_counts_start_at_zero_whatever_was_sensed_before(board) -> None:
    it = board()
    it.plant.specific_velocity_axial_mps = 196.2

    it.start()

    assert list(it.sensors.counts) == [0] * 6


def test_platform_accelerometers_resolve_along_its_axes(board) -> None:
    it = board()
    it.start()
    lib.sensors_set_platform(it.sensors, *TURNED)

    it.sample(eci_mps2=(10.0, 0.0, -2.0), ticks=100)

    assert list(it.sensors.counts)[3:] == [6000, -8000, -2000]


def test_turning_the_platform_keeps_what_has_been_counted(board) -> None:
    it = board()
    it.start()
    it.sample(eci_mps2=(10.0, 0.0, 0.0), ticks=100)

    lib.sensors_set_platform(it.sensors, Y, Z, X)
    it.sample(eci_mps2=(10.0, 0.0, 0.0), ticks=100)

    assert list(it.sensors.counts)[3:] == [10_000, 0, 10_000]


def test_bias_accumulates_with_time_and_scale_with_what_is_sensed(board) -> None:
    it = board()
    it.device(0).bias_mps2 = 0.05
    it.device(1).scale = 1.01
    it.start()

    counts = it.sample(axial_mps2=10.0, ticks=1000)[-1]

    assert counts[:3] == [100_500, 101_000, 100_000]


def test_fault_bias_and_scale_act_from_the_moment_they_are_set(board) -> None:
    it = board()
    it.start()
    it.sample(axial_mps2=10.0, ticks=100)

    it.sensors.integrator_fault[0].bias_mps2 = 0.5
    it.sensors.integrator_fault[1].scale = 1.1
    counts = it.sample(axial_mps2=10.0, ticks=100)[-1]

    assert counts[:3] == [20_500, 21_000, 20_000]


def test_a_stuck_integrator_goes_on_at_its_last_rate(board) -> None:
    it = board()
    it.start()
    it.sample(axial_mps2=10.0, ticks=100)

    it.sensors.integrator_fault[1].stuck = True
    counts = it.sample(axial_mps2=30.0, ticks=50)[-1]

    assert counts[:3] == [25_000, 15_000, 25_000]


def test_counters_wrap_like_twos_complement(board) -> None:
    it = board()
    it.start()

    it.plant.specific_velocity_axial_mps += (2**31 + 5) * 0.001
    it.sample()

    assert it.sensors.counts[0] == -(2**31) + 5


# ------------------------------------------------------------------------------------ noise


def test_noise_is_on_the_reading_and_does_not_accumulate(board) -> None:
    it = board()
    it.device(0).noise_mps = 0.05  # 50 counts
    it.start()

    counts = np.array(it.sample(axial_mps2=10.0, ticks=20_000))[:, 0]

    errors = counts - 100 * np.arange(1, 20_001)
    assert errors.mean() == pytest.approx(0.0, abs=4 * 50 / np.sqrt(20_000))
    assert errors.std() == pytest.approx(50.0, rel=0.02)  # 4 sigma of a standard deviation
    assert abs(errors[-1000:]).max() <= 3.47 * 50 + 1


def test_deviates_have_the_moments_of_four_uniforms() -> None:
    z = np.array([lib.sensors_normal(7, 3, counter) for counter in range(100_000)])

    assert z.mean() == pytest.approx(0.0, abs=4 / np.sqrt(1e5))
    assert z.var() == pytest.approx(1.0, abs=0.015)
    assert (z**3).mean() == pytest.approx(0.0, abs=0.04)
    # Irwin-Hall of n = 4: kurtosis 3 - 6 / (5 n)
    assert (z**4).mean() == pytest.approx(2.7, abs=0.06)
    assert abs(z).max() <= np.sqrt(12.0)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param((8, 3, 0), id="another seed"),
        pytest.param((7, 4, 0), id="another component"),
        pytest.param((7, 3, 1), id="the next sample"),
    ],
)
def test_streams_do_not_know_one_another(other) -> None:
    seed, component, first = other
    a = np.array([lib.sensors_normal(7, 3, n) for n in range(50_000)])

    b = np.array([lib.sensors_normal(seed, component, first + n) for n in range(50_000)])

    assert np.corrcoef(a, b)[0, 1] == pytest.approx(0.0, abs=4 / np.sqrt(5e4))


def test_one_sensor_more_changes_no_other_sensors_noise(board) -> None:
    pressure = {"kind": lib.SENSORS_STATIC_PRESSURE, "rate_hz": 100, "quantum": 1.0, "noise": 50.0}
    few, many = board(analog=[pressure]), board(analog=[pressure, pressure])
    for it in (few, many):
        it.device(0).noise_mps = it.device(4).noise_mps = 0.05
    many.device(2).noise_mps = 0.05
    few.start()
    many.start()

    few_counts, many_counts = np.array(few.sample(ticks=200)), np.array(many.sample(ticks=200))

    assert (few_counts[:, [0, 4]] == many_counts[:, [0, 4]]).all()
    assert few.sensors.analog_counts[0] == many.sensors.analog_counts[0]
    assert many.sensors.analog_counts[0] != many.sensors.analog_counts[1]


def test_the_same_seed_gives_the_same_counts_and_another_gives_others(board) -> None:
    flights = [board(seed=seed) for seed in (5, 5, 6)]
    for it in flights:
        it.device(0).noise_mps = 0.05
        it.start()

    first, again, other = (it.sample(ticks=100) for it in flights)

    assert first == again
    assert first != other


# ------------------------------------------------------------------------------------ analogues


def analog(kind, **members):
    return {"kind": kind, "rate_hz": 100, "quantum": 5000.0, **members}


def test_chamber_pressure_follows_level_and_thrust(board) -> None:
    it = board(analog=[analog(lib.SENSORS_CHAMBER_PRESSURE)])
    it.plant.part[0].level = 0.5
    it.plant.part[0].thrust_factor = 0.9

    it.start()

    assert it.sensors.analog_counts[0] == round(0.5 * 0.9 * 6.0e6 / 5000.0)


def test_level_and_static_pressure_are_read_in_counts_with_their_bias(board) -> None:
    it = board(
        analog=[
            analog(lib.SENSORS_LEVEL, part=1, quantum=0.1, bias=0.5),
            analog(lib.SENSORS_STATIC_PRESSURE, quantum=10.0),
        ]
    )
    it.plant.air_pressure_pa = 101_325.0

    it.start()

    assert list(it.sensors.analog_counts)[:2] == [35, 10_133]


@pytest.mark.parametrize(
    ("rate_hz", "sampled"),
    [
        pytest.param(100, range(1, 13), id="every tick"),
        pytest.param(1000, range(1, 13), id="no more than once a tick"),
        pytest.param(50, [2, 4, 6, 8, 10, 12], id="every other"),
        pytest.param(30, [4, 7, 10], id="30 Hz: the ticks in which a period of 33.3 ms ends"),
        pytest.param(0, [], id="at the start only"),
    ],
)
def test_analogues_are_held_between_their_samples(board, rate_hz, sampled) -> None:
    it = board(analog=[analog(lib.SENSORS_STATIC_PRESSURE, quantum=1.0, rate_hz=rate_hz)])
    it.start()

    changed = []
    for tick in range(1, 13):
        it.plant.air_pressure_pa = tick
        it.sample()
        if it.sensors.analog_counts[0] == tick:
            changed.append(tick)

    assert changed == list(sampled)


@pytest.mark.parametrize(
    ("pressure_pa", "counts"), [(1e12, 2**31 - 1), (-1e12, -(2**31)), (float("nan"), 0)]
)
def test_analogues_saturate(board, pressure_pa, counts) -> None:
    it = board(analog=[analog(lib.SENSORS_STATIC_PRESSURE, quantum=1.0)])
    it.plant.air_pressure_pa = pressure_pa

    it.start()

    assert it.sensors.analog_counts[0] == counts


# ------------------------------------------------------------------------------------ contacts


CONTACTS = [
    ("lift-off", {"kind": lib.SENSORS_LIFT_OFF_CONTACT}),
    ("separated", {"kind": lib.SENSORS_SEPARATION_CONTACT, "part": 1}),
    ("oxidizer dry", {"kind": lib.SENSORS_OXIDIZER_DRY, "part": 0}),
    ("fuel dry", {"kind": lib.SENSORS_FUEL_DRY, "part": 1}),
]


def test_contacts_are_open_on_the_pad(board) -> None:
    it = board(discrete=[contact for _, contact in CONTACTS])

    it.start()

    assert it.sensors.discretes == 0


@pytest.mark.parametrize("bit", range(4), ids=[name for name, _ in CONTACTS])
def test_each_contact_closes_for_its_own_cause(board, bit) -> None:
    it = board(discrete=[contact for _, contact in CONTACTS])
    it.start()

    match bit:
        case 0:
            it.plant.on_pad = False
        case 1:
            it.plant.part[1].attached = False
        case 2:
            it.plant.part[0].oxidizer_kg = 0.0
        case 3:
            it.plant.part[1].fuel_kg = 0.0
    it.sample()

    assert it.sensors.discretes == 1 << bit


@pytest.mark.parametrize("value", [0, 1])
def test_a_stuck_contact_says_the_same_whatever_happens(board, value) -> None:
    it = board(discrete=[CONTACTS[0][1]] * 3)
    it.start()
    it.sensors.stuck_discretes = 0b010
    it.sensors.stuck_discrete_values = value << 1

    it.sample()
    before = it.sensors.discretes
    it.plant.on_pad = False
    it.sample()

    assert before == value << 1
    assert it.sensors.discretes == 0b101 | value << 1


def test_the_sixty_fourth_contact_has_its_bit(board) -> None:
    it = board(discrete=[CONTACTS[0][1]] * 64)
    it.plant.on_pad = False

    it.start()

    assert it.sensors.discretes == 2**64 - 1
