import dataclasses
import io
import json
import tempfile
import threading
import time

import gymnasium
import pytest
from gymnasium.wrappers import TransformObservation
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import mdgym
from mdgym.engine import Limits
from mdgym.envs import LammpsScriptEnv
from mdgym.errors import AgentError, InfrastructureError, RecordError
from mdgym.evaluation import choose, derive_seed
from mdgym.records import from_json
from mdgym.report import Report, comparison
from mdgym.rewards import STANDARD
from mdgym.scoring import SerialPool
from mdgym.trajectory import Failure, Trajectory


class Sometimes:
    """Right in the given rollouts of a task (by order of calls), silent in the others."""

    name = "sometimes"

    def __init__(self, pattern):
        self.pattern = pattern
        self.calls = []

    def act(self, observation, task, seed):
        number = sum(task_id == task.id for task_id, _, _ in self.calls)
        self.calls.append((task.id, observation, seed))
        return task.gold if self.pattern[number % len(self.pattern)] else ""


@pytest.fixture
def env(tasks, pool):
    return LammpsScriptEnv(tasks=tasks, pool=pool)


def run(env, agent, **arguments):
    return mdgym.evaluate(env, agent, progress=False, **arguments)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_gold_solves_every_closed_task_it_is_given(pool, closed_task):
    env = LammpsScriptEnv(tasks=[closed_task], pool=pool)
    report = run(env, lambda prompt: closed_task.gold, k=2)
    assert (report.success_at(1), report.success_at(2), report.executed_at(1)) == (1.0, 1.0, 1.0)
    assert report.complete


def test_report_counts_samples_as_pass_at_k_does(env):
    report = run(env, Sometimes([True, False, False, False]), k=4)
    assert [report.executed_at(j) for j in (1, 2, 3, 4)] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert report.overall.rollouts == 12


def test_open_tasks_have_no_success_and_leave_none_in_the_report(env):
    report = run(env, Sometimes([True]))
    assert report.success_at(1) is None
    assert report.overall.success[0].tasks == 0


def test_report_has_a_group_per_family_and_tier(env):
    report = run(env, Sometimes([True]))
    assert [(g.name, g.tasks) for g in report.families] == [("first", 2), ("second", 1)]
    assert [(g.name, g.tasks) for g in report.tiers] == [("tier 1", 2), ("tier 2", 1)]


def test_report_is_written_and_read_back(env, tmp_path):
    report = run(env, Sometimes([True, False]), k=2, out=tmp_path)
    assert from_json(Report, json.loads((tmp_path / "summary.json").read_text())) == report
    assert json.dumps(report.to_json(), allow_nan=False)


def test_method_on_the_environment_is_the_function(env):
    agent = Sometimes([True])
    assert env.evaluate(agent, k=2, progress=False) == run(env, agent, k=2)


def test_wrapped_environment_shows_the_agent_what_the_wrapper_makes(tasks, pool):
    env = gymnasium.make("mdgym/LammpsScript-v0", tasks=tasks[:1], pool=pool)
    wrapped = TransformObservation(env, str.upper, env.observation_space)
    agent = Sometimes([True])
    run(wrapped, agent)
    assert agent.calls[0][1] == tasks[0].prompt.upper()


def test_list_of_tasks_is_enough(tasks):
    assert run(tasks, Sometimes([True])).executed_at(1) == 1.0


def test_agent_gets_other_seeds_for_other_rollouts_and_the_same_in_a_second_run(env):
    first, second, other = Sometimes([True]), Sometimes([True]), Sometimes([True])
    run(env, first, k=3, seed=1)
    run(env, second, k=3, seed=1)
    run(env, other, k=3, seed=2)
    assert first.calls == second.calls
    assert len({seed for _, _, seed in first.calls + other.calls}) == 18


def test_repair_episodes_show_the_agent_its_mistake_and_keep_all_turns(tasks, pool, tmp_path):
    env = LammpsScriptEnv(tasks=tasks[:1], pool=pool, max_turns=3)
    agent = Sometimes([False, True])
    report = run(env, agent, out=tmp_path)
    assert report.executed_at(1) == 1.0
    (trajectory,) = [from_json(Trajectory, line) for line in lines(tmp_path / "trajectories.jsonl")]
    assert [turn.answer for turn in trajectory.turns] == ["", tasks[0].gold]
    assert agent.calls[1][1].startswith(tasks[0].prompt)
    assert len(agent.calls[1][1]) > len(tasks[0].prompt)


