import dataclasses
import json
import math
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdgym.engine import Execution, Frame, Limits, Segment, State
from mdgym.engine.execution import COLUMNS, STATUSES, LeftFile, Milestones, ScriptFault, Timing
from mdgym.engine.job import ScriptJob
from mdgym.errors import RecordError
from mdgym.records import digest, from_json, to_json
from mdgym.rewards.score import Score
from mdgym.script.perturb import Perturbation
from mdgym.tasks.task import Task

FLOATS = st.floats(allow_nan=False)
TEXTS = st.text(max_size=20)
TUPLES = st.lists(TEXTS, max_size=3).map(tuple)
STEPS = st.integers(0, 10**12)


@dataclass(frozen=True)
class Sealed:
    content: bytes


@st.composite
def arrays(draw, *shape, dtype="<f8"):
    size = int(np.prod(shape))
    if dtype == "<f8":
        values = draw(st.lists(st.floats(), min_size=size, max_size=size))
    else:
        values = draw(st.lists(st.integers(-(2**40), 2**40), min_size=size, max_size=size))
    return np.array(values, dtype=dtype).reshape(shape)


@st.composite
def frames(draw):
    n = draw(st.integers(0, 3))
    return Frame(draw(STEPS), draw(arrays(3, 3)), draw(arrays(n, dtype="<i8")), draw(arrays(n, 3)), draw(FLOATS))


@st.composite
def segments(draw):
    rows = draw(st.integers(0, 3))
    return Segment(
        command=draw(st.sampled_from(["run", "minimize"])),
        line=draw(st.integers(0, 99)),
        first_step=draw(STEPS),
        last_step=draw(STEPS),
        timestep=draw(FLOATS),
        every=draw(st.integers(1, 10)),
        samples=draw(arrays(rows, len(COLUMNS))),
        frames=tuple(draw(st.lists(frames(), max_size=2))),
        force_field=draw(TUPLES),
        fixes=draw(TUPLES),
        touched=draw(TUPLES),
        nested=draw(TUPLES),
        watched=draw(st.booleans()),
    )


@st.composite
def states(draw):
    n = draw(st.integers(0, 3))
    return State(
        units=draw(TEXTS),
        dimension=draw(st.sampled_from([2, 3])),
        periodic=(draw(st.booleans()), True, False),
        step=draw(STEPS),
        timestep=draw(FLOATS),
        box=draw(arrays(3, 3)),
        ids=draw(arrays(n, dtype="<i8")),
        types=draw(arrays(n, dtype="<i8")),
        masses=draw(arrays(n)),
        positions=draw(arrays(n, 3)),
        velocities=draw(arrays(n, 3)),
        charges=np.empty(0),
        force_field=draw(TUPLES),
        restart=draw(st.none() | st.binary(max_size=9)),
    )


EXECUTIONS = st.builds(
    Execution,
    status=st.sampled_from(STATUSES),
    error=st.none() | st.builds(ScriptFault, TEXTS, TEXTS, st.integers(0, 9), TEXTS),
    milestones=st.builds(Milestones, *[st.booleans()] * 4),
    commands=STEPS,
    steps=STEPS,
    warnings=TUPLES,
    segments=st.lists(segments(), max_size=2).map(tuple),
    watched=st.booleans(),
    unwatched_reason=TEXTS,
    state=st.none() | states(),
    variables=st.dictionaries(TEXTS | st.just("@"), st.none() | st.floats(), max_size=3),
    files=st.lists(st.builds(LeftFile, TEXTS, STEPS), max_size=2).map(tuple),
    capped=st.booleans(),
    log=TEXTS,
)


@settings(max_examples=60, deadline=None)
@given(EXECUTIONS)
def test_an_execution_survives_json_bit_for_bit(execution):
    text = json.dumps(to_json(execution), allow_nan=False)
    again = from_json(Execution, json.loads(text))
    assert json.dumps(to_json(again)) == text
    assert digest(again) == digest(execution)
    for before, after in zip(execution.segments, again.segments):
        assert before.samples.tobytes() == after.samples.tobytes()
        assert after.samples.flags.writeable


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 0.1 + 0.2])
def test_every_float_survives(value):
    record = from_json(Execution, json.loads(json.dumps(to_json(Execution("completed", variables={"x": value})))))
    assert np.array([record.variables["x"]]).tobytes() == np.array([value]).tobytes()


