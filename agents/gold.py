"""The agent that knows the answer: it writes the right script that the task carries."""

from mdgym.errors import AgentError
from mdgym.tasks.task import Task


class GoldAgent:
    """Writes `task.gold`; the yardstick that shows that a task can be solved, and what a score of 1 is."""

    name = "gold"

    def act(self, observation: str, task: Task, seed: int) -> str:
        """Return the task's own right script.

        Raises:
            AgentError: The task has none.
        """
        if not task.gold:
            raise AgentError(f"task '{task.id}' has no gold script, so the gold agent cannot answer it")
        return task.gold