def test_stored_score_can_be_had_again_from_what_is_stored(env, tasks, pool, tmp_path):
    run(env, Sometimes([True]), out=tmp_path)
    for line in lines(tmp_path / "trajectories.jsonl"):
        trajectory = from_json(Trajectory, line)
        task = next(task for task in tasks if task.id == trajectory.task_id)
        turn = trajectory.turns[0]
        assert mdgym.score(task, turn.answer, trajectory.seed, pool) == turn.score
        assert "_s" not in json.dumps(line["turns"][0]["score"]["execution"])


def test_stopped_run_keeps_what_was_done_and_resumes_to_the_same_report(env, tmp_path):
    class Stopped(Sometimes):
        def act(self, observation, task, seed):
            if len(self.calls) == 4:
                raise KeyboardInterrupt
            return super().act(observation, task, seed)

    whole = run(env, Sometimes([True]), k=2)
    with pytest.raises(KeyboardInterrupt):
        run(env, Stopped([True]), k=2, out=tmp_path)
    assert len(lines(tmp_path / "trajectories.jsonl")) == 4
    assert not json.loads((tmp_path / "summary.json").read_text())["complete"]
    rest = Sometimes([True])
    assert run(env, rest, k=2, out=tmp_path) == whole
    assert len(rest.calls) == 2
    assert run(env, rest, k=2, out=tmp_path) == whole
    assert len(rest.calls) == 2


def test_summary_says_from_the_start_how_many_rollouts_are_meant(env, tmp_path):
    class Looking(Sometimes):
        def act(self, observation, task, seed):
            summary = json.loads((tmp_path / "summary.json").read_text())
            assert (summary["tasks"], summary["rollouts"], summary["complete"]) == (2, 0, False)
            return super().act(observation, task, seed)

    assert run(env, Looking([True]), episodes=2, out=tmp_path).complete


def test_line_that_a_crash_cut_off_is_done_again(env, tmp_path):
    whole = run(env, Sometimes([True]), out=tmp_path)
    path = tmp_path / "trajectories.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    agent = Sometimes([True])
    assert run(env, agent, out=tmp_path) == whole
    assert len(agent.calls) == 1
    assert len(lines(path)) == 3


def test_damaged_line_is_named(env, tmp_path):
    run(env, Sometimes([True]), out=tmp_path)
    path = tmp_path / "trajectories.jsonl"
    first, *others = path.read_text().splitlines(keepends=True)
    path.write_text("".join([first, "{}\n", *others]))
    with pytest.raises(RecordError, match=r"trajectories.jsonl, line 2"):
        run(env, Sometimes([True]), out=tmp_path)


def test_more_episodes_go_on_from_fewer(env, tmp_path):
    agent = Sometimes([True])
    assert run(env, agent, episodes=1, out=tmp_path).tasks == 1
    report = run(env, agent, episodes=100, out=tmp_path)
    assert (report.tasks, len(agent.calls)) == (3, 3)


@pytest.mark.parametrize("change", [{"seed": 1}, {"k": 2}, {"max_turns": 2}, {"name": "other"}])
def test_folder_of_another_experiment_is_refused(tasks, pool, tmp_path, change):
    run(LammpsScriptEnv(tasks=tasks, pool=pool), Sometimes([True]), out=tmp_path)
    agent = Sometimes([True])
    agent.name = change.pop("name", agent.name)
    env = LammpsScriptEnv(tasks=tasks, pool=pool, max_turns=change.pop("max_turns", 1))
    with pytest.raises(RecordError, match="another experiment"):
        run(env, agent, out=tmp_path, **change)


def test_folder_scored_with_another_task_of_the_same_id_is_refused(tasks, pool, tmp_path):
    run(tasks[:1], Sometimes([True]), out=tmp_path)
    changed = dataclasses.replace(tasks[0], prompt="Something else.")
    with pytest.raises(RecordError, match="another experiment: its tasks"):
        run([changed], Sometimes([True]), out=tmp_path)


def test_folder_scored_with_other_limits_is_refused(tasks, pool, tmp_path):
    run(LammpsScriptEnv(tasks=tasks, pool=pool), Sometimes([True]), out=tmp_path)
    env = LammpsScriptEnv(tasks=tasks, limits=Limits(cpu_s=3))
    with env, pytest.raises(RecordError, match="another experiment: its limits"):
        run(env, Sometimes([True]), out=tmp_path)


def test_a_run_by_a_rubric_of_ones_own_goes_on_and_is_not_mixed_with_others(tasks, pool, tmp_path):
    with SerialPool(rubric=STANDARD.without("drift")) as own:
        env = LammpsScriptEnv(tasks=tasks, pool=own)
        whole = run(env, Sometimes([True]), out=tmp_path)
        agent = Sometimes([True])
        assert run(env, agent, out=tmp_path) == whole and not agent.calls
    with pytest.raises(RecordError, match="another experiment: its rubric"):
        run(LammpsScriptEnv(tasks=tasks, pool=pool), Sometimes([True]), out=tmp_path)


