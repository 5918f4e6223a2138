"""How a flight was made, and how to fly it again; what was made to go wrong in it."""

from __future__ import annotations

import hashlib
import shlex
import tomllib
from math import inf
from typing import TYPE_CHECKING, Any

from flightsw.ground.signs import signs
from flightsw.scenario.faultkinds import FAULT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flightsw.report.flown import Flown


def made(flown: Flown) -> dict[str, Any] | None:
    """Return files, hashes, seed, versions and the command; None without a manifest."""
    manifest = flown.record.manifest
    if manifest is None:
        return None
    files = manifest["files"]
    return {
        "files": [
            {key: str(file.get(key, "")) for key in ("kind", "id", "path", "sha256", "text")}
            | {"whole": _whole(file)}
            for file in files
        ],
        "versions": manifest.get("versions", {}),
        "rate_hz": manifest.get("rate_hz"),
        "seed": manifest.get("seed"),
        "state": manifest.get("state"),
        "result_hash": manifest.get("result_hash"),
        "command": command(manifest),
    }


def command(manifest: Mapping[str, Any]) -> str | None:
    """Return the one command that flies a run again, from its manifest; None if that is damaged."""
    try:
        files = manifest["files"]
        by_kind = {file["kind"]: file for file in reversed(files)}
        main = by_kind.get("scenario") or by_kind["mission"]
        words = ["flightsw", "run", _called(main)]
        own: list[Any] = []
        if "scenario" in by_kind:
            own = tomllib.loads(by_kind["scenario"]["text"]).get("faults", [])
        for fault, acts in _groups(manifest["acts"])[len(own) :]:
            words += _flags(fault, acts, files)
        words += ["--rate", str(manifest["rate_hz"]), "--seed", str(manifest["seed"])]
        board = manifest.get("board")
        if board:
            words += ["--board", str(board["board"]), "--role", str(board["role"])]
            if board.get("mode") == "real time":
                from_s = board.get("real_time_from_s")
                words += ["--realtime"] if from_s is None else ["--realtime-from", f"{from_s:g}"]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return shlex.join(words)


def faults(flown: Flown) -> list[dict[str, Any]] | None:
    """Return what each act did, from truth, and the first sign that was heard after it.

    `changed` is what the act changed, in words. A sign is told of the last act before it: whose it
    is nobody can tell who only listens. None when the ledger is missing.
    """
    acts = flown.record.faults
    if acts is None:
        return None
    times = sorted({act["at_s"] for act in acts if act["acted"] and act["at_s"] is not None})
    until = dict(zip(times, [*times[1:], inf], strict=False))
    return [
        dict(act)
        | {
            "changed": _changed(act),
            "seen": _seen(flown, act["at_s"], until[act["at_s"]]) if act["acted"] else None,
        }
        for act in acts
    ]


def _changed(act: Mapping[str, Any]) -> dict[str, str]:
    """Return what an act changed, and how that stood before and after; of a kind known here."""
    kind, values = FAULT_KINDS.get(act["kind"]), (act["before"], act["after"])
    before, after = (
        "–" if each is None else kind.changed.shown(each) if kind else f"{each:g}"
        for each in values
    )
    return {"what": kind.changed.what if kind else "", "before": before, "after": after}


def _seen(flown: Flown, at_s: float, until_s: float) -> dict[str, Any] | None:
    """Return the first alarm, loss or deviation from the plan in a stretch of time."""
    found = signs(flown.ground) if flown.ground else ()
    first = next((sign for sign in found if at_s <= sign.t_s < until_s), None)
    if first is None:
        return None
    return {"t_s": first.t_s, "text": first.text, "after_s": first.t_s - at_s}


def _whole(file: Mapping[str, Any]) -> bool:
    text = file.get("text")
    return isinstance(text, str) and (
        hashlib.sha256(text.encode()).hexdigest() == file.get("sha256")
    )


def _called(file: Mapping[str, Any]) -> str:
    """Return what a file is flown by: its id in the catalogue and the folders here, or its path."""
    path = str(file["path"])
    folder = f"{file['kind']}s/{file['id']}.toml"
    return str(file["id"]) if path in (f"catalog/{folder}", folder) else path


def _groups(acts: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the acts by the fault that they came with, in order."""
    groups: list[tuple[str, list[dict[str, Any]]]] = []
    for act in acts:
        if not groups or groups[-1][0] != act["fault"]:
            groups.append((act["fault"], []))
        groups[-1][1].append(act)
    return groups


def _flags(fault: str, acts: list[dict[str, Any]], files: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the flags of one fault: its file at its time, else each of its acts by itself."""
    for file in files:
        if file["kind"] == "fault" and file["id"] == fault and file["path"]:
            for act, said in zip(acts, tomllib.loads(file["text"])["act"], strict=True):
                if not {"at_s", "event", "after"} & said.keys():
                    offset_s = round(act["offset_s"] - said.get("delay_s", 0.0), 9)
                    yield from ("--fault", f"{_called(file)}@{_when(act['event'], offset_s)}")
                    return
    for act in acts:
        word = f"{act['kind']}:{act['component']}@{_when(act['event'], act['offset_s'])}"
        for key, value in act["parameters"].items():
            word += f",{key}={value:g}"
        if act["effect_none"]:
            word += ",effect=none"
        yield from ("--fault", word)


def _when(event: str | None, offset_s: float) -> str:
    if event is None:
        return f"{offset_s:g}"
    return f"{event}+{offset_s:g}" if offset_s else event
