from dataclasses import replace

import pytest

from mdgym.engine import Engine
from mdgym.engine.library import potentials_directory
from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families import crystals, surface
from mdgym.tasks.families.surface import FAMILY, UNITS, VACUUM, SurfacePoint
from mdgym.tasks.task import SPLITS
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
each = pytest.mark.parametrize("task", TASKS, ids=lambda t: f"{t.parameters['crystal']['file']}-{t.parameters['face']}")


def named(file, face):
    """The task of a potential and a face."""
    return next(t for t in TASKS if t.parameters["crystal"]["file"] == file and t.parameters["face"] == face)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"face": "211"}, "face '211' of fcc"),
        ({"crystal": crystals.W_ZHOU, "face": "111"}, "face '111' of bcc"),
        ({"crystal": crystals.SI_SW}, "face '111' of diamond"),
        ({"layers": 4}, "4 layers"),
        ({"unit": "eV/A^2"}, "unit 'eV/A"),
    ],
)
def test_a_point_outside_the_family_is_refused(changes, words):
    point = dict(crystal=crystals.CU_MISHIN, face="111", layers=12, unit="mJ/m^2") | changes
    with pytest.raises(TaskError, match=words):
        SurfacePoint(**point)


def test_splits_share_no_potential():
    files = [{point.crystal.file for point in FAMILY.points[split]} for split in SPLITS]
    assert not files[0] & files[1] and not files[1] & files[2] and not files[0] & files[2]


@each
def test_the_vacuum_is_wider_than_the_cutoff(task):
    file = task.parameters["crystal"]["file"]
    lines = (potentials_directory() / file).read_text("utf-8", "replace").split("\n")
    # the last number of the header of a funcfl or a setfl file
    assert float(lines[2 if file.endswith(".eam") else 4].split()[4]) < VACUUM


@pytest.mark.parametrize(("face", "published"), [("100", 1345), ("111", 1239)])
def test_copper_has_the_published_surface_energies(face, published):
    # Mishin et al., Phys. Rev. B 63, 224106 (2001), which give three or four digits
    assert named("Cu_mishin1.eam.alloy", face).reference("gamma").value == pytest.approx(published, abs=1)


def test_a_slab_with_broken_layers_is_far_outside():
    # a (111) slab whose lowest layer lies on the boundary of the box, and is torn apart by rounding, gave 1408 mJ/m^2
    reference = named("Cu_mishin1.eam.alloy", "111").reference("gamma")
    assert abs(1408 - reference.value) > 10 * reference.limit


@each
def test_close_packed_faces_are_cheaper(task):
    order = {"fcc": ("111", "100", "110"), "bcc": ("110", "100")}[task.parameters["crystal"]["structure"]]
    per_area = {
        other.parameters["face"]: other.reference("gamma").value / UNITS[other.parameters["unit"]]
        for other in TASKS
        if other.parameters["crystal"] == task.parameters["crystal"]
    }
    found = [per_area[face] for face in order if face in per_area]
    assert found == sorted(found)


@each
def test_one_surface_for_two_and_other_units_are_outside(task):
    reference, unit = task.reference("gamma"), task.parameters["unit"]
    for factor in (2, 0.5, 1 / UNITS[unit], 1000, 0.001):
        assert abs(factor * reference.value - reference.value) > 10 * reference.limit


@pytest.mark.parametrize("point", [p for p in FAMILY.points["test"] if p.face != "111"], ids=lambda p: p.label)
def test_a_slab_of_two_layers_is_outside(point, monkeypatch):
    monkeypatch.setattr(surface, "LAYERS", (2, 2))
    with Engine() as engine:
        execution = engine.run(FAMILY.gold(replace(point, layers=2)), variables=("gamma",))
    assert execution.executed, execution.error
    reference = named(point.crystal.file, point.face).reference("gamma")
    assert abs(execution.variables["gamma"] - reference.value) > reference.limit


def test_atoms_that_do_not_relax_are_outside():
    # copper relaxes little: 0.4 % on (100)
    task = named("Cu_mishin1.eam.alloy", "100")
    head, tail = task.gold.split("minimize        0.0 1.0e-8 1000 10000")
    with Engine() as engine:
        execution = engine.run(head + "run 0" + tail, variables=("gamma", "a0"))
    assert execution.executed, execution.error
    reference = task.reference("gamma")
    assert abs(execution.variables["gamma"] - reference.value) > 1.5 * reference.limit


@each
def test_prompts_state_face_and_vacuum(task):
    assert f"({task.parameters['face']})" in task.prompt
    assert "12 Å" in task.prompt or "12 angstrom" in task.prompt or "1.2 nm" in task.prompt
