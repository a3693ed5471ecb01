"""The limits on one script."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one script may use.

    The first limit that a long script meets is `atom_steps`, which does not depend on the clock. CPU time is the net
    behind it, and wall clock that behind CPU time, so that a busy machine ends no script that an idle one does not.
    Hitting any of them ends the script with the status "quota" or "timeout".

    Attributes:
        wall_s: Wall-clock time, seconds.
        cpu_s: CPU time, seconds.
        atom_steps: Sum over runs of atoms x steps.
        memory_mb: Address space beyond what the engine itself needs, MiB.
        file_mb: Size of one written file, MiB.
        directory_mb: Size of all written files together, MiB.
        files: Number of files in the directory.
        open_files: Number of files open at the same time.
        commands: Number of executed commands, loops counted.
        run_steps: Shorten each `run` to this many steps (None: never); the execution is then marked `capped`.
    """

    wall_s: float = 30.0
    cpu_s: float = 10.0
    atom_steps: float = 5e7
    memory_mb: int = 2048
    file_mb: int = 64
    directory_mb: int = 128
    files: int = 256
    open_files: int = 64
    commands: int = 100_000
    run_steps: int | None = None

    def __post_init__(self) -> None:
        for name, value in self.__dict__.items():
            if value is not None and not value > 0:
                raise ValueError(f"Limits.{name} must be positive, not {value!r}")