def test_second_process_in_the_same_folder_is_refused(env, tmp_path):
    def nested(prompt):
        run(env, nested, out=tmp_path)

    with pytest.raises(AgentError, match="another process"):
        run(env, nested, out=tmp_path)


@pytest.mark.parametrize("answer", [None, b"units lj", 3])
def test_answer_that_is_not_text_names_agent_and_task(env, answer):
    with pytest.raises(AgentError, match=rf"user/a.*{type(answer).__name__}"):
        run(env, lambda prompt: answer)


def test_failing_agent_is_named_and_what_was_done_is_kept(env, tmp_path):
    class Failing(Sometimes):
        def act(self, observation, task, seed):
            if task.id == "user/b":
                raise ConnectionError("no answer from the endpoint")
            return super().act(observation, task, seed)

    with pytest.raises(AgentError, match=r"sometimes.*user/b.*ConnectionError: no answer"):
        run(env, Failing([True]), out=tmp_path)
    assert len(lines(tmp_path / "trajectories.jsonl")) == 1


def test_what_is_no_agent_is_refused(env):
    with pytest.raises(AgentError, match="needs `name`"):
        run(env, "gold")


def test_rollout_that_mdgym_cannot_score_is_counted_and_has_no_reward(tasks, tmp_path, monkeypatch):
    class Breaking(Sometimes):
        """Takes the machine's temporary directory away for its second task."""

        def act(self, observation, task, seed):
            monkeypatch.setattr(tempfile, "tempdir", "/nonexistent" if task.id == "user/b" else None)
            env.unwrapped._pool._drop_engine()
            return super().act(observation, task, seed)

    with LammpsScriptEnv(tasks=tasks) as env:
        report = run(env, Breaking([True]), out=tmp_path)
        assert (report.failures, report.rollouts, report.complete, report.executed_at(1)) == (1, 2, False, 1.0)
        (failure,) = [from_json(Failure, line) for line in lines(tmp_path / "failures.jsonl")]
        assert (failure.task_id, failure.answers) == ("user/b", (tasks[1].gold,))
        monkeypatch.setattr(tempfile, "tempdir", None)
        again = run(env, Sometimes([True]), out=tmp_path)
        assert (again.failures, again.rollouts, again.complete) == (0, 3, True)


def test_machine_that_fails_again_and_again_ends_the_run(tasks, monkeypatch):
    agent = Sometimes([True])
    with LammpsScriptEnv(tasks=tasks) as env, monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", "/nonexistent")
        with pytest.raises(InfrastructureError):
            run(env, agent, k=2)
    assert len(agent.calls) == 3


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30), st.integers(1, 30), st.integers(0, 5))
def test_choice_is_spread_over_families_and_grows_by_adding(families, episodes, seed):
    tasks = [mdgym.Task(id=str(i), prompt="p", family=family) for i, family in enumerate(families)]
    chosen = choose(tasks, episodes, seed)
    assert len(chosen) == min(episodes, len(tasks))
    assert all(task in choose(tasks, episodes + 1, seed) for task in chosen)
    counts = {family: sum(task.family == family for task in chosen) for family in set(families)}
    room = [counts[family] for family in counts if counts[family] < families.count(family)]
    assert not room or max(counts.values()) - min(room) <= 1
    assert [task.id for task in chosen] == sorted((task.id for task in chosen), key=int)


def test_derived_seeds_differ_and_do_not_depend_on_the_process():
    assert derive_seed(0, "core/test/lj_fluid/000", 1) == 1551949040
    assert len({derive_seed(0, "task", i) for i in range(1000)}) == 1000


def test_tables_name_what_was_measured(env):
    report = run(env, Sometimes([True, False]), k=2)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(report.table())
    console.print(comparison([report, report]))
    text = console.export_text()
    assert all(part in text for part in ("@2", "0.500", "first", "tier 2", "sometimes on user/test"))


