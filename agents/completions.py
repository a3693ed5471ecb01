"""What an endpoint sends back: an answer, or a reason why there is none and whether it may pass."""

import email.utils
import json
import random
import time

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


def read(completion: ChatCompletion) -> tuple[str, Usage]:
    """Return the content of an answer and what it took, without its cost.

    Args:
        completion: As the client made it, which checks neither presence nor types.

    Raises:
        NoCompletionError: It has no message, or the content is no text. No content at all is an empty text.
    """
    try:
        choice = completion.choices[0]
        text = choice.message.content or ""
        counts = completion.usage
        usage = Usage(
            answers=1,
            prompt_tokens=int(counts.prompt_tokens) if counts else 0,
            completion_tokens=int(counts.completion_tokens) if counts else 0,
            uncounted=0 if counts else 1,
            cut=int(choice.finish_reason == "length"),
        )
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise NoCompletionError(f"it sent {_short(completion)}") from error
    if not isinstance(text, str):
        raise NoCompletionError(f"it sent {_short(completion)}")
    return text, usage


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


def complaint(error: Exception, url: str, model: str) -> str:
    """Return one sentence on a request that need not be made again: what is wrong, and what to do.

    Args:
        error: One of `FAULTS`.
        url: Where it was sent.
        model: The model that was asked for.
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
    try:
        return own + max(0.0, float(asked))
    except ValueError:
        date = email.utils.parsedate_tz(asked)
        return own + max(0.0, email.utils.mktime_tz(date) - time.time()) if date else own


def _short(said: object) -> str:
    """Return the beginning of what was said, on one line."""
    text = " ".join(str(said).split()) or type(said).__name__
    return text if len(text) <= 300 else f"{text[:300]}…"
