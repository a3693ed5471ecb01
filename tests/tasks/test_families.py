"""What holds for every family; what one family promises on top stands in a file of its own."""

import re
from random import Random

import pytest

from mdgym.engine import Engine
from mdgym.engine.library import potentials_directory
from mdgym.engine.window import judged_window, measure
from mdgym.records import from_json, to_json
from mdgym.script.perturb import perturb_potential
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.prompts import PRESSURES, TIMES
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import SOURCES, SPLITS, Task

TASKS = [task for split in SPLITS for task in load_suite("core", split)]
FIRST_TESTS = [next(task for task in load_suite("core", "test") if task.family == f.name) for f in FAMILIES]


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


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_points_have_labels_of_their_own_and_no_split_repeats_another(family):
    labels = [point.label for split in SPLITS for point in family.points(split)]
    assert len(set(labels)) == len(labels) > 10
    assert all(re.fullmatch(r"[\w.+-]+", label) for label in labels)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_prompt_states_what_the_contract_checks(task):
    contract, text = task.contract, task.prompt
    assert f"units {contract.units}" in text or f"{contract.units} units" in text or "units metal" in text
    for command in contract.force_field:
        for word in command.split():
            if "." in word and word[0].isalpha():
                assert word in text
    for quantity in contract.quantities:
        assert f"`{quantity.name}`" in text
        assert quantity.unit in text
    if contract.temperature is not None:
        assert has(text, contract.temperature)
        assert "Berendsen" in text or "true" in text
    if contract.pressure is not None:
        assert any(value == pytest.approx(contract.pressure) for value in numbers_in(text, PRESSURES))
    if contract.density is not None and contract.units == "lj":
        assert has(text, contract.density)
    if contract.timestep is not None:
        assert any(value == pytest.approx(contract.timestep) for value in numbers_in(text, TIMES))
    if contract.duration is not None and contract.units == "metal":
        assert any(value == pytest.approx(contract.duration) for value in numbers_in(text, TIMES))
    if contract.duration is not None and contract.units == "lj":
        assert has(text, contract.duration)
    if contract.ensemble != "static":
        assert has(text, contract.atoms[0])
        assert contract.ensemble.upper() in text or "isothermal-isobaric" in text or "canonical" in text
    else:
        assert has(text, contract.atoms[1])


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_no_prompt_leaves_a_placeholder_or_gives_an_answer_away(task):
    assert not re.search(r"[{}]", task.prompt)
    for quantity in task.contract.quantities:
        value = task.reference(quantity.name).value
        assert f"{abs(value):.4f}" not in task.prompt


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_prompts_are_the_same_for_the_same_randomness_and_differ_by_wording(family):
    task = next(task for task in TASKS if task.family == family.name)
    point = next(p for s in SPLITS for p in family.points(s) if task.gold == family.gold(p))
    texts = [family.prompt(point, task.contract, wording, Random(3)) for wording in range(family.wordings)]
    assert texts == [family.prompt(point, task.contract, wording, Random(3)) for wording in range(family.wordings)]
    assert len(set(texts)) == family.wordings >= 4
    assert sum(any("\u4e00" <= c <= "\u9fff" for c in text) for text in texts) == 1


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_quantities_are_measured_as_the_references_were(family):
    for split in SPLITS:
        for point in family.points(split):
            task = next((task for task in TASKS if task.gold == family.gold(point)), None)
            assert task is not None, point.label
            sources = family.sources(point)
            assert set(sources.values()) <= set(SOURCES)
            assert {r.name for r in task.references} == set(sources)
            for quantity in task.contract.quantities:
                assert sources[quantity.name] == quantity.source


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_a_task_has_references_with_anchors_and_a_counterfactual_and_survives_json(task):
    assert from_json(Task, to_json(task)) == task
    assert task.contract.counterfactual is not None
    assert task.gold and task.gold not in task.prompt
    for quantity in task.contract.quantities:
        reference = task.reference(quantity.name)
        assert reference.anchor is not None
        assert reference.anchor_source
        assert reference.runs >= (1 if task.contract.ensemble == "static" else 8)
        # What may pass as an honest report must not pass for a right answer by itself.
        assert quantity.tolerance <= reference.limit * (1 + 1e-9) or quantity.source == "spread of total per atom"


@pytest.mark.parametrize("task", FIRST_TESTS, ids=lambda t: t.family)
def test_gold_gives_the_accepted_values_and_reports_what_it_did(task, engine):
    contract = task.contract
    execution = engine.run(task.gold, variables=tuple(q.name for q in contract.quantities), seed=77)
    assert execution.executed and execution.watched, execution.error
    window = None if contract.duration is None else judged_window(execution, contract.duration)
    assert window is None or window.long_enough
    for quantity in contract.quantities:
        reported, reference = execution.variables[quantity.name], task.reference(quantity.name)
        assert reported == pytest.approx(reference.value, abs=reference.limit)
        if window is not None:
            assert reported == pytest.approx(measure(window, quantity.source), abs=quantity.tolerance)


@pytest.mark.parametrize("task", [t for t in FIRST_TESTS if t.contract.ensemble == "static"], ids=lambda t: t.family)
def test_static_answers_follow_a_changed_potential(task, engine):
    change = task.contract.counterfactual
    name = task.parameters["crystal"]["file"]
    text = (potentials_directory() / name).read_text("utf-8", "replace")
    files = {name: perturb_potential(name, text, change.energy, change.length)}
    second = engine.run(task.gold, files=files, variables=("a0", "ecoh"), perturbation=change)
    assert second.variables["a0"] == pytest.approx(task.reference("a0").value * change.length, rel=1e-6)
    assert second.variables["ecoh"] == pytest.approx(task.reference("ecoh").value * change.energy, rel=1e-6)
