"""From the command line and YAML to the settings of a stage, by TRL's parser."""

import importlib
from typing import Any

from mdgym.errors import MdgymError, TrainingError

STAGES = {"cpt": ("cpt", "CptSettings"), "sft": ("sft", "SftSettings"), "grpo": ("md_grpo", "GrpoSettings")}
"""By stage, its module of this package and its settings."""


def settings_of(stage: str, arguments: list[str]) -> Any:
    """Read the settings of a stage: those of `--config FILE` (YAML), then those of the command line.

    Args:
        stage: "cpt", "sft" or "grpo".
        arguments: The command line behind the stage.

    Raises:
        TrainingError: There is no such file or setting, or a value makes no sense.
    """
    arguments = [part for word in arguments for part in _split(word)]
    if arguments[-1:] == ["--config"]:
        raise TrainingError("--config needs the name of a YAML file")
    try:
        settings, *unknown = parser(stage).parse_args_and_config(arguments, return_remaining_strings=True)
    except MdgymError:
        raise
    except FileNotFoundError as error:
        raise TrainingError(f"there is no settings file '{error.filename}'") from error
    except Exception as error:
        raise TrainingError(f"settings of {stage}: {error}") from error
    if unknown[-1]:
        raise TrainingError(f"{stage} has no setting {unknown[-1][0]}: `mdgym train {stage} --settings` lists them all")
    return settings


def _split(word: str) -> list[str]:
    return word.split("=", 1) if word.startswith("--config=") else [word]


def parser(stage: str) -> Any:
    """Return the parser of a stage's settings.

    Raises:
        TrainingError: TRL or what it needs is not installed.
    """
    module, name = STAGES[stage]
    try:
        from trl import TrlParser

        trainer = importlib.import_module(f"mdgym.trainers.{module}")
    # TRL and transformers import late, and say in a RuntimeError that something is missing
    except (ImportError, RuntimeError) as error:
        raise TrainingError(
            f'training needs torch, trl and datasets ({error.__cause__ or error}): pip install "mdgym[train]"'
        ) from error
    return TrlParser(
        getattr(trainer, name),
        prog=f"mdgym train {stage}",
        usage="%(prog)s [--config FILE] [--NAME VALUE ...]",
        add_help=False,
        # a setting that is cut short could become another one with the next version of TRL
        allow_abbrev=False,
        exit_on_error=False,
    )
