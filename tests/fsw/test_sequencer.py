"""What fires when, and why: the sentences of docs/sequencer.md, tick by tick."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from flightsw._native import ffi, lib

if TYPE_CHECKING:
    from .conftest import Table

requirement = pytest.mark.requirement


# ------------------------------------------------------------------------- firing once


@requirement("SEQ-01")
def test_an_entry_whose_condition_goes_on_fires_once(table: Table) -> None:
    computer = table.lift_off().add("LIT", primary={"countdown": 2}, actions=0b1000).start()

    fired = [computer.step() for _ in range(6)]

    assert fired == [["LIFTOFF"], [], ["LIT"], [], [], []]
    assert computer.actions == [0b0001, 0, 0b1000, 0, 0, 0]


@requirement("SEQ-01")
def test_commands_of_entries_that_fire_together_go_out_together(table: Table) -> None:
    table.lift_off().add("A", primary={"countdown": 1}, actions=0b0110)
    table.add("B", primary={"countdown": 1}, actions=0b1100)
    computer = table.start()

    fired = [computer.step(), computer.step()]

    assert fired == [["LIFTOFF"], ["A", "B"]]
    assert computer.actions[1] == 0b1110


# ------------------------------------------------------------------------- time


@pytest.mark.parametrize("after", [1, 2, 150])
def test_time_counts_from_the_tick_of_the_event(table: Table, after: int) -> None:
    table.lift_off().add("BURN", primary={"countdown": 7})
    table.add("END", primary={"event": "BURN", "after": after})
    computer = table.start()

    computer.fly(200)

    assert computer.timeline[1:] == [(7, "BURN", "primary"), (7 + after, "END", "primary")]


@requirement("SEQ-10")
@pytest.mark.parametrize("after", [0, 1])
def test_what_follows_an_event_at_once_follows_in_the_next_tick(table: Table, after: int) -> None:
    table.lift_off().add("NEXT", primary={"event": "LIFTOFF", "after": after})
    computer = table.start()

    assert [computer.step() for _ in range(3)] == [["LIFTOFF"], ["NEXT"], []]


@requirement("SEQ-10")
@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_order_of_the_table_changes_nothing(table: Table, order: tuple[int, ...]) -> None:
    entries: list[tuple[str, dict[str, Any]]] = [
        ("LIFTOFF", {"t_zero": True, "primary": {"countdown": 0}}),
        ("A", {"primary": {"event": "LIFTOFF", "after": 3}}),
        ("B", {"primary": {"event": "A"}, "requires": ["A"], "inhibited_by": ["C"]}),
        ("C", {"primary": {"event": "A"}}),
    ]
    for place in order:
        table.add(entries[place][0], **entries[place][1])
    computer = table.start()

    computer.fly(10)

    assert computer.timeline == [
        (0, "LIFTOFF", "primary"),
        (3, "A", "primary"),
        (4, "B", "primary"),  # C inhibits it from the next tick on
        (4, "C", "primary"),
    ]


def test_the_countdown_clock_runs_through_a_late_lift_off(table: Table) -> None:
    table.add("START", primary={"countdown": -5})
    table.lift_off(at=3).add("LATER", primary={"countdown": 9})
    computer = table.start(countdown=-8)

    computer.fly(25)

    assert computer.timeline == [
        (-8, "START", "primary"),  # countdown -5, T-0 at countdown 3
        (0, "LIFTOFF", "primary"),
        (6, "LATER", "primary"),
    ]


# ------------------------------------------------------------------------- T-0


@requirement("SEQ-07")
def test_mission_time_is_the_countdown_and_then_counts_from_t_zero(table: Table) -> None:
    table.add("LIFTOFF", t_zero=True, primary={"contacts": [0, 1, 2], "votes": 2})
    computer = table.start(countdown=-2)

    times = []
    for contacts in ([], [], [], [0, 1], [0, 1], [0, 1]):
        computer.step(contacts=contacts)
        times.append(computer.met)

    assert times == [-2, -1, 0, 0, 1, 2]


@requirement("SEQ-07")
def test_apparent_velocity_counts_what_is_sensed_after_t_zero(table: Table) -> None:
    computer = table.lift_off().start(countdown=-2)

    sums = []
    for _ in range(5):
        computer.step(axial=98)  # 1 g on the pad
        sums.append(computer.state.apparent_velocity_um_per_s)

    assert sums == [0, 0, 0, 98_000, 196_000]


@requirement("SEQ-08")
def test_t_zero_comes_from_the_pressures_if_no_contact_makes(table: Table) -> None:
    table.add(
        "LIFTOFF",
        t_zero=True,
        primary={"contacts": [0, 1, 2], "votes": 2},
        backup={
            "all": [
                {"quantity": "analog.0", "at_least": 500, "persistence": 3},
                {"quantity": "analog.1", "at_least": 440, "persistence": 3},
            ]
        },
    )
    computer = table.start(countdown=-4)
    computer.input.analog_counts[0] = 510
    computer.fly(2)

    computer.input.analog_counts[1] = 450
    fired = [computer.step(contacts=[2]) for _ in range(4)]

    assert fired == [[], [], ["LIFTOFF"], []]
    assert computer.timeline == [(0, "LIFTOFF", "backup")]


# ------------------------------------------------------------------------- conditions


@requirement("SEQ-03")
@pytest.mark.parametrize(
    ("condition", "acts"),
    [
        pytest.param("TTTT", "FFTT", id="three in a row"),
        pytest.param("TTFTTT", "FFFFFT", id="a false tick starts the count again"),
        pytest.param("TTTFT", "FFTFF", id="acts only while the condition holds"),
        pytest.param("TTFTTFTT", "FFFFFFFF", id="never three in a row"),
    ],
)
def test_acts_from_the_third_consecutive_true_tick(condition: str, acts: str) -> None:
    seen = ffi.new("uint32_t *")

    acted = [lib.fsw_persistence_feed(seen, 3, tick == "T") for tick in condition]

    assert acted == [tick == "T" for tick in acts]


def test_persistence_does_not_run_over() -> None:
    seen = ffi.new("uint32_t *", 2**32 - 2)

    acted = [lib.fsw_persistence_feed(seen, 2**32 - 1, True) for _ in range(3)]

    assert acted == [True, True, True]
    assert seen[0] == 2**32 - 1


@requirement("SEQ-03")
def test_one_fast_sample_does_not_command_cut_off(table: Table) -> None:
    high = {"quantity": "axial_accel", "at_least": 50_000, "persistence": 2}
    computer = table.lift_off().add("HIGH", primary=high).start()

    fired = [computer.step(axial=gain) for gain in (0, 0, 600, 0, 600, 600, 0)]

    assert fired == [["LIFTOFF"], [], [], [], [], ["HIGH"], []]


@pytest.mark.parametrize(
    ("words", "below", "at", "above"),
    [
        pytest.param({"at_least": 700}, False, True, True, id="at least"),
        pytest.param({"at_most": 700}, True, True, False, id="at most"),
    ],
)
def test_the_threshold_itself_counts(
    table: Table, words: dict[str, int], below: bool, at: bool, above: bool
) -> None:
    for k in range(3):
        table.add(f"E{k}", primary={"quantity": f"analog.{k}", **words})
    computer = table.lift_off().start()
    for k, counts in enumerate((699, 700, 701)):
        computer.input.analog_counts[k] = counts

    computer.step()

    assert [computer.has(f"E{k}") for k in range(3)] == [below, at, above]


def test_all_and_any_nest(table: Table) -> None:
    """(0 and 1) or (2 and (3 or 4)), against Python's own logic, for every input."""

    def made(number: int) -> dict[str, object]:
        return {"contacts": [number], "votes": 1}

    either = {
        "any": [
            {"all": [made(0), made(1)]},
            {"all": [made(2), {"any": [made(3), made(4)]}]},
        ]
    }
    table.lift_off().add("OR", primary=either)

    for bits in itertools.product([False, True], repeat=5):
        computer = table.start()
        computer.step(contacts=[number for number, bit in enumerate(bits) if bit])
        a, b, c, d, e = bits
        assert computer.has("OR") == ((a and b) or (c and (d or e)))


