import json
from dataclasses import replace

import pytest

from mdgym.calibration import MARGIN, WIDEST, Calibrated, calibrate, limit_for, save_thresholds
from mdgym.errors import TaskError
from mdgym.rewards.thresholds import USUAL
from mdgym.tasks.assembly import thresholds
from mdgym.tasks.families import FAMILIES


def test_a_limit_stays_as_it_is_while_right_scripts_keep_away():
    assert limit_for("equilibrated", 0.5 * USUAL["equilibrated"]) == USUAL["equilibrated"]


def test_a_limit_is_widened_when_a_right_script_comes_near():
    farthest = 0.9 * USUAL["equilibrated"]
    assert limit_for("equilibrated", farthest) == pytest.approx(MARGIN * farthest, rel=0.01)


def test_a_limit_is_not_widened_so_far_that_cheats_come_in():
    with pytest.raises(TaskError, match="equipartition"):
        limit_for("equipartition", WIDEST * USUAL["equipartition"])


def test_stored_limits_are_of_known_families_and_checks_and_not_too_wide():
    names = {family.name for family in FAMILIES}
    for family, limits in thresholds().items():
        assert family in names
        for check, limit in limits.items():
            assert USUAL[check] < limit <= WIDEST * USUAL[check]


def test_only_limits_that_differ_are_written_and_other_families_are_kept(tmp_path):
    path = tmp_path / "thresholds.json"
    path.write_text('{"other": {"drift": 1.5}}')
    save_thresholds({"mine": (Calibrated("drift", 9, 0.1, 1.0), Calibrated("timestep", 9, 0.03, 0.045))}, path)
    assert json.loads(path.read_text()) == {"mine": {"timestep": 0.045}, "other": {"drift": 1.5}}
    save_thresholds({"other": (Calibrated("drift", 9, 0.1, 1.0),)}, path)
    assert "other" not in json.loads(path.read_text())


@pytest.mark.slow
def test_right_scripts_of_a_family_with_dynamics_are_looked_at():
    (family,) = (family for family in FAMILIES if family.name == "nve")
    found = {value.check: value for value in dict(calibrate([family]))["nve"]}
    assert set(found) >= {"timestep", "drift", "equipartition", "equilibrated"}
    assert all(0 < value.farthest < value.limit and value.runs > 15 for value in found.values())


def test_a_family_that_fails_is_named_when_the_others_are_done(tmp_path):
    good = next(family for family in FAMILIES if family.name == "granular")
    bad = replace(good, name="broken", gold=lambda point: "units nonsense\n")
    found = calibrate([bad, good], tmp_path, points=1)
    assert next(found)[0] == "granular"
    with pytest.raises(TaskError, match="broken"):
        next(found)
