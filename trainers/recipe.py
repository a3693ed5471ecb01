"""Everything that `mdgym quickstart` does in one object, read from a folder of settings."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mdgym.errors import RecordError, TrainingError
from mdgym.records import from_json
from mdgym.trainers.data import Mixture
from mdgym.trainers.settings import settings_of

if TYPE_CHECKING:
    from mdgym.trainers.md_grpo import GrpoSettings
    from mdgym.trainers.sft import SftSettings


@dataclass
class Recipe:
    """From nothing to a policy.

    Attributes:
        data: What the model is fine-tuned on; suite and families are those of `md_grpo`.
        excerpts: Fine-tuning on short pairs, which comes first.
        sft: Fine-tuning on whole scripts.
        md_grpo: Reinforcement learning.
    """

    data: Mixture
    excerpts: "SftSettings"
    sft: "SftSettings"
    md_grpo: "GrpoSettings"


def read(folder: Path) -> Recipe:
    """Read `data.yaml`, `excerpts.yaml`, `sft.yaml` and `md_grpo.yaml` of a folder.

    Raises:
        TrainingError: The folder or a file of it is missing, or holds a setting that does not exist or a value that
            makes no sense.
    """
    if not folder.is_dir():
        raise TrainingError(
            f"there is no folder '{folder}': start from the top of a checkout of mdgym, or name another"
        )
    excerpts, sft, md_grpo = (
        settings_of(stage, ["--config", str(folder / f"{name}.yaml")])
        for stage, name in (("sft", "excerpts"), ("sft", "sft"), ("grpo", "md_grpo"))
    )
    # comes with the libraries that the settings above have asked for
    import yaml

    file = folder / "data.yaml"
    try:
        written = yaml.safe_load(file.read_text("utf-8")) or {}
        data = from_json(Mixture, {**written, "suite": md_grpo.suite, "families": md_grpo.families})
    except FileNotFoundError as error:
        raise TrainingError(f"there is no settings file '{file}'") from error
    except (RecordError, TypeError, yaml.YAMLError) as error:
        raise TrainingError(f"settings in {file}: {error}") from error
    return Recipe(data, excerpts, sft, md_grpo)
