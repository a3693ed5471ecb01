import re
from dataclasses import replace

import pytest

from mdgym.engine import Engine
from mdgym.errors import TaskError
from mdgym.scoring import SerialPool
from mdgym.tasks import measurements
from mdgym.tasks.families import crystals
from mdgym.tasks.families.vacancy import ACCURACY, BOXES, FAMILY, VacancyPoint, gold
from mdgym.tasks.task import SPLITS
from mdgym.trial import trial_tasks

POINTS = [point for split in SPLITS for point in FAMILY.points[split]]
TASKS = dict(zip([point.label for point in POINTS], trial_tasks(FAMILY, measurements.DIRECTORY), strict=True))
COPPER = TASKS["Cu-Cu_u3-eam-2-relaxed"]
# The box matters by less than a limit: stiff crystals, and cells of 64 sites.
STIFF = ("W-W_zhou-eam_alloy-3-fixed", "Ge-SiCGe-tersoff-2-fixed", "Si-Si-tersoff-2-fixed")
each = pytest.mark.parametrize("point", POINTS, ids=[point.label for point in POINTS])


@pytest.fixture(scope="module")
def engine():
    with Engine() as engine:
        yield engine


def off(point, engine, script):
    """By how many limits the result of a script is off."""
    execution = engine.run(script, variables=("ev",))
    assert execution.executed, execution.error
    reference = TASKS[point.label].reference("ev")
    return abs(execution.variables["ev"] - reference.value) / reference.limit


def failed(score):
    return {check.name for check in score.score.checks if not check.passed}


@pytest.mark.parametrize("cells", [1, 6])
def test_cells_that_are_too_small_or_too_large_are_refused(cells):
    with pytest.raises(TaskError, match=f"{cells} cells"):
        VacancyPoint(crystals.CU_U3, cells, False)


def test_splits_share_no_element_and_no_file():
    splits = [{(p.crystal.element, p.crystal.file) for p in FAMILY.points[split]} for split in SPLITS]
    for place in (0, 1):
        names = [{pair[place] for pair in split} for split in splits]
        assert not names[0] & names[1] and not names[0] & names[2] and not names[1] & names[2]


@pytest.mark.parametrize(
    ("label", "large"),
    # formation energies in 4x4x4 cells of fixed size by a script of its own, eV
    [
        ("Cu-Cu_mishin1-eam_alloy-2-relaxed", 1.2735),
        ("Ag-Ag_u3-eam-2-fixed", 0.9662),
        ("Au-Au_u3-eam-3-fixed", 1.0300),
        ("Ni-NiAlH_jea-eam_alloy-2-fixed", 1.5926),
        ("Fe-Fe_mm-eam_fs-3-relaxed", 1.7148),
        ("W-W_zhou-eam_alloy-3-fixed", 3.5810),
    ],
)
def test_small_cells_are_near_large_ones(label, large):
    assert TASKS[label].reference("ev").value == pytest.approx(large, rel=0.015)


@each
def test_unrelaxed_atoms_are_refused(point, engine):
    assert TASKS[point.label].reference("ev").limit == pytest.approx(
        ACCURACY * TASKS[point.label].reference("ev").value
    )
    head, _, tail = gold(point).partition("delete_atoms    group vacancy")
    tail = re.sub(r"(?m)^(fix|minimize).*$", "", tail)
    assert off(point, engine, f"{head}delete_atoms group vacancy\nrun 0{tail}") > 2


@each
def test_the_condition_on_the_box_matters(point, engine):
    other = replace(point, relaxed_box=not point.relaxed_box)
    found = off(point, engine, gold(other))
    assert found > 1.4 or (point.label in STIFF and found < 1)


@each
def test_forgetting_that_an_atom_is_missing_is_refused(point, engine):
    assert off(point, engine, gold(point).replace("pe-atoms*", f"pe-{point.sites}*")) > 10


@each
def test_the_prompt_says_size_and_box(point):
    task = TASKS[point.label]
    assert str(point.sites) in task.prompt and "`ev`" in task.prompt
    assert any(texts[point.relaxed_box] in task.prompt for texts in BOXES.values())
    assert task.contract.atoms == (point.sites - 1, point.sites)


def test_constants_other_cells_and_the_lattice_constant_of_the_literature_are_refused():
    typed = COPPER.gold + "\nvariable ev equal 1.28454\n"
    large = gold(VacancyPoint(crystals.CU_U3, 3, True))
    unrelaxed = COPPER.gold.replace("minimize        0.0 1.0e-10 1000 10000", "run 0")
    with SerialPool() as pool:
        scores = [pool.score(COPPER, script, 0) for script in (COPPER.gold, typed, large, unrelaxed)]
    assert scores[0].score.reward == pytest.approx(1)
    assert "counterfactual" in failed(scores[1])
    assert "atoms" in failed(scores[2])
    assert scores[3].score.reward < 0.5
