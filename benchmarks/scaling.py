"""How fast many scripts are scored: in one process, and on Ray workers of this machine.

All ways take turns, again and again, so that a machine that is busy for a while is busy for all of them; medians of
rates are reported, and what is compared is their ratio.
"""

import logging
import os
import statistics
import time
from itertools import islice, repeat
from pathlib import Path
from typing import Any

from mdgym.benchmarks.pages import made_by, write_between
from mdgym.scoring import Pool, RayPool, SerialPool
from mdgym.tasks.task import Task

# 32 atoms for a few steps, or 500 for many. There is no contract, so nothing is verified.
_SCRIPT = """units lj
lattice fcc 0.8442
region box block 0 {cells} 0 {cells} 0 {cells}
create_box 1 box
create_atoms 1 box
mass 1 1.0
velocity all create 1.4 87287
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0
fix 1 all nve
run {steps}
"""
TASK = Task("bench/scaling", "Melt a crystal.")
SCRIPTS = {"short": _SCRIPT.format(cells=2, steps=20), "medium": _SCRIPT.format(cells=5, steps=1300)}
# Scores of each round and way, for each worker.
ROUND, QUICK_ROUND = {"short": 100, "medium": 4}, {"short": 40, "medium": 2}
ROUNDS, QUICK_ROUNDS = 7, 2
CURVE, QUICK_CURVE = (100, 1_000, 5_000, 20_000), (100, 1_000)
_MIB = 1 << 20


def measure(quick: bool = False) -> dict[str, Any]:
    """Measure; `quick` takes fewer rounds and a shorter curve.

    Returns:
        `cores`. `scripts`: for "short" and "medium", `serial_ms` (a score in one process), `serial_per_s`, `ray_per_s`
        by number of workers, and `efficiency` by number of workers: their rate over that of one process times the
        number of workers or cores, whichever is less. `serial_per_s`, `ray_per_s`, `efficiency`: those of medium
        scripts, the last with a worker on each core. `overhead_ms`: what a short script costs more with one worker
        than in one process. `curve`: [tasks, seconds, memory of this process and of the workers in MiB] of short
        scripts with a worker on each core.
    """
    import ray

    cores = len(os.sched_getaffinity(0))
    sizes = sorted({1, 2, cores, 2 * cores})
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    own = not ray.is_initialized()
    if own:
        # room for all pools at the same time: those that wait cost nothing
        ray.init(
            "local", num_cpus=sum(sizes), include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR
        )
    serial = SerialPool()
    pools = {size: RayPool(size) for size in sizes}
    try:
        for pool in pools.values():
            pool.score_many([(TASK, SCRIPTS["short"], 0)] * 4 * pool.workers)
        rounds = QUICK_ROUNDS if quick else ROUNDS
        found = {
            kind: _compare(script, (QUICK_ROUND if quick else ROUND)[kind], rounds, serial, pools, cores)
            for kind, script in SCRIPTS.items()
        }
        curve = [_stream(pools[cores], tasks) for tasks in (QUICK_CURVE if quick else CURVE)]
    finally:
        serial.close()
        for pool in pools.values():
            pool.close()
        if own:
            ray.shutdown()
    short, medium = found["short"], found["medium"]
    return {
        "cores": cores,
        "serial_per_s": medium["serial_per_s"],
        "ray_per_s": medium["ray_per_s"],
        "efficiency": medium["efficiency"][str(cores)],
        "overhead_ms": 1000 / short["ray_per_s"]["1"] - short["serial_ms"],
        "curve": curve,
        "scripts": found,
    }


def _compare(
    script: str, count: int, rounds: int, serial: Pool, pools: dict[int, RayPool], cores: int
) -> dict[str, Any]:
    ways: dict[str, tuple[Pool, int]] = {"serial": (serial, count)}
    ways |= {str(size): (pool, count * min(size, cores)) for size, pool in pools.items()}
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, (pool, scores) in ways.items():
            start = time.perf_counter()
            for _, scored in pool.as_completed([(TASK, script, seed) for seed in range(scores)]):
                if isinstance(scored, Exception):
                    raise scored
            # the first round warms up
            if number:
                rates[name].append(scores / (time.perf_counter() - start))
    per_s = {name: statistics.median(values) for name, values in rates.items()}
    alone = per_s.pop("serial")
    return {
        "serial_ms": 1000 / alone,
        "serial_per_s": alone,
        "ray_per_s": per_s,
        "efficiency": {size: rate / (alone * min(int(size), cores)) for size, rate in per_s.items()},
    }


def _stream(pool: RayPool, tasks: int) -> list[float]:
    """Score many short scripts as they come; return their number, the seconds, and the memory at the end in MiB."""
    start = time.perf_counter()
    done = 0
    for _, scored in pool.as_completed(islice(repeat((TASK, SCRIPTS["short"], 0)), tasks)):
        if isinstance(scored, Exception):
            raise scored
        done += 1
    assert done == tasks
    return [tasks, round(time.perf_counter() - start, 2), round(_memory(), 1)]


def _memory() -> float:
    """Resident memory of this process and of all workers on this machine, MiB."""
    total = _resident(Path("/proc/self"))
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if b"ray::RemoteScorer" in (entry / "cmdline").read_bytes():
                    total += _resident(entry)
            except OSError:
                continue
    return total / _MIB


def _resident(process: Path) -> int:
    return int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def write_page(page: Path, result: dict[str, Any], command: str) -> None:
    """Put rates, overhead and curve into a page that has the marks of `scaling`."""
    made = made_by(command)
    sizes = list(result["ray_per_s"])
    lines = [_row("script", "one process, ms", *(f"{size} workers: per s (of linear)" for size in sizes))]
    lines.append(_row(*["---"] * (2 + len(sizes))))
    for kind, found in result["scripts"].items():
        cells = (f"{found['ray_per_s'][s]:.1f} ({found['efficiency'][s]:.2f})" for s in sizes)
        lines.append(_row(kind, f"{found['serial_ms']:.1f}", *cells))
    lines += [
        "",
        f"What a short script costs more with one worker than in one process: {result['overhead_ms']:.2f} ms.",
        "",
        _row("short scripts", "seconds", "ms each", "memory of driver and workers, MiB"),
        _row(*["---"] * 4),
    ]
    lines += [_row(n, s, f"{1000 * s / n:.2f}", memory) for n, s, memory in result["curve"]]
    linear = "Linear is the rate of one process times the number of workers or cores, whichever is less."
    lines += ["", f"`{made['command']}`, {made['date']}, {result['cores']} cores. {linear}"]
    write_between(page, "scaling", "\n".join(lines) + "\n", {**made, **result})


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"
