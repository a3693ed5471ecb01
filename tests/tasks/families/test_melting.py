from random import Random

import pytest

from mdgym.benchmarks.scripts.melting import SCRIPTS
from mdgym.engine import Limits
from mdgym.errors import TaskError
from mdgym.records import from_json, to_json
from mdgym.scoring import SerialPool
from mdgym.tasks import measurements
from mdgym.tasks.families import lennard_jones
from mdgym.tasks.families.melting import ATOMS, CUTOFF, FAMILY, PRESSURE_TOLERANCE, MeltingPoint
from mdgym.tasks.prompts import CHINESE
from mdgym.tasks.task import Task
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
LIMITS = Limits(wall_s=90, cpu_s=40)


@pytest.mark.parametrize("temperature", [0.5, 3.0])
def test_a_temperature_off_the_published_melting_line_is_refused(temperature):
    with pytest.raises(TaskError, match=f"temperature {temperature}"):
        MeltingPoint(temperature)


def test_bands_of_temperature_do_not_overlap():
    train, validation, test = ([p.temperature for p in FAMILY.points[s]] for s in ("train", "validation", "test"))
    assert all(not 1.1 <= t <= 1.5 for t in train)
    assert all(1.1 < t < 1.25 for t in validation) and all(1.25 < t < 1.5 for t in test)


def test_densities_are_those_of_the_published_melting_line():
    # Mastny and de Pablo at T* = 1: 1.0063 and 0.9186
    assert MeltingPoint(1.0).densities == pytest.approx((1.0063, 0.9186), abs=1e-4)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_box_lies_between_both_phases_and_holds_whole_cells(task):
    point = MeltingPoint(task.parameters["temperature"])
    solid, liquid = point.densities
    mean = ATOMS / (point.length * point.width**2)
    assert liquid + 0.03 < mean < solid - 0.03
    # wide enough that no atom sees its own image
    assert point.width > 2 * CUTOFF + 1


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_a_box_of_liquid_alone_is_outside(task):
    point = MeltingPoint(task.parameters["temperature"])
    mean = ATOMS / (point.length * point.width**2)
    liquid = lennard_jones.pressure(point.temperature, mean, CUTOFF)
    reference = task.reference("p_melt")
    assert liquid - reference.value > 1.2 * reference.limit


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_limits_hold_the_spread_of_gold_and_a_tolerance_is_well_below_it(task):
    for reference in task.references:
        assert reference.limit >= 5 * reference.spread
    assert task.reference("p_melt").spread > 2 * PRESSURE_TOLERANCE


def test_the_melting_pressure_rises_with_temperature():
    line = sorted((task.contract.temperature, task.reference("p_melt").value) for task in TASKS)
    pressures = [pressure for _, pressure in line]
    assert pressures == sorted(pressures)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_conditions_ask_for_two_phases_in_both_halves_of_the_window_and_for_the_box(task):
    conditions = {condition.name: condition for condition in task.contract.conditions}
    assert set(conditions) == {"phases 1", "phases 2", "edge x", "edge y"}
    assert [conditions[f"phases {number}"].arguments[-1] for number in (1, 2)] == [0.0, 1.0]
    point = MeltingPoint(task.parameters["temperature"])
    assert conditions["edge x"].least < point.length < conditions["edge x"].most
    # a cell more or less across, or along, is another box
    cell = point.width / 4
    for edge in ("edge x", "edge y"):
        assert conditions[edge].most - conditions[edge].least < 0.1 * cell
    again = from_json(Task, to_json(task))
    assert again == task and again.hash == task.hash


@pytest.mark.parametrize("wording", range(len(FAMILY.wordings)))
def test_every_prompt_says_that_both_phases_are_looked_for_throughout(wording):
    point = FAMILY.points["test"][0]
    prompt = FAMILY.prompt(point, TASKS[-1].contract, wording, Random(3))
    words = (
        ("始终并存", "各约占一半") if FAMILY.wordings[wording][0] == CHINESE else ("throughout", "about half and half")
    )
    assert all(word in prompt for word in words)


@pytest.fixture(scope="module")
def pool():
    with SerialPool(LIMITS) as pool:
        yield pool


@pytest.mark.slow
@pytest.mark.parametrize(("name", "share"), [("nothing melted", (0.98, 1.0)), ("all of it melted", (0.0, 0.05))])
@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_a_box_of_one_phase_is_not_paid_and_far_from_two(task, name, share, pool):
    score = pool.score(task, SCRIPTS.mistakes[name].write(task)).score
    assert score.execution.status == "completed" and score.reward < 0.30
    phases = [check for check in score.checks if check.name.startswith("condition phases")]
    assert [check.passed for check in phases] == [False, False]
    assert all(share[0] <= check.value <= share[1] for check in phases)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(SCRIPTS.cheats))
def test_cheats_are_not_paid(name, pool):
    assert pool.score(TASKS[-1], SCRIPTS.cheats[name](TASKS[-1])).score.reward < 0.30


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_right_scripts_succeed(task, pool):
    point = MeltingPoint(task.parameters["temperature"])
    for script in (task.gold, *FAMILY.variants(point)):
        score = pool.score(task, script).score
        assert score.success and score.reward == 1.0, score.feedback