@pytest.mark.parametrize(
    ("condition", "seen_s"),
    [
        # Thrown up from the equator at 100 m/s. Weight there is 9.780 m/s2 (gravitation 9.814 less
        # centrifugal acceleration 0.034): 50 m at 0.513 s, no more climb after 10.225 s.
        pytest.param({"quantity": "altitude", "at_least": 50_000}, 0.513, id="altitude"),
        pytest.param({"quantity": "climb", "at_most": 0}, 10.225, id="climb"),
        # energy: 465.1^2 + 100^2 - 2 x 9.814 h is 470^2 at h = 276 m, and 100 t - 4.89 t^2 there
        pytest.param({"quantity": "speed", "at_most": 470_000}, 3.289, id="speed"),
    ],
)
def test_estimates_of_navigation_can_be_conditions(
    table: Table, condition: dict[str, object], seen_s: float
) -> None:
    table.lift_off().add("SEEN", primary=condition, not_before=2)
    computer = table.start()
    computer.step()
    computer.step(imu=(1_000_000, 0, 0))

    computer.fly(1100)

    (seen,) = [met for met, name, _ in computer.timeline if name == "SEEN"]
    assert (seen - 1) * 0.01 == pytest.approx(seen_s, abs=0.02)


# ------------------------------------------------------------------------- cut-off


