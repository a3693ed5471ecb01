"""Charges follow a changed world: the engine sets a dielectric constant that the script does not see."""

import pytest

from mdgym.engine import Engine
from mdgym.script.perturb import Perturbation

CHANGE = Perturbation(energy=1.03, length=1.01)
# Two ions; an energy of charges at a distance that the script gives grows with energy times length.
PAIR = """
units {units}
atom_style charge
region box block 0 30 0 30 0 30
create_box 2 box
create_atoms 1 single 10 10 10
create_atoms 2 single 13 10 10
mass * 1.0
set type 1 charge 1
set type 2 charge -1
pair_style coul/cut 8.0
pair_coeff * *
{extra}
thermo_modify norm no
run 0
variable e equal pe
"""
SALT = """
units metal
atom_style charge
lattice custom 5.64 a1 1 0 0 a2 0 1 0 a3 0 0 1 basis 0 0 0 basis 0 0.5 0.5 basis 0.5 0 0.5 basis 0.5 0.5 0 &
        basis 0.5 0.5 0.5 basis 0.5 0 0 basis 0 0.5 0 basis 0 0 0.5
region box block 0 1 0 1 0 1
create_box 2 box
create_atoms 1 box basis 5 2 basis 6 2 basis 7 2 basis 8 2
mass * 1.0
set type 1 charge 1
set type 2 charge -1
pair_style coul/long 8.0
pair_coeff * *
kspace_style {kspace}
run 0
variable e equal pe
"""


@pytest.fixture(scope="module")
def engine():
    with Engine() as engine:
        yield engine


def energies(engine, script, change=CHANGE):
    """Return the energy in the world as it is and in the changed one."""
    runs = [engine.run(script, variables=("e",), perturbation=world) for world in (None, change)]
    assert all(run.executed for run in runs), runs
    return [run.variables["e"] for run in runs]


@pytest.mark.parametrize("units", ["metal", "real", "lj"])
def test_charges_couple_by_energy_times_length(engine, units):
    before, after = energies(engine, PAIR.format(units=units, extra=""))
    assert before < 0
    assert after == pytest.approx(before * CHANGE.energy * CHANGE.length, rel=1e-12)


def test_a_dielectric_constant_of_the_script_is_kept_and_scaled(engine):
    plain, _ = energies(engine, PAIR.format(units="metal", extra=""))
    before, after = energies(engine, PAIR.format(units="metal", extra="dielectric 4.0"))
    assert before == pytest.approx(plain / 4, rel=1e-12)
    assert after == pytest.approx(before * CHANGE.coupling, rel=1e-12)


def test_clear_does_not_bring_the_old_world_back(engine):
    script = PAIR.format(units="metal", extra="")
    before, after = energies(engine, script + "clear\n" + script)
    assert after == pytest.approx(before * CHANGE.coupling, rel=1e-12)


def test_energies_and_lengths_that_cancel_leave_charges_alone(engine):
    before, after = energies(engine, PAIR.format(units="metal", extra=""), Perturbation(energy=2.0, length=0.5))
    assert after == before


@pytest.mark.parametrize("kspace", ["ewald 1e-6", "pppm 1e-6"])
def test_sums_in_reciprocal_space_follow_to_their_accuracy(engine, kspace):
    before, after = energies(engine, SALT.format(kspace=kspace))
    # eight ions, four pairs of the Madelung energy
    assert before == pytest.approx(-4 * 1.7475645946 * 14.399645 / 2.82, rel=1e-5)
    assert after == pytest.approx(before * CHANGE.coupling, rel=1e-5)
