"""A language model behind an endpoint that may call tools before it answers."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from mdgym.agents.endpoint import EndpointAgent, blames_request
from mdgym.agents.errands import Errands
from mdgym.agents.instructions import messages
from mdgym.agents.tools import Schema
from mdgym.agents.usage import Usage
from mdgym.errors import AgentError
from mdgym.tasks.task import Task

# Messages with calls of tools before a model must answer. The runtime hears 20 calls, which may come one at a time.
_MOST_TURNS = 20

_log = logging.getLogger(__name__)


class ToolEndpointAgent(EndpointAgent):
    """An `EndpointAgent` whose model may call tools, where it is offered any: in `solve` and `RuntimeAgent`.

    Asked in any other way it answers without. A message that calls tools is followed by their answers, until the model
    answers with text; after 20 such messages it is asked for the answer. Where the conversation outgrows the model's
    context, it ends with what the model said last, and counts as cut.

    Examples:
        >>> agent = ToolEndpointAgent("Qwen/Qwen3-8B", "http://localhost:8000/v1")
        >>> solution = solve("Melt an argon crystal.", agent)  # doctest: +SKIP
    """

    _kind = "openai+tools"
    # whether the endpoint has ever gone on after answers of tools
    _conversed = False

    def act_with_tools(
        self, observation: str, task: Task, seed: int, tools: list[Schema], call: Callable[[str, str], str]
    ) -> str:
        """Return what the model says after it has called tools; see `act_many_with_tools`."""
        return self.act_many_with_tools([observation], [task], [seed], tools, [call])[0]

    def act_many_with_tools(
        self,
        observations: Sequence[str],
        tasks: Sequence[Task],
        seeds: Sequence[int],
        tools: list[Schema],
        calls: Sequence[Callable[[str, str], str]],
    ) -> list[str]:
        """Ask about all observations, `batch_size` at a time, and call tools meanwhile.

        Args:
            observations: What the model reads, each as one message of a user.
            tasks: Their tasks, which the model does not see.
            seeds: Sent along; not every endpoint heeds them.
            tools: Schemas of the tools.
            calls: For each observation, what calls a tool for it. They are called in this thread, one at a time.

        Returns:
            The answers, in the same order.

        Raises:
            AgentError: A question has no answer, or `interrupt` was called; the others under way are given up.
        """
        errands = Errands()
        questions = [
            partial(self._conversation, observation=text, seed=seed, tools=tools, call=call, errands=errands)
            for text, seed, call in zip(observations, seeds, calls, strict=True)
        ]
        return self._together(questions, errands)

    async def _conversation(
        self,
        client: Any,
        observation: str,
        seed: int,
        tools: list[Schema],
        call: Callable[[str, str], str],
        errands: Errands,
    ) -> str:
        chat: list[dict[str, Any]] = [*messages(observation, self._system)]
        fields: dict[str, Any] = {"seed": seed, "tools": tools}
        said = await self._said(client, chat, fields)
        for turn in range(_MOST_TURNS):
            if not said.calls:
                break
            chat.append(said.message)
            for wanted in said.calls:
                answer = await errands.send(partial(call, wanted.name, wanted.arguments))
                chat.append({"role": "tool", "tool_call_id": wanted.id, "content": answer})
            if turn == _MOST_TURNS - 1:
                fields["tool_choice"] = "none"
            try:
                said = await self._said(client, chat, fields)
            except AgentError as error:
                # the first time it is more likely that this endpoint does not take answers of tools at all
                if not (self._conversed and blames_request(error)):
                    raise
                self.usage += Usage(answers=1, cut=1)
                _log.warning("agent '%s' goes no further with tools: %s", self.name, error)
                break
            self._conversed = True
        else:
            # it calls even now, and this is its answer
            self.usage += Usage(answers=int(bool(said.calls)))
        return said.text
