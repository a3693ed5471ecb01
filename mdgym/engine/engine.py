"""Run LAMMPS scripts, fast and confined: the client of a fork server."""

import os
import re
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from mdgym.closing import Closing
from mdgym.engine.execution import QUOTA, SCRIPT_ERROR, Execution, LeftFile, Milestones, ScriptFault, Timing
from mdgym.engine.job import ScriptJob
from mdgym.engine.library import potentials_directory
from mdgym.engine.limits import Limits
from mdgym.engine.process import ServerProcess
from mdgym.engine.replay import Replay, ReplayResult
from mdgym.errors import InfrastructureError, RecordError
from mdgym.records import from_json, to_json
from mdgym.script.lexer import read_script
from mdgym.script.perturb import Perturbation
from mdgym.script.styles import COMMANDS

MAX_SCRIPT_BYTES = 1 << 20
# The server answers a deadline by itself; only a dead or stopped one needs longer than this.
_GRACE_S = 15.0
_TIMINGS = re.compile(
    r"Loop time of|Performance: |[\d.]+% CPU use|MPI task timing|Section +\|  |-{20,}$|Total wall time|Printed on "
    r"|.* CPU = [\d.e-]+ seconds"
    r"|(?:Pair|Bond|Kspace|Neigh|Comm|Output|Modify|Other|RESPA|Special) +\| "
)


