import math
import re

import pytest

from mdgym.errors import TaskError
from mdgym.scoring import SerialPool
from mdgym.tasks import measurements
from mdgym.tasks.families.water import ATOMS, CUTOFF, FAMILY, FILE, MOLECULES, PER_VOLUME, WaterPoint
from mdgym.tasks.families.water_models import SPC, SPCE, TIP3P, lattice
from mdgym.tasks.family import Measured
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINTS = {point.label: point for split in FAMILY.points.values() for point in split}
MODELS = (SPC, SPCE, TIP3P)


def rows(text, section):
    body = text.split(f"\n{section}")[1].split("\n\n")[1]
    return [line.split() for line in body.splitlines()]


def measured(label) -> dict[str, Measured]:
    name = measurements.file_name("water", label)
    return measurements.load(measurements.DIRECTORY / name).measured


@pytest.mark.parametrize(
    ("temperature", "density", "words"), [(250, 1.0, "temperature 250"), (300, 0.5, "density 0.5")]
)
def test_a_point_that_is_no_liquid_is_refused(temperature, density, words):
    with pytest.raises(TaskError, match=words):
        WaterPoint(SPCE, temperature, density)


def test_bands_of_temperature_do_not_overlap():
    train, validation, test = ([p.temperature for p in FAMILY.points[s]] for s in ("train", "validation", "test"))
    assert all(335 <= t <= 365 for t in validation) and all(415 <= t <= 455 for t in test)
    assert not any(335 <= t <= 365 or 415 <= t <= 455 for t in train)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_molecules_of_the_data_file_have_the_shape_of_the_model_and_stand_apart(model):
    point = WaterPoint(model, 300, 1.0)
    text = FAMILY.files(point)[FILE]
    assert text == FAMILY.files(point)[FILE] == lattice(model, 3, point.edge)
    places = [[float(x) for x in row[4:]] for row in rows(text, "Atoms")]
    assert len(places) == ATOMS and len(rows(text, "Bonds")) == 2 * MOLECULES
    for first in range(0, ATOMS, 3):
        o, h, other = places[first : first + 3]
        assert sum((a - b) ** 2 for a, b in zip(o, h)) ** 0.5 == pytest.approx(model.bond, abs=1e-5)
        assert sum((a - b) ** 2 for a, b in zip(o, other)) ** 0.5 == pytest.approx(model.bond, abs=1e-5)
        cosine = sum((a - c) * (b - c) for a, b, c in zip(h, other, o)) / model.bond**2
        assert cosine == pytest.approx(math.cos(math.radians(model.angle)), abs=1e-4)


def test_the_file_tells_neither_charges_nor_masses():
    text = FAMILY.files(WaterPoint(SPCE, 300, 1.0))[FILE]
    assert "Masses" not in text
    assert {row[3] for row in rows(text, "Atoms")} == {"0.0"}


def test_spce_at_room_temperature_has_the_published_energy():
    # Berendsen, Grigera and Straatsma, J. Phys. Chem. 91, 6269 (1987): -41.4 kJ/mol with 5.22 for the polarisation
    published = (-41.4 - 5.22) / 4.184
    # what g(r) = 1 beyond the cutoff adds
    tail = -8 / 3 * math.pi * 0.997 * PER_VOLUME * SPCE.epsilon * SPCE.sigma**6 / CUTOFF**3
    assert measured("SPCE-300K-0.997")["upot"].mean + tail == pytest.approx(published, abs=0.2)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.parameters["model"]["name"] + t.id[-3:])
def test_limits_are_physical(task):
    energy, temperature = (task.reference(name) for name in ("upot", "temperature"))
    assert energy.value < -6 and energy.limit < 0.07 * abs(energy.value)
    assert temperature.limit < 0.1 * temperature.value
    for quantity in task.contract.quantities:
        assert quantity.tolerance <= task.reference(quantity.name).limit


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.parameters["model"]["name"] + t.id[-3:])
def test_a_flexible_molecule_is_outside(task):
    # three stiff vibrations hold kT/2 each
    energy = task.reference("upot")
    assert 1.5 * 0.0019872 * task.contract.temperature > energy.limit


def test_colder_water_is_bound_more_strongly():
    def energy(label):
        return measured(label)["upot"].mean

    assert energy("SPCE-300K-0.997") < energy("SPCE-390K-0.95") < energy("SPCE-440K-0.92")
    assert energy("TIP3P-310K-1") < energy("TIP3P-475K-0.9")


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.parameters["model"]["name"] + t.id[-3:])
def test_every_number_of_the_model_stands_in_the_prompt(task):
    model = task.parameters["model"]
    for number in (model["charge"], 2 * model["charge"], model["epsilon"], model["angle"], task.contract.temperature):
        assert re.search(rf"(?<![\d.]){re.escape(f'{number:g}')}(?!\d)", task.prompt), number
    for length in (model["sigma"], model["bond"], CUTOFF):
        assert f"{length:g}" in task.prompt or f"{length / 10:g}" in task.prompt


@pytest.mark.parametrize("extra", ["pair_modify shift yes", "pair_modify tail yes"])
def test_a_shift_or_a_tail_correction_is_another_potential(extra):
    task = TASKS[0]
    script = task.gold.replace("kspace_style", f"{extra}\nkspace_style")
    script = script.replace("run             2000", "run 200").replace("run             5000", "run 1000")
    with SerialPool() as pool:
        checks = {check.name: check.passed for check in pool.score(task, script, 1).score.checks}
        right = script.replace(extra, "")
        assert all(c.passed for c in pool.score(task, right, 1).score.checks if c.name in ("potential", "finite"))
    assert checks["potential"] is False
