import pytest

from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families import crystals
from mdgym.tasks.families.finite_size import ACCURACY, FAMILY, SizePoint
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)


@pytest.mark.parametrize(("small", "large"), [(2, 4), (4, 4), (5, 4), (3, 9)])
def test_sizes_out_of_order_or_range_are_refused(small, large):
    with pytest.raises(TaskError, match=f"sizes {small} and {large}"):
        SizePoint(crystals.CU_U3, small, large)


def test_bcc_is_refused():
    with pytest.raises(TaskError, match="bcc"):
        SizePoint(crystals.W_ZHOU, 3, 4)


def test_splits_share_no_potential():
    files = [{point.crystal.file for point in points} for points in FAMILY.points.values()]
    assert not files[0] & files[1] and not files[1] & files[2] and not files[0] & files[2]


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_three_energies_are_told_apart(task):
    # one size for both, or no extrapolation, is outside; images make the smaller supercells cost more
    small, large, infinite = (task.reference(name) for name in ("e_small", "e_large", "e_inf"))
    assert small.value - large.value > 2 * small.limit
    assert large.value - infinite.value > 2 * large.limit
    assert all(r.limit == pytest.approx(ACCURACY * r.value) for r in (small, large, infinite))


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_limit_is_that_of_the_formula_in_the_prompt(task):
    first, second = (task.parameters[name] ** 3 for name in ("small", "large"))
    small, large = (task.reference(name).value for name in ("e_small", "e_large"))
    assert task.reference("e_inf").value == pytest.approx((second * large - first * small) / (second - first), rel=1e-6)


def test_mishin_copper_has_its_published_vacancy():
    # Mishin et al., Phys. Rev. B 63, 224106 (2001): 1.272 eV
    tasks = [task for task in TASKS if task.parameters["crystal"]["file"] == "Cu_mishin1.eam.alloy"]
    assert tasks
    for task in tasks:
        assert task.reference("e_inf").value == pytest.approx(1.272, abs=1e-3)


def test_no_constant_survives_the_counterfactual():
    for task in TASKS:
        change = task.contract.counterfactual
        assert change.length == 1.0
        assert abs(change.energy - 1) / 2 > 100 * ACCURACY
