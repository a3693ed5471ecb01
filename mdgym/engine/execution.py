"""What one script did in LAMMPS: the frozen result that everything above the engine reads.

Numbers are in the LAMMPS units of the script (`State.units`). All come from the engine's own computes and from
its memory; nothing that a script prints enters here except `log`, which nobody scores.
"""

from dataclasses import dataclass, field

import numpy as np

COMPLETED = "completed"
SCRIPT_ERROR = "script_error"
TIMEOUT = "timeout"
QUOTA = "quota"
FORBIDDEN = "forbidden"
CRASH = "crash"
EXITED = "exited"
STATUSES = (COMPLETED, SCRIPT_ERROR, TIMEOUT, QUOTA, FORBIDDEN, CRASH, EXITED)

COLUMNS = (
    "step",
    "temperature",
    "pressure",
    "pxx",
    "pyy",
    "pzz",
    "pxy",
    "pxz",
    "pyz",
    "volume",
    "atoms",
    "timestep",
    "mass",
    "potential",
    "kinetic",
)
# Recorded on request alone, for energies and virials of single atoms take time: the heat flux times the volume.
FLUX = ("jx", "jy", "jz")


@dataclass(frozen=True)
class ScriptFault:
    """Why a script did not complete.

    Attributes:
        message: What LAMMPS or mdgym said, one or two sentences.
        command: The command that was being executed, variables substituted; empty when none was.
        line: Its line number in the script (first line is 1); 0 when unknown.
        file: The included file that the line belongs to; empty for the script itself.
    """

    message: str
    command: str = ""
    line: int = 0
    file: str = ""


@dataclass(frozen=True)
class Milestones:
    """How far a script came: each is true once it happened and stays so.

    Attributes:
        box: A simulation box existed.
        atoms: Atoms existed.
        ran: A `run` or `minimize` ended.
        hundred_steps: Runs and minimizations of at least 100 steps in all have ended.
    """

    box: bool = False
    atoms: bool = False
    ran: bool = False
    hundred_steps: bool = False

    @property
    def reached(self) -> int:
        """Number of milestones reached, 0 to 4."""
        return self.box + self.atoms + self.ran + self.hundred_steps


@dataclass(frozen=True)
class Frame:
    """Positions at one hidden step of a run, sorted by atom id.

    Attributes:
        step: The timestep.
        box: Shape (3, 3): lower bounds, upper bounds, and tilts (xy, xz, yz).
        types: Shape (n,), the atom types.
        positions: Shape (n, 3), unwrapped: a step over the edge of a periodic box goes on outside.
        potential: The potential energy that the engine recorded at this step, total.
    """

    step: int
    box: np.ndarray
    types: np.ndarray
    positions: np.ndarray
    potential: float


@dataclass(frozen=True)
class Segment:
    """The trusted recording of one `run` or `minimize`.

    Attributes:
        command: "run" or "minimize".
        line: Its line in the script.
        first_step: Timestep before it.
        last_step: Timestep after it.
        timestep: Size of a timestep at its end, in time units of the script.
        every: Samples were taken at multiples of this many steps.
        samples: Shape (k, len(COLUMNS)), a row per sample, and the columns of `FLUX` behind them where the heat flux
            was asked for; one row at its end for a minimization, with NaN for what is not known there.
        frames: Hidden frames.
        force_field: The commands that define forces, as executed, in the order they were given.
        fixes: What moves the atoms: the active `fix` and `fix_modify` commands as executed (the group "all" stands for
            every group that holds all atoms), variables that thermostats follow, changed degrees of freedom.
        touched: Commands since the segment before that changed atoms, velocities, box or step.
        nested: Commands that ran inside this one (`run N every M "..."`).
        watched: The samples account for every step that was run.
    """

    command: str
    line: int
    first_step: int
    last_step: int
    timestep: float
    every: int
    samples: np.ndarray
    frames: tuple[Frame, ...]
    force_field: tuple[str, ...]
    fixes: tuple[str, ...]
    touched: tuple[str, ...]
    nested: tuple[str, ...]
    watched: bool

    @property
    def steps(self) -> int:
        """Number of steps (or iterations) done."""
        return self.last_step - self.first_step

    def column(self, name: str) -> np.ndarray:
        """Return the samples of one quantity of `COLUMNS` or `FLUX`, shape (k,)."""
        return self.samples[:, (*COLUMNS, *FLUX).index(name)]


