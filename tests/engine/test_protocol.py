import contextlib
import socket
import struct
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdgym.engine.protocol import MAX_MESSAGE, pack, receive, send, unpack
from mdgym.errors import InfrastructureError

ARRAYS = st.builds(
    lambda values, dtype, wide: np.array(values, dtype=dtype).reshape((-1, 1) if wide else (-1,)),
    st.lists(st.integers(-1000, 1000), max_size=4),
    st.sampled_from(["<f8", "<i8", "<i4"]),
    st.booleans(),
)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text() | st.binary() | ARRAYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
SAMPLE = {"log": "text", "samples": np.arange(12.0).reshape(4, 3), "ids": np.arange(3), "restart": b"\x00\xff", "n": 1}


def same(a, b):
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


@settings(deadline=None)
@given(VALUES)
def test_values_arrays_and_bytes_survive(value):
    assert same(unpack(pack(value)), value)


@pytest.mark.parametrize("content", [None, 1.5, "text", b"bytes", {"@": b"bytes"}])
def test_a_file_or_variable_named_like_the_mark_of_an_array_survives(content):
    assert same(unpack(pack({"files": {"@": content}})), {"files": {"@": content}})


def test_an_array_is_a_copy_that_can_be_changed():
    array = unpack(pack(np.arange(3.0)))
    array[0] = 7.0
    assert array.tolist() == [7.0, 1.0, 2.0]


def test_an_array_in_another_order_arrives_in_its_own():
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    assert np.array_equal(unpack(pack(array)), array)


def test_what_no_message_can_hold_is_refused():
    with pytest.raises(TypeError, match="type object"):
        pack({"x": object()})


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_message_is_an_error_or_a_plain_value(data):
    message = bytearray(pack(SAMPLE))
    for _ in range(data.draw(st.integers(1, 4))):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    del message[data.draw(st.integers(0, len(message))) :]
    with contextlib.suppress(ValueError):
        pack(unpack(bytes(message)))


@given(st.binary(max_size=60))
def test_junk_is_an_error_or_a_plain_value(junk):
    with contextlib.suppress(ValueError):
        pack(unpack(junk))


FORGED = {
    "nothing": b"",
    "a cut header": pack(1)[:10],
    "a cut text": pack("text")[:-1],
    "sizes beyond the message": struct.pack("<QQ", 2**63, 2**63) + b"1",
    "no json": struct.pack("<QQ", 3, 0) + b"{]}",
    "no text": struct.pack("<QQ", 1, 0) + b"\xff",
    "an array outside": b'{"@": ["<f8", [1], 0, 8]}',
    "an array at a negative place": b'{"@": ["bytes", [1], -1, 1]}',
    "an array of objects": b'{"@": ["O", [0], 0, 0]}',
    "an array of another shape": b'{"@": ["<f8", [3], 0, 0]}',
    "an array of an impossible shape": b'{"@": ["<f8", "x", 0, 0]}',
    "an array without a place": b'{"@": ["<f8"]}',
    "a place that is no number": b'{"@": ["<f8", [0], 0.5, 0]}',
    "a number of too many digits": b"1" * 5000,
    "too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_message_is_an_error(name):
    text = FORGED[name]
    message = text if name.startswith(("nothing", "a cut", "sizes", "no ")) else struct.pack("<QQ", len(text), 0) + text
    with pytest.raises(ValueError):
        unpack(message)


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_long_message_crosses_a_socket_in_pieces(pair):
    ours, theirs = pair
    array = np.random.default_rng(0).random(300_000)
    sender = threading.Thread(target=send, args=(ours, {"array": array}))
    sender.start()
    assert np.array_equal(receive(theirs)["array"], array)
    sender.join()


def test_a_side_that_goes_away_is_noticed(pair):
    ours, theirs = pair
    ours.sendall(pack(SAMPLE)[:-1])
    ours.close()
    with pytest.raises(EOFError):
        receive(theirs)


def test_a_message_too_large_is_refused_before_it_is_read(pair):
    ours, theirs = pair
    ours.sendall(struct.pack("<QQ", MAX_MESSAGE, 1))
    with pytest.raises(InfrastructureError, match="was refused"):
        receive(theirs)


def test_a_damaged_message_on_the_channel_is_our_own_fault(pair):
    ours, theirs = pair
    ours.sendall(struct.pack("<QQ", 1, 0) + b"x")
    with pytest.raises(InfrastructureError, match="channel is damaged"):
        receive(theirs)
