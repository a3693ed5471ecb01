"""Learning curves that are known, and what the comparison makes of them."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from mdgym.benchmarks import sample_efficiency, sample_efficiency_page
from mdgym.benchmarks.pages import marks
from mdgym.benchmarks.sample_efficiency import NUMBERS, compare
from mdgym.errors import MdgymError

RUNS = 1000


def curve(rate, noise=0.0, rng=None):
    """Success that rises in proportion to the runs until it is 0.8."""
    points = []
    for runs in range(0, RUNS + 1, 125):
        value = min(0.8, rate * runs / RUNS) + (rng.normal(0, noise) if rng else 0.0)
        points.append({"runs": runs, **dict.fromkeys(NUMBERS, value)})
    return points


def compared(plain, recycled, seeds=5, noise=0.0):
    rng = np.random.default_rng(1)
    read = {
        "grpo": [curve(plain, noise, rng) for _ in range(seeds)],
        "md_grpo": [curve(recycled, noise, rng) for _ in range(seeds)],
    }
    return compare(read, list(range(seeds)), RUNS)


def test_twice_as_fast_needs_half_of_the_runs():
    assert compared(0.4, 0.8)["runs_ratio"] == pytest.approx(0.5, abs=0.01)


def test_the_same_needs_the_same():
    assert compared(0.5, 0.5)["runs_ratio"] == pytest.approx(1.0)


def test_what_never_gets_there_has_no_ratio():
    result = compared(0.5, 0.3)
    assert result["runs_ratio"] is None and result["runs_ratio_ci"] == [None, None]


def test_the_interval_holds_the_ratio_and_is_wider_for_noisy_curves():
    results = [compared(0.4, 0.8, noise=noise) for noise in (0.005, 0.05)]
    widths = [high - low for low, high in (result["runs_ratio_ci"] for result in results)]
    assert 0.4 < results[0]["runs_ratio_ci"][0] <= results[0]["runs_ratio"] <= results[0]["runs_ratio_ci"][1] < 0.6
    assert widths[0] < widths[1]


def test_a_level_that_is_passed_early_counts_when_it_is_passed():
    # both pass 0.8 long before the end: the end of the plain one is not what it is compared with
    assert compared(1.6, 3.2)["runs_ratio"] == pytest.approx(0.5, abs=0.05)


def test_every_arm_is_compared_with_plain_grpo_as_far_as_it_is_there():
    arms = {"grpo": 0.4, "lessons alone": 0.8, "md_grpo": 0.4}
    ratios = compare({arm: [curve(rate)] * 2 for arm, rate in arms.items()}, [0, 1], RUNS)["ratios"]
    assert list(ratios) == ["lessons alone", "md_grpo"]
    assert ratios["lessons alone"]["ratio"] == pytest.approx(0.5, abs=0.01)
    assert ratios["lessons alone"]["ratio_ci"] == pytest.approx([0.5, 0.5], abs=0.01)
    alone = compare({"md_grpo": [curve(0.4)] * 2}, [0, 1], RUNS)
    assert alone["ratios"] == {} and "runs_ratio" not in alone


def test_a_variant_is_compared_with_its_base_seed_by_seed():
    rates = {
        "grpo": (0.2, 0.5),
        "md_grpo": (0.4, 0.7),
        "nearest first": (0.5, 0.8),
        "grpo, five updates": (0.2, 0.6),
    }
    read = {arm: [curve(rate) for rate in pair] for arm, pair in rates.items()}
    differences = compare(read, [0, 1], RUNS)["differences"]
    assert list(differences) == ["nearest first", "grpo, five updates"]
    same = differences["nearest first"]
    assert same["to"] == "md_grpo"
    assert [same[name] for name in ("mean", "low", "high")] == pytest.approx([0.1, 0.1, 0.1])
    noisy = differences["grpo, five updates"]
    # 12.71 * sqrt(2) * 0.05 / sqrt(2), by the table of Student's t
    assert noisy["to"] == "grpo" and noisy["high"] - noisy["mean"] == pytest.approx(0.6355)
    assert noisy["mean"] - noisy["low"] == pytest.approx(0.6355)
    assert compare({"nearest first": [curve(0.4)]}, [0], RUNS)["differences"] == {}


def test_bands_are_those_of_students_t():
    read = {"grpo": [[{"runs": r, **dict.fromkeys(NUMBERS, v)} for r in (0, RUNS)] for v in (0.1, 0.2, 0.3)]}
    final = compare(read, [0, 1, 2], RUNS)["final"]["grpo"]["success_at_1"]
    # 4.303 * 0.1 / sqrt(3)
    assert final["mean"] == pytest.approx(0.2)
    assert final["high"] - final["mean"] == pytest.approx(0.2484, abs=1e-3)
    # a share is not below nothing
    assert final["low"] == 0


def test_the_page_gets_numbers_plot_and_a_result_file(tmp_path, monkeypatch):
    monkeypatch.setattr(sample_efficiency_page, "RESULTS", tmp_path / "results" / "sample_efficiency.json")
    page = tmp_path / "md_grpo.md"
    with pytest.raises(MdgymError, match="no place"):
        sample_efficiency_page.write_page(page, compared(0.4, 0.8), "command")
    page.write_text("\n".join(("before", *marks("sample-efficiency"), "")))
    first = {"md_grpo": {"mean": 0.8, "low": 0.6, "high": 0.9}}
    timed = {**compared(0.4, 0.8), "train_s": {"grpo": 200.0, "md_grpo": 300.0}, "first_repairs": first}
    timed["differences"] = {"md_grpo": {"to": "grpo", "mean": 0.2, "low": -0.014, "high": 0.414}}
    sample_efficiency_page.write_page(page, timed, "mdgym bench sample-efficiency")
    rows = re.findall(r"^\| (\w+) \| .*? \| (40%|20%) [^|]* \| ([^|]*) \| ([\d.]+) \|$", page.read_text(), re.MULTILINE)
    assert rows == [("grpo", "20%", "1", "1.00"), ("md_grpo", "40%", "0.50 (0.50 to 0.50)", "1.50")]
    (titles,), (row,) = (
        re.findall(rf"^\| {name} \|.*$", page.read_text(), re.MULTILINE) for name in ("at the end", "md_grpo")
    )
    assert titles.split("|")[4] == " against its base " and row.split("|")[4] == " +20 (-1 to +41) "
    assert "that have any: 80% (lowest seed 60%, highest 90%)." in page.read_text()
    assert (tmp_path / "md_grpo.svg").stat().st_size > 1000
    stored = json.loads((tmp_path / "results" / "sample_efficiency.json").read_text())
    assert {"seeds", "curves", "final", "ratios", "runs_ratio", "runs_ratio_ci", "made_by"} <= stored.keys()


def test_without_plain_grpo_the_page_compares_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(sample_efficiency_page, "RESULTS", tmp_path / "sample_efficiency.json")
    page = tmp_path / "md_grpo.md"
    page.write_text("\n".join((*marks("sample-efficiency"), "")))
    alone = compare({"md_grpo": [curve(0.4)] * 2}, [0, 1], RUNS)
    sample_efficiency_page.write_page(page, alone, "command")
    assert re.search(r"^\| md_grpo \|.*%\) \|  \|  \|$", page.read_text(), re.MULTILINE)


def test_first_repairs_are_those_of_the_first_steps_that_have_any(tmp_path):
    for seed, shares in enumerate(((None, 0.6, 0.8, 1.0, 0.0), (0.2, 0.2, 0.2), (None,))):
        lines = [{"step": 1} | ({} if share is None else {"recycle/success": share}) for share in shares]
        (tmp_path / str(seed)).mkdir()
        (tmp_path / str(seed) / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = sample_efficiency._first_repairs([tmp_path / str(seed) for seed in range(3)])
    assert found == pytest.approx({"mean": 0.5, "low": 0.2, "high": 0.8})
    assert sample_efficiency._first_repairs([tmp_path / "2"]) == {}


def test_an_arm_that_is_not_there_is_named(tmp_path):
    with pytest.raises(sample_efficiency.TrainingError, match="no arm 'ppo'; there are: grpo, md_grpo"):
        sample_efficiency.measure(out=tmp_path, only=("ppo",))


def test_weights_of_other_settings_are_refused_and_kept(tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    (base / "done.json").write_text(json.dumps({"data": {"rows": 1}}))
    with pytest.raises(sample_efficiency.TrainingError, match=f"weights in {base} were made with other settings"):
        sample_efficiency.measure(out=tmp_path, only=("grpo",))
    assert (base / "done.json").exists()


def test_a_training_that_fails_names_its_log(tmp_path):
    with pytest.raises(sample_efficiency.TrainingError, match=r"log\.txt"):
        sample_efficiency._train(tmp_path / "none", tmp_path_config(tmp_path), tmp_path / "grpo-0", 0, 10, ())


def tmp_path_config(tmp_path):
    file = tmp_path / "md_grpo.yaml"
    file.write_text("nonsense: 1\n")
    return file


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_whole_comparison_prints_its_result_and_nothing_else(tmp_path):
    pytest.importorskip("trl")
    command = [sys.executable, "-m", "mdgym", "bench", "sample-efficiency", "--quick", "--json"]
    ended = subprocess.run([*command, "--out", str(tmp_path)], capture_output=True, text=True, check=True)
    found = json.loads(ended.stdout)
    assert set(found["final"]) == {"grpo", "md_grpo"} and found["seeds"] == [0, 1]
    assert "loss" in (tmp_path / "quick" / "base" / "log.txt").read_text("utf-8")
