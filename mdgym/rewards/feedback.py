"""Sentences for the policy: what went wrong, never what the right answer is."""

from mdgym.engine.execution import COMPLETED, Execution
from mdgym.rewards.score import CheckResult
from mdgym.tasks.task import Task

MAX_WARNINGS = 3


def feedback(task: Task, execution: Execution, checks: tuple[CheckResult, ...]) -> str:
    """Write what a policy is told after its script.

    Args:
        task: The task.
        execution: What the script did.
        checks: What was found.

    Returns:
        A few lines of plain text.
    """
    lines = [_ending(execution)]
    if execution.status == COMPLETED and not execution.milestones.ran:
        lines.append("No run or minimize was executed.")
    if execution.unwatched_reason:
        lines.append(f"The dynamics could not be watched: {execution.unwatched_reason}.")
    lines += [check.message for check in checks if not check.passed]
    lines += list(execution.warnings[:MAX_WARNINGS])
    if checks and all(check.passed for check in checks) and not task.open:
        lines.append("Every check passed.")
    return "\n".join(lines)


def _ending(execution: Execution) -> str:
    if execution.status == COMPLETED:
        return f"The script ran to its end ({execution.steps} steps)."
    fault = execution.error
    if fault is None:
        return f"The script did not complete ({execution.status})."
    where = f" in line {fault.line}" if fault.line else ""
    where += f" of {fault.file}" if fault.file else ""
    command = f": {fault.command.splitlines()[0][:200]}" if fault.command else ""
    return f"The script stopped ({execution.status}){where}{command}\n{fault.message}"
