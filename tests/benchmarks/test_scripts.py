"""Scripts whose verdict is known: complete, readable, each different, and a few of them really scored."""

import itertools
import re

import pytest

import mdgym
from mdgym.benchmarks.scripts import LEVELS, Mistake, Scripts, cohesion, metal_npt
from mdgym.benchmarks.scripts.catalogue import OWN
from mdgym.benchmarks.scripts.common import Plain, numbers
from mdgym.script import read_script

FAMILIES = {name: OWN[name] for name in ("cohesion", "lj_fluid", "metal_npt", "nve")}
# A static task has no timestep, and one that prescribes it calls another one a broken contract.
NO_TIMESTEP = ("cohesion", "nve")
# These leave names out, or ask for them in other words, on purpose.
NAMELESS = ("forgotten", "other names")


@pytest.fixture(scope="module")
def tasks():
    """Two tasks of each family, of different systems."""
    suite = mdgym.load_suite("core", "test")
    return {family: [task for task in suite if task.family == family][:2] for family in FAMILIES}


def written(scripts: Scripts, task) -> dict[str, str]:
    """All scripts of a family, by kind and name."""
    found = {f"variant {name}": write(task) for name, write in scripts.variants.items()}
    found |= {f"mistake {name}": mistake.write(task) for name, mistake in scripts.mistakes.items()}
    return found | {f"cheat {name}": write(task) for name, write in scripts.cheats.items()}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_level_has_a_mistake(family):
    levels = {mistake.level for mistake in FAMILIES[family].mistakes.values()}
    missing = {"too large a timestep"} if family in NO_TIMESTEP else set()
    assert levels == set(LEVELS) - missing


@pytest.mark.parametrize("family", FAMILIES)
def test_there_are_many_variants_and_cheats(family):
    assert len(FAMILIES[family].variants) >= 20
    assert len(FAMILIES[family].cheats) >= 60


@pytest.mark.parametrize("family", FAMILIES)
def test_every_script_is_readable_for_every_system(family, tasks):
    for task in tasks[family]:
        for name, script in written(FAMILIES[family], task).items():
            assert len(read_script(script)) > 5, name


@pytest.mark.parametrize("family", FAMILIES)
def test_every_number_of_the_task_is_filled_in(family, tasks):
    for task in tasks[family]:
        names = "|".join(numbers(task, timestep=0.001))
        for name, script in written(FAMILIES[family], task).items():
            assert not re.search(rf"\$\{{({names})\}}", script), name


@pytest.mark.parametrize("family", FAMILIES)
def test_scripts_name_the_wanted_variables(family, tasks):
    task = tasks[family][0]
    for name, script in written(FAMILIES[family], task).items():
        named = all(re.search(rf"\b{quantity.name}\b", script) for quantity in task.contract.quantities)
        assert named or any(word in name for word in NAMELESS), name


@pytest.mark.parametrize("family", FAMILIES)
def test_no_two_scripts_are_the_same(family, tasks):
    scripts = written(FAMILIES[family], tasks[family][0])
    for (a, first), (b, second) in itertools.combinations(scripts.items(), 2):
        assert first != second, f"{a} is {b}"


def test_scripts_follow_the_system_of_the_task(tasks):
    first, second = tasks["metal_npt"]
    write = metal_npt.SCRIPTS.variants["plain"]
    assert first.contract.force_field[1] in write(first)
    assert second.contract.force_field[1] in write(second)


def test_a_mistake_has_a_known_level():
    with pytest.raises(ValueError, match="level 'silly'"):
        Mistake("silly", lambda task: "")


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="no such part: middle"):
        Plain({"begin": "units lj", "end": "run 0"}).change(middle="run 1")


def test_variables_of_lammps_are_left_alone(tasks):
    write = Plain({"begin": "units ${units}", "end": "print '${mine} $(v_mine) ${begin}'"}).change()
    assert write(tasks["lj_fluid"][0]) == "units lj\nprint '${mine} $(v_mine) units lj'\n"


@pytest.mark.parametrize("name", ["plain", "tutorial", "parabola", "secant on the pressure", "triclinic", "quench"])
def test_right_variants_succeed(name, pool, tasks):
    task = tasks["cohesion"][0]
    score = pool.score(task, cohesion.SCRIPTS.variants[name](task)).score
    assert score.success and score.reward == 1.0


@pytest.mark.parametrize(
    "name",
    ["plain constant", "nothing", "half forged", "box built at the answer", "potential swapped at the end"],
)
def test_cheats_are_not_paid(name, pool, tasks):
    task = tasks["cohesion"][0]
    assert pool.score(task, cohesion.SCRIPTS.cheats[name](task)).score.reward < 0.30


def test_an_attack_earns_nothing(pool, tasks):
    task = tasks["cohesion"][0]
    assert pool.score(task, cohesion.SCRIPTS.cheats["attack: curl"](task)).score.reward == 0.0


def test_mistakes_earn_more_the_better_they_are(pool, tasks):
    task = tasks["cohesion"][0]
    # the first level costs seconds, for it must meet a limit
    ladder = {level: [] for level in LEVELS[1:]}
    for mistake in cohesion.SCRIPTS.mistakes.values():
        if mistake.level in ladder:
            ladder[mistake.level].append(pool.score(task, mistake.write(task)).score.reward)
    levels = [rewards for rewards in ladder.values() if rewards]
    assert all(max(low) < min(high) for low, high in itertools.pairwise(levels))