class Engine(Closing):
    """A LAMMPS fork server, started when first used; several can live in one process.

    Args:
        limits: Limits on each script.
        sandbox: False runs scripts without any protection, with the rights of this process. Only for scripts that
            you would start by hand.
        directory: Where temporary files go; None for the system's place.

    Raises:
        SandboxError: On first use, when this machine cannot confine scripts; the sentence says why.
        InfrastructureError: On first use, when LAMMPS is missing or nothing can be written.

    Examples:
        >>> from mdgym.engine import Engine
        >>> with Engine() as engine:
        ...     engine.run("print hello").status
        'completed'
    """

    def __init__(
        self, limits: Limits | None = None, sandbox: bool = True, directory: str | os.PathLike[str] | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.sandbox = sandbox
        self.lammps_version = 0
        self._directory = Path(directory or tempfile.gettempdir())
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._server: ServerProcess | None = None
        self._closed = False

    def start(self) -> None:
        """Start the server now instead of with the first script."""
        with self._mine():
            self._running()

    def close(self) -> None:
        """End the server and remove its files; more than once does no harm."""
        self._closed = True
        server, self._server = self._server, None
        if server is not None:
            server.end()

    def run(
        self,
        script: str,
        files: Mapping[str, str | bytes | os.PathLike[str]] | None = None,
        variables: tuple[str, ...] | None = None,
        seed: int = 0,
        limits: Limits | None = None,
        perturbation: Perturbation | None = None,
        heat_flux: bool = False,
    ) -> Execution:
        """Run one script.

        Args:
            script: LAMMPS input, any text.
            files: Files for the script: name to content, or to a path (`os.PathLike`) that is copied. It may read all
                of them but potentials, which only LAMMPS reads.
            variables: Variables to evaluate at the end; None for all that have a number as value.
            seed: Seed of the episode; random seeds in the script follow from it.
            limits: Limits for this script instead of the engine's.
            perturbation: Change of the world, for a counterfactual run.
            heat_flux: Record the heat flux too (`FLUX`), of potentials between pairs of atoms.

        Returns:
            What happened, whatever the script did.

        Raises:
            InfrastructureError: mdgym itself failed. The engine can be used again.
            ValueError: A file's name leaves the script's directory.
        """
        began = time.perf_counter()
        given = {_safe_name(name): _content(content) for name, content in (files or {}).items()}
        text = script.encode("utf-8", "replace").decode()
        if len(text) > MAX_SCRIPT_BYTES:
            fault = ScriptFault(f"the script has {len(text)} characters; at most {MAX_SCRIPT_BYTES} are read")
            return Execution(status=QUOTA, error=fault)
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            return Execution(SCRIPT_ERROR, ScriptFault("the script holds a NUL character", line=line))
        limits = limits or self.limits
        # LAMMPS reads a potential; a script that could would see that it was changed for a counterfactual run
        potentials = potentials_directory()
        readable = tuple(name for name in given if not (potentials / name).is_file())
        job = ScriptJob(text, readable, variables, seed, limits, perturbation, heat_flux)
        answer = self._ask({"kind": "script", "job": to_json(job), "files": given, "limits": to_json(limits)}, limits)
        return replace(_execution(answer, time.perf_counter() - began), recognised=_recognised(text))

    def replay(self, job: Replay, files: Mapping[str, str | bytes | os.PathLike[str]] | None = None) -> ReplayResult:
        """Do a verifier's run.

        Args:
            job: What to compute.
            files: Files that its force field reads.

        Returns:
            Energies and samples; `error` says when LAMMPS could not go on, a limit or a crash included.

        Raises:
            InfrastructureError: mdgym itself failed.
        """
        given = {_safe_name(name): _content(content) for name, content in (files or {}).items()}
        request = {"kind": "replay", "job": to_json(job, raw=True), "files": given, "limits": to_json(self.limits)}
        answer = self._ask(request, self.limits)
        cost = Timing(cpu_s=answer["cpu_s"], lammps_s=answer.get("lammps_s", 0.0))
        if "replay" not in answer:
            empty = ReplayResult.failed(answer["message"])
            return replace(empty, timing=cost)
        return replace(from_json(ReplayResult, answer["replay"]), timing=cost)

    def styles(self) -> dict[str, tuple[str, ...]]:
        """Names of all styles of this LAMMPS by category ("pair", "fix", "command", ...)."""
        answer = self._ask({"kind": "catalogue"}, self.limits)
        return {category: tuple(names) for category, names in answer["styles"].items()}

    def server_cpu_s(self) -> float:
        """CPU time of the server and of all scripts that have ended, seconds; 0 when it is not running."""
        return 0.0 if self._server is None else self._server.cpu_s()

    def _ask(self, request: dict[str, Any], limits: Limits) -> dict[str, Any]:
        with self._mine():
            server = self._running()
            try:
                answer = server.ask(request, limits.wall_s + _GRACE_S)
            except BaseException:
                # half a message may lie in the channel, and Ctrl-C must not leave a script running
                self._server = None
                server.end()
                raise
        if "infrastructure" in answer:
            raise InfrastructureError(answer["infrastructure"])
        return answer

    def _mine(self) -> threading.Lock:
        """Return the lock that guards the server; in a fork of its owner both are begun anew."""
        if self._owner != os.getpid():
            self._owner, self._lock, self._server = os.getpid(), threading.Lock(), None
        return self._lock

    def _running(self) -> ServerProcess:
        if self._server is None and not self._closed:
            self._server = ServerProcess(self._directory, self.sandbox)
            self.lammps_version = self._server.lammps_version
        if self._closed or self._server is None:
            self.close()
            raise InfrastructureError("the engine is closed")
        return self._server


def _safe_name(name: str) -> str:
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\0" in name:
        raise ValueError(f"the file name {name!r} leaves the script's directory")
    return str(path)


def _recognised(script: str) -> int:
    # a text may consist of what only Python takes for white space
    # one word or none: Python takes more for white space than LAMMPS does
    return sum(not COMMANDS.isdisjoint(command.text.split(maxsplit=1)[:1]) for command in read_script(script))


def _content(content: str | bytes | os.PathLike[str]) -> str | bytes:
    if isinstance(content, str):
        return content.encode("utf-8", "replace")
    return content if isinstance(content, bytes) else str(Path(content).resolve(strict=True))


def _without_timings(log: str) -> str:
    """Drop what depends on the clock, so that equal runs have equal records."""
    return "\n".join(line for line in log.split("\n") if not _TIMINGS.match(line))


def _execution(answer: dict[str, Any], wall_s: float) -> Execution:
    timing = Timing(wall_s, answer["cpu_s"], answer.get("lammps_s", answer["cpu_s"]))
    files = tuple(LeftFile(f["name"], f["size"]) for f in answer["left"])
    if "execution" in answer:
        try:
            execution = from_json(Execution, answer["execution"])
        except RecordError as error:
            raise InfrastructureError(f"the record of a script is damaged: {error}") from error
    else:
        bits, line, commands, steps, text = answer["progress"]
        reached = Milestones(*(bool(bits >> i & 1) for i in range(4)))
        fault = ScriptFault(answer["message"], text[:400], line)
        execution = Execution(answer["status"], fault, reached, commands, steps=steps, watched=False)
    log = _without_timings(answer["log"])
    warnings = [line.strip() for line in log.splitlines() if line.startswith("WARNING")]
    return replace(
        execution,
        warnings=(*execution.warnings, *dict.fromkeys(w[:300] for w in warnings))[:20],
        files=files,
        log=log,
        timing=timing,
    )
