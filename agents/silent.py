"""The agent that says nothing: what is earned without any effort."""

from mdgym.tasks.task import Task


class SilentAgent:
    """Answers with an empty string, which must earn nothing."""

    name = "silent"

    def act(self, observation: str, task: Task, seed: int) -> str:
        """Return the empty string."""
        return ""
