"""Every error that mdgym raises on purpose; the class says whose fault it is.

A script's own fault is never an exception: it is a scored `Execution`. What is raised is either the
caller's (`TaskError`, `RecordError`, `AgentError`) or the machine's (`SandboxError`, `InfrastructureError`).
"""


class MdgymError(Exception):
    """Base of all errors raised by mdgym."""


class RecordError(MdgymError, ValueError):
    """A stored record cannot be read: a field is unknown, missing, or of another schema version."""


class TaskError(MdgymError, ValueError):
    """A task, suite or task file is wrong; the message names the file, the line and the field."""


class AgentError(MdgymError):
    """An agent could not be built or did not answer with text."""


class SandboxError(MdgymError):
    """This machine cannot confine untrusted scripts, so none is run."""


class InfrastructureError(MdgymError):
    """mdgym itself failed (worker died, disk full, library missing): never a reward, always worth a retry."""


class TrainingError(MdgymError, ValueError):
    """A setting, model, data set or checkpoint for training is wrong; the message says what to change."""
