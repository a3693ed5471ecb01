"""Second runs, with real LAMMPS on a small Lennard-Jones fluid."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from mdgym.engine import Engine
from mdgym.records import digest, from_json, to_json
from mdgym.rewards.evidence import Evidence
from mdgym.script.perturb import Perturbation
from mdgym.tasks.task import Contract, Quantity, Reference, Task
from mdgym.verifier import input_files, verify

FORCE_FIELD = ("pair_style lj/cut 2.0", "pair_coeff 1 1 1.0 1.0 2.0")
TASK = Task(
    id="small",
    prompt="p",
    contract=Contract(
        units="lj",
        masses=(1.0,),
        atoms=(108, 108),
        force_field=FORCE_FIELD,
        ensemble="nvt",
        temperature=1.2,
        density=0.7,
        duration=2.0,
        quantities=(Quantity("upot", "", "the mean energy", "mean potential per atom", 0.01),),
        counterfactual=Perturbation(energy=1.05),
    ),
    references=(Reference("temperature", 1.2, 0.3), Reference("upot", -3.3, 1.0)),
)
SCRIPT = """units lj
lattice fcc 0.7
region box block 0 3 0 3 0 3
create_box 1 box
create_atoms 1 box
mass 1 1.0
pair_style lj/cut 2.0
pair_coeff 1 1 1.0 1.0 2.0
velocity all create 2.0 1
timestep 0.004
fix 1 all nvt temp 1.2 1.2 0.2
run 500
fix average all ave/time 1 500 500 c_thermo_pe
run 500
variable upot equal f_average/atoms
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


def evidence_for(engine: Engine, script: str, task: Task = TASK, seed: int = 0) -> Evidence:
    execution = engine.run(script, files=input_files(task), variables=("upot",), seed=seed)
    assert execution.status == "completed", execution.error
    return verify(engine, task, script, execution, seed)


def test_energies_of_hidden_frames_agree_to_rounding(engine: Engine) -> None:
    energies = evidence_for(engine, SCRIPT).energies
    assert energies is not None
    assert len(energies.recorded) == 4
    assert np.max(np.abs(energies.recorded - energies.recomputed)) < 1e-12


@pytest.mark.parametrize(
    "change",
    [
        ("pair_coeff 1 1 1.0 1.0 2.0", "pair_coeff 1 1 1.01 1.0 2.0"),
        ("pair_coeff 1 1 1.0 1.0 2.0", "pair_coeff 1 1 1.0 1.0 1.9"),
        ("timestep 0.004", "pair_modify shift yes\ntimestep 0.004"),
        ("timestep 0.004", "neigh_modify delay 60 every 60 check no\nneighbor 0.1 bin\ntimestep 0.004"),
        ("timestep 0.004", "group half id <> 1 54\nneigh_modify exclude group half half\ntimestep 0.004"),
    ],
    ids=["epsilon", "cutoff", "shift", "stale neighbours", "excluded pairs"],
)
def test_another_hamiltonian_shows(engine: Engine, change: tuple[str, str]) -> None:
    energies = evidence_for(engine, SCRIPT.replace(*change)).energies
    assert energies is not None
    assert np.max(np.abs(energies.recorded - energies.recomputed)) > 1e-4


def test_swapping_the_right_potential_in_at_the_end_does_not_help(engine: Engine) -> None:
    wrong = SCRIPT.replace("pair_coeff 1 1 1.0", "pair_coeff 1 1 1.1")
    energies = evidence_for(engine, wrong + "pair_coeff 1 1 1.0 1.0 2.0\nrun 0\n").energies
    assert energies is not None
    assert np.max(np.abs(energies.recorded - energies.recomputed)) > 1e-2


def test_free_motion_conserves_energy_although_the_potential_is_cut_plainly(engine: Engine) -> None:
    motion = evidence_for(engine, SCRIPT).continuation
    assert motion is not None
    assert motion.own_timestep
    assert np.std(motion.total) < 0.03 * np.std(motion.kinetic)


def test_a_tiny_timestep_is_continued_with_a_larger_one(engine: Engine) -> None:
    tiny = SCRIPT.replace("timestep 0.004", "timestep 0.0001")
    task = replace(TASK, contract=replace(TASK.contract, duration=0.05))
    motion = evidence_for(engine, tiny, task).continuation
    assert motion is not None
    assert not motion.own_timestep
    assert motion.timestep > 0.001


def test_the_changed_world_moves_what_is_computed(engine: Engine) -> None:
    found = evidence_for(engine, SCRIPT)
    assert found.counterfactual is not None
    reported, expected = found.counterfactual.reported["upot"], found.counterfactual.expected["upot"]
    assert reported is not None
    assert expected is not None
    assert reported == pytest.approx(expected, abs=0.01)
    assert found.energies is not None
    assert abs(reported - float(np.mean(found.energies.recorded))) > 0.05


def test_the_expensive_run_is_not_made_when_something_else_is_wrong(engine: Engine) -> None:
    assert evidence_for(engine, SCRIPT.replace("temp 1.2 1.2", "temp 2.4 2.4")).counterfactual is None


def test_nothing_is_run_for_scripts_that_did_not_complete(engine: Engine) -> None:
    execution = engine.run(SCRIPT + "nonsense\n")
    assert verify(engine, TASK, SCRIPT, execution, 0) == Evidence()


def test_a_potential_file_lies_beside_the_script_in_every_run() -> None:
    contract = replace(TASK.contract, force_field=("pair_style eam", "pair_coeff * * Cu_u3.eam"))
    assert list(input_files(replace(TASK, contract=contract))) == ["Cu_u3.eam"]


def test_evidence_is_the_same_each_time_and_survives_json(engine: Engine) -> None:
    first, second = evidence_for(engine, SCRIPT, seed=5), evidence_for(engine, SCRIPT, seed=5)
    assert digest(first) == digest(second)
    assert digest(from_json(Evidence, to_json(first))) == digest(first)
