"""What holds for every family; what one family promises on top stands in a file of its own."""

import math
import re
from random import Random

import pytest

from mdgym.engine import Engine
from mdgym.engine.library import potentials_directory
from mdgym.engine.measures import measure
from mdgym.engine.window import judged_windows
from mdgym.records import from_json, to_json
from mdgym.script.potential_files import perturb_potential
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.prompts import PRESSURES, TIMES
from mdgym.tasks.suites import load_suite, suite_names
from mdgym.tasks.task import REFERENCE, SPLITS, Task
from mdgym.verifier import input_files

TASKS = [task for name in suite_names() for split in SPLITS for task in load_suite(name, split)]
# one task of each point: the others differ in wording alone
DISTINCT = list({(task.family, task.gold): task for task in TASKS}.values())
FIRST_TESTS = [next(task for task in TASKS if task.family == f.name and task.split == "test") for f in FAMILIES]
QUICK = [task for task in FIRST_TESTS if task.suite != "slow"]
# The recording knows these less well than a script can: from few frames, or by samples of its own.
FEW_SAMPLES = (
    "spread of total per atom",
    "tether energy",
    "tether displacement",
    "diffusion",
    "peak height",
    "bond length",
)
ENSEMBLE_WORDS = {
    "nve": ("NVE", "microcanonical", "微正则"),
    "nvt": ("NVT", "canonical", "正则", "thermostat", "Langevin", "heat bath"),
    "npt": ("NPT", "isothermal-isobaric", "等温等压"),
}


@pytest.fixture(scope="module")
def engine():
    with Engine() as engine:
        yield engine


def numbers_in(text, units):
    """Every number of the text that is followed by one of the units, in the first unit."""
    pattern = rf"(\d+(?:\.\d+)?) ({'|'.join(sorted(units, key=len, reverse=True))})(?![A-Za-z])"
    return [float(number) * units[unit] for number, unit in re.findall(pattern, text)]


def has(text, number):
    return re.search(rf"(?<![\d.]){re.escape(f'{number:g}')}(?![\d.]*\d)", text) is not None


def states_density(text, contract):
    """Whether a text states a number density: itself, the volume, the edge of a cube, or edges with this volume."""
    volume = contract.atoms[0] / contract.density
    if any(has(text, round(number, 9)) for number in (contract.density, volume, volume ** (1 / 3))):
        return True
    edges = [(c.least + c.most) / 2 for c in contract.conditions if c.source == "mean edge"]
    square = edges[:1] + 2 * edges[1:]
    return math.prod(square) == pytest.approx(volume) and all(has(text, round(edge, 9)) for edge in edges)


def by_family(tasks):
    return [pytest.param([t for t in tasks if t.family == f.name], f, id=f.name) for f in FAMILIES]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_points_have_labels_of_their_own_and_no_split_repeats_another(family):
    labels = [point.label for split in SPLITS for point in family.points[split]]
    assert len(set(labels)) == len(labels) >= 3
    assert all(re.fullmatch(r"[\w.+-]+", label) for label in labels)


@pytest.mark.parametrize(("tasks", "family"), by_family(TASKS))
def test_the_prompt_states_what_the_contract_checks(tasks, family):
    for task in tasks:
        contract, text = task.contract, task.prompt
        assert re.search(rf"units\W{{1,3}}{contract.units}|{contract.units} units|units metal", text), task.id
        for command in contract.force_field:
            for word in command.split():
                if "." in word and word[0].isalpha():
                    assert word in text, task.id
        for quantity in contract.quantities:
            assert f"`{quantity.name}`" in text and quantity.unit in text, task.id
        for temperature in (*contract.earlier, *filter(None, [contract.temperature])):
            assert has(text, temperature) or has(text, round(temperature - 273.15, 6)), task.id
        if contract.pressure is not None:
            assert any(value == pytest.approx(contract.pressure) for value in numbers_in(text, PRESSURES)), task.id
        if contract.density is not None and contract.units == "lj" and contract.ensemble != "static":
            assert states_density(text, contract), task.id
        if contract.timestep is not None and contract.units != "lj":
            ps = 1e-3 if contract.units == "real" else 1.0
            assert any(value == pytest.approx(contract.timestep * ps) for value in numbers_in(text, TIMES)), task.id
        if contract.duration is not None and contract.units != "lj":
            ps = 1e-3 if contract.units == "real" else 1.0
            assert any(value == pytest.approx(contract.duration * ps) for value in numbers_in(text, TIMES)), task.id
        if contract.duration is not None and contract.units == "lj":
            assert has(text, contract.duration), task.id
        if contract.ensemble != "static":
            assert any(word.lower() in text.lower() for word in ENSEMBLE_WORDS[contract.ensemble]), task.id


