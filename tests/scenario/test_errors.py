"""Every mistake in a file is told with its place: file, line and column of the key or value."""

import pytest

from flightsw.errors import ScenarioError
from flightsw.scenario import load

# The place where the message must point is marked in what is written: `‸`.
MISTAKES = [
    # values by themselves
    pytest.param(
        "mission", "latitude_deg  = 45.920278", "latitude_deg  = ‸145.9",
        "`launch.latitude_deg` must be at most 90, not 145.9", id="out of range",
    ),
    pytest.param(
        "mission", "mass_kg = 7285.0", "mass_kg = ‸-7285.0",
        "`payload.mass_kg` must be above 0, not -7285.0; is the sign right?", id="wrong sign",
    ),
    pytest.param(
        "mission", "mass_kg = 7285.0", 'mass_kg = ‸"7285 kg"',
        '`payload.mass_kg` must be a number, not "7285 kg": '
        "a number stands without quotes and its key ends in its unit", id="number in quotes",
    ),
    pytest.param(
        "mission", "mass_kg = 7285.0", "mass_kg = ‸nan",
        "`payload.mass_kg` must be a finite number, not nan", id="not a number",
    ),
    pytest.param(
        "mission", "mass_kg = 7285.0", "mass_kg = ‸-inf",
        "`payload.mass_kg` must be a finite number, not -inf", id="infinite",
    ),
    pytest.param(
        "mission", "mass_kg = 7285.0", "mass_kg = ‸true",
        "`payload.mass_kg` must be a number, not true", id="truth for a number",
    ),
    pytest.param(
        "mission", "seed    = 1", "seed    = ‸1.5",
        "`run.seed` must be a whole number, not 1.5", id="part of a seed",
    ),
    pytest.param(
        "mission", 'id       = "progress-ms-04"', 'id       = ‸"Progress_MS_04"',
        '`id` must be lower-case letters and digits, joined by hyphens, as `third-stage`, '
        'not "Progress_MS_04"', id="id in capitals",
    ),
    pytest.param(
        "mission", "time_utc      = 2016-12-01T14:51:52Z",
        "time_utc      = ‸2016-12-01T14:51:52+05:00",
        "the launch time is UTC: write `2016-12-01T14:51:52Z`", id="local time",
    ),
    # keys
    pytest.param(
        "mission", "mass_kg = 7285.0", "‸mass_t = 7.285",
        "unknown key `mass_t`; mass is in kilograms here: write `mass_kg = 7285.0`",
        id="wrong unit",
    ),
    pytest.param(
        "mission", "mass_kg = 7285.0", "‸mass = 7285.0",
        "unknown key `mass`; a number carries its unit in its key: write `mass_kg` (kilograms)",
        id="no unit",
    ),
    pytest.param(
        "mission", "gate_km       = 50.0", "‸gate_m       = 50_000.0",
        "unknown key `gate_m`; gate is in kilometres here: write `gate_km = 50.0`",
        id="metres where kilometres stand",
    ),
    pytest.param(
        "mission", "beta_kgpm2   = 200.0", "‸beta_kgmp2   = 200.0",
        "unknown key `beta_kgmp2`; did you mean `beta_kgpm2`?", id="misspelt key",
    ),
    pytest.param(
        "mission", "mass_kg = 7285.0\n", "", "`payload.mass_kg` is missing", id="missing key",
    ),
    pytest.param(
        "vehicle", "thrust_vac_n        = 298_000.0", "‸thrust_vac_kn        = 298.0",
        "unknown key `thrust_vac_kn`; force is in newtons here: write `thrust_vac_n = 298000.0`",
        id="kilonewtons",
    ),
    # the vehicle
    pytest.param(
        "vehicle", 'root   = "block-i"', 'root   = ‸"block-j"',
        "no part `block-j`; did you mean `block-i`?", id="unknown root",
    ),
    pytest.param(
        "vehicle", '"block-g", "block-d"]\n\n[attitude]', '"block-g", ‸"block-x"]\n\n[attitude]',
        "no part `block-x`; did you mean `block-i`?", id="unknown member of a group",
    ),
    pytest.param(
        "vehicle", 'on     = "block-i"', 'on     = ‸"block-k"',
        "no part `block-k`; did you mean `block-i`?", id="transmitter on nothing",
    ),
    pytest.param(
        "vehicle", "thrust_vac_n        = 298_000.0", "thrust_vac_n        = ‸298.0",
        "thrust over mass flow is an exhaust velocity of 3.197 m/s; engines give 300 to 6000: "
        "is a unit wrong?", id="kilonewtons for newtons",
    ),
    pytest.param(
        "vehicle", "0.8, 0.9, 1.0, 1.068", "0.8, 1.0, ‸0.9, 1.068",
        "Mach numbers must ascend: 0.9 comes after 1", id="Mach numbers out of order",
    ),
    # the sequence
    pytest.param(
        "sequence", 'actions      = ["block-i.shutdown"]', 'actions      = [‸"block-j.shutdown"]',
        "no part or group `block-j`; did you mean `block-i`?", id="action on no part",
    ),
    pytest.param(
        "sequence", 'actions      = ["block-i.shutdown"]', 'actions      = [‸"block-i.shutdwn"]',
        "no verb `shutdwn`; did you mean `shutdown`?", id="unknown verb",
    ),
    pytest.param(
        "sequence", '"block-i.ignite.main"', '‸"block-i.ignite.full"',
        "the engine of `block-i` has no level `full`; known: `main`", id="unknown level",
    ),
    pytest.param(
        "sequence", '"block-i.ignite.main"', '‸"fairing.ignite"',
        "`fairing` is a stage with no engine: it cannot ignite", id="stage with no engine",
    ),
    pytest.param(
        "sequence", '"spacecraft.separate"', '‸"block-i.separate"',
        "`block-i` carries the flight computer: it cannot separate from itself",
        id="root separates",
    ),
    pytest.param(
        "sequence", '"spacecraft.separate"', '‸"spacecraft.deploy"',
        "`spacecraft` has no parachute: give it `deployed_drag_area_m2`", id="no parachute",
    ),
    pytest.param(
        "sequence", 'primary  = { event = "CORE_SEPARATION", after_s = 9.75 }',
        'primary  = { event = ‸"CORE_SEPERATION", after_s = 9.75 }',
        "no event `CORE_SEPERATION`; did you mean `CORE_SEPARATION`?", id="unknown event",
    ),
    pytest.param(
        "sequence", '"block-i.lox-dry"', '‸"block-i.lox-dri"',
        "vehicle `soyuz-u` has no dry sensor `block-i.lox-dri`; did you mean `block-i.lox-dry`?",
        id="unknown sensor",
    ),
    pytest.param(
        "sequence", '"estimated_altitude_m"', '‸"altitude_m"',
        "vehicle `soyuz-u` measures no `altitude_m`; did you mean `estimated_altitude_m`?",
        id="unknown quantity",
    ),
    pytest.param(
        "sequence", 'event    = "FAIRING_JETTISON"', 'event    = ‸"LIFTOFF"',
        "the event `LIFTOFF` has an entry already: each has one", id="event twice",
    ),
    pytest.param(
        "sequence", 'requires = ["MAIN_STAGE"]', 'requires = [‸"LIFTOFF"]',
        "`LIFTOFF` requires itself", id="requires itself",
    ),
    pytest.param(
        "sequence", 'requires = ["ENGINE_START"]', 'requires = ‸["LIFTOFF"]',
        "`MAIN_STAGE` waits for itself: `MAIN_STAGE` -> `LIFTOFF` -> `MAIN_STAGE`", id="cycle",
    ),
    pytest.param(
        "sequence", "t_zero   = true\n", "", "no entry is T-0: mark lift-off with `t_zero = true`",
        id="no T-0",
    ),
    pytest.param(
        "sequence", 'primary  = { event = "LIFTOFF", after_s = 6.0 }\n', "",
        "`STRAPON_MAIN_STAGE` has no trigger: give `primary`", id="no trigger",
    ),
    pytest.param(
        "sequence", "not_before_s = 500.0", "not_before_s = ‸500.0\nnot_after_s = 499.0",
        "`BLOCK_I_CUTOFF` is not before 500 s and not after 499 s: it would never come",
        id="window upside down",
    ),
    pytest.param(
        "sequence", "{ event = \"LIFTOFF\", after_s = 6.0 }",
        "‸{ event = \"LIFTOFF\", after_s = 6.0, countdown_s = 5.0 }",
        "a trigger has one of `event`, `countdown_s`, `quantity`, `contacts`, `all`, `any`; "
        "here is `event` and `countdown_s`", id="trigger of two forms",
    ),
    pytest.param(
        "sequence", "countdown_s = -0.6", "countdown_s = ‸-60.0",
        "the countdown starts at -20 s: -60 s never comes", id="before the computer runs",
    ),
    pytest.param(
        "sequence", 'vehicle = "soyuz-u"', 'vehicle = ‸"nike-apache"',
        "this sequence is for `nike-apache`; what flies is `soyuz-u`", id="of another vehicle",
    ),
    pytest.param(
        "sequence", "[0.0, 8.0, ", "[8.0, ‸0.0, ", "times must ascend: 0.0 comes after 8",
        id="pitch times out of order",
    ),
    # the mission against them
    pytest.param(
        "mission", 'event  = "BLOCK_I_CUTOFF"', 'event  = ‸"BLOCK_I_CUTOF"',
        "no event `BLOCK_I_CUTOF`; did you mean `BLOCK_I_CUTOFF`?", id="plan of no event",
    ),
    pytest.param(
        "mission", 'event  = "CORE_SEPARATION"', 'event  = ‸"CORE_CUTOFF"',
        "`CORE_CUTOFF` is planned twice", id="planned twice",
    ),
    pytest.param(
        "mission", "t_s    = 529.2", "t_s    = ‸629.2",
        "planned at 629.2 s, after the end of the flight at 540 s", id="planned after the end",
    ),
    pytest.param(
        "mission", 'vehicle  = "soyuz-u"', 'vehicle  = ‸"soyuz-w"',
        "no vehicle `soyuz-w`; did you mean `soyuz-u`?", id="unknown vehicle",
    ),
    pytest.param(
        "mission", 'sequence = "soyuz-u-progress"', 'sequence = ‸"soyuz-u-progres"',
        "no sequence `soyuz-u-progres`; did you mean `soyuz-u-progress`?", id="unknown sequence",
    ),
    pytest.param(
        "mission", '"barnaul", ', '‸"barnaul2", ',
        "no station `barnaul2`; did you mean `barnaul`?", id="unknown station",
    ),
    pytest.param(
        "mission", "search_to_s   = 11_160.0", "search_to_s   = ‸500.0",
        "the search ends at 500 s, before it begins at 589.2 s", id="search upside down",
    ),
    pytest.param(
        "mission", "rate_hz = 100", "rate_hz = ‸300",
        "a tick is whole microseconds, and 300 Hz has ticks of 3333.333 us; "
        "near it: 200, 250, 320, 400", id="rate without whole microseconds",
    ),
    pytest.param(
        "mission", "apogee_band_m        = 12_000.0\n", "",
        "`apogee_m` has no band: give `apogee_band_m`",
        id="no band",
    ),
    pytest.param(
        "mission", "perigee_m            = 193_000.0", "perigee_m            = ‸293_000.0",
        "the perigee is above the apogee: 293000 m and 245000 m", id="perigee above apogee",
    ),
    # format
    pytest.param(
        "mission", '"flightsw-mission/1"', '‸"flightsw-mission/2"',
        'format "flightsw-mission/2" is not known to this version; it reads '
        '`format = "flightsw-mission/1"`', id="a later version",
    ),
    pytest.param(
        "vehicle", '"flightsw-vehicle/1"', '‸"flightsw-fault/1"',
        'this is a fault file; here stands a vehicle: `format = "flightsw-vehicle/1"`',
        id="another kind of file",
    ),
    pytest.param(
        "mission", 'title    = "Progress', "title    ‸: \"Progress",
        "not valid TOML: expected '=' after a key in a key/value pair", id="not TOML",
    ),
]  # fmt: skip

