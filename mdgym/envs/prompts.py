"""What a policy reads when it may repair its script."""

from mdgym.envs.text import clean

# A script or a message longer than this teaches nothing that its beginning and end do not.
_SCRIPT_LENGTH = 16_384
_FEEDBACK_LENGTH = 8_192

_REPAIR = """{prompt}

You have already tried this script:

```lammps
{script}
```

What came of it:

{feedback}

Write the whole script again, corrected."""


def repair_prompt(prompt: str, script: str, feedback: str) -> str:
    """Put a failed attempt under the prompt of its task.

    Args:
        prompt: The task's prompt.
        script: The script that was tried.
        feedback: What the score said of it.

    Returns:
        A prompt that stands alone, so that a policy without memory can repair the script.
    """
    return _REPAIR.format(
        prompt=prompt.rstrip(),
        script=clean(script, _SCRIPT_LENGTH).rstrip(),
        feedback=clean(feedback, _FEEDBACK_LENGTH).rstrip(),
    )
