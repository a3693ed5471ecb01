"""Second runs, with real LAMMPS on a small Lennard-Jones fluid."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from mdgym.engine import Engine
from mdgym.records import digest, from_json, to_json
from mdgym.rewards.evidence import Evidence
from mdgym.script.perturb import Perturbation
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import Contract, Quantity, Reference, Task
from mdgym.verifier import input_files, verify
from mdgym.verifier.verify import _GOLD_RESULTS, MAX_FRAMES, _changed_world, _drawn, _gold_results

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
        quantities=(Quantity("upot", "epsilon", "the mean energy", "mean potential per atom", 0.01),),
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
    assert 4 <= len(energies.recorded) <= MAX_FRAMES
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
    reported, measured = found.counterfactual.reported["upot"], found.counterfactual.measured["upot"]
    assert reported is not None
    assert measured is not None
    assert reported == pytest.approx(measured, abs=0.01)
    assert found.energies is not None
    assert abs(reported - float(np.mean(found.energies.recorded))) > 0.05


def test_the_expensive_run_is_not_made_when_something_else_is_wrong(engine: Engine) -> None:
    assert (
        evidence_for(engine, SCRIPT.replace("fix 1 all nvt temp 1.2 1.2 0.2", "fix 1 all nve")).counterfactual is None
    )


def test_the_change_of_the_world_is_drawn_from_task_and_seed_within_its_bounds() -> None:
    nominal = Perturbation(energy=0.97, length=1.003, timestep=0.7, shape=1.02)
    drawn = [_drawn(nominal, TASK, seed) for seed in range(50)]
    assert drawn[0] == _drawn(nominal, TASK, 0)
    assert _drawn(replace(nominal, length=0.997), TASK, 0).shape < 1
    assert len({p.energy for p in drawn}) == 50
    assert {round(p.shape, 9) for p in drawn} == {1.016, 1.018, 1.02}
    assert all(0.97 <= p.energy <= 0.985 and 1.0015 <= p.length <= 1.003 and p.timestep == 0.7 for p in drawn)


def test_where_the_potential_is_a_file_coefficients_in_the_script_stay(engine: Engine) -> None:
    """A pair potential tuned to the known answers must not move with the world."""
    contract = Contract(
        units="metal",
        masses=(),
        atoms=(1, 500),
        force_field=("pair_style eam", "pair_coeff * * Cu_u3.eam"),
        quantities=(Quantity("a0", "Å", "lattice constant", "reference", 0.0036),),
        counterfactual=Perturbation(energy=1.03, length=1.003),
    )
    task = Task(id="cu", prompt="p", contract=contract, references=(Reference("a0", 3.615, 0.0036),))
    relax = "fix relax all box/relax iso 0 vmax 0.001\nminimize 0 1e-10 1000 10000\nvariable a0 equal lx/3\n"
    build = (
        "units metal\nlattice fcc 3.61\nregion b block 0 3 0 3 0 3\ncreate_box 1 b\ncreate_atoms 1 box\nmass 1 63.5\n"
    )
    honest = build + "\n".join(contract.force_field) + "\n" + relax
    tuned = build + "pair_style lj/cut 3.0\npair_coeff 1 1 0.6 2.277\n" + relax
    for script, moves in ((honest, True), (tuned, False)):
        second, _ = _changed_world(engine, task, script, 0)
        first = engine.run(script, files=input_files(task), variables=("a0",))
        reported, before, factor = second.reported["a0"], first.variables["a0"], second.factors["a0"]
        assert reported is not None and before is not None and factor is not None
        assert (abs(reported - factor * before) < 1e-4) is moves


def test_a_remembered_ratio_does_not_follow_a_change_of_shape(engine: Engine) -> None:
    """A multiple of the cohesive energy scales as the energy of a vacancy, until the shape of the potential moves."""
    build = "units metal\nlattice fcc 3.615 origin 0.1 0.1 0.1\nregion b block 0 3 0 3 0 3\ncreate_box 1 b\n"
    build += "create_atoms 1 box\nmass 1 63.5\npair_style eam/alloy\npair_coeff * * Cu_mishin1.eam.alloy Cu\nrun 0\n"
    build += "variable e equal $(pe/atoms:%.15g)\n"
    honest = build + "group v id 1\ndelete_atoms group v\nrun 0\nvariable ev equal pe-atoms*v_e\n"
    first = engine.run(honest, variables=("ev", "e"))
    ratio = build + f"variable ev equal {first.variables['ev'] / first.variables['e']!r}*v_e\n"
    contract = Contract(
        units="metal",
        masses=(),
        atoms=(1, 500),
        force_field=("pair_style eam/alloy", "pair_coeff * * Cu_mishin1.eam.alloy Cu"),
        quantities=(Quantity("ev", "eV", "energy of a vacancy", "reference", 0.003),),
    )
    references = (Reference("ev", first.variables["ev"], 0.003),)
    for shape, script, follows in ((1.0, honest, True), (1.0, ratio, True), (1.03, honest, True), (1.03, ratio, False)):
        world = Perturbation(energy=1.03, shape=shape)
        task = Task("v", "p", contract=replace(contract, counterfactual=world), references=references, gold=honest)
        second, _ = _changed_world(engine, task, script, 0)
        expected = second.factors["ev"] * first.variables["ev"]
        assert (abs(second.reported["ev"] - expected) < 1e-3) is follows


def test_a_system_that_blows_up_in_the_verifiers_hands_is_no_fault_of_ours(engine: Engine) -> None:
    execution = engine.run(SCRIPT, files=input_files(TASK), variables=("upot",))
    assert execution.state is not None
    wild = replace(execution.state, velocities=1e6 * execution.state.velocities)
    assert verify(engine, TASK, SCRIPT, replace(execution, state=wild), 0).error
    nowhere = replace(execution.state, positions=np.full_like(execution.state.positions, np.nan))
    assert verify(engine, TASK, SCRIPT, replace(execution, state=nowhere), 0).error


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


def test_species_are_told_by_charge_where_masses_do_not_matter(engine: Engine) -> None:
    force_field = ("pair_style coul/long 3.0", "pair_coeff * *", "kspace_style ewald 1e-6")
    contract = Contract(
        units="lj",
        masses=(),
        charges=(1.0, -1.0),
        atoms=(8, 8),
        force_field=force_field,
        quantities=(Quantity("e", "1", "energy", "reference", 1e-3, powers=(1.0, 1.0)),),
        potential_tolerance=1e-4,
        counterfactual=Perturbation(energy=1.05),
    )
    task = Task("ions", "p", contract=contract, references=(Reference("e", -1.747565, 1e-3),))
    script = """units lj
