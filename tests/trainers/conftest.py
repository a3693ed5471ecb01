"""What the tests of training share: one thread, and a model that is trained in milliseconds."""

import json

import pytest

# Settings of every training: quiet, on one CPU, and the same at each step, so that runs can be compared.
PLAIN = {
    "use_cpu": True,
    "report_to": "none",
    "disable_tqdm": True,
    "logging_steps": 1,
    "learning_rate": 1e-2,
    "lr_scheduler_type": "constant",
    "optim": "adamw_torch",
}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """Folder of a random model of one layer with its tokenizer, which knows the fast suite's words."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("trl")
    from mdgym.tasks.suites import load_suite
    from mdgym.trainers.data import compact
    from mdgym.trainers.tiny import TinySettings, save_tiny

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("tiny")
    tasks = load_suite("micro", "train")[::10]
    texts = [text for task in tasks for text in (task.prompt, compact(task.gold))]
    save_tiny(texts, folder, TinySettings(vocabulary=400, hidden=32, layers=1, heads=2))
    return folder


@pytest.fixture
def plain(tiny, tmp_path, monkeypatch):
    """Settings that every training here has."""
    pytest.importorskip("datasets")
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    return {**PLAIN, "model": str(tiny)}


@pytest.fixture(scope="session")
def logged():
    """Read a column of the log that a checkpoint holds: (folder, column) to its numbers."""

    def read(checkpoint, column):
        history = json.loads((checkpoint / "trainer_state.json").read_text())["log_history"]
        return [line[column] for line in history if column in line]

    return read


@pytest.fixture(scope="session")
def weights():
    """Read the weights of a saved model as one vector."""
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file

    def read(folder):
        found = load_file(folder / "model.safetensors")
        return torch.cat([found[name].ravel() for name in sorted(found)])

    return read
