"""A made-up right run, and ways to spoil it: the checks are pure, so no LAMMPS is needed to test them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mdgym.engine.execution import COLUMNS, COMPLETED, Execution, Frame, Milestones, Segment, State
from mdgym.rewards.case import Case, build_case
from mdgym.rewards.evidence import Continuation, Counterfactual, Energies, Evidence
from mdgym.tasks.task import Contract, Quantity, Reference, Task

ATOMS = 256
STEPS = 2000
EVERY = 10
TARGET = 600.0
SIDE = 14.6
FORCE_FIELD = ("pair_style eam/alloy", "pair_coeff * * Cu_mishin1.eam.alloy Cu")
NPT = ("fix 1 all npt temp 600 600 0.1 iso 0 0 1",)


def make_task(**changes: Any) -> Task:
    contract = Contract(
        units="metal",
        masses=(63.55,),
        atoms=(200, 300),
        force_field=FORCE_FIELD,
        ensemble="npt",
        temperature=TARGET,
        pressure=0.0,
        duration=2.0,
        quantities=(Quantity("pe_mean", "eV/atom", "the mean energy", "mean potential per atom", 0.003),),
    )
    references = (
        Reference("temperature", TARGET, 15.0),
        Reference("pressure", 0.0, 600.0),
        Reference("pe_mean", -3.45, 0.01),
    )
    return Task(id="t", prompt="p", contract=replace(contract, **changes), references=references)


def make_samples(seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    rows = STEPS // EVERY + 1
    samples = np.zeros((rows, len(COLUMNS)))
    freedom = 3 * ATOMS - 3
    column = {name: samples[:, i] for i, name in enumerate(COLUMNS)}
    column["step"][:] = np.arange(rows) * EVERY
    column["temperature"][:] = TARGET * (1 + np.sqrt(2 / freedom) * random.standard_normal(rows))
    column["pressure"][:] = 500 * random.standard_normal(rows)
    column["volume"][:] = SIDE**3 * (1 + 0.003 * random.standard_normal(rows))
    column["atoms"][:] = ATOMS
    column["timestep"][:] = 0.002
    column["mass"][:] = ATOMS * 63.55
    column["potential"][:] = ATOMS * (-3.45 + 0.003 * random.standard_normal(rows))
    column["kinetic"][:] = 1.5 * 8.617e-5 * (ATOMS - 1) * column["temperature"]
    return samples


def make_execution(**changes: Any) -> Execution:
    samples = make_samples()
    box = np.array([[0.0] * 3, [SIDE] * 3, [0.0] * 3])
    positions = np.random.default_rng(2).uniform(0, SIDE, (ATOMS, 3))
    frames = tuple(
        Frame(step, box * (1 + 1e-6 * step), np.ones(ATOMS, dtype=np.int64), positions, -3.45 * ATOMS)
        for step in (1200, 1400, 1500)
    )
    segment = Segment("run", 12, 0, STEPS, 0.002, EVERY, samples, frames, FORCE_FIELD, NPT, (), (), True)
    segment = replace(segment, **changes.pop("segment", {}))
    state = State(
        units="metal",
        dimension=3,
        periodic=(True, True, True),
        step=STEPS,
        timestep=segment.timestep,
        box=box,
        ids=np.arange(1, ATOMS + 1),
        types=np.ones(ATOMS, dtype=np.int64),
        masses=np.full(ATOMS, 63.55),
        positions=positions,
        velocities=np.zeros((ATOMS, 3)),
        charges=np.empty(0),
        force_field=FORCE_FIELD,
    )
    state = replace(state, **changes.pop("state", {}))
    execution = Execution(
        status=COMPLETED,
        milestones=Milestones(True, True, True, True),
        commands=20,
        recognised=20,
        steps=STEPS,
        segments=(segment,),
        state=state,
        variables={"pe_mean": float(np.mean(samples[101:, COLUMNS.index("potential")])) / ATOMS},
    )
    return replace(execution, **changes)


def make_evidence(**changes: Any) -> Evidence:
    random = np.random.default_rng(3)
    kinetic = 0.0776 + 0.002 * random.standard_normal(200)
    evidence = Evidence(
        energies=Energies(np.full(3, -3.45), np.full(3, -3.45)),
        continuation=Continuation(
            timestep=0.002,
            own_timestep=True,
            total=-3.37 + 2e-6 * random.standard_normal(200),
            kinetic=kinetic,
            temperature=TARGET + 10 * random.standard_normal(200),
        ),
        counterfactual=Counterfactual(
            True, (0, 201, STEPS), {"pe_mean": -3.55}, {"pe_mean": -3.551}, {"pe_mean": None}
        ),
    )
    return replace(evidence, **changes)


def make_case(task: Task | None = None, execution: Execution | None = None, evidence: Evidence | None = None) -> Case:
    case = build_case(task or make_task(), execution or make_execution(), evidence or make_evidence())
    assert case is not None
    return case


def with_column(name: str, values: np.ndarray) -> Execution:
    """The right execution, one recorded quantity replaced."""
    samples = make_samples()
    samples[:, COLUMNS.index(name)] = values
    return make_execution(segment={"samples": samples})


@pytest.fixture
def right() -> Case:
    return make_case()
