"""One file against its model: every key known, every value of its type and in its range."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from flightsw.errors import Problem
from flightsw.scenario.document import KINDS, VERSION, Document
from flightsw.scenario.locate import Path
from flightsw.scenario.wording import label, shown, shown_key, unknown_key

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)

_QUANTITY: Final = re.compile(
    r"^\s*[-+]?[0-9.]+(?:e[-+]?[0-9]+)?\s*[A-Za-z%/²°]*\s*$", re.IGNORECASE
)
_BOUNDS: Final = {
    "greater_than": ("ge", "gt", "above"),
    "greater_than_equal": ("ge", "ge", "at least"),
    "less_than": ("le", "lt", "below"),
    "less_than_equal": ("le", "le", "at most"),
}
_TYPES: Final = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "tuple_type": "an array",
    "datetime_type": "a date and time such as 2016-12-01T14:51:52Z, without quotes",
}


def check_format(document: Document, kinds: tuple[str, ...]) -> Problem | None:
    """Say what is wrong with the `format` of a file that must be one of `kinds`."""
    said = document.root.get("format")
    right = " or ".join(f'`format = "flightsw-{kind}/{VERSION}"`' for kind in kinds)
    if not said:
        return document.problem((), f"`format` is missing; this file starts with {right}", key=True)
    if said.text in {f"flightsw-{kind}/{VERSION}" for kind in kinds}:
        return None
    kind, _, _ = (said.text or "").removeprefix("flightsw-").partition("/")
    if kind in kinds:
        return said.problem(
            f"format {shown(said.value)} is not known to this version; it reads {right}"
        )
    if kind in KINDS:
        return said.problem(f"this is a {kind} file; here stands a {' or '.join(kinds)}: {right}")
    return said.problem(f"format {shown(said.value)} is not known; this file starts with {right}")


def validate(document: Document, model: type[M]) -> tuple[M | None, list[Problem]]:
    """Return the file as a value of its model, or everything that is wrong with it by itself."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    except (OverflowError, RecursionError) as error:
        return None, [document.problem((), f"cannot be read: {type(error).__name__}")]
    meant: set[Path] = set()
    problems = []
    for detail in sorted(details, key=lambda detail: detail["type"] == "missing"):
        path = tuple(detail["loc"])
        if detail["type"] == "extra_forbidden":
            message, right_key = _unknown_key(document, path, model)
            if right_key:
                meant.add((*path[:-1], right_key))
            problems.append(document.problem(path, message, key=True))
        elif detail["type"] == "missing":
            if path not in meant:
                message = f"{label(document, path)} is missing"
                problems.append(document.problem(path[:-1], message, key=True))
        else:
            problems.append(_bad_value(document, path, detail))
    return None, problems


def _unknown_key(document: Document, path: Path, model: type[BaseModel]) -> tuple[str, str | None]:
    known = list(_keys(_model_at(model, path[:-1])))
    return unknown_key(str(path[-1]), document.at(path).value, known)


def _bad_value(document: Document, path: Path, detail: ErrorDetails) -> Problem:
    kind, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    if path and path[-1] == "[key]":
        path = path[:-1]
        message = f"the name {shown_key(str(path[-1]))} {_pattern(str(context.get('pattern', '')))}"
        return document.problem(path, message, key=True)
    name = label(document, path)
    if kind in _BOUNDS:
        _, key, word = _BOUNDS[kind]
        limit = context[key]
        message = f"{name} must be {word} {_limit(limit)}, not {shown(value)}"
        if isinstance(value, int | float) and value < 0 <= limit and kind.startswith("greater"):
            message += "; is the sign right?"
    elif kind in _TYPES:
        message = f"{name} must be {_TYPES[kind]}, not {shown(value)}"
        if _TYPES[kind].endswith("number") and isinstance(value, str) and _QUANTITY.match(value):
            message += ": a number stands without quotes and its key ends in its unit"
    elif kind == "finite_number":
        message = f"{name} must be a finite number, not {shown(value)}"
    elif kind == "string_pattern_mismatch":
        message = f"{name} {_pattern(str(context['pattern']))}, not {shown(value)}"
    elif kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(context["expected"]))
        allowed = " or ".join(f'"{choice}"' for choice in choices)
        message = f"{name} must be {allowed}, not {shown(value)}"
    elif kind in {"too_short", "too_long"}:
        word = "at least" if kind == "too_short" else "at most"
        limit = context["min_length" if kind == "too_short" else "max_length"]
        message = f"{name} must have {word} {limit}, not {context['actual_length']}"
    elif kind in {"string_too_short", "string_too_long"}:
        bound = context.get("min_length", context.get("max_length"))
        word = "at least" if kind == "string_too_short" else "at most"
        message = f"{name} must have {word} {bound} characters"
    else:
        message = f"{name}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
    return document.problem(path, message)


def _limit(value: float) -> str:
    return f"{value:g}" if abs(value) < 1.0e6 else f"{value:.4g}"  # noqa: PLR2004  as people write it


def _pattern(pattern: str) -> str:
    if pattern.startswith("^[A-Z]"):
        return "must be upper-case words joined by `_`, as `STAGE_SEPARATION`"
    return "must be lower-case letters and digits, joined by hyphens, as `third-stage`"


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    found: Any = model
    for step in path:
        if isinstance(step, int):
            continue
        if isinstance(found, type) and issubclass(found, BaseModel):
            fields = found.model_fields
            field = next((f for n, f in fields.items() if step in (n, f.alias)), None)
            if field is None:
                return None
            found = field.annotation
        found = _inner(found)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _inner(annotation: Any) -> Any:
    """Return the model inside Optional, Annotated, tuple and dict."""
    for candidate in _leaves(annotation):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return annotation


def _leaves(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is None:
        yield annotation
        return
    for argument in get_args(annotation):
        yield from _leaves(argument)


def _keys(model: type[BaseModel] | None) -> Iterator[str]:
    if model is not None:
        for name, field in model.model_fields.items():
            yield field.alias or name
