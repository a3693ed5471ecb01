"""Frozen dataclasses to JSON and back, exactly.

Arrays are kept as base64 of their bytes, so that a stored run re-scores to the same bits. Fields marked
`metadata={"record": False}` (timings) stay outside.
"""

import base64
import dataclasses
import hashlib
import json
import math
import types
import typing
from functools import lru_cache
from typing import Any, TypeVar, Union

import numpy as np

from mdgym.errors import RecordError

T = TypeVar("T")


def to_json(value: Any, raw: bool = False) -> Any:
    """Turn a record (or anything inside one) into plain JSON values.

    Args:
        value: A dataclass, array, tuple, list, dict, or scalar. A float that is not finite becomes a string.
        raw: Leave arrays and bytes as they are, for a channel that carries them beside the JSON.

    Returns:
        Dicts, lists, strings, numbers, booleans and None.

    Raises:
        RecordError: The value has a type that has no JSON form.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, np.integer):
        return int(value)
    if raw and isinstance(value, (np.ndarray, bytes)):
        return value
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        return {
            "dtype": array.dtype.str,
            "shape": list(array.shape),
            "base64": base64.b64encode(array.tobytes()).decode("ascii"),
        }
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name), raw) for f in _recorded(type(value))}
    if isinstance(value, dict):
        return {str(key): to_json(item, raw) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_json(item, raw) for item in value]
    raise RecordError(f"a value of type {type(value).__name__} cannot be written to JSON")


def from_json(kind: type[T], data: Any, where: str = "") -> T:
    """Build a record of type `kind` from what `to_json` wrote.

    Args:
        kind: The dataclass to build.
        data: The parsed JSON.
        where: Path of the value inside the record, for messages.

    Returns:
        The record.

    Raises:
        RecordError: A field is unknown, missing or of the wrong type, or the schema version is another.
    """
    return typing.cast(T, _read(kind, data, where or kind.__name__))


def digest(value: Any) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a record's JSON form."""
    text = json.dumps(to_json(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


@lru_cache(maxsize=256)
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


@lru_cache(maxsize=256)
def _recorded(kind: type) -> tuple[dataclasses.Field[Any], ...]:
    return tuple(f for f in dataclasses.fields(kind) if f.metadata.get("record", True))


def _read(kind: Any, data: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    if kind is Any:
        return data
    if origin in (Union, types.UnionType):
        return _read_union(kind, data, where)
    if origin is tuple:
        return _read_tuple(kind, data, where)
    if origin is dict:
        if not isinstance(data, dict):
            raise RecordError(f"{where} must be an object, not {type(data).__name__}")
        item = typing.get_args(kind)[1]
        return {key: _read(item, value, f"{where}.{key}") for key, value in data.items()}
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(kind, data, where)
    if kind is np.ndarray:
        if isinstance(data, np.ndarray):
            return data
        try:
            flat = np.frombuffer(base64.b64decode(data["base64"]), dtype=data["dtype"])
            return flat.reshape(data["shape"]).copy()
        except (KeyError, TypeError, ValueError) as error:
            raise RecordError(f"{where} is not a stored array: {error}") from error
    if kind is bytes:
        try:
            return data if isinstance(data, bytes) else base64.b64decode(data, validate=True)
        except (TypeError, ValueError) as error:
            raise RecordError(f"{where} is not base64: {error}") from error
    return _read_scalar(kind, data, where)


def _read_union(kind: Any, data: Any, where: str) -> Any:
    options = [option for option in typing.get_args(kind) if option is not type(None)]
    if data is None:
        if len(options) < len(typing.get_args(kind)):
            return None
        raise RecordError(f"{where} must not be null")
    return _read(options[0], data, where)


def _read_tuple(kind: Any, data: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise RecordError(f"{where} must be a list, not {type(data).__name__}")
    items = typing.get_args(kind)
    if len(items) == 2 and items[1] is Ellipsis:
        return tuple(_read(items[0], value, f"{where}[{i}]") for i, value in enumerate(data))
    if len(items) != len(data):
        raise RecordError(f"{where} must have {len(items)} entries, not {len(data)}")
    return tuple(_read(item, value, f"{where}[{i}]") for i, (item, value) in enumerate(zip(items, data)))


def _read_dataclass(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise RecordError(f"{where} must be an object, not {type(data).__name__}")
    fields = {f.name: f for f in _recorded(kind)}
    if "schema_version" in fields:
        known = fields["schema_version"].default
        found = data.get("schema_version", known)
        if found != known:
            raise RecordError(f"{where} has schema_version {found!r}; this mdgym reads version {known}")
    unknown = sorted(set(data) - set(fields))
    if unknown:
        version = f" (schema_version {fields['schema_version'].default})" if "schema_version" in fields else ""
        raise RecordError(f"{where} has an unknown field '{unknown[0]}'{version}; known: {', '.join(fields)}")
    hints = _hints(kind)
    values = {}
    for name, field in fields.items():
        if name in data:
            values[name] = _read(hints[name], data[name], f"{where}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise RecordError(f"{where} lacks the field '{name}'")
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        if isinstance(error, RecordError):
            raise
        raise RecordError(f"{where}: {error}") from error


def _read_scalar(kind: Any, data: Any, where: str) -> Any:
    if kind is float and data in ("nan", "inf", "-inf"):
        return float(data)
    if kind is float and isinstance(data, (int, float)) and not isinstance(data, bool):
        return float(data)
    if kind in (bool, int, str) and type(data) is kind:
        return data
    raise RecordError(f"{where} must be of type {kind.__name__}, not {type(data).__name__}")
