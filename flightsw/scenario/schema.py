"""JSON Schemas of the files, for editors."""

from __future__ import annotations

from typing import Any, Final

from flightsw.scenario.document import VERSION
from flightsw.scenario.faultkinds import FAULT_KINDS
from flightsw.scenario.kinds import MODELS

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema_of(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of one kind of file.

    Parameters
    ----------
    kind : str
        ``mission``, ``scenario``, ``fault``, ``vehicle``, ``sequence`` or ``station``.
    """
    schema = MODELS[kind].model_json_schema(by_alias=True, mode="validation")
    if kind == "fault":
        _kinds(schema["$defs"]["FaultAct"])
    if kind == "scenario":
        use = schema["properties"]["faults"]["items"]
        schema["properties"]["faults"]["items"] = {"anyOf": [{"type": "string"}, use]}
    return {"$schema": _DIALECT, **schema, "title": f"flightsw-{kind}/{VERSION}"}


def _kinds(act: dict[str, Any]) -> None:
    """Write the table of kinds into the schema of an act."""
    act["properties"]["kind"] = {"enum": list(FAULT_KINDS)}
    rules = []
    for kind in FAULT_KINDS.values():
        for parameter in kind.parameters:
            act["properties"][parameter.name] = {
                "type": "integer" if parameter.whole else "number",
                "minimum": parameter.low,
                "maximum": parameter.high,
                "description": f"{kind.name}: {parameter.about}",
            }
        required = [parameter.name for parameter in kind.parameters if parameter.default is None]
        if required:
            rules.append(
                {
                    "if": {"properties": {"kind": {"const": kind.name}}},
                    "then": {"required": required},
                }
            )
    act["allOf"] = rules
    act["additionalProperties"] = False
