"""Items of the contract."""

from dataclasses import replace

import numpy as np
import pytest

from mdgym.errors import TaskError
from mdgym.rewards import contract_checks
from mdgym.rewards.case import Case
from mdgym.tasks.task import Condition
from rewards.conftest import ATOMS, NPT, SIDE, make_case, make_execution, make_task


def failed(case: Case) -> list[str]:
    return [r.name for check in contract_checks.CHECKS for r in check(case) if not r.passed]


def test_a_right_run_holds_every_item(right: Case) -> None:
    assert failed(right) == []


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ({"units": "lj"}, "units"),
        ({"masses": np.full(ATOMS, 127.1)}, "masses"),
        ({"masses": np.where(np.arange(ATOMS) == 7, 1.0, 63.55)}, "masses"),
        ({"ids": np.arange(10)}, "same atoms"),
    ],
)
def test_another_system_is_noticed(state: dict, name: str) -> None:
    assert name in failed(make_case(execution=make_execution(state=state)))


def test_too_few_and_too_many_atoms_fail() -> None:
    assert failed(make_case(task=make_task(atoms=(257, 300)))) == ["atoms"]
    assert failed(make_case(task=make_task(atoms=(100, 255)))) == ["atoms"]


def test_a_mass_within_half_a_percent_is_accepted() -> None:
    assert failed(make_case(execution=make_execution(state={"masses": np.full(ATOMS, 63.546)}))) == []


def test_a_variable_without_value_fails() -> None:
    assert failed(make_case(execution=make_execution(variables={"pe_mean": None}))) == ["variable pe_mean"]


def test_density_is_that_of_the_judged_window() -> None:
    task = make_task(density=ATOMS / SIDE**3, ensemble="npt")
    assert failed(make_case(task=task)) == []
    assert failed(make_case(task=make_task(density=1.01 * ATOMS / SIDE**3))) == ["density"]


def test_a_prescribed_timestep_is_exact() -> None:
    assert failed(make_case(task=make_task(timestep=0.002))) == []
    assert failed(make_case(task=make_task(timestep=0.003))) == ["prescribed timestep"]


def test_a_short_run_fails() -> None:
    assert failed(make_case(task=make_task(duration=4.5))) == ["duration"]


def test_commands_inside_a_judged_run_may_only_look() -> None:
    look = make_execution(segment={"nested": ('print "here"', "variable a equal pe")})
    push = make_execution(segment={"nested": ("velocity all scale 600",)})
    assert failed(make_case(execution=look)) == []
    assert failed(make_case(execution=push)) == ["constancy"]


def test_nothing_may_be_changed_after_the_judged_run() -> None:
    assert failed(make_case(execution=make_execution(touched=("read_restart good.restart",)))) == ["constancy"]
    assert failed(make_case(execution=make_execution(state={"timestep": 0.001}))) == ["constancy"]


def test_a_prescribed_timestep_is_that_of_the_judged_run() -> None:
    other = make_execution(state={"timestep": 0.003})
    assert "prescribed timestep" in failed(make_case(task=make_task(timestep=0.003), execution=other))


@pytest.mark.parametrize(
    ("wanted", "fixes", "right"),
    [
        ("npt", NPT, True),
        ("npt", ("fix 1 all nph iso 0 0 1", "fix 2 all langevin 600 600 0.1 5"), True),
        ("npt", ("fix 1 all nph iso 0 0 1", "fix 2 all temp/csvr 600 600 0.1 5"), True),
        ("npt", (*NPT, "fix 2 all ave/time 1 1 1 c_thermo_temp"), True),
        ("npt", (*NPT, "fix 2 all momentum 100 linear 1 1 1"), True),
        ("npt", (*NPT, "fix 2 all momentum/chunk 100 c linear 1 1 1"), False),
        ("npt", ("fix 1 all nvt temp 600 600 0.1",), False),
        ("npt", ("fix 1 all nve",), False),
        ("npt", ("fix 1 all nve", "fix 2 all press/berendsen iso 0 0 1", "fix 3 all langevin 1 1 1 1"), False),
        ("npt", (*NPT, "fix 2 all setforce 0 0 0"), False),
        ("npt", (*NPT, "fix 2 all temp/berendsen 600 600 0.1"), False),
        ("npt", ("fix 1 all npt temp 600 600 1000000 iso 0 0 1",), False),
        ("npt", ("fix 1 all npt temp 600 600 0.1 iso 0 0 1000000",), False),
        ("npt", ("fix 1 all npt temp 600 600 0.1 x 0 0 1 y 0 0 1 z 0 0 1 couple xyz",), True),
        ("npt", ("fix 1 all nph iso 0 0 1", "fix 2 none langevin 600 600 0.1 5"), False),
        ("npt", (*NPT, "fix 2 all nve"), False),
        ("npt", ("fix 1 some npt temp 600 600 0.1 iso 0 0 1",), False),
        ("npt", (), False),
        ("nvt", NPT, False),
        ("nve", NPT, False),
    ],
)
def test_fixes_must_sample_the_ensemble(wanted: str, fixes: tuple[str, ...], right: bool) -> None:
    case = make_case(task=make_task(ensemble=wanted), execution=make_execution(segment={"fixes": fixes}))
    assert ("ensemble" not in failed(case)) is right


