"""A language model behind an endpoint that may call tools before it answers."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from mdgym.agents.endpoint import EndpointAgent, blames_request
from mdgym.agents.errands import Errands
from mdgym.agents.instructions import messages
from mdgym.agents.tools import MOST_CALLS, CallTool, Schema
from mdgym.agents.usage import Usage
from mdgym.errors import AgentError
from mdgym.tasks.task import Task

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

    def act_with_tools(self, observation: str, task: Task, seed: int, tools: list[Schema], call: CallTool) -> str:
        """Return what the model says after it has called tools; see `act_many_with_tools`."""
        return self.act_many_with_tools([observation], [task], [seed], tools, [call])[0]

    def act_many_with_tools(
        self,
        observations: Sequence[str],
        tasks: Sequence[Task],
        seeds: Sequence[int],
        tools: list[Schema],
        calls: Sequence[CallTool],
    ) -> list[str]:
        """Ask as `act_many` does, with tools as `BatchToolAgent` has them; they are called in this thread."""
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
        call: CallTool,
        errands: Errands,
    ) -> str:
        chat: list[dict[str, Any]] = [*messages(observation, self._system)]
        fields: dict[str, Any] = {"seed": seed, "tools": tools}
        said = await self._said(client, chat, fields)
        # the runtime hears MOST_CALLS calls, which may come one at a time
        for turn in range(1, MOST_CALLS + 1):
            if not said.calls:
                break
            chat.append(said.message)
            for wanted in said.calls:
                answer = await errands.send(partial(call, wanted.name, wanted.arguments))
                chat.append({"role": "tool", "tool_call_id": wanted.id, "content": answer})
            if turn == MOST_CALLS:
                fields["tool_choice"] = "none"
            try:
                said = await self._said(client, chat, fields)
            except AgentError as error:
                # the first time it is more likely that this endpoint does not take answers of tools at all
                if not (self._conversed and blames_request(error)):
                    raise
                self.usage += Usage(cut=1)
                _log.warning("agent '%s' goes no further with tools: %s", self.name, error)
                break
            self._conversed = True
        # if it calls even now, this is its answer
        self.usage += Usage(answers=1)
        return said.text
