"""`mdgym lint`: what is wrong with this script, before it runs?"""

from typing import Annotated

import typer
from rich.markup import escape

from mdgym.commands.output import Json, print_json, read_script_file, stdout
from mdgym.engine import Engine
from mdgym.engine.catalogue import read_catalogue
from mdgym.script import extract_script
from mdgym.script import lint as find_faults


def lint(
    script: Annotated[str, typer.Argument(help="File with a LAMMPS script, or - for stdin.")],
    json: Json = False,
) -> None:
    """Explain what is wrong with a script, without running it; exit code 1 when there is an error.

    Unknown commands, styles and potential files are compared with what the installed LAMMPS has.

    Example: mdgym lint in.lammps
    """
    text = extract_script(read_script_file(script)).script
    with Engine() as engine:
        findings = find_faults(text, read_catalogue(engine))
    errors = sum(finding.severity == "error" for finding in findings)
    if json:
        print_json({"errors": errors, "findings": findings})
    else:
        for finding in findings:
            colour = "red" if finding.severity == "error" else "yellow"
            stdout.print(f"line {finding.line}: [{colour}]{finding.severity}[/] {escape(finding.message)}")
        if not findings:
            stdout.print("[green]nothing found[/]")
    raise typer.Exit(1 if errors else 0)
