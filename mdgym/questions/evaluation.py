"""Give questions to an agent, mark what it answers, and report.

Each answer is written as soon as it is marked; the same call on the same folder goes on where it was stopped.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from pathlib import Path

from mdgym.asking import Interview, progress_bar
from mdgym.asking import Question as Asked
from mdgym.errors import AgentError, RecordError, TaskError
from mdgym.evaluation import FAILURES_IN_A_ROW, choose, derive_seed
from mdgym.folder import Experiment, Folder
from mdgym.policy import Agent, BatchAgent, as_agent
from mdgym.questions.answers import ANSWERS, AnswerRecord
from mdgym.questions.judge import Judge, judged
from mdgym.questions.prompts import as_task
from mdgym.questions.question import OPEN, Question
from mdgym.questions.report import QuestionReport, rubric, summarise
from mdgym.questions.rules import Verdict, mark
from mdgym.records import digest


def evaluate_questions(
    questions: Iterable[Question],
    agent: Agent | Callable[[str], str],
    judge: Judge | None = None,
    episodes: int | None = None,
    k: int = 1,
    seed: int = 0,
    out: str | Path | None = None,
    progress: bool = True,
) -> QuestionReport:
    """Evaluate an agent on questions.

    Open questions are asked too; without a judge their answers are kept and count as unscored, never as wrong. So do
    answers that the judge gave no grade; the same call on the same folder asks the judge about them again.

    Args:
        questions: The questions, at least one.
        agent: An object with `name` and `act(observation, task, seed)`, which may be a `BatchAgent`, or a function
            from text to text. The task it is given is `as_task(question)`.
        judge: Grades open questions; None leaves them unscored.
        episodes: At most this many questions, spread evenly over the families; None for all.
        k: Answers per question.
        seed: Seeds the choice of questions, the agent and the judge.
        out: Folder for `answers.jsonl` and `summary.json`; None keeps nothing. A folder that holds a part of the same
            evaluation is gone on with.
        progress: Show a progress bar on stderr.

    Returns:
        The report.

    Raises:
        TaskError: There is no question, or two have one id.
        AgentError: The agent failed, or the judge gave no grade three times in a row.
        RecordError: The folder holds another experiment.
    """
    if k < 1 or (episodes is not None and episodes < 1):
        raise ValueError(f"k and episodes must be at least 1, not k={k!r}, episodes={episodes!r}")
    given = tuple(questions)
    known = {question.id: question for question in given}
    if not given or len(known) < len(given):
        raise TaskError("an evaluation needs at least one question, and no two with the same id")
    policy, grader = as_agent(agent), None if judge is None else as_agent(judge)
    tasks = choose([as_task(question) for question in given], episodes, seed)
    experiment = Experiment(
        agent=policy.name,
        suite="+".join(sorted({question.suite for question in given})),
        split="+".join(sorted({question.split for question in given})),
        seed=seed,
        k=k,
        max_turns=1,
        tasks=digest(sorted(question.hash for question in given)),
        rubric=rubric(grader.name if grader else ""),
    )
    chosen = {task.id: known[task.id] for task in tasks}
    with ExitStack() as stack:
        folder = stack.enter_context(Folder(out, experiment, AnswerRecord, ANSWERS)) if out is not None else None
        stored = _stored(folder, chosen)
        done = {key: records[-1] for key, records in stored.items()}

        def report() -> QuestionReport:
            order = {task.id: place for place, task in enumerate(tasks)}
            records = sorted(done.values(), key=lambda record: (order[record.question_id], record.rollout))
            return summarise(experiment, list(chosen.values()), records)

        if folder:
            # of an evaluation that is killed it is all that says how many answers were meant
            folder.summarise(report())
        waiting = [(task, n) for task in tasks for n in range(k) if (task.id, n) not in done]
        asked = [Asked(task.prompt, task, n, derive_seed(seed, task.id, n)) for task, n in waiting]
        again = [records for records in stored.values() if grader and records[-1].unscored]
        interview = Interview(policy, asked if isinstance(policy, BatchAgent) else [])
        bar = stack.enter_context(progress_bar(progress))
        row = bar.add_task(policy.name, total=len(done) + len(waiting), completed=len(done) - len(again))
        # What was answered before comes last: a judge that fails on it again does not keep the others waiting.
        records = chain(
            (_answered(chosen[question.task.id], question, interview, grader) for question in asked),
            (_graded_again(chosen[tries[0].question_id], tries, grader) for tries in again),
        )
        try:
            for record in _while_graded(records, grader):
                done[record.question_id, record.rollout] = record
                if folder:
                    folder.add(record)
                bar.update(row, advance=1)
        finally:
            found = report()
            if folder:
                folder.summarise(found)
    return found


def _while_graded(records: Iterable[AnswerRecord], judge: Agent | None) -> Iterator[AnswerRecord]:
    """Pass records on, until the judge has failed several times in a row."""
    failed = 0
    for record in records:
        yield record
        if judge and record.type == OPEN:
            failed = failed + 1 if record.unscored else 0
        if judge and failed == FAILURES_IN_A_ROW:
            raise AgentError(
                f"the judge '{judge.name}' gave no grade {failed} times in a row: see to it, then give the same "
                "command again; answers that are kept in a folder are not asked for again. "
                f"The last time: {record.verdict.feedback}"
            )


def _answered(question: Question, asked: Asked, interview: Interview, judge: Agent | None) -> AnswerRecord:
    answer = interview.ask(asked)
    verdict = _verdict(question, answer.text, judge, asked.seed)
    return AnswerRecord(
        question.id, question.type, asked.rollout, asked.seed, question.hash, answer.text, verdict, answer.seconds
    )


def _graded_again(question: Question, tries: Sequence[AnswerRecord], judge: Agent | None) -> AnswerRecord:
    """Grade an answer anew; with the seed of an earlier try the judge might only say the same again."""
    last = tries[-1]
    return replace(last, verdict=_verdict(question, last.answer, judge, derive_seed(last.seed, len(tries))))


def _verdict(question: Question, answer: str, judge: Agent | None, seed: int) -> Verdict:
    """Mark an answer; where the judge gives no grade, it is unscored, and its feedback says why."""
    by_rule = mark(question, answer)
    if question.type != OPEN or judge is None:
        return by_rule
    try:
        return judged(question, answer, judge, seed)
    except AgentError as error:
        return replace(by_rule, feedback=str(error))


def _stored(
    folder: Folder[AnswerRecord] | None, chosen: dict[str, Question]
) -> dict[tuple[str, int], list[AnswerRecord]]:
    """Return the stored answers to these questions; one that was graded again has several records, the last counts."""
    found: dict[tuple[str, int], list[AnswerRecord]] = {}
    for record in folder.stored if folder else ():
        question = chosen.get(record.question_id)
        if question is None:
            continue
        if question.hash != record.question_hash:
            raise RecordError(f"{record.question_id} was answered in another version; choose another folder")
        found.setdefault((record.question_id, record.rollout), []).append(record)
    return found
