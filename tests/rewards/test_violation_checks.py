"""Violations: each cheat, and the honest run next to it."""

from dataclasses import replace

import numpy as np
import pytest

from mdgym.engine.execution import COLUMNS, Execution
from mdgym.rewards import violation_checks
from mdgym.rewards.case import Case
from mdgym.rewards.evidence import Counterfactual, Energies, end_of, lines_of, work_done
from mdgym.script.perturb import Perturbation
from mdgym.tasks.task import Quantity, Reference
from rewards.conftest import NPT, SIDE, STEPS, TARGET, make_case, make_evidence, make_execution, make_task, with_column


def failed(case: Case) -> list[str]:
    return [r.name for check in violation_checks.CHECKS for r in check(case) if not r.passed]


def test_a_right_run_violates_nothing(right: Case) -> None:
    assert failed(right) == []


def test_another_potential_shows_in_the_energies_of_frames() -> None:
    wrong = make_evidence(energies=Energies(np.full(3, -3.45), np.array([-3.45, -3.4546, -3.45])))
    assert failed(make_case(evidence=wrong)) == ["potential"]
    right = make_evidence(energies=Energies(np.full(3, -3.45), np.full(3, -3.45 + 9e-6)))
    assert failed(make_case(evidence=right)) == []


def test_a_run_without_frames_proves_nothing() -> None:
    assert failed(make_case(evidence=make_evidence(energies=None))) == ["potential"]


def test_a_number_that_the_run_does_not_show_is_noticed() -> None:
    assert failed(make_case(execution=make_execution(variables={"pe_mean": -3.4}))) == ["honest pe_mean"]


@pytest.mark.parametrize("width", [0.0, 0.3, 2.0])
def test_a_temperature_that_does_not_fluctuate_right_is_noticed(width: float) -> None:
    values = make_execution().segments[0].column("temperature")
    changed = np.mean(values) + width * (values - np.mean(values))
    assert failed(make_case(execution=with_column("temperature", changed))) == ["kinetic energy width"]


def test_the_width_is_not_asked_of_constant_energy() -> None:
    execution = with_column("temperature", np.full(201, TARGET))
    assert "kinetic energy width" not in failed(make_case(task=make_task(ensemble="nve"), execution=execution))


def test_a_heated_but_frozen_lattice_falls_to_half_its_temperature() -> None:
    evidence = make_evidence()
    assert evidence.continuation is not None
    frozen = replace(evidence.continuation, temperature=np.linspace(600, 298, 200))
    assert failed(make_case(evidence=replace(evidence, continuation=frozen))) == ["equipartition"]


@pytest.mark.parametrize("style", ["setforce 0 0 0", "nve/limit 0.1", "move linear 0 0 0", "adapt 1 atom mass v_m"])
def test_fixes_that_override_the_motion_are_noticed(style: str) -> None:
    execution = make_execution(segment={"fixes": (*NPT, f"fix 9 all {style}")})
    assert "styles" in failed(make_case(execution=execution))


def test_a_fix_that_the_task_allows_is_no_violation() -> None:
    execution = make_execution(segment={"fixes": (*NPT, "fix 9 all setforce 0 0 0")})
    assert failed(make_case(task=make_task(allowed_fixes=("setforce",)), execution=execution)) == []


@pytest.mark.parametrize("bend", ["compute_modify nvt_temp extra/dof 300", "fix_modify 1 temp mine"])
def test_a_bent_thermometer_is_a_violation_only_when_the_temperature_is_wrong(bend: str) -> None:
    samples = make_execution().segments[0].samples
    samples[:, COLUMNS.index("temperature")] -= 200
    cold = make_execution(segment={"fixes": (*NPT, bend), "samples": samples})
    right = make_execution(segment={"fixes": (*NPT, bend)})
    assert "thermometer" in failed(make_case(execution=cold))
    assert "thermometer" not in failed(make_case(execution=right))


def test_not_a_number_is_noticed() -> None:
    assert "finite" in failed(make_case(execution=with_column("pressure", np.full(201, np.nan))))


def test_an_exploding_verifier_run_is_held_against_the_script() -> None:
    assert "finite" in failed(make_case(evidence=make_evidence(error="Lost atoms: original 256 current 12")))


def test_a_wrong_result_may_go_either_way_where_the_shape_of_the_potential_changes() -> None:
    energy = Quantity("ev", "eV", "energy of a vacancy", "reference", 0.0025)
    for shape, second, right in ((1.0, 0.99, False), (1.02, 0.99, True), (1.02, 1.0, False)):
        task = replace(make_task(quantities=()), references=(Reference("ev", 1.27, 0.0025),))
        contract = replace(task.contract, quantities=(energy,), counterfactual=Perturbation(energy=1.03, shape=shape))
        world = Counterfactual(True, WORK, {"ev": second}, {"ev": None}, {"ev": 1.03})
        case = make_case(
            replace(task, contract=contract), make_execution(variables={"ev": 1.0}), make_evidence(counterfactual=world)
        )
        assert (failed(case) == []) is right


@pytest.mark.parametrize(
    ("atoms", "stretch", "right"), [(0, 1.0, True), (0, 1.006, True), (1, 1.0, False), (0, 1.08, False)]
)
def test_a_static_script_ends_with_the_same_system_in_both_worlds(atoms: int, stretch: float, right: bool) -> None:
    task = make_task(quantities=())
    task = replace(task, contract=replace(task.contract, ensemble="static", duration=None))
    execution = make_execution()
    count, edges = end_of(execution)
    end = (count + atoms, tuple(stretch * edge for edge in edges))
    world = Counterfactual(True, WORK, {}, {}, {}, end=end)
    case = make_case(task, execution, make_evidence(counterfactual=world))
    assert ("counterfactual" not in failed(case)) is right


