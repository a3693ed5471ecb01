from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.benchmarks.outcomes import KINDS, Job, Outcome, Outcomes
from mdgym.benchmarks.reward import quick_jobs
from mdgym.benchmarks.reward_summary import auroc, summary
from mdgym.tasks.suites import load_suite

TASK = load_suite("core", "test")[0]
REWARDS = st.lists(st.sampled_from([0.0, 0.2, 0.25, 0.4, 1.0]), min_size=1, max_size=20)


def outcome(kind, reward, level="", name="x", success=False):
    return Outcome(Job(kind, name, level, TASK, "", 0), reward, success, ("check",), 0.1)


def test_perfect_separation_is_one_and_none_at_all_is_a_half():
    assert auroc([1.0, 0.9], [0.2, 0.3]) == 1.0
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([], [0.1]) is None


@given(REWARDS, REWARDS)
def test_swapping_right_and_wrong_mirrors_the_area(right, wrong):
    assert auroc(right, wrong) == pytest.approx(1 - auroc(wrong, right))


def test_a_paid_cheat_and_a_failed_gold_script_are_named():
    found = summary(
        [
            outcome("gold", 1.0, success=True),
            outcome("gold", 0.8, name="late"),
            outcome("cheat", 0.31, name="clever"),
            outcome("mistake", 0.02, "typo"),
        ]
    )
    assert found["gold"] == {"n": 2, "success_rate": 0.5}
    assert found["cheats"]["max_reward"] == 0.31 and "clever" in found["cheats"]["paid"][0]
    assert len(found["failures"]) == 1 and "late" in found["failures"][0]
    assert found["families"]["cohesion"]["cheat"] == [0.31]


def test_mistakes_in_the_wrong_order_are_named():
    right = outcome("gold", 1.0, success=True)
    good = [outcome("mistake", 0.02, "typo"), outcome("mistake", 0.1, "late crash")]
    bad = [outcome("mistake", 0.2, "typo", "t"), outcome("mistake", 0.1, "late crash", "c")]
    assert summary([right, *good])["ordering_holds"]
    found = summary([right, *bad])
    assert not found["ordering_holds"] and len(found["disorder"]) == 1


def test_a_quick_look_begins_with_every_family_and_then_mixes_all_kinds():
    tasks = load_suite("core", "test")
    families = list(dict.fromkeys(task.family for task in tasks))
    jobs = list(quick_jobs(tasks))
    assert [job.task.family for job in jobs[: len(families)]] == families
    assert all(job.kind == "gold" for job in jobs[: len(families)])
    assert {job.kind for job in jobs[: 4 * len(families)]} == set(KINDS)


def test_outcomes_are_kept_and_found_again_but_not_for_another_script(tmp_path):
    path = tmp_path / "outcomes.jsonl"
    done = outcome("cheat", 0.25, name="clever")
    Outcomes(path).add(done)
    with open(path, "a") as file:
        file.write('{"key": "cut of')
    kept = Outcomes(path)
    assert kept.find(done.job) == done
    assert kept.find(replace(done.job, script="units lj")) is None and kept.find(replace(done.job, seed=1)) is None
    assert Outcomes(None).find(done.job) is None
