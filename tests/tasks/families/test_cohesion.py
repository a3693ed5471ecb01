import pytest

from mdgym.engine import Engine
from mdgym.errors import TaskError
from mdgym.tasks.families import crystals
from mdgym.tasks.families.cohesion import ACCURACY, POINTS, CohesionPoint, scan
from mdgym.tasks.families.crystals import Crystal
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import SPLITS

TASKS = [task for split in SPLITS for task in load_suite("core", split) if task.family == "cohesion"]


def test_a_crystal_that_cannot_be_is_refused():
    with pytest.raises(TaskError, match="structure 'hcp'"):
        Crystal("Mg", "hcp", "eam/fs", "Mg_mm.eam.fs", 24.3, 3.2, -1.5, "nowhere")
    with pytest.raises(TaskError, match="ecoh"):
        Crystal("Cu", "fcc", "eam", "Cu_u3.eam", 63.55, 3.615, 3.54, "nowhere")


def test_more_atoms_than_the_contract_allows_are_refused():
    with pytest.raises(TaskError, match="13500 atoms"):
        CohesionPoint(crystals.CU_U3, cells=15)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_accepted_values_agree_with_the_published_ones(task):
    crystal = task.parameters["crystal"]
    assert task.reference("a0").value == pytest.approx(crystal["a0"], rel=5e-4)
    if crystal["ecoh"] is not None:
        assert task.reference("ecoh").value == pytest.approx(crystal["ecoh"], rel=5e-4)


def test_stillinger_weber_silicon_has_its_exact_values():
    # Tetrahedral angles cost nothing: two bonds of depth epsilon per atom, each at 2^(1/6) sigma.
    task = next(task for task in TASKS if task.parameters["crystal"]["file"] == "Si.sw")
    assert task.reference("ecoh").value == pytest.approx(-2 * 2.1683, rel=1e-8)
    assert task.reference("a0").value == pytest.approx(2 ** (1 / 6) * 2.0951 * 4 / 3**0.5, rel=1e-5)


def test_limits_are_a_tenth_of_a_percent_and_a_wrong_literature_value_is_outside():
    task = next(task for task in TASKS if task.parameters["crystal"]["file"] == "Al_jnp.eam")
    reference = task.reference("a0")
    assert reference.limit == pytest.approx(ACCURACY * reference.value)
    assert abs(4.05 - reference.value) > 10 * reference.limit


def test_a_lattice_scan_is_right_too():
    point = POINTS["test"][4]
    task = next(task for task in TASKS if task.parameters["crystal"]["file"] == point.crystal.file)
    with Engine() as engine:
        execution = engine.run(scan(point), variables=("a0", "ecoh"))
    assert execution.executed, execution.error
    for name in ("a0", "ecoh"):
        assert abs(execution.variables[name] - task.reference(name).value) < task.reference(name).limit / 10


def test_no_constant_survives_the_counterfactual():
    for task in TASKS:
        change = task.contract.counterfactual
        assert abs(change.length - 1) == pytest.approx(0.003)
        assert abs(change.energy - 1) == pytest.approx(0.03)
        for quantity, factor in zip(task.contract.quantities, (change.length, change.energy)):
            value = task.reference(quantity.name).value
            assert abs(value * factor - value) > 1.5 * quantity.tolerance