def cut_off(table: Table, **keys: object) -> Table:
    """Cut-off at 3 m/s, or 100 ticks after lift-off, or when one of two sensors is dry."""
    return table.lift_off().add(
        "CUTOFF",
        primary={"quantity": "apparent_velocity", "at_least": 3000, "persistence": 2},
        backup={"event": "LIFTOFF", "after": 100},
        depletion={"contacts": [8, 9], "votes": 1, "persistence": 3},
        **keys,
    )


def test_velocity_commands_cut_off(table: Table) -> None:
    computer = cut_off(table).start()

    computer.fly(40, axial=100)

    assert computer.timeline[1] == (31, "CUTOFF", "primary")  # 3 m/s at tick 30, twice in a row


@requirement("SEQ-04")
def test_the_backup_commands_cut_off_when_all_accelerometers_stand_still(table: Table) -> None:
    computer = cut_off(table).start()
    computer.fly(20, axial=100)

    computer.fly(100, axial=0)

    assert computer.timeline[1] == (100, "CUTOFF", "backup")


@requirement("SEQ-06")
def test_one_dry_sensor_commands_cut_off(table: Table) -> None:
    computer = cut_off(table).start()
    computer.fly(11, axial=100)

    computer.fly(5, axial=100, contacts=[9])

    assert computer.timeline[1] == (13, "CUTOFF", "depletion")


@requirement("SEQ-05")
@pytest.mark.parametrize(
    ("fast", "late", "dry", "by"),
    [
        pytest.param(True, True, True, "primary", id="all three"),
        pytest.param(True, False, True, "primary", id="velocity and dry"),
        pytest.param(False, True, True, "backup", id="timer and dry"),
        pytest.param(False, False, True, "depletion", id="dry alone"),
    ],
)
def test_the_first_of_primary_backup_and_depletion_is_recorded(
    table: Table, fast: bool, late: bool, dry: bool, by: str
) -> None:
    table.lift_off().add(
        "CUTOFF",
        primary={"quantity": "analog.0", "at_least": 1},
        backup={"contacts": [7], "votes": 1},
        depletion={"contacts": [8], "votes": 1},
    )
    computer = table.start()
    computer.step()

    computer.input.analog_counts[0] = int(fast)
    computer.step(contacts=[7] * late + [8] * dry)

    assert computer.timeline[1] == (1, "CUTOFF", by)


@requirement("SEQ-13")
def test_cut_off_comes_early_by_the_velocity_of_the_tail_off(table: Table) -> None:
    """10 m/s2 for 0.5 s to come is 5 m/s: 20 m/s is met at 15 m/s, after 1.50 s."""
    table.lift_off().add(
        "CUTOFF",
        primary={"quantity": "apparent_velocity", "at_least": 20_000, "lead_us": 500_000},
    )
    computer = table.start()

    computer.fly(200, axial=100)

    assert computer.timeline[1] == (150, "CUTOFF", "primary")


