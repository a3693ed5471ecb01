from io import StringIO

import pytest
from rich.console import Console

from mdgym.engine import Engine
from mdgym.errors import TaskError
from mdgym.records import from_json, to_json
from mdgym.tasks import measurements, suites
from mdgym.tasks.build import LIMITS, all_points, build_suites, is_measured, suite_texts
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.family import Anchor, Measured
from mdgym.tasks.measurements import Measurement, file_name, load, measure_point, save

STALE = f"run: {measurements.COMMAND}"
COHESION = FAMILIES[0]
QUICK = [family for family in FAMILIES if set(family.suites) != {"slow"}]


def test_stored_suites_are_those_that_today_s_code_makes():
    for name, text in suite_texts():
        assert (suites.DIRECTORY / name).read_text("utf-8") == text, f"{name} is stale; {STALE}"


def test_stored_measurements_are_of_today_s_scripts():
    for family, point in all_points():
        assert is_measured(family, point, measurements.DIRECTORY), f"{family.name} {point.label} is stale; {STALE}"


def test_no_measurement_is_left_over():
    names = {file_name(family.name, point.label) for family, point in all_points()}
    assert {path.name for path in measurements.DIRECTORY.iterdir()} == names


def test_a_measurement_survives_its_file(tmp_path):
    measured = {"x": Measured((1.0, 2.5), (3.0,), Anchor(1.5, 1.0, "by hand"))}
    measurement = Measurement("f", "p", {"t": 1.0}, "0123", measured, 0.5, "0.1", "20250722")
    save(measurement, tmp_path)
    assert load(tmp_path / "f-p.json") == measurement
    assert from_json(Measurement, to_json(measurement)) == measurement


def test_a_missing_measurement_names_the_command_that_makes_it(tmp_path):
    with pytest.raises(TaskError, match=r"mdgym tasks build"):
        load(tmp_path / "none.json")


def test_a_measurement_with_other_scripts_counts_as_missing(tmp_path):
    point = COHESION.points["test"][0]
    stored = load(measurements.DIRECTORY / file_name(COHESION.name, point.label))
    save(Measurement(**{**stored.__dict__, "scripts": "other"}), tmp_path)
    assert not is_measured(COHESION, point, tmp_path)
    save(stored, tmp_path)
    assert is_measured(COHESION, point, tmp_path)


@pytest.fixture(scope="module")
def engine():
    with Engine(limits=LIMITS) as engine:
        yield engine


@pytest.mark.parametrize("family", QUICK, ids=lambda f: f.name)
def test_a_sample_of_the_stored_measurements_comes_out_again(family, engine):
    """A stored file that does not belong to this LAMMPS, these potentials or these scripts is noticed."""
    stored = {
        point.label: load(measurements.DIRECTORY / file_name(family.name, point.label))
        for split in ("validation", "test")
        for point in family.points[split]
    }
    # the cheapest: all of them are looked at by the slow test
    label = min(stored, key=lambda name: (stored[name].cpu_s, name))
    point = next(p for split in ("validation", "test") for p in family.points[split] if p.label == label)
    execution = engine.run(family.gold(point), family.files(point), seed=0)
    assert execution.executed, execution.error
    fresh = measurements.read(family, point, execution)
    assert str(engine.lammps_version) == stored[label].lammps
    for reference in measurements.accepted(family, point, stored[label]):
        first = stored[label].measured[reference.name].gold[0]
        if family.duration is None:
            assert fresh[reference.name] == pytest.approx(first, rel=1e-6), reference.name
        else:
            assert fresh[reference.name] == pytest.approx(reference.value, abs=reference.limit), reference.name


def test_a_static_point_measures_the_same_again(engine):
    point = COHESION.points["test"][4]
    stored = load(measurements.DIRECTORY / file_name(COHESION.name, point.label))
    fresh = measure_point(COHESION, point, lambda script, seed: engine.run(script, seed=seed), "x", "y")
    assert fresh.scripts == stored.scripts
    for name, measured in stored.measured.items():
        assert fresh.measured[name].mean == pytest.approx(measured.mean, rel=1e-9)


def test_a_script_that_fails_stops_the_build():
    point = COHESION.points["test"][0]
    with Engine() as engine, pytest.raises(TaskError, match=r"cohesion Cu-Cu_mishin1.*frobnicate"):
        measure_point(
            COHESION, point, lambda script, seed: engine.run("frobnicate\n" + script * (seed < 0), seed=seed), "x", "y"
        )


@pytest.mark.slow
@pytest.mark.parametrize("family", [f for f in FAMILIES if f.duration is not None], ids=lambda f: f.name)
def test_gold_and_variants_pass_with_seeds_that_the_build_did_not_use(family):
    with Engine() as engine:
        for split in ("test", "validation"):
            for point in family.points[split]:
                stored = load(measurements.DIRECTORY / file_name(family.name, point.label))
                references = measurements.accepted(family, point, stored)
                for script in (family.gold(point), *family.variants(point)):
                    found = measurements.read(family, point, engine.run(script, family.files(point), seed=1001))
                    for reference in references:
                        assert found[reference.name] == pytest.approx(reference.value, abs=reference.limit)


def test_a_complete_build_runs_nothing_and_writes_the_same(tmp_path):
    (tmp_path / "references").symlink_to(measurements.DIRECTORY)
    console = Console(file=StringIO())
    build_suites(tmp_path, console=console)
    # no bar of nothing
    assert console.file.getvalue() == ""
    for name, _ in suite_texts():
        assert (tmp_path / name).read_bytes() == (suites.DIRECTORY / name).read_bytes()
