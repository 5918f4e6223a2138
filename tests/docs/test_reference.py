"""The reference is true: what it says of flags, keys and kinds is what the program has."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from pydantic import BaseModel

from flightsw.cli import COMMANDS
from flightsw.scenario.faultkinds import FAULT_KINDS
from flightsw.scenario.kinds import MODELS

DOCS = Path(__file__).parents[2] / "docs"
CLI = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
FORMATS = (DOCS / "reference" / "formats.md").read_text(encoding="utf-8")
TELEMETRY = (DOCS / "reference" / "telemetry.md").read_text(encoding="utf-8")  # has transmitters
OWN = (DOCS / "how-to" / "your-own-mission.md").read_text(encoding="utf-8")
OF_EVERY_FILE = ("format", "id", "title", "source", "assumed")


def commands() -> dict[str, click.Command]:
    """Every command by the words that a person types."""
    found: dict[str, click.Command] = {}
    for name in COMMANDS:
        command = import_module(f"flightsw.cli.{name}").command
        if isinstance(command, click.Group):
            found |= {f"{name} {each}": sub for each, sub in command.commands.items()}
        else:
            found[name] = command
    return found


@pytest.mark.parametrize("flag", ["--json", "--quiet", "--no-color"])
def test_the_flags_of_several_commands_are_of_those_that_the_reference_names(flag):
    (row,) = re.findall(rf"^\| [^|]*`{flag}` \| (.*) \|$", CLI, re.MULTILINE)

    told = set(re.findall(r"`([a-z ]+)`", row))
    have = {
        name
        for name, command in commands().items()
        if any(flag in option.opts for option in command.params)
    }
    assert told == have


def keys(model: type[BaseModel]) -> set[str]:
    """The keys of a kind of file and of every table in it."""
    found: set[str] = set()

    def look(part: Any) -> None:
        if isinstance(part, type) and issubclass(part, BaseModel):
            for name, field in part.model_fields.items():
                key = field.alias or name
                if key not in found:
                    found.add(key)
                    look(field.annotation)
        for each in get_args(part):
            look(each)

    look(model)
    return found


@pytest.mark.parametrize("kind", MODELS)
def test_the_formats_have_every_key(kind):
    missing = {
        key
        for key in keys(MODELS[kind]) - {*OF_EVERY_FILE}
        if not re.search(rf"(`|\b){re.escape(key)}\b", FORMATS + TELEMETRY)
    }
    assert not missing


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_every_kind_of_fault_stands_in_both_lists_with_its_parameters(kind):
    names = [f"`{parameter.name}`" for parameter in FAULT_KINDS[kind].parameters]
    for text in (FORMATS, OWN):
        assert f"| `{kind}` |" in text
        assert all(name in text for name in names)
