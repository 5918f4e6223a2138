"""The scenario of a run again, from the files that its record holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flightsw.errors import Problem, ScenarioError
from flightsw.scenario.acts import Act
from flightsw.scenario.assemble import Scenario
from flightsw.scenario.document import Document, SourceFile, parse_document

if TYPE_CHECKING:
    from collections.abc import Mapping


def recorded_scenario(manifest: Mapping[str, Any]) -> Scenario:
    """Return the scenario that a `run.json` is the record of.

    Parameters
    ----------
    manifest : mapping
        As read; its files stand in the order scenario, mission, vehicle, sequence, stations,
        faults.

    Returns
    -------
    Scenario
        With the files of the record, whatever files of these names there are today.

    Raises
    ------
    ScenarioError
        If a file of the record cannot be read by this version, or one is missing.
    """
    from flightsw.scenario.kinds import MODELS
    from flightsw.scenario.structure import check_format, validate

    models: dict[str, list[Any]] = {kind: [] for kind in MODELS}
    sources = []
    try:
        for file in manifest["files"]:
            kind, text = file["kind"], file["text"]
            if kind == "fault":
                sources.append(_source(file))
                continue
            document = parse_document(text, file["path"], kind=kind)
            problems = [document] if isinstance(document, Problem) else []
            model = None
            if isinstance(document, Document):
                wrong = check_format(document, (kind,))
                model, more = validate(document, MODELS[kind])
                problems += [wrong] if wrong else more
            if problems:
                raise ScenarioError(problems)
            models[kind].append(model)
            sources.append(_source(file))
        above = models["scenario"][0] if models["scenario"] else None
        mission, vehicle, sequence = (models[k][0] for k in ("mission", "vehicle", "sequence"))
        return Scenario(
            id=above.id if above else mission.id,
            scenario_id=above.id if above else None,
            mission=mission,
            vehicle=vehicle,
            sequence=sequence,
            stations=tuple(models["station"]),
            acts=tuple(_act(act) for act in manifest["acts"]),
            rate_hz=int(manifest["rate_hz"]),
            seed=int(manifest["seed"]),
            expect=above.expect if above else None,
            files=tuple(sources),
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        message = f"the record of the run is not whole: {type(error).__name__} {error}"
        raise ScenarioError([Problem(path="run.json", message=message)]) from error


def _source(file: Mapping[str, Any]) -> SourceFile:
    return SourceFile(**{key: str(file[key]) for key in ("kind", "id", "path", "text", "sha256")})


def _act(act: Mapping[str, Any]) -> Act:
    return Act(**{**act, "components": tuple(act["components"])})
