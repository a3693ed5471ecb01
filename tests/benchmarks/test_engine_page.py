import json

from mdgym.benchmarks.engine import write_page
from mdgym.benchmarks.pages import marks

BEGIN, END = marks("engine")
WAYS = {"forkserver": 5.25, "binary": 50.0, "console": 150.0, "inprocess": 2.0}
RESULT = {
    "empty_ms": WAYS,
    "core_ms": {name: 10 * value for name, value in WAYS.items()},
    "core_tasks": ["core/test/nve/000"],
    "lammps_cpu_share": 0.93,
    "lammps_cpu_share_short": None,
    "families": {"micro/cohesion": {"total_ms": 40.0, "run_ms": 12.0, "verify_ms": 27.0, "verifier_share": 0.675}},
}


def test_a_page_gets_the_costs_between_its_marks(tmp_path):
    page = tmp_path / "engine.md"
    page.write_text(f"# Before\n\n{BEGIN}\nold numbers\n{END}\n\nAfter.\n")
    write_page(page, RESULT, "mdgym bench engine")
    text = page.read_text()
    assert text.startswith("# Before") and text.endswith("After.\n") and "old numbers" not in text
    assert "| empty | 5.2 | 50.0 | 150.0 | 2.0 |" in text
    assert "93% in scores of at least 0.2 s." in text and "less than" not in text
    assert "| micro, cohesion | 40 | 12 | 27 | 68% |" in text
    assert json.loads((tmp_path / "engine.json").read_text())["command"] == "mdgym bench engine"
