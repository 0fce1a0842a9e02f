"""Commands of `mf` in one process, which costs what one of them costs: python ask_metricflow.py COMMANDS EXIT_CODES.

COMMANDS is a JSON list of lists of arguments, EXIT_CODES becomes one of numbers.
"""

import json
import sys
from pathlib import Path

from click.testing import CliRunner
from dbt_metricflow.cli import main as mf
from dbt_metricflow.cli.cli_configuration import CLIConfiguration


def main(commands: Path, exit_codes: Path) -> None:
    configuration = CLIConfiguration()
    codes = []
    for name, *arguments in json.loads(commands.read_text(encoding="utf-8")):
        outcome = CliRunner().invoke(mf.cli.commands[name], arguments, obj=configuration)
        print(outcome.output)
        codes.append(outcome.exit_code)
    exit_codes.write_text(json.dumps(codes), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