@requirement("SEQ-12")
@pytest.mark.parametrize("liar", [0, 1, 2])
@pytest.mark.parametrize("lie", [-30_000, 0, 99, 101, 30_000])
def test_one_wrong_accelerometer_changes_nothing(table: Table, liar: int, lie: int) -> None:
    computer = cut_off(table).start()
    gains = [100, 100, 100]
    gains[liar] = lie

    computer.fly(40, axial=gains)

    assert computer.timeline[1] == (31, "CUTOFF", "primary")
    assert computer.state.err.accelerometer_disagreements == (0 if abs(lie - 100) <= 10 else 39)


@requirement("SEQ-12")
@pytest.mark.parametrize(
    ("contacts", "lifts_off"),
    [([], False), ([0], False), ([2], False), ([0, 1], True), ([1, 2], True), ([0, 1, 2], True)],
)
def test_two_of_three_contacts_decide(table: Table, contacts: list[int], lifts_off: bool) -> None:
    table.add("LIFTOFF", t_zero=True, primary={"contacts": [0, 1, 2], "votes": 2})
    computer = table.start()

    computer.step(contacts=[*contacts, 3, 4])  # others do not vote

    assert computer.has("LIFTOFF") == lifts_off


# ------------------------------------------------------------------------- windows


@requirement("SEQ-02")
def test_persistence_starts_with_the_window(table: Table) -> None:
    dry = {"contacts": [5], "votes": 1, "persistence": 3}
    table.lift_off().add("READY", primary={"countdown": 10})
    table.add("NEEDS", primary=dry, requires=["READY"])
    table.add("WAITS", primary=dry, not_before=20)
    computer = table.start()

    computer.fly(30, contacts=[5])

    assert computer.timeline[2:] == [(13, "NEEDS", "primary"), (22, "WAITS", "primary")]


@requirement("SEQ-02")
def test_all_required_events_are_needed(table: Table) -> None:
    table.lift_off().add("A", primary={"countdown": 4}).add("B", primary={"countdown": 6})
    table.add("C", primary={"countdown": 0}, requires=["A", "B"])
    computer = table.start()

    computer.fly(10)

    assert computer.timeline[-1] == (7, "C", "primary")


@requirement("SEQ-02")
def test_one_inhibiting_event_is_enough_and_for_good(table: Table) -> None:
    table.lift_off().add("A", primary={"countdown": 4}).add("B", primary={"countdown": 90})
    table.add("C", primary={"countdown": 5}, inhibited_by=["A", "B"])
    computer = table.start()

    computer.fly(100)

    assert not computer.has("C")


@requirement("SEQ-09")
@pytest.mark.parametrize(
    ("not_before", "not_after", "contact_at", "fires_at"),
    [
        pytest.param(20, 30, 19, 20, id="a tick before the first"),
        pytest.param(20, 30, 20, 20, id="the first tick"),
        pytest.param(20, 30, 30, 30, id="the last tick"),
        pytest.param(20, 30, 31, None, id="a tick after the last"),
        pytest.param(20, 20, 20, 20, id="a window of one tick"),
    ],
)
def test_bounds_are_inclusive(
    table: Table, not_before: int, not_after: int, contact_at: int, fires_at: int | None
) -> None:
    made = {"contacts": [0], "votes": 1}
    table.lift_off().add("E", primary=made, not_before=not_before, not_after=not_after)
    computer = table.start()

    for tick in range(40):
        computer.step(contacts=[0] if tick >= contact_at else [])

    assert [met for met, name, _ in computer.timeline if name == "E"] == (
        [] if fires_at is None else [fires_at]
    )