NAMES = {"mission": "progress-ms-04", "vehicle": "soyuz-u", "sequence": "soyuz-u-progress"}
FOLDER = {"mission": "missions", "vehicle": "vehicles", "sequence": "sequences"}


@pytest.mark.parametrize(("kind", "old", "new", "message"), MISTAKES)
def test_a_mistake_is_told_with_its_place(here, kind, old, new, message) -> None:
    place = here.change(kind, NAMES[kind], old, new)

    with pytest.raises(ScenarioError) as caught:
        load("progress-ms-04")

    path = f"{FOLDER[kind]}/{NAMES[kind]}.toml"
    found = {(p.path, p.message): (p.line, p.column) for p in caught.value.problems}
    assert (path, message) in found
    assert place is None or found[path, message] == place


def test_an_error_looks_like_a_compilers(here) -> None:
    here.write(
        "mine.toml",
        'format   = "flightsw-mission/1"\nid = "mine"\nvehicle = "soyuz-u"\n'
        'sequence = "soyuz-u-progress"\n[target]\nmax_altitude_m = 1e5\nmax_altitude_band_m = 1e4\n'
        "[launch]\nlatitude_deg = 145.9\nlongitude_deg = 63.0\nheight_m = 90\n"
        "time_utc = 2016-12-01T14:51:52Z\n[run]\nend_s = 600.0\n[payload]\nmass_t = 7.285\n"
        'name = "Cargo"\n',
    )

    with pytest.raises(ScenarioError) as caught:
        load("mine.toml")

    assert str(caught.value) == (
        "error: `launch.latitude_deg` must be at most 90, not 145.9\n"
        "  --> mine.toml:9:16\n"
        "   |\n"
        "  9| latitude_deg = 145.9\n"
        "   |                ^^^^^\n"
        "error: unknown key `mass_t`; mass is in kilograms here: write `mass_kg = 7285.0`\n"
        "  --> mine.toml:16:1\n"
        "   |\n"
        " 16| mass_t = 7.285\n"
        "   | ^^^^^^"
    )


