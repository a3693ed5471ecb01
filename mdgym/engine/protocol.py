"""Messages between client, fork server and sandboxed child: JSON with arrays beside it, never pickle.

The child is hostile, so reading must not be able to run code; and arrays of many samples must not pass
through text.
"""

import json
import socket
import struct
from typing import Any

import numpy as np

from mdgym.errors import InfrastructureError

_HEADER = struct.Struct("<QQ")
MAX_MESSAGE = 1 << 30


def pack(data: Any) -> bytes:
    """Encode plain values, `bytes` and arrays into one message."""
    blobs: list[bytes] = []
    size = 0

    def encode(value: Any) -> Any:
        nonlocal size
        if isinstance(value, np.ndarray):
            blob, tag = np.ascontiguousarray(value).tobytes(), [value.dtype.str, list(value.shape)]
        elif isinstance(value, bytes):
            blob, tag = value, ["bytes", [len(value)]]
        elif isinstance(value, np.generic):
            return value.item()
        else:
            raise TypeError(f"cannot send a value of type {type(value).__name__}")
        blobs.append(blob)
        size += len(blob)
        return {"@": [*tag, size - len(blob), len(blob)]}

    text = json.dumps(data, default=encode, ensure_ascii=True).encode("ascii")
    return b"".join((_HEADER.pack(len(text), size), text, *blobs))


def unpack(message: bytes | memoryview) -> Any:
    """Decode what `pack` made.

    Raises:
        ValueError: The message is damaged or forged.
    """
    if len(message) < _HEADER.size:
        raise ValueError("message is too short")
    text_size, blob_size = _HEADER.unpack_from(message)
    if _HEADER.size + text_size + blob_size > len(message):
        raise ValueError("message is cut off")
    text = bytes(message[_HEADER.size : _HEADER.size + text_size])
    blobs = bytes(message[_HEADER.size + text_size : _HEADER.size + text_size + blob_size])

    def decode(value: dict[str, Any]) -> Any:
        if set(value) != {"@"} or not isinstance(value["@"], list):
            return value
        kind, shape, start, length = value["@"]
        if not (isinstance(start, int) and isinstance(length, int) and 0 <= start <= start + length <= len(blobs)):
            raise ValueError("array lies outside the message")
        blob = blobs[start : start + length]
        if kind == "bytes":
            return blob
        if kind not in ("<f8", "<i8", "<i4"):
            raise ValueError(f"unexpected array type {kind!r}")
        return np.frombuffer(blob, dtype=kind).reshape(shape).copy()

    try:
        return json.loads(text, object_hook=decode)
    except (TypeError, RecursionError, OverflowError) as error:
        raise ValueError(f"message is damaged: {error}") from error


def send(channel: socket.socket, data: Any) -> None:
    """Send one message over a stream socket."""
    channel.sendall(pack(data))


def receive(channel: socket.socket) -> Any:
    """Receive one message from a stream socket.

    Raises:
        EOFError: The other side is gone.
        InfrastructureError: The message is damaged.
    """
    header = _exactly(channel, _HEADER.size)
    text_size, blob_size = _HEADER.unpack(header)
    if text_size + blob_size > MAX_MESSAGE:
        raise InfrastructureError(f"a message of {text_size + blob_size} bytes was refused")
    try:
        return unpack(header + _exactly(channel, text_size + blob_size))
    except ValueError as error:
        raise InfrastructureError(f"the engine's channel is damaged: {error}") from error


def _exactly(channel: socket.socket, size: int) -> bytes:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        count = channel.recv_into(view)
        if count == 0:
            raise EOFError("the other side closed the channel")
        view = view[count:]
    return bytes(data)
