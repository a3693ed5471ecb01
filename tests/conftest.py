"""What the tests above the verifier share: one engine, and tasks that take milliseconds."""

import dataclasses

import pytest

import mdgym
from mdgym.scoring import SerialPool

# A right script for an open task: 32 atoms, 100 steps, about 10 ms.
GOOD = """units lj
lattice fcc 0.8442
region box block 0 2 0 2 0 2
create_box 1 box
create_atoms 1 box
mass 1 1.0
velocity all create 0.7 87287
pair_style lj/cut 1.6
pair_coeff 1 1 1.0 1.0
fix 1 all nve
run 100
"""


@pytest.fixture(scope="session")
def good():
    return GOOD


@pytest.fixture(scope="session")
def pool():
    with SerialPool() as pool:
        yield pool


@pytest.fixture(scope="session")
def open_task():
    return mdgym.Task(id="user/open", prompt="Run 100 steps of a Lennard-Jones crystal.", gold=GOOD)


@pytest.fixture(scope="session")
def tasks(open_task):
    """Three open tasks of two families and two tiers, the last with a Chinese prompt."""
    return (
        dataclasses.replace(open_task, id="user/a", family="first"),
        dataclasses.replace(open_task, id="user/b", family="second"),
        dataclasses.replace(open_task, id="user/c", family="first", tier=2, prompt="模拟一个晶体。🧪"),
    )


@pytest.fixture(scope="session")
def closed_task():
    """The first task of the fast suite; its gold script is right."""
    return mdgym.load_suite("micro", "test")[0]