@requirement("SEQ-09")
@pytest.mark.parametrize("lift_off_at", [-3, 0, 50])
def test_a_late_lift_off_shifts_the_windows_of_the_flight(table: Table, lift_off_at: int) -> None:
    always = {"countdown": -100}
    table.lift_off(at=lift_off_at).add("IN", primary=always, not_before=20, not_after=20)
    table.add("AT_ONCE", primary=always, not_before=0)
    table.add("LAST", primary={"event": "LIFTOFF", "after": 5}, not_after=5)
    computer = table.start(countdown=-10)

    computer.fly(100)

    assert computer.timeline == [
        (0, "LIFTOFF", "primary"),
        (1, "AT_ONCE", "primary"),
        (5, "LAST", "primary"),
        (20, "IN", "primary"),
    ]


@requirement("SEQ-09")
def test_negative_bounds_are_on_the_countdown_clock(table: Table) -> None:
    made = {"contacts": [0], "votes": 1}
    table.lift_off(at=-8).add("FROM", primary=made, not_before=-5)
    table.add("UNTIL", primary=made, not_after=-7)
    table.add("TOO_LATE", primary={"countdown": -6}, not_after=-7)
    computer = table.start(countdown=-10)

    for countdown in range(-10, 5):
        computer.step(contacts=[0] if countdown >= -7 else [])

    assert computer.timeline[1:] == [(1, "UNTIL", "primary"), (3, "FROM", "primary")]


@requirement("SEQ-09")
@pytest.mark.parametrize(("contact_at", "lifts_off"), [(5, True), (6, False)])
def test_the_window_of_t_zero_is_on_the_countdown_clock(
    table: Table, contact_at: int, lifts_off: bool
) -> None:
    made = {"contacts": [0], "votes": 1}
    table.add("LIFTOFF", t_zero=True, primary=made, not_before=2, not_after=5)
    computer = table.start()

    for countdown in range(10):
        computer.step(contacts=[0] if countdown >= contact_at else [])

    assert computer.has("LIFTOFF") == lifts_off


# ------------------------------------------------------------------------- safety


@requirement("SEQ-11")
@pytest.mark.parametrize("role", ["avd", "abort"])
@pytest.mark.parametrize("first", [True, False])
def test_an_emergency_shutdown_stops_the_nominal_one_of_the_same_tick(
    table: Table, role: str, first: bool
) -> None:
    made = {"contacts": [0], "votes": 1}
    emergency = ("AVD", {"role": role, "primary": made, "inhibited_by": ["CUTOFF"]})
    nominal = ("CUTOFF", {"primary": made, "inhibited_by": ["AVD"]})
    for name, keys in [emergency, nominal] if first else [nominal, emergency]:
        table.add(name, **keys)
    computer = table.lift_off().start()
    computer.step()

    computer.fly(5, contacts=[0])

    assert computer.timeline[1:] == [(1, "AVD", role)]


@requirement("SEQ-11")
def test_a_cut_off_an_instant_earlier_stops_the_emergency_shutdown(table: Table) -> None:
    table.lift_off()
    table.add("CUTOFF", primary={"countdown": 5}, inhibited_by=["AVD"])
    table.add("AVD", role="avd", primary={"countdown": 6}, inhibited_by=["CUTOFF"])
    computer = table.start()

    computer.fly(10)

    assert computer.timeline[1:] == [(5, "CUTOFF", "primary")]


def test_a_monitor_sees_and_inhibits_from_the_next_tick(table: Table) -> None:
    made = {"contacts": [0], "votes": 1}
    table.lift_off().add("LOW", role="monitor", primary=made)
    table.add("SAME", primary=made, inhibited_by=["LOW"])
    computer = table.start()

    computer.fly(3, contacts=[0])

    assert computer.timeline == [
        (0, "LIFTOFF", "primary"),
        (0, "LOW", "monitor"),
        (0, "SAME", "primary"),
    ]


def test_the_last_event_is_one_of_the_sequence(table: Table) -> None:
    table.add("LOW", role="monitor", primary={"countdown": 1})
    computer = table.lift_off().start()
    before = computer.state.last_event

    computer.fly(3)

    assert (before, computer.state.last_event) == (0xFF, 1)


# ------------------------------------------------------------------------- ends of numbers


