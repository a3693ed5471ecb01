"""What a language model that was not trained for these tasks is told before its first question.

Instructions are text files: those in `prompts/`, which come with mdgym, or files of your own.
"""

from importlib.resources import files
from pathlib import Path

from mdgym.errors import AgentError

_FOLDER = files("mdgym.agents") / "prompts"


def load_instructions(source: str | Path) -> str:
    """Read instructions, for the `system` of an agent.

    Args:
        source: "lammps" for those that come with mdgym, or the path of a text file of your own, UTF-8.

    Returns:
        The text, without white space around it.

    Raises:
        AgentError: There is no such file, or it is no text.
    """
    known = sorted(file.name.removesuffix(".txt") for file in _FOLDER.iterdir())
    place = _FOLDER / f"{source}.txt" if source in known else Path(source)
    try:
        return place.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AgentError(
            f"instructions '{source}' cannot be read ({error}): use {', '.join(known)}, or the path of a text file"
        ) from error


def messages(observation: str, system: str | None) -> list[dict[str, str]]:
    """Return an observation as a chat: the system message, if there is one, and one message of the user."""
    told = [{"role": "system", "content": system}] if system else []
    return [*told, {"role": "user", "content": observation}]