atom_style charge
lattice sc 1.0
region box block 0 2 0 2 0 2
create_box 2 box
create_atoms 1 box basis 1 1
mass * 5.0
"""
    script += "\n".join(f"set atom {number} type 2" for number in (2, 3, 5, 8))
    script += "\nset type 1 charge 1\nset type 2 charge -1\n" + "\n".join(force_field)
    script += "\nthermo_modify norm no\nrun 0\nvariable e equal pe/4\n"
    execution = engine.run(script, variables=("e",))
    assert execution.executed, execution.error
    assert execution.variables["e"] == pytest.approx(-1.747565, rel=1e-4)
    found = verify(engine, task, script, execution, 0)
    assert found.energies is not None and not found.error
    assert np.max(np.abs(found.energies.recorded - found.energies.recomputed)) < 1e-4
    # a dielectric constant below 1 makes all of the energy larger
    assert found.counterfactual is not None
    factor = found.counterfactual.factors["e"]
    assert factor is not None and 1.02 < factor < 1.06
    assert found.counterfactual.reported["e"] == pytest.approx(factor * execution.variables["e"], rel=1e-6)


def test_wordings_of_one_point_share_the_runs_of_their_gold_script(engine, monkeypatch):
    tasks = [task for task in load_suite("micro", "train") if task.family == "tension"]
    first = tasks[0]
    other = next(task for task in tasks if task.gold == first.gold and task.hash != first.hash)
    ran = []
    run = engine.run
    monkeypatch.setattr(engine, "run", lambda script, *rest, **named: ran.append(script) or run(script, *rest, **named))
    wanted = [quantity.name for quantity in first.contract.quantities]
    _GOLD_RESULTS.clear()  # other tests of this process have met the same points
    worlds = [Perturbation(), Perturbation(shape=1.0123)]
    found = [_gold_results(engine, task, world) for task in (first, other) for world in worlds]
    assert ran == [first.gold] * 2
    assert found[:2] == found[2:] and found[0] != found[1]
    assert all(value is not None for results in found for value in map(results.get, wanted))