def test_timings_stand_outside_of_the_record():
    fast, slow = (Execution("completed", timing=Timing(wall, wall, wall)) for wall in (0.1, 9.0))
    assert "timing" not in to_json(fast)
    assert digest(fast) == digest(slow)
    assert fast == slow


def test_equal_records_have_equal_digests_and_others_have_others():
    assert digest(Limits()) == digest(Limits())
    assert digest(Limits()) != digest(Limits(wall_s=11.0))
    assert len(digest(Limits())) == 16


def test_an_unknown_field_is_refused_with_the_version_and_the_known_ones():
    with pytest.raises(RecordError, match=r"unknown field 'reward' \(schema_version 1\); known: status, error"):
        from_json(Execution, {"status": "completed", "reward": 1})
    with pytest.raises(RecordError, match=r"Limits has an unknown field 'wall'; known: wall_s"):
        from_json(Limits, {"wall": 1.0})


@pytest.mark.parametrize("kind", [Execution, Score, Task])
def test_another_version_is_refused_before_anything_else(kind):
    with pytest.raises(RecordError, match=r"has schema_version 99; this mdgym reads version \d"):
        from_json(kind, {"schema_version": 99, "something new": 1})


WRONG = {
    "no object": (Limits, [], "Limits must be an object, not list"),
    "a missing field": (ScriptFault, {}, "ScriptFault lacks the field 'message'"),
    "text for a number": (Limits, {"wall_s": "10"}, "Limits.wall_s must be of type float, not str"),
    "a float for an integer": (Limits, {"files": 1.5}, "Limits.files must be of type int, not float"),
    "a boolean for a number": (Limits, {"wall_s": True}, "Limits.wall_s must be of type float, not bool"),
    "an integer for a boolean": (Milestones, {"box": 1}, "Milestones.box must be of type bool, not int"),
    "null": (Limits, {"wall_s": None}, "Limits.wall_s must be of type float, not NoneType"),
    "a value out of range": (Limits, {"wall_s": -1.0}, "Limits.wall_s must be positive, not -1.0"),
    "text for a list": (ScriptJob, {"script": "", "readable": "ab"}, "ScriptJob.readable must be a list, not str"),
    "deep inside": (
        Execution,
        {"status": "completed", "files": [{"name": "a", "size": 1}, {"name": "b", "size": "2"}]},
        r"Execution.files\[1\].size must be of type int",
    ),
    "a list for an object": (Execution, {"status": "completed", "variables": []}, "variables must be an object"),
    "too few entries": (
        State,
        {"units": "lj", "dimension": 3, "periodic": [True]},
        "State.periodic must have 3 entries, not 1",
    ),
    "a damaged array": (
        Frame,
        {"step": 1, "box": {"dtype": "<f8", "shape": [3], "base64": "AAAA"}},
        "Frame.box is not",
    ),
    "an array of objects": (Frame, {"step": 1, "box": {"dtype": "O", "shape": [0], "base64": ""}}, "Frame.box is not"),
    "bytes that are no base64": (Sealed, {"content": "ü"}, "Sealed.content is not base64"),
    "a number for bytes": (Sealed, {"content": 5}, "Sealed.content is not base64"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_refused_with_its_place(name):
    kind, data, message = WRONG[name]
    with pytest.raises(RecordError, match=message):
        from_json(kind, data)


def test_an_integer_is_taken_for_a_float_and_defaults_are_filled_in():
    job = from_json(ScriptJob, {"script": "run 1", "limits": {"wall_s": 3}, "perturbation": {"energy": 2}})
    assert job == ScriptJob("run 1", limits=Limits(wall_s=3.0), perturbation=Perturbation(2.0))
    assert isinstance(job.limits.wall_s, float)


def test_a_value_without_a_json_form_is_refused():
    with pytest.raises(RecordError, match="type object"):
        to_json({"x": object()})


def test_a_mutable_field_is_not_shared_between_records():
    @dataclass(frozen=True)
    class Box:
        items: dict[str, int] = field(default_factory=dict)

    first, second = from_json(Box, {}), from_json(Box, {})
    assert first.items is not second.items
    assert dataclasses.asdict(first) == {"items": {}}
