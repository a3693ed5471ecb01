"""A language model behind an OpenAI-compatible endpoint as a policy: OpenAI, vLLM, `transformers serve`, and others."""

import asyncio
import json
import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from mdgym.agents.errands import Errands
from mdgym.agents.instructions import load_instructions, messages
from mdgym.agents.sampling import PLAIN, Sampling
from mdgym.agents.usage import Usage
from mdgym.errors import AgentError
from mdgym.tasks.task import Task

try:
    import openai
    from anyio.from_thread import start_blocking_portal
    from openai.types.chat import ChatCompletion

    from mdgym.agents.completions import FAULTS, Said, complaint, passes, pause, read, reason
except ImportError as error:
    raise AgentError('a model behind an endpoint needs the OpenAI client: pip install "mdgym[agents]"') from error

LAMMPS = load_instructions("lammps")
_OPENAI = "https://api.openai.com/v1"
# Seconds to make a connection.
_CONNECT = 5.0

_log = logging.getLogger(__name__)

# What a question is to the loop that asks many of them with one client.
_Question = Callable[[openai.AsyncOpenAI], Awaitable[str]]


class EndpointAgent:
    """A chat model that is asked over the network, several questions at a time; `ToolEndpointAgent` offers it tools.

    The key is read from the environment variable OPENAI_API_KEY and is sent to whatever URL is given; an endpoint of
    your own needs none. A request that fails for a reason that may pass (429, 5xx, a time-out, a cut connection) is
    made again after a while, or after what `Retry-After` says; all else raises at once. The answer is the content of
    the message: thoughts that the endpoint keeps apart are left out, and no content is an empty answer.

    Examples:
        >>> agent = EndpointAgent("Qwen/Qwen3-8B", "http://localhost:8000/v1", Sampling(temperature=0.7))
        >>> report = mdgym.evaluate(env, agent, k=4)  # doctest: +SKIP

    Attributes:
        name: What it is called in reports.
        batch_size: How many questions are under way at the same time, at most.
        sampling: How answers are drawn. Endpoints differ in what they heed; `top_k` is sent only when it is not 0.
        usage: Tokens and cost so far.
    """

    _kind = "openai"

    def __init__(
        self,
        model: str,
        url: str | None = None,
        sampling: Sampling = PLAIN,
        concurrency: int = 16,
        system: str | None = LAMMPS,
        prices: tuple[float, float] | None = None,
        timeout: float = 300.0,
        patience: float = 900.0,
        extra: Mapping[str, Any] | None = None,
        name: str = "",
    ) -> None:
        """Check the settings; nothing is sent yet.

        Args:
            model: Name of the model, as the endpoint knows it.
            url: Base URL, such as "http://localhost:8000/v1"; None takes the environment variable OPENAI_BASE_URL, or
                OpenAI itself.
            sampling: How answers are drawn.
            concurrency: How many questions are under way at the same time, at most.
            system: The system message; None for none, as for a model that was trained with mdgym.
            prices: Price of a million tokens read, and of a million written, for `usage.cost`.
            timeout: Seconds for one request.
            patience: Seconds for one message of the model, with all its requests and the pauses between them.
            extra: More fields of the request, such as {"reasoning_effort": "low"}; None as a value leaves a field out,
                such as {"seed": None} where an endpoint refuses it.
            name: What the agent is called in reports; by default "openai:MODEL@URL", or "openai:MODEL" for OpenAI. Give
                one when you evaluate a model at other settings.

        Raises:
            ValueError: A number makes no sense.
            AgentError: The URL is none, or there is no key for OpenAI.
        """
        if concurrency < 1:
            raise ValueError(f"concurrency must be at least 1, not {concurrency!r}")
        if not (timeout > 0 and patience > 0):
            raise ValueError(f"timeout and patience must be above 0, not {timeout!r} and {patience!r}")
        # the server stands in the name: answers of another are not gone on with
        place = url or os.environ.get("OPENAI_BASE_URL", "").strip()
        self.name = name or f"{self._kind}:{model}" + (f"@{place}" if place else "")
        self.batch_size = concurrency
        self.sampling = sampling
        self.usage = Usage(cost=None if prices is None else 0.0)
        self._model = model
        self._url = place or _OPENAI
        host = _host(self._url)
        # OpenAI gave it another name, which many others do not know
        self._longest = "max_completion_tokens" if f".{host}".endswith((".openai.com", ".azure.com")) else "max_tokens"
        self._key = _key(self._url)
        self._system = system
        self._prices = prices
        self._timeout = timeout
        self._patience = patience
        self._extra = dict(extra or {})
        self._known = False
        self._waited = False
        self._interrupted = False
        self._call: Future[list[str]] | None = None

    def act(self, observation: str, task: Task, seed: int) -> str:
        """Return what the model says; see `act_many`."""
        return self.act_many([observation], [task], [seed])[0]

    def act_many(self, observations: Sequence[str], tasks: Sequence[Task], seeds: Sequence[int]) -> list[str]:
        """Ask about all observations, `batch_size` at a time.

        Args:
            observations: What the model reads, each as one message of a user.
            tasks: Their tasks, which the model does not see.
            seeds: Sent along; not every endpoint heeds them.

        Returns:
            The answers, in the same order.

        Raises:
            AgentError: A question has no answer, or `interrupt` was called; the others under way are given up.
        """
        asked = zip(observations, seeds, strict=True)
        return self._together([partial(self._answer, observation=text, seed=seed) for text, seed in asked], Errands())

    def interrupt(self) -> None:
        """End the call of `act_many` that is under way in another thread; it raises AgentError."""
        self._interrupted = True
        if self._call:
            self._call.cancel()

    def _together(self, questions: Sequence[_Question], errands: Errands) -> list[str]:
        self._waited = self._interrupted = False
        # in a thread of its own: a notebook has a running loop, and Ctrl-C ends this wait at once
        with start_blocking_portal() as portal:
            self._call = portal.start_task_soon(self._answers, questions)
            if self._interrupted:
                # while the loop was starting
                self._call.cancel()
            errands.run_until(self._call)
            try:
                return self._call.result()
            except CancelledError as error:
                raise AgentError(f"agent '{self.name}' was interrupted") from error

    async def _answers(self, questions: Sequence[_Question]) -> list[str]:
        places = asyncio.Semaphore(self.batch_size)

        async def answer(question: _Question) -> str:
            async with places:
                return await question(client)

        client = openai.AsyncOpenAI(
            api_key=self._key, base_url=self._url, max_retries=0, timeout=openai.Timeout(None, connect=_CONNECT)
        )
        async with client:
            try:
                async with asyncio.TaskGroup() as group:
                    asked = [group.create_task(answer(question)) for question in questions]
            except ExceptionGroup as failed:
                first = failed.exceptions[0]
                raise first from first.__cause__
        return [task.result() for task in asked]

    async def _answer(self, client: openai.AsyncOpenAI, observation: str, seed: int) -> str:
        said = await self._said(client, messages(observation, self._system), {"seed": seed})
        self.usage += Usage(answers=1)
        return said.text

    async def _said(self, client: openai.AsyncOpenAI, chat: Sequence[Any], fields: Mapping[str, Any]) -> Said:
        """Ask until there is a message, a reason that will not pass, or no patience left."""
        end = time.monotonic() + self._patience
        tries = 0
        while True:
            tries += 1
            try:
                # over the whole request: a server may send a byte a minute
                async with asyncio.timeout(min(self._timeout, end - time.monotonic())):
                    completion = await self._request(client, chat, fields)
                return self._counted(read(completion))
            except FAULTS as error:
                if not passes(error, tries, self._known):
                    raise AgentError(complaint(error, self._url, self._model, "tools" in fields)) from error
                seconds = pause(error, tries)
                if time.monotonic() + seconds >= end:
                    raise AgentError(
                        f"{self._url} gives no answer within {self._patience:g} s; request {tries}: {reason(error)}"
                    ) from error
                self._tell(reason(error))
            await asyncio.sleep(seconds)

    async def _request(
        self, client: openai.AsyncOpenAI, chat: Sequence[Any], fields: Mapping[str, Any]
    ) -> ChatCompletion:
        sent = {
            "temperature": self.sampling.temperature,
            "top_p": self.sampling.top_p,
            "top_k": self.sampling.top_k or None,
            self._longest: self.sampling.max_new_tokens,
            **fields,
            **self._extra,
        }
        # half a surrogate pair, which an answer may hold and a later prompt repeats, has no bytes
        text = json.dumps(chat, ensure_ascii=False).encode("utf-8", "replace")
        return await client.chat.completions.create(
            model=self._model,
            messages=json.loads(text),
            extra_body={field: value for field, value in sent.items() if value is not None},
        )

    def _counted(self, said: Said) -> Said:
        self._known = True
        read, written = self._prices or (0.0, 0.0)
        cost = (read * said.usage.prompt_tokens + written * said.usage.completion_tokens) / 1e6
        self.usage += replace(said.usage, cost=None if self._prices is None else cost)
        return said

    def _tell(self, why: str) -> None:
        """Count a request that will be made again; of a batch, the first one is told."""
        self.usage += Usage(retries=1)
        if not self._waited:
            _log.warning("agent '%s' waits for an answer (%s)", self.name, why)
        self._waited = True


def blames_request(error: AgentError) -> bool:
    """Return whether a question has no answer because the endpoint holds the request itself for wrong (400)."""
    return isinstance(error.__cause__, openai.BadRequestError)


def _host(url: str) -> str:
    """Return the host of an address, which stands in names and messages and so must hold no secret."""
    if any(mark in url for mark in "@?#"):
        raise AgentError(
            "the address of an endpoint is like http://localhost:8000/v1, without user, password and query: set "
            "OPENAI_API_KEY to its key"
        )
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return parts.hostname
    except ValueError:
        # a port that is no number
        pass
    raise AgentError(f"'{url}' is no address of an endpoint: it is like http://localhost:8000/v1")


def _key(url: str) -> str:
    key = os.environ.get("OPENAI_API_KEY", "").strip()
    if not key and url == _OPENAI:
        raise AgentError(
            "there is no key for OpenAI: set OPENAI_API_KEY, or name an endpoint of your own, as in "
            "openai:MODEL@http://localhost:8000/v1"
        )
    if not (key.isascii() and key.isprintable()):
        raise AgentError("OPENAI_API_KEY holds characters that no key has: set it again")
    # the client insists on one
    return key or "none"
