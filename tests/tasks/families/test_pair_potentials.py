from random import Random

import numpy as np
import pytest

from mdgym.errors import TaskError
from mdgym.tasks.families.pair_potentials import PairPotential, fcc_constant, fcc_distances, fcc_energy
from mdgym.tasks.prompts import CHINESE, ENGLISH

LJ = PairPotential("lj", (0.0104, 3.4), 8.5)
MORSE = PairPotential("morse", (0.343, 1.36, 2.87), 7.5, shifted=True)
BUCK = PairPotential("buck", (6500.0, 0.273, 63.0), 9.5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "eam"}, "kind 'eam'"),
        ({"coefficients": (1.0,)}, "2 positive numbers"),
        ({"coefficients": (-1.0, 1.0)}, "2 positive numbers"),
        ({"cutoff": 0.0}, "cutoff 0.0"),
        ({"units": "real"}, "units 'real'"),
    ],
)
def test_a_potential_that_cannot_be_is_refused(changes, words):
    with pytest.raises(TaskError, match=words):
        PairPotential(**dict(kind="lj", coefficients=(1.0, 1.0), cutoff=2.5) | changes)


def test_lattice_sums_have_the_published_values():
    # Jones, Ingham, Proc. R. Soc. A 107, 636 (1925): 12.13188 for the power 12, in distances of nearest neighbours
    nearest = fcc_distances(6.0) * 2**0.5
    assert np.sum(nearest**-12.0) == pytest.approx(12.13188, abs=1e-5)
    assert [int(np.sum(np.isclose(nearest**2, n))) for n in (1, 2, 3, 14, 15)] == [12, 6, 24, 0, 48]


@pytest.mark.parametrize("potential", [LJ, MORSE, BUCK], ids=lambda p: p.kind)
def test_the_slope_is_the_derivative_of_the_energy(potential):
    r, step = np.linspace(0.4, 0.99, 30) * potential.cutoff, 1e-5
    slope = (potential.energy(r + step) - potential.energy(r - step)) / (2 * step)
    assert potential.slope(r) == pytest.approx(slope, rel=1e-6, abs=1e-8)


def test_wells_are_as_deep_as_they_should_be():
    assert LJ.energy(np.array([3.4 * 2 ** (1 / 6)])) == pytest.approx([-0.0104])
    assert MORSE.plain(np.array([2.87])) == pytest.approx([-0.343])
    assert BUCK.depth == pytest.approx(-np.min(BUCK.plain(np.linspace(3, 5, 10001))), rel=1e-5)


def test_a_shift_makes_the_energy_end_at_zero_and_keeps_the_forces():
    plain = PairPotential("morse", MORSE.coefficients, MORSE.cutoff)
    edge = np.array([7.5 - 1e-9, 7.5 + 1e-9])
    assert MORSE.energy(edge) == pytest.approx([0.0, 0.0], abs=1e-9)
    assert plain.energy(edge)[0] < -1e-4
    assert fcc_constant(MORSE, 3.63) == pytest.approx(fcc_constant(plain, 3.63), rel=1e-12)
    assert fcc_energy(MORSE, 3.63) > fcc_energy(plain, 3.63)


def test_a_guess_far_from_the_minimum_is_refused():
    with pytest.raises(TaskError, match="no fcc lattice constant"):
        fcc_constant(LJ, 6.0)


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
@pytest.mark.parametrize("potential", [LJ, MORSE, BUCK], ids=lambda p: p.kind)
def test_a_description_has_every_number(potential, language):
    units = {"eV": 1.0, "meV": 1e-3, "Å": 1.0, "nm": 10.0, "angstrom": 1.0}
    for seed in range(20):
        fields = potential.fields(language, Random(seed))
        for text, value in zip(fields["numbers"].split(", "), potential.coefficients, strict=True):
            number, unit = text.split(" = ")[1].split(" ", 1)
            assert float(number) * units.get(unit, 1.0) == pytest.approx(value, rel=1e-12)
        assert any(text in fields["cut"] for text in (f"{potential.cutoff:g}", f"{potential.cutoff / 10:g}"))