def test_wrong_numbers_are_refused(env):
    for arguments in ({"k": 0}, {"episodes": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            run(env, Sometimes([True]), **arguments)


class InBatches(Sometimes):
    """Answers many at once, as `Sometimes` does, and remembers how many."""

    batch_size = 2

    def __init__(self, pattern):
        super().__init__(pattern)
        self.sizes = []

    def act_many(self, observations, tasks, seeds):
        self.sizes.append(len(tasks))
        return [self.act(*question) for question in zip(observations, tasks, seeds, strict=True)]


class InLanes(SerialPool):
    """Says that it has several workers, so that rollouts are under way in several threads."""

    workers = 2

    def __init__(self):
        super().__init__()
        self.turn = threading.Lock()

    def score(self, task, answer, seed=0):
        with self.turn:
            return super().score(task, answer, seed)


def test_agent_in_batches_is_asked_the_same_and_has_the_same_report(env, tmp_path):
    single, many = Sometimes([True, False]), InBatches([True, False])
    assert run(env, many, k=3, out=tmp_path) == run(env, single, k=3)
    assert many.calls == single.calls
    assert many.sizes == [2, 2, 2, 2]
    trajectories = [from_json(Trajectory, line) for line in lines(tmp_path / "trajectories.jsonl")]
    first, second = (trajectory.turns[0].answer_s for trajectory in trajectories[:2])
    assert first == second > 0


def test_last_question_alone_and_later_turns_are_asked_singly(tasks, pool):
    single, many = Sometimes([False, True]), InBatches([False, True])
    reports = [run(LammpsScriptEnv(tasks=tasks, pool=pool, max_turns=2), agent) for agent in (single, many)]
    assert reports[0] == reports[1]
    assert sorted(many.calls) == sorted(single.calls)
    assert many.sizes == [2]


def test_batches_are_the_same_where_rollouts_are_under_way_in_threads(tasks):
    class Slow(InBatches):
        def act_many(self, observations, tasks, seeds):
            time.sleep(0.01)
            return super().act_many(observations, tasks, seeds)

    with InLanes() as pool:
        env = LammpsScriptEnv(tasks=tasks, pool=pool)
        single, many = Sometimes([True]), Slow([True])
        assert run(env, many, k=5) == run(env, single, k=5)
    assert sorted(many.calls) == sorted(single.calls)
    assert many.sizes == [2] * 7


@pytest.mark.parametrize("workers", [1, 2])
def test_batch_that_failed_is_named_and_asked_once(tasks, workers, monkeypatch, tmp_path):
    class Failing(InBatches):
        batch_size = 4

        def act_many(self, observations, tasks, seeds):
            if self.sizes:
                self.sizes.append(len(tasks))
                raise MemoryError("the GPU is full")
            return super().act_many(observations, tasks, seeds)

    monkeypatch.setattr(InLanes, "workers", workers)
    agent = Failing([True])
    with InLanes() as pool, pytest.raises(AgentError, match=r"sometimes.*4 from.*user/b.*MemoryError: the GPU is full"):
        run(LammpsScriptEnv(tasks=tasks, pool=pool), agent, k=3, out=tmp_path)
    assert agent.sizes == [4, 4]
    assert len(lines(tmp_path / "trajectories.jsonl")) == 4


@pytest.mark.parametrize(
    ("answers", "complaint"),
    [
        (["units lj"], r"sometimes.*1 answers to a batch of 2.*user/a"),
        (["units lj"] * 3, r"3 answers to a batch of 2"),
        (["units lj", None], r"user/b.*NoneType, not with text"),
        ("lj", r"str, not with a list"),
        (None, r"NoneType, not with a list"),
    ],
)
def test_batch_that_is_not_answered_with_as_many_texts_is_the_agents_fault(env, answers, complaint):
    class Wrong(InBatches):
        def act_many(self, observations, tasks, seeds):
            return answers

    with pytest.raises(AgentError, match=complaint):
        run(env, Wrong([True]))


def test_stopped_run_in_batches_loses_one_batch_and_resumes_to_the_same_report(env, tmp_path):
    class Stopped(InBatches):
        def act_many(self, observations, tasks, seeds):
            if len(self.sizes) == 2:
                raise KeyboardInterrupt
            return super().act_many(observations, tasks, seeds)

    whole = run(env, Sometimes([True]), k=2)
    with pytest.raises(KeyboardInterrupt):
        run(env, Stopped([True]), k=2, out=tmp_path)
    assert len(lines(tmp_path / "trajectories.jsonl")) == 4
    rest = InBatches([True])
    assert run(env, rest, k=2, out=tmp_path) == whole
    assert rest.sizes == [2]


def test_batch_size_that_makes_no_sense_is_named(env):
    agent = InBatches([True])
    agent.batch_size = 0
    with pytest.raises(AgentError, match=r"sometimes.*batch_size 0"):
        run(env, agent)


def test_our_own_fault_inside_an_agent_is_not_blamed_on_it(tasks):
    class Runs(Sometimes):
        """Runs scripts itself, as the self-correcting runtime does."""

        def act(self, observation, task, seed):
            raise InfrastructureError("no space left")

    with LammpsScriptEnv(tasks=tasks) as env, pytest.raises(InfrastructureError, match="no space left"):
        run(env, Runs([True]), k=2)
