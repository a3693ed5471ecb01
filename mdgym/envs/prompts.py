"""What a policy reads when it may repair its script."""

from mdgym.envs.text import clean

# A script or a message longer than this teaches nothing that its beginning and end do not.
_SCRIPT_LENGTH = 16_384
_FEEDBACK_LENGTH = 8_192

_TRIED = """You have already tried this script:

```lammps
{}
```"""


def repair_prompt(prompt: str, script: str | None, feedback: str | None) -> str:
    """Put a failed attempt under the prompt of its task.

    Args:
        prompt: The task's prompt.
        script: The script that was tried; None to keep it back.
        feedback: What the score said of it; None to keep it back.

    Returns:
        A prompt that stands alone, so that a policy without memory can repair the script.
    """
    parts = [prompt.rstrip()]
    if script is not None:
        parts.append(_TRIED.format(clean(script, _SCRIPT_LENGTH).rstrip()))
    if feedback is not None:
        what = "it" if script is not None else "a script that you have already tried"
        parts.append(f"What came of {what}:\n\n{clean(feedback, _FEEDBACK_LENGTH).rstrip()}")
    return "\n\n".join([*parts, "Write the whole script again, corrected."])