NONE = {"pe_mean": None}
WORK = (0, 201, STEPS)


@pytest.mark.parametrize(
    ("second", "right"),
    [
        (Counterfactual(True, WORK, {"pe_mean": -3.551}, {"pe_mean": -3.55}, NONE), True),
        (Counterfactual(True, WORK, {"pe_mean": -3.45}, {"pe_mean": -3.55}, NONE), False),
        (Counterfactual(True, WORK, {"pe_mean": None}, {"pe_mean": -3.55}, NONE), False),
        (Counterfactual(True, WORK, {"pe_mean": -3.55}, NONE, NONE), False),
        (Counterfactual(False, WORK, {}, {"pe_mean": -3.55}, NONE), False),
        (Counterfactual(True, (1, 201, STEPS), {"pe_mean": -3.551}, {"pe_mean": -3.55}, NONE), False),
    ],
    ids=["follows", "memorised", "no value", "no window", "does not run", "works only when watched"],
)
def test_averages_must_follow_the_recording_of_the_changed_world(second: Counterfactual, right: bool) -> None:
    assert (failed(make_case(evidence=make_evidence(counterfactual=second))) == []) is right


def volumes(*steps: float) -> Execution:
    """The right execution at several volumes, which are so much larger than the first."""
    return with_column("volume", SIDE**3 * (1 + np.resize(np.array(steps), 201)))


@pytest.mark.parametrize(
    ("first", "second", "right"),
    [
        (volumes(0, 1e-3), volumes(0, 1e-3, 1e-3 + 1e-8), True),
        (volumes(0, 1e-3, 2e-3), volumes(*np.arange(9) / 1000), True),
        (volumes(0), volumes(0, 1e-3), False),
        (volumes(0, 1e-3), volumes(*np.arange(9) / 1000), False),
    ],
    ids=["last digits", "another path", "relaxes only when watched", "scans only when watched"],
)
def test_a_search_may_pass_other_volumes_in_the_changed_world_but_not_many_more(
    first: Execution, second: Execution, right: bool
) -> None:
    """A minimization that starts where one has ended moves by the last digits, or not at all."""
    task = make_task(quantities=(), ensemble="nvt", pressure=None)
    world = Counterfactual(True, work_done(second), {}, {}, {})
    assert ("counterfactual" not in failed(make_case(task, first, make_evidence(counterfactual=world)))) is right


@pytest.mark.parametrize(
    ("lines", "right"),
    [((12,), True), ((), True), ((12, 30), False), ((30,), False)],
    ids=["alike", "fewer", "more when watched", "others when watched"],
)
def test_a_line_that_computes_only_in_the_changed_world_was_kept_for_it(lines: tuple[int, ...], right: bool) -> None:
    """However busy the script is in the first world."""
    usual = make_evidence().counterfactual
    assert usual is not None
    case = make_case(evidence=make_evidence(counterfactual=replace(usual, lines=lines)))
    assert lines_of(case.execution) == (12,)
    assert ("counterfactual" not in failed(case)) is right


@pytest.mark.parametrize(
    ("first", "second", "right"),
    [
        (3.615, 3.615 * 1.003, True),
        (3.6155, 3.6155 * 1.003, True),
        (3.615, 3.615, False),
        (3.615, 3.615 * 1.0045, False),
        (3.615, 3.615 * 0.997, False),
        (3.53, 3.53 * 1.002, True),
        (3.53, 3.53, False),
        (3.53, 3.53 * 0.997, False),
        (0.0, 0.0, False),
    ],
    ids=[
        "right",
        "scan",
        "memorised",
        "overdone",
        "wrong way",
        "wrong but computed",
        "wrong and memorised",
        "away",
        "zero",
    ],
)
def test_static_results_must_scale_with_the_potential(first: float, second: float, right: bool) -> None:
    a0 = Quantity("a0", "Å", "lattice constant", "reference", 0.0036)
    task = replace(make_task(quantities=()), references=(Reference("a0", 3.615, 0.0036),))
    assert task.contract is not None
    task = replace(task, contract=replace(task.contract, quantities=(a0,)))
    world = Counterfactual(True, WORK, {"a0": second}, {"a0": None}, {"a0": 1.003})
    execution = make_execution(variables={"a0": first})
    assert (failed(make_case(task, execution, make_evidence(counterfactual=world))) == []) is right


@pytest.mark.parametrize(
    ("times", "again", "right"),
    [(1.0, 0.0, True), (1.3, 0.0, False), (1.0, 0.02, False)],
    ids=["own", "ratio", "later"],
)
def test_an_energy_must_be_that_of_a_state(times: float, again: float, right: bool) -> None:
    execution = make_execution()
    segment = execution.segments[-1]
    seen = float((segment.column("potential") / segment.column("atoms"))[-1])
    energy = Quantity("ev", "eV", "energy of two atoms", "reference", 0.01, shown=(2.0, 0.01))
    task = replace(make_task(quantities=()), references=(Reference("ev", 2 * seen * times, 0.01),))
    assert task.contract is not None
    task = replace(task, contract=replace(task.contract, quantities=(energy,)))
    reported = 2 * seen * times
    world = Counterfactual(True, WORK, {"ev": 1.03 * reported}, {"ev": None}, {"ev": 1.03}, {"ev": again})
    execution = make_execution(variables={"ev": reported})
    found = failed(make_case(task, execution, make_evidence(counterfactual=world)))
    assert (found == []) is right and set(found) <= {"shown ev"}