def test_all_mistakes_of_all_files_are_told_at_once(here) -> None:
    here.change("mission", "progress-ms-04", "mass_kg = 7285.0", "mass_kg = -1.0")
    here.change("vehicle", "soyuz-u", "dry_mass_kg  = 2319.0", "dry_mass_t  = 2.319")
    here.change("sequence", "soyuz-u-progress", '"block-i.ignite.main"', '"tail-section.ignite"')

    with pytest.raises(ScenarioError) as caught:
        load("progress-ms-04", faults=["engine-shutdown:block-z@10"], rate_hz=7)

    assert [problem.path for problem in caught.value.problems] == [
        "--rate 7",
        "--fault engine-shutdown:block-z@10",
        "missions/progress-ms-04.toml",
        "vehicles/soyuz-u.toml",
        "sequences/soyuz-u-progress.toml",
    ]


def test_a_stage_without_propellant_is_refused(here) -> None:
    here.change("vehicle", "soyuz-u", "oxidizer_kg  = 15_670.0\nfuel_kg      = 7120.0\n", "")

    with pytest.raises(ScenarioError, match=r"`part\[block-i\]` has an engine and no propellant"):
        load("progress-ms-04")


def test_a_vehicle_with_a_payload_needs_one(here) -> None:
    payload = '[payload]\nname    = "Progress MS-04"\nmass_kg = 7285.0\nsource  = "[1]"\n'
    here.change("mission", "progress-ms-04", payload, "")

    with pytest.raises(ScenarioError, match=r"vehicle `soyuz-u` carries `spacecraft`: give"):
        load("progress-ms-04")


def test_long_lines_are_cut_around_the_mark(here) -> None:
    here.change("sequence", "soyuz-u-progress", "at_least = 4.4e6", 'at_least = "4.4e6"')

    with pytest.raises(ScenarioError) as caught:
        load("progress-ms-04")

    lines = str(caught.value).splitlines()
    assert max(map(len, lines[2:])) <= 80
    start, width = lines[4].index("^"), lines[4].count("^")
    assert lines[3][start : start + width] == '"4.4e6"'