@dataclass(frozen=True)
class State:
    """The system at the end of a script, read from the engine's memory and sorted by atom id.

    Attributes:
        units: LAMMPS unit style.
        dimension: 2 or 3.
        periodic: For x, y and z.
        step: Timestep.
        timestep: Size of a timestep.
        box: Shape (3, 3): lower bounds, upper bounds, and tilts (xy, xz, yz).
        ids: Shape (n,).
        types: Shape (n,).
        masses: Shape (n,), mass of each atom.
        positions: Shape (n, 3).
        velocities: Shape (n, 3).
        charges: Shape (n,); empty when the atom style has none.
        force_field: As in `Segment`.
        restart: A LAMMPS restart file, kept for molecular systems only.
    """

    units: str
    dimension: int
    periodic: tuple[bool, bool, bool]
    step: int
    timestep: float
    box: np.ndarray
    ids: np.ndarray
    types: np.ndarray
    masses: np.ndarray
    positions: np.ndarray
    velocities: np.ndarray
    charges: np.ndarray
    force_field: tuple[str, ...] = ()
    restart: bytes | None = None

    @property
    def atoms(self) -> int:
        """Number of atoms."""
        return len(self.ids)


@dataclass(frozen=True)
class LeftFile:
    """A file that the script left in its directory: name and size in bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class Timing:
    """What an execution cost, in seconds.

    Attributes:
        wall_s: From the request to the result, as the caller saw it.
        cpu_s: CPU time of the sandboxed process.
        lammps_s: CPU time of it that was spent inside LAMMPS.
    """

    wall_s: float = 0.0
    cpu_s: float = 0.0
    lammps_s: float = 0.0


@dataclass(frozen=True)
class Execution:
    """The result of one script.

    Attributes:
        status: One of `STATUSES`.
        error: Why it did not complete; None when it did.
        milestones: How far it came.
        commands: Number of commands that were executed.
        recognised: Number of commands in the text whose name is one of LAMMPS; 0 for prose.
        steps: Steps of dynamics and minimization that ended.
        warnings: The first warnings of LAMMPS, one line each.
        segments: The trusted recording, a segment per `run` or `minimize`.
        touched: Commands after the last segment that changed atoms, velocities or box.
        watched: The recording accounts for all dynamics.
        unwatched_reason: A sentence when it does not.
        state: The system after the last command; None when there was none or the script crashed.
        variables: Values of equal-style (or numeric) variables at the end; None for one that has no value.
        files: Files that the script left behind.
        capped: The engine shortened a run, as the caller had asked.
        log: What LAMMPS printed, cut in the middle when long.
        timing: Cost; not part of the record.
    """

    status: str
    error: ScriptFault | None = None
    milestones: Milestones = Milestones()
    commands: int = 0
    recognised: int = 0
    steps: int = 0
    warnings: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    touched: tuple[str, ...] = ()
    watched: bool = True
    unwatched_reason: str = ""
    state: State | None = None
    variables: dict[str, float | None] = field(default_factory=dict)
    files: tuple[LeftFile, ...] = ()
    capped: bool = False
    log: str = ""
    schema_version: int = 1
    timing: Timing = field(default=Timing(), compare=False, metadata={"record": False})

    @property
    def executed(self) -> bool:
        """Every command ran to the end, and a `run` or `minimize` was among them."""
        return self.status == COMPLETED and self.milestones.ran
