"""What a person types. One file a command, loaded when it is called: help needs click alone."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

from flightsw import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

OK: Final = 0
NOT_AS_EXPECTED: Final = 1
REFUSED: Final = 2
BOARD_TROUBLE: Final = 3
OUR_BUG: Final = 4
INTERRUPTED: Final = 130

# Name -> what it does. The command is `command` in flightsw/cli/NAME.py.
COMMANDS: Final = {
    "demo": "fly a real mission as it was planned, then as it was lost",
    "run": "fly a mission or a scenario once",
    "check": "validate files without flying, all errors at once",
    "list": "what the catalogue holds",
    "show": "one entry of the catalogue: plan, vehicle, orbit",
    "sources": "every constant with its source, or its assumption and range",
    "report": "a run as one HTML page, alone or beside another",
    "console": "watch a flight in a browser, live or again",
    "tm": "the downlink and nothing else: decode, audit, find, export",
    "board": "boards that fly a part: find, make, try, compare",
    "schema": "write the JSON Schema of each kind of file, for editors",
}
ABOUT: Final = """\
Usage: flightsw COMMAND [OPTIONS]
Flies the flight software of a launch vehicle, with faults if you like, and shows
what the ground hears of it. `flightsw COMMAND -h` explains one command.
"""


class CrashedError(Exception):
    """Something of ours went wrong in a run: its folder is where to leave the crash file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.folder = folder


def _print_version(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        click.echo(f"flightsw {__version__}")
        context.exit()


def _version_option() -> click.Option:
    return click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_print_version,
        help="Show the version and exit.",
    )


class _Commands(click.Group):
    """The commands by name; none is imported before it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"flightsw.cli.{cmd_name}").command
        for each in (command, *getattr(command, "commands", {}).values()):
            if not any("--version" in option.opts for option in each.params):
                each.params.append(_version_option())
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            msg = f"no command `{name}`{hint}"
            raise click.UsageError(msg, ctx)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(ABOUT)
        formatter.write("\n")
        formatter.write_dl([*COMMANDS.items()])
        formatter.write("\n")
        formatter.write_dl([("-h, --help", "show this"), ("--version", "show the version")])


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.pass_context
def commands(context: click.Context) -> None:
    """Fly a launch vehicle's flight software."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


commands.params.append(_version_option())


def main(arguments: Sequence[str] | None = None) -> int:  # noqa: PLR0911  one a case
    """Run a command line; return the exit code of the command-line contract, section 4."""
    given = [*(sys.argv[1:] if arguments is None else arguments)]  # `list` is a command here
    try:
        code: Any = commands.main(args=given, prog_name="flightsw", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return OK
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else _called(given)
        _complain(f"error: {error.format_message()}\n  --> try: {path} -h")
        return REFUSED
    except click.ClickException as error:
        _complain(f"error: {error.format_message()}")
        return REFUSED
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted")
        return INTERRUPTED
    except CrashedError as error:
        return _crashed(error.__cause__ or error, error.folder, given)
    except Exception as error:
        if _is_of_use(error):
            _complain(_worded(error))
            return REFUSED
        if _is_of_a_board(error):
            _complain(_worded(error))
            return BOARD_TROUBLE
        return _crashed(error, None, given)
    return code if isinstance(code, int) else OK


def _called(given: list[str]) -> str:
    """Return the command that was meant, where the error itself does not say."""
    known = bool(given) and given[0] in COMMANDS
    return f"flightsw {given[0]}" if known else "flightsw"


def _is_of_use(error: BaseException) -> bool:
    from flightsw.errors import FlightswError
    from hil.errors import BoardUseError

    return isinstance(error, (FlightswError, BoardUseError))


def _is_of_a_board(error: BaseException) -> bool:
    from hil.errors import BoardError

    return isinstance(error, BoardError)


def _worded(error: Exception) -> str:
    text = str(error)
    return text if text.startswith("error: ") else f"error: {text}"


def _complain(text: str) -> None:
    click.echo(text, err=True)


def _crashed(error: BaseException, folder: Path | None, arguments: list[str]) -> int:
    """Leave a crash file and name it."""
    import platform
    import traceback
    from pathlib import Path

    report = (
        f"flightsw {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"arguments: {arguments}\n\n{''.join(traceback.format_exception(error))}"
    )
    path = (folder or Path()) / f"flightsw-crash-{os.getpid()}.txt"
    try:
        path.write_text(report, encoding="utf-8")
    except OSError:
        _complain(f"{report}\nerror: this is a bug of flightsw; please report the lines above")
        return OUR_BUG
    _complain(f"error: this is a bug of flightsw ({type(error).__name__}); please report {path}")
    return OUR_BUG