@requirement("SEQ-15")
def test_counters_of_accelerometers_may_wrap(table: Table) -> None:
    computer = cut_off(table).start()
    for i in range(3):
        computer.input.axial_counts[i] = 2**31 - 1050

    computer.fly(40, axial=100)

    assert computer.timeline[1] == (31, "CUTOFF", "primary")


@requirement("SEQ-15")
def test_the_clock_stops_at_its_end(table: Table) -> None:
    table.lift_off().add("FAR", primary={"event": "LIFTOFF", "after": lib.FSW_TICKS_MAX})
    computer = table.start()
    computer.step()
    computer.state.clock_ticks = lib.FSW_TICKS_MAX - 1

    computer.step()
    nearly = computer.has("FAR")
    computer.fly(3)

    assert not nearly
    assert computer.timeline[1] == (lib.FSW_TICKS_MAX, "FAR", "primary")
    assert computer.state.clock_ticks == lib.FSW_TICKS_MAX


@requirement("SEQ-15")
@pytest.mark.parametrize(("gain", "sign"), [(2**31 - 1, 1), (-(2**31), -1)])
def test_absurd_accelerations_stop_at_the_ends_of_the_sums(
    table: Table, gain: int, sign: int
) -> None:
    table.config.axial_quantum_um_per_s = 1_000_000
    table.config.imu_quantum_mps = 10.0
    computer = table.lift_off().start()

    computer.fly(2000, axial=gain, imu=(gain, gain, gain))

    state = computer.state
    assert state.apparent_velocity_um_per_s == sign * 10**15
    assert state.axial_accel_mmps2 == sign * 10**9
    assert state.estimated_altitude_mm > 0
    assert state.estimated_speed_mmps > 0


# ------------------------------------------------------------------------- tables refused


def refusals() -> list[object]:
    made = {"contacts": [0], "votes": 1}

    def case(name: str, status: str, **change: object) -> object:
        return pytest.param(change, getattr(lib, status), id=name)

    table, t_zero = "FSW_ERROR_TABLE", "FSW_ERROR_T_ZERO"
    return [
        case("no trigger", table, E={}),
        case("votes above contacts", table, E={"primary": {"contacts": [0, 1], "votes": 3}}),
        case("no votes", table, E={"primary": {"contacts": [0, 1], "votes": 0}}),
        case("no contacts", table, E={"primary": {"contacts": [], "votes": 1}}),
        case("no persistence", table, E={"primary": {**made, "persistence": 0}}),
        case("waits for itself", table, E={"primary": {"event": "E"}}),
        case("time before the event", table, E={"primary": {"event": "LIFTOFF", "after": -1}}),
        case("empty all", table, E={"primary": {"all": []}}),
        case(
            "allowance on another quantity",
            table,
            E={"primary": {"quantity": "axial_accel", "at_least": 1, "lead_us": 1}},
        ),
        case(
            "allowance of more than a minute",
            table,
            E={"primary": {"quantity": "apparent_velocity", "at_least": 1, "lead_us": 60_000_001}},
        ),
        case("requires itself", table, E={"primary": made, "requires": ["E"]}),
        case("inhibits itself", table, E={"primary": made, "inhibited_by": ["E"]}),
        case(
            "requires what inhibits it",
            table,
            E={"primary": made, "requires": ["LIFTOFF"], "inhibited_by": ["LIFTOFF"]},
        ),
        case(
            "a ring of requirements",
            table,
            E={"primary": made, "requires": ["F"]},
            F={"primary": made, "requires": ["E"]},
        ),
        case("closes before it opens", table, E={"primary": made, "not_before": 3, "not_after": 2}),
        case("opens never", table, E={"primary": made, "not_before": lib.FSW_TICK_NEVER}),
        case("two T-0", t_zero, E={"primary": made, "t_zero": True}),
        case("33 nodes", table, E={"primary": {"any": [made] * 32}}),
    ]


@requirement("SEQ-14")
@pytest.mark.parametrize(("change", "status"), refusals())
def test_refuses_a_table_that_cannot_be_flown(
    table: Table, change: dict[str, dict[str, object]], status: int
) -> None:
    table.lift_off()
    for name, keys in change.items():
        table.add(name, **keys)

    assert table.offer().status == status