@pytest.mark.parametrize(
    ("wanted", "fixes", "right"),
    [
        ("nvt", ("fix 1 all nvt temp 600 600 0.1",), True),
        ("nvt", ("fix 1 all nvt/omp temp 600 600 0.1",), True),
        ("nvt", ("fix 1 all nve", "fix 2 all langevin 600 600 0.1 5"), True),
        ("nvt", ("fix 1 all nve", "fix 2 all temp/csvr 600 600 0.1 5"), True),
        ("nvt", ("fix 1 all nve", "fix 2 all temp/berendsen 600 600 0.1"), False),
        ("nvt", ("fix 1 all nve", "fix 2 all temp/rescale 1 600 600 1 1"), False),
        ("nvt", ("fix 1 all nve", "fix 2 all langevin 600 600 50 5"), False),
        ("nvt", ("fix 1 all nve", "fix 2 all langevin v_t v_t ${damp} 5"), True),
        ("nvt", ("fix 1 all nve", "fix 2 all langevin v_t 1 0.1 5", "variable t atom 1+x"), False),
        ("nvt", ("fix 1 all nve",), False),
        ("nve", ("fix 1 all nve",), True),
        ("nve", ("fix 1 all nvt temp 600 600 0.1",), False),
        ("nve", ("fix 1 all nve", "fix 2 all langevin 600 600 0.1 5"), False),
    ],
)
def test_at_fixed_volume(wanted: str, fixes: tuple[str, ...], right: bool) -> None:
    execution = make_execution(segment={"fixes": fixes})
    samples = execution.segments[0].samples
    samples[:, 9] = SIDE**3
    case = make_case(task=make_task(ensemble=wanted), execution=execution)
    assert ("ensemble" not in failed(case)) is right


def test_a_frozen_box_is_no_constant_pressure() -> None:
    execution = make_execution()
    execution.segments[0].samples[:, 9] = SIDE**3
    assert failed(make_case(execution=execution)) == ["ensemble"]


def test_one_breathing_edge_is_no_constant_pressure() -> None:
    segment = make_execution().segments[0]
    frames = tuple(replace(f, box=f.box * np.array([1, 1, 1 + 1e-6 * f.step])) for f in segment.frames)
    held = tuple(replace(f, box=np.where([True, True, False], frames[0].box, f.box)) for f in frames)
    assert failed(make_case(execution=make_execution(segment={"frames": held}))) == ["ensemble"]


def test_atoms_deleted_after_the_run_are_noticed() -> None:
    state = make_execution().state
    assert state is not None
    fewer = replace(
        state, ids=state.ids[:-1], types=state.types[:-1], masses=state.masses[:-1], positions=state.positions[:-1]
    )
    assert "same atoms" in failed(make_case(execution=replace(make_execution(), state=fewer)))


@pytest.mark.parametrize(("least", "most", "right"), [(590, 610, True), (610, 700, False), (500, 590, False)])
def test_the_judged_window_must_show_what_a_condition_asks_for(least: float, most: float, right: bool) -> None:
    warm = Condition("warm", "mean temperature", (), least, most, "it is warm")
    case = make_case(task=make_task(conditions=(warm,)))
    assert failed(case) == ([] if right else ["condition warm"])


def test_a_condition_that_cannot_be_measured_is_not_met() -> None:
    anything = Condition("flow", "viscosity", (1e9, 1.0), -np.inf, np.inf, "it flows")
    assert failed(make_case(task=make_task(conditions=(anything,)))) == ["condition flow"]
    warm = Condition("warm", "mean temperature", (), 0.0, 1e4, "it is warm")
    never_run = make_execution(segment={"command": "minimize"})
    case = make_case(task=make_task(conditions=(warm,)), execution=never_run)
    assert case.window is None and "condition warm" in failed(case)


def test_conditions_that_make_no_sense_are_refused() -> None:
    with pytest.raises(TaskError, match="'no such thing'"):
        Condition("odd", "no such thing", (), 0.0, 1.0, "it is odd")
    with pytest.raises(TaskError, match="range"):
        Condition("odd", "mean temperature", (), 2.0, 1.0, "it is odd")
    warm = Condition("warm", "mean temperature", (), 0.0, 1e4, "it is warm")
    with pytest.raises(TaskError, match="'warm' needs a judged window"):
        make_task(conditions=(warm,), ensemble="static", duration=None)