@pytest.mark.parametrize(("tasks", "family"), by_family(TASKS))
def test_no_prompt_leaves_a_placeholder_or_gives_an_answer_away(tasks, family):
    for task in tasks:
        assert not re.search(r"[{}]", task.prompt), task.id
        for quantity in task.contract.quantities:
            value = task.reference(quantity.name).value
            assert f"{abs(value):.4f}" not in task.prompt, task.id


@pytest.mark.parametrize(("tasks", "family"), by_family(DISTINCT))
def test_prompts_are_the_same_for_the_same_randomness_and_differ_by_wording(tasks, family):
    task = tasks[0]
    point = next(p for s in SPLITS for p in family.points[s] if task.gold == family.gold(p))
    wordings = range(len(family.wordings))
    texts = [family.prompt(point, task.contract, wording, Random(3)) for wording in wordings]
    assert texts == [family.prompt(point, task.contract, wording, Random(3)) for wording in wordings]
    assert len(set(texts)) == len(texts) >= 4
    assert any("\u4e00" <= c <= "\u9fff" for text in texts for c in text)


@pytest.mark.parametrize(("tasks", "family"), by_family(DISTINCT))
def test_every_point_has_a_task(tasks, family):
    points = [point for split in SPLITS for point in family.points[split]]
    assert {family.gold(point) for point in points} == {task.gold for task in tasks}


@pytest.mark.parametrize(("tasks", "family"), by_family(TASKS))
def test_a_task_has_references_with_anchors_and_a_counterfactual_and_survives_json(tasks, family):
    for task in tasks:
        assert from_json(Task, to_json(task)) == task
        assert task.contract.counterfactual is not None
        assert task.gold and task.gold not in task.prompt
        for quantity in task.contract.quantities:
            reference = task.reference(quantity.name)
            assert reference.anchor is not None and reference.anchor_source, f"{task.id} {quantity.name}"
            assert reference.runs >= (1 if task.contract.ensemble == "static" else 4)
            # What may pass as an honest report must not pass for a right answer by itself.
            inside = quantity.tolerance <= reference.limit * (1 + 1e-9)
            # without a replay the tolerance says only how far the second world may be off
            unseen = quantity.source == REFERENCE and not task.contract.force_field
            assert inside or unseen or quantity.source in FEW_SAMPLES, f"{task.id} {quantity.name}"


@pytest.mark.parametrize("task", QUICK, ids=lambda t: t.family)
def test_gold_gives_the_accepted_values_and_reports_what_it_did(task, engine):
    contract = task.contract
    wanted = tuple(q.name for q in contract.quantities)
    execution = engine.run(task.gold, input_files(task), wanted, seed=77)
    assert execution.executed and execution.watched, execution.error
    windows = ()
    if contract.duration is not None:
        windows = judged_windows(execution, contract.duration, contract.earlier)
        assert all(window.long_enough for window in windows)
    for quantity in contract.quantities:
        reported, reference = execution.variables[quantity.name], task.reference(quantity.name)
        assert reported == pytest.approx(reference.value, abs=reference.limit)
        if quantity.source != REFERENCE:
            truth = measure(windows, quantity.source, quantity.arguments)
            assert reported == pytest.approx(truth, abs=quantity.tolerance)


def test_static_answers_follow_a_changed_potential(engine):
    task = next(task for task in QUICK if task.family == "cohesion")
    change = task.contract.counterfactual
    name = task.parameters["crystal"]["file"]
    text = (potentials_directory() / name).read_text("utf-8", "replace")
    files = {name: perturb_potential(name, text, change.energy, change.length)}
    second = engine.run(task.gold, files=files, variables=("a0", "ecoh"), perturbation=change)
    assert second.variables["a0"] == pytest.approx(task.reference("a0").value * change.length, rel=1e-6)
    assert second.variables["ecoh"] == pytest.approx(task.reference("ecoh").value * change.energy, rel=1e-6)
