"""`mdgym train`: the three stages of post-training, each with the settings of its trainer."""

import importlib
from typing import Annotated, Any

import typer

from mdgym.errors import MdgymError, TrainingError

app = typer.Typer(help="Train a policy: cpt, sft and grpo, in this order.", no_args_is_help=True)

_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
_STAGES = {"cpt": "CptSettings", "sft": "SftSettings", "grpo": "GrpoSettings"}
_MODULES = {"cpt": "cpt", "sft": "sft", "grpo": "md_grpo"}

ListSettings = Annotated[bool, typer.Option("--settings", help="List all settings with their defaults; train nothing.")]


@app.command(context_settings=_PASS_ON)
def cpt(context: typer.Context, settings: ListSettings = False) -> None:
    """Go on with pre-training on a folder of text.

    Settings are lines of a YAML file (--config FILE), or --NAME VALUE; the command line wins. --settings lists them.

    Example: mdgym train cpt --config configs/tiny/cpt.yaml --text docs
    """
    _run("cpt", context.args, settings)


@app.command(context_settings=_PASS_ON)
def sft(context: typer.Context, settings: ListSettings = False) -> None:
    """Fine-tune on pairs of prompt and script.

    Settings are lines of a YAML file (--config FILE), or --NAME VALUE; the command line wins. --settings lists them.

    Example: mdgym train sft --config configs/tiny/sft.yaml
    """
    _run("sft", context.args, settings)


@app.command(context_settings=_PASS_ON)
def grpo(context: typer.Context, settings: ListSettings = False) -> None:
    """Learn from real LAMMPS by GRPO that recycles failed tries.

    Settings are lines of a YAML file (--config FILE), or --NAME VALUE; the command line wins. --settings lists them.

    Example: mdgym train grpo --config configs/tiny/md_grpo.yaml --recycle_share 0.25
    """
    _run("grpo", context.args, settings)


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
        settings, *unknown = _parser(stage).parse_args_and_config(arguments, return_remaining_strings=True)
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


def _parser(stage: str) -> Any:
    try:
        from trl import TrlParser
    except ImportError as error:
        raise TrainingError('training needs torch and trl: pip install "mdgym[train]"') from error
    module = importlib.import_module(f"mdgym.trainers.{_MODULES[stage]}")
    return TrlParser(
        getattr(module, _STAGES[stage]),
        prog=f"mdgym train {stage}",
        usage="%(prog)s [--config FILE] [--NAME VALUE ...]",
        add_help=False,
        # a setting that is cut short could become another one with the next version of TRL
        allow_abbrev=False,
        exit_on_error=False,
    )


def _run(stage: str, arguments: list[str], list_settings: bool) -> None:
    if list_settings:
        _parser(stage).print_help()
        return
    settings = settings_of(stage, arguments)
    importlib.import_module(f"mdgym.trainers.{_MODULES[stage]}").train(settings)
