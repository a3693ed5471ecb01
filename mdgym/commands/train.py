"""`mdgym train`: the three stages of post-training, each with the settings of its trainer."""

import importlib
from typing import Annotated

import typer

from mdgym.trainers.settings import STAGES, parser, settings_of

app = typer.Typer(help="Train a policy: cpt, sft and grpo, in this order.", no_args_is_help=True)

_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

ListSettings = Annotated[bool, typer.Option("--settings", help="List all settings with their defaults; train nothing.")]


@app.command(context_settings=_PASS_ON)
def cpt(context: typer.Context, settings: ListSettings = False) -> None:
    """Go on with pre-training on a folder of text.

    Settings are lines of a YAML file (--config FILE), or --NAME VALUE; the command line wins. --settings lists them.

    Example: mdgym train cpt --config configs/qwen3-0.6b/cpt.yaml --text docs
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


def _run(stage: str, arguments: list[str], list_settings: bool) -> None:
    if list_settings:
        parser(stage).print_help()
        return
    settings = settings_of(stage, arguments)
    importlib.import_module(f"mdgym.trainers.{STAGES[stage][0]}").train(settings)
