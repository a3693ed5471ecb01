"""What an endpoint sends back: an answer, or a reason why there is none and whether it may pass."""

import email.utils
import json
import random
import time
from dataclasses import dataclass
from typing import Any

import openai
from openai.types.chat import ChatCompletion

from mdgym.agents.usage import Usage

# Seconds before the second request; doubled each time, and drawn from the upper half so that many of them spread.
_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
# An endpoint that never gave an answer is more likely misspelt than out of order.
_TRIES_OF_A_STRANGER = 3
# Time-out, conflict, too early, too many requests: of the statuses that blame the request, those that may pass.
_PASSING = (408, 409, 425, 429)


class NoCompletionError(Exception):
    """What came back is no chat completion."""


FAULTS = (openai.APIError, NoCompletionError, json.JSONDecodeError, UnicodeDecodeError, TimeoutError)


@dataclass(frozen=True)
class ToolCall:
    """What a model wants to know from a tool.

    Attributes:
        id: What the answer must be marked with.
        name: Name of the tool, which there need not be.
        arguments: What should be its arguments in JSON, and can be any text.
    """

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Said:
    """A message of a model.

    Attributes:
        text: Its content; empty if there is none.
        calls: Tools that it calls.
        message: The message as it is sent back when the conversation goes on; empty without calls.
        usage: What it took, without its cost. It counts as no answer: it may be one of several messages before that.
    """

    text: str
    calls: tuple[ToolCall, ...]
    message: dict[str, Any]
    usage: Usage


def read(completion: ChatCompletion) -> Said:
    """Return what a model said.

    Args:
        completion: As the client made it, which checks neither presence nor types.

    Raises:
        NoCompletionError: It has no message, or the content or the call of a tool is no text.
    """
    try:
        choice = completion.choices[0]
        text = choice.message.content or ""
        calls = tuple(_call(call) for call in choice.message.tool_calls or ())
        counts = _counts(completion.usage)
        usage = Usage(
            prompt_tokens=counts[0] if counts else 0,
            completion_tokens=counts[1] if counts else 0,
            uncounted=0 if counts else 1,
            cut=int(choice.finish_reason == "length"),
        )
        message = _sent_back(choice.message.model_dump(exclude_none=True, warnings=False)) if calls else {}
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise NoCompletionError(f"it sent {_short(completion)}") from error
    if not isinstance(text, str):
        raise NoCompletionError(f"it sent {_short(completion)}")
    return Said(text, calls, message, usage)


def passes(error: Exception, tries: int, known: bool) -> bool:
    """Return whether the same request may succeed later.

    Args:
        error: One of `FAULTS`.
        tries: How often the request was made.
        known: Whether the endpoint has given an answer before.
    """
    if isinstance(error, openai.APIStatusError):
        # OpenAI says with the same status that there is no credit left
        return error.code != "insufficient_quota" and (error.status_code in _PASSING or error.status_code >= 500)
    return isinstance(error, TimeoutError) or known or tries < _TRIES_OF_A_STRANGER


def reason(error: Exception) -> str:
    """Return what went wrong, on one line."""
    if isinstance(error, TimeoutError):
        return "no whole answer in time"
    if isinstance(error, openai.APIConnectionError):
        return _short(error.__cause__ or error)
    if isinstance(error, openai.APIStatusError):
        said = error.body.get("message") if isinstance(error.body, dict) else None
        return f"{error.status_code}: {_short(said or error.body or 'no reason given')}"
    return _short(error)


def complaint(error: Exception, url: str, model: str, tools: bool) -> str:
    """Return one sentence on a request that need not be made again: what is wrong, and what to do.

    Args:
        error: One of `FAULTS`.
        url: Where it was sent.
        model: The model that was asked for.
        tools: Whether the model was offered tools.
    """
    why = reason(error)
    if isinstance(error, openai.APIStatusError):
        if error.status_code in (401, 403):
            return f"{url} refuses the key ({why}): set OPENAI_API_KEY to one of this endpoint"
        if error.status_code == 404:
            return (
                f"{url} does not know the model '{model}', or is not the whole address, which often ends with /v1 "
                f"({why})"
            )
        if tools:
            return (
                f"{url} refuses the request with tools for the model '{model}' ({why}): not every server and model "
                "takes tools; without the +tools in the agent's name it is asked without"
            )
        return f"{url} refuses the request for the model '{model}' ({why})"
    if isinstance(error, openai.APIConnectionError):
        return f"{url} cannot be reached ({why}): is the address right, and the server running?"
    return f"{url} is no endpoint for chat completions ({why}): such an address often ends with /v1"


def pause(error: Exception, tries: int) -> float:
    """Return how many seconds to wait before the next request: longer each time, and what the endpoint asks for.

    Args:
        error: One of `FAULTS`; `Retry-After`, in seconds or as a date, is added.
        tries: How often the request was made.
    """
    own = min(_LONGEST_PAUSE, _PAUSE * 2.0 ** (tries - 1)) * random.uniform(0.5, 1.0)
    asked = error.response.headers.get("retry-after", "") if isinstance(error, openai.APIStatusError) else ""
    return own + max(0.0, _seconds(asked))


def _seconds(asked: str) -> float:
    """Return what `Retry-After` says; 0 for what is neither seconds nor a date."""
    try:
        return float(asked)
    except ValueError:
        date = email.utils.parsedate_tz(asked)
    try:
        return email.utils.mktime_tz(date) - time.time() if date else 0.0
    except (ValueError, OverflowError):
        return 0.0


def _counts(usage: Any) -> tuple[int, int] | None:
    """Return the tokens read and written; None where they are not told, which is no reason to ask again."""
    try:
        return int(usage.prompt_tokens), int(usage.completion_tokens)
    except (AttributeError, TypeError, ValueError):
        return None


def _call(call: Any) -> ToolCall:
    found = ToolCall(call.id or "", call.function.name or "", call.function.arguments or "")
    if not (isinstance(found.id, str) and isinstance(found.name, str) and isinstance(found.arguments, str)):
        raise TypeError("the call of a tool is no text")
    return found


def _sent_back(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message with whatever else the endpoint put into it: some insist on having their thoughts back."""
    return message | {"tool_calls": [_complete(call) for call in message["tool_calls"]]}


def _complete(call: dict[str, Any]) -> dict[str, Any]:
    function = {"name": "", "arguments": "", **call["function"]}
    # servers that read the arguments to fill a chat template refuse what is no object; the model is told so anyway
    if not _is_object(function["arguments"]):
        function["arguments"] = "{}"
    return {"id": "", "type": "function", **call, "function": function}


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _short(said: object) -> str:
    """Return the beginning of what was said, on one line."""
    text = " ".join(str(said).split()) or type(said).__name__
    return text if len(text) <= 300 else f"{text[:300]}…"