@requirement("SEQ-14")
@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("tick_us", 999, "FSW_ERROR_TICK"),
        ("tick_us", 1000, "FSW_OK"),
        ("tick_us", 100_000, "FSW_OK"),
        ("tick_us", 100_001, "FSW_ERROR_TICK"),
        ("analog_count", 17, "FSW_ERROR_TABLE"),
        ("pitch_count", 0, "FSW_ERROR_GUIDANCE"),
        ("pitch_count", 33, "FSW_ERROR_GUIDANCE"),
        ("pitch_count", 2, "FSW_ERROR_GUIDANCE"),  # both at 0 s
        ("pitch_end_s", -1.0, "FSW_ERROR_GUIDANCE"),
        ("pitch_end_s", float("nan"), "FSW_ERROR_GUIDANCE"),
        ("axial_quantum_um_per_s", 0, "FSW_ERROR_NAVIGATION"),
        ("axial_quantum_um_per_s", 1_000_000, "FSW_OK"),
        ("axial_quantum_um_per_s", 1_000_001, "FSW_ERROR_NAVIGATION"),
        ("axial_tolerance_counts", 1_000_000, "FSW_OK"),
        ("axial_tolerance_counts", 1_000_001, "FSW_ERROR_NAVIGATION"),
        ("imu_quantum_mps", 0.0, "FSW_ERROR_NAVIGATION"),
        ("imu_quantum_mps", float("inf"), "FSW_ERROR_NAVIGATION"),
    ],
)
def test_refuses_numbers_out_of_range(table: Table, field: str, value: float, status: str) -> None:
    table.lift_off()
    setattr(table.config, field, value)

    assert table.offer().status == getattr(lib, status)


@requirement("SEQ-14")
@pytest.mark.parametrize(
    ("array", "place", "value"),
    [
        ("pad_position_m", 0, 0.0),
        ("pad_position_m", 1, float("nan")),
        ("pad_velocity_mps", 0, float("inf")),
        ("eci_from_platform", 0, -1.0),
        ("eci_from_platform", 1, 0.01),
        ("eci_from_platform", 8, float("nan")),
    ],
)
def test_refuses_a_pad_or_platform_that_is_none(
    table: Table, array: str, place: int, value: float
) -> None:
    table.lift_off()
    getattr(table.config, array)[place] = value

    assert table.offer().status == lib.FSW_ERROR_NAVIGATION


@requirement("SEQ-14")
@pytest.mark.parametrize(
    ("entries", "status"), [(0, "FSW_ERROR_TABLE"), (64, "FSW_OK"), (65, "FSW_ERROR_TABLE")]
)
def test_a_table_has_1_to_64_entries(table: Table, entries: int, status: str) -> None:
    table.lift_off()
    for number in range(1, min(entries, 64)):
        table.add(f"E{number}", primary={"countdown": number})
    table.write()
    table.config.entry_count = entries

    assert lib.fsw_init(ffi.new("fsw_t *"), table.config) == getattr(lib, status)


@requirement("SEQ-14")
def test_a_table_without_t_zero_is_refused(table: Table) -> None:
    table.add("E", primary={"countdown": 0})

    assert table.offer().status == lib.FSW_ERROR_T_ZERO


@requirement("SEQ-14")
def test_a_node_of_two_triggers_is_refused(table: Table) -> None:
    table.lift_off().add("E", primary={"contacts": [0], "votes": 1, "persistence": 2})
    table.write()
    table.config.entry[1].trigger[1] = table.config.entry[1].trigger[0]

    assert lib.fsw_init(ffi.new("fsw_t *"), table.config) == lib.FSW_ERROR_TABLE


@requirement("SEQ-14")
def test_a_computer_that_refused_was_not_started(table: Table) -> None:
    table.add("E", primary={"countdown": 0})
    table.write()
    state = ffi.new("fsw_t *")
    untouched = bytes(ffi.buffer(state))

    lib.fsw_init(state, table.config)

    assert bytes(ffi.buffer(state)) == untouched
