"""Items that some contracts prescribe: fixes with their numbers, thermostats, and how the motion begins."""

from dataclasses import replace

import numpy as np
import pytest

from mdgym.rewards import prescriptions
from mdgym.rewards.case import Case
from rewards.conftest import STEPS, TARGET, make_case, make_execution, make_samples, make_task

MOVE = "fix 1 all nve"
LANGEVIN = "fix 2 all langevin 600 600 0.1 4711"
SPRINGS = "fix 3 all spring/self 2.5"


def failed(case: Case) -> list[str]:
    return [r.name for check in prescriptions.CHECKS for r in check(case) if not r.passed]


def with_fixes(*fixes: str, **contract) -> Case:
    task = make_task(ensemble="nvt", **contract)
    return make_case(task, make_execution(segment={"fixes": fixes}))


def test_nothing_is_asked_of_other_tasks(right: Case) -> None:
    assert failed(right) == []


@pytest.mark.parametrize("springs", [SPRINGS, "fix s all spring/self 2.50 xyz", "fix s all spring/self 2.5000001"])
def test_prescribed_springs_are_recognised(springs: str) -> None:
    assert failed(with_fixes(MOVE, LANGEVIN, springs, required_fixes=("spring/self 2.5",))) == []


@pytest.mark.parametrize(
    "springs",
    [
        (),
        ("fix 3 all spring/self 2.6",),
        ("fix 3 all spring/self 2.5 x",),
        ("fix 3 some spring/self 2.5",),
        ("fix 3 low spring/self 2.5", "fix 4 high spring/self 2.5"),
        (SPRINGS, "fix 4 some spring/self 1.0"),
    ],
)
def test_other_springs_are_not(springs: tuple[str, ...]) -> None:
    assert failed(with_fixes(MOVE, LANGEVIN, *springs, required_fixes=("spring/self 2.5",))) == ["fixes"]


def test_thermostats_can_be_prescribed() -> None:
    assert failed(with_fixes(MOVE, LANGEVIN, thermostats=("langevin", "gjf"))) == []
    assert failed(with_fixes("fix 1 all nvt temp 600 600 0.1", thermostats=("langevin", "gjf"))) == ["thermostat"]


@pytest.mark.parametrize(
    ("bath", "fails"),
    [
        (LANGEVIN, []),
        ("fix 2 all langevin 600 600 0.3 4711", ["damping"]),
        ("fix 2 all langevin 600 600 0.04 4711", ["damping"]),
        ("fix 2 all temp/csvr 600 600 0.3 4711", ["damping"]),
        ("fix 2 all langevin 600 600 0.1 4711 scale 2 1.5", ["damping"]),
    ],
)
def test_damping_times_can_be_prescribed(bath: str, fails: list[str]) -> None:
    assert failed(with_fixes(MOVE, bath, damping=(0.05, 0.2))) == fails


def melt(start: float = 1200.0, settle: float = 2.0, **changes) -> Case:
    """A run at constant energy that begins hot, of two parts of 4 ps each."""
    samples = make_samples()
    samples[0, 1] = 1200.0
    first = replace(
        make_execution().segments[0], samples=samples, fixes=(MOVE,), touched=("velocity all create 1200 1",)
    )
    second = replace(
        first, samples=samples + np.eye(1, samples.shape[1]) * STEPS, first_step=STEPS, last_step=2 * STEPS
    )
    second = replace(second, touched=())
    first, second = (replace(s, **changes.get(name, {})) for s, name in ((first, "first"), (second, "second")))
    task = make_task(ensemble="nve", start=start, settle=settle)
    return make_case(task, make_execution(segments=(first, second)))


def test_a_run_of_one_ensemble_from_a_given_start_is_right() -> None:
    assert failed(melt()) == []
    assert failed(melt(second={"touched": ("clear", "read_restart melt")})) == []


def test_another_start_is_noticed() -> None:
    assert failed(melt(start=2 * TARGET + 50)) == ["start"]


def test_too_little_time_before_the_window_is_noticed() -> None:
    assert failed(melt(settle=9.0)) == ["settled"]


@pytest.mark.parametrize(
    "changes",
    [
        {"first": {"fixes": (MOVE, LANGEVIN)}},
        {"first": {"nested": ("velocity all scale 600",)}},
        {"second": {"touched": ("velocity all scale 600",)}},
        {"second": {"touched": ("displace_atoms all random 0.1 0.1 0.1 1",)}},
    ],
)
def test_a_hand_at_the_energy_is_noticed(changes: dict) -> None:
    assert failed(melt(**changes)) == ["throughout"]


@pytest.mark.parametrize(
    ("touched", "fails"),
    [
        (("velocity all create 1200 1", "velocity all zero linear"), []),
        (("velocity all create 800 1", "velocity all scale 1200"), []),
        (("velocity all create 800 1",), ["start"]),
        (("velocity all create 1200 1", "velocity low set 0 0 0"), ["start"]),
        (("velocity all create 1200 1", "mass 1 30"), ["start"]),
        (("velocity all create 1200 1 sum yes",), ["start"]),
        ((), ["start"]),
    ],
)
def test_a_start_between_two_samples_is_read_from_the_commands(touched: tuple[str, ...], fails: list[str]) -> None:
    assert failed(melt(first={"first_step": 1, "touched": touched})) == fails
