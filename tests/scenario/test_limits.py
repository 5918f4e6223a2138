"""What the flight computer has room for is checked before anything flies."""

import pytest

from flightsw.errors import ScenarioError
from flightsw.scenario import load

SIX_SECONDS = '{ event = "LIFTOFF", after_s = 6.0 }'


def conditions(count: int) -> str:
    """Return a trigger of so many conditions, the one that joins them counted."""
    return "{ all = [" + ", ".join([SIX_SECONDS] * (count - 1)) + "] }"


def messages(here, kind: str, name: str, old: str, new: str) -> list[str]:
    here.change(kind, name, old, new)
    with pytest.raises(ScenarioError) as caught:
        load("progress-ms-04")
    return [problem.message for problem in caught.value.problems]


def test_a_trigger_of_32_conditions_fits(here) -> None:
    here.change("sequence", "soyuz-u-progress", SIX_SECONDS, conditions(32))

    trigger = load("progress-ms-04").sequence.entry[3].primary

    assert trigger is not None
    assert len(list(trigger.walk())) == 32


def test_a_trigger_of_33_conditions_does_not(here) -> None:
    deep = "{ any = [" + conditions(30) + ", " + SIX_SECONDS + ", " + SIX_SECONDS + "] }"

    found = messages(here, "sequence", "soyuz-u-progress", SIX_SECONDS, deep)

    assert found == ["a trigger has at most 32 conditions, not 33"]


def test_a_sequence_has_at_most_64_entries(here) -> None:
    entry = '\n[[entry]]\nevent = "MORE_{0}"\ntitle = "More"\nprimary = {{ countdown_s = 1.0 }}\n'
    more = "".join(entry.format(number) for number in range(65))

    found = messages(here, "sequence", "soyuz-u-progress", "\n[[entry]]\n", f"{more}\n[[entry]]\n")

    assert any(message.startswith("`entry` must have at most 64") for message in found)


def test_a_vehicle_has_at_most_16_parts(here) -> None:
    names = ", ".join(f'"weight-{number}"' for number in range(8))
    part = f'[[part]]\nids = [{names}]\ntitle = "Weight"\nparent = "block-i"\n'
    part += "dry_mass_kg = 1.0\ndrag_area_m2 = 0.0\nbeta_kgpm2 = 100.0\n\n"

    found = messages(here, "vehicle", "soyuz-u", "[[part]]\n", f"{part}[[part]]\n")

    assert "a vehicle has at most 16 parts, not 17" in found


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("[expect]\n", "nothing is expected here: leave `[expect]` away"),
        (
            '[expect]\nnot_seen = ["BLOCK_I_CUTOF"]\n',
            "no event `BLOCK_I_CUTOF`; did you mean `BLOCK_I_CUTOFF`?",
        ),
        (
            '[expect]\nseen = ["BLOCK_I_CUTOF"]\n',
            "no event `BLOCK_I_CUTOF`; did you mean `BLOCK_I_CUTOFF`?",
        ),
        (
            '[expect]\nseen = ["LIFTOFF"]\nnot_seen = ["LIFTOFF"]\n',
            "`LIFTOFF` cannot be both seen and not seen",
        ),
        ("[expect]\nlast_frame_t_s = [384.0, 381.0]\n", "the window ends before it begins"),
        (
            '[expect]\nradar = "lost"\n',
            '`expect.radar` must be "detected" or "not detected", not "lost"',
        ),
    ],
)
def test_what_is_expected_makes_sense(here, expect, message) -> None:
    head = 'format = "flightsw-scenario/1"\nid = "mine"\nmission = "progress-ms-04"\n'
    here.write("mine.toml", head + expect)

    with pytest.raises(ScenarioError) as caught:
        load("mine.toml")

    assert [problem.message for problem in caught.value.problems] == [message]
