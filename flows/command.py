"""The command line: one command for each thing a person does with a migration.

Rule of the house: a command runs the same flow as a deployment would; it exits by the error tree
and never shows a traceback.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from core.errors import MigrationError
from core.lifecycle import Gate
from flows import acts, advice
from flows.accounts import users
from flows.asking import password_of
from flows.auditing import audit, report
from flows.beside import bench, practice, sandbox
from flows.boundary import broken
from flows.options import HERE, As, Dir, Json, screen, shown

_INTERRUPTED = 130

app = App(
    name="perio",
    help="Moves a periodontal practice from PANDA Perio into Pipedrive, proves it, can undo it.",
    version_flags=["--version"],
    help_format="plaintext",
    suppress_keyboard_interrupt=False,  # what it means for the migration is said here
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit by the error tree."""
    try:
        app(arguments, exit_on_error=True, print_error=True)
    except MigrationError as error:
        _stop(error)
    except KeyboardInterrupt:
        screen.print("Stopped by you. Nothing is lost: the same command goes on from here.")
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - no traceback reaches a user
        _stop(broken(error))


def _stop(error: MigrationError) -> None:
    screen.print(f"[bold red]Stopped:[/] {_escaped(str(error))}", highlight=False)
    if error.next_step:
        screen.print(f"[bold]Next:[/] {_escaped(error.next_step)}", highlight=False)
    sys.exit(error.exit_code)


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")


def _step(name: str, folder: Path, target: str) -> None:
    result = acts.step(name, folder, screen)
    shown(result, target, acts.say_step)
    acts.check_losses(result)


@app.command
def demo(  # noqa: PLR0913 - options of one command
    *,
    patients: int = 200,
    seed: int = 11,
    headless: bool = False,
    port: int = 8501,
    dir: Dir = Path("demo-migration"),  # noqa: A002 - the option's name
    json: Json = "",
) -> None:
    """Move a synthetic practice into the sandbox, prove it, pick up a delta, open the console."""
    result = acts.demo(dir, patients, seed, screen)
    shown(result, json, acts.say_demo)
    if not headless:
        acts.console(dir, port, screen)


@app.command
def init(*, source: str, destination: str, dir: Dir = HERE) -> None:  # noqa: A002 - as above
    """Make a migration's folder with its perio.toml and its key."""
    acts.init(dir, source, destination, screen)


@app.command
def check(*, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Connect both ends and say what they are."""
    _step("checking", dir, json)


@app.command
def discover(*, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Take the inventory of the source."""
    _step("discovery", dir, json)


@app.command
def propose(*, ask: bool = False, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Propose a map (map.toml), or present the one that is there.

    With --ask the language model of the settings is asked about uncertain columns: each question
    is shown first, word for word, and leaves only when you say so.
    """
    _step("mapping", dir, json)
    if ask:
        screen.print(advice.told(advice.ask(dir, screen)), highlight=False)


@app.command
def fields(*, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Specify the custom fields; once they are signed, create them."""
    _step("fields", dir, json)


@app.command
def attest(*, user: As, reference: str, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Record the agreement (BAA) under which clinical values may go to the destination."""
    shown(acts.attest(dir, user, password_of(user), reference), json, acts.say_step)


@app.command
def sample(*, more: int = 0, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Load a sample for review, or draw MORE patients; once signed, rehearse the rollback."""
    if more:
        acts.draw_more(dir, more)
    _step("sample", dir, json)


@app.command
def authorize(*, user: As, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Ask for the full load; a second person signs it."""
    shown(acts.ask_for_load(dir, user, password_of(user)), json, acts.say_step)


@app.command
def load(*, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Carry out the authorized load; run again, it goes on or finds nothing to do."""
    _step("full-load", dir, json)


@app.command
def verify(*, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Observe and compare again."""
    _step("verify", dir, json)


@app.command
def delta(*, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Pick up what changed in the practice since."""
    _step("delta", dir, json)


@app.command
def rollback(
    *,
    user: Annotated[str, Parameter(name="--as", help="Who signs, if nobody has.")] = "",
    dir: Dir = HERE,  # noqa: A002 - as above
    json: Json = "",
) -> None:
    """Take the load back; what others edited since stays."""
    if user:
        acts.sign(dir, Gate.ROLLBACK, user, password_of(user), None)
    _step("rollback", dir, json)


@app.command
def complete(*, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Close the migration after the reference period."""
    _step("complete", dir, json)


@app.command
def sign(
    gate: Gate,
    /,
    *,
    user: As,
    file: Path | None = None,
    dir: Dir = HERE,  # noqa: A002 - as above
    json: Json = "",
) -> None:
    """Sign a gate as a named person, after the password."""
    shown(acts.sign(dir, gate, user, password_of(user), file), json, acts.say_step)


@app.command
def status(*, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Where the migration stands and what comes next."""
    shown(acts.status(dir), json, acts.say_status)


@app.command
def estimate(*, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Tokens, days and plan that the load needs."""
    shown(acts.estimate(dir), json, acts.say_step)


@app.command
def purge(*, user: As, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Erase the values at rest and say what was erased; the ledger stays."""
    shown(acts.purge(dir, user, password_of(user)), json, acts.say_step)


app.command(users)
app.command(audit)
app.command(report)
app.command(practice)
app.command(sandbox, help_flags=[])
app.command(bench)


@app.command
def console(*, port: int = 8501, dir: Dir = HERE) -> None:  # noqa: A002 - as above
    """Open the review console of a migration."""
    acts.console(dir, port, screen)


@app.command
def up(*, dir: Dir = HERE) -> None:  # noqa: A002 - as above
    """Start a local Prefect server and what serves the console's flows; both stay up."""
    acts.up(dir, screen)


@app.command
def down(*, dir: Dir = HERE) -> None:  # noqa: A002 - as above
    """Stop what `up` started."""
    acts.down(dir, screen)


@app.command
def deploy(*, dir: Dir = HERE) -> None:  # noqa: A002 - as above
    """Register the deployments on the Prefect server of the settings."""
    acts.deploy(dir, screen)


def commands() -> dict[str, Any]:
    """Every command by name, for the documents' tests."""
    return {name: app[name] for name in app if not name.startswith("-")}


if __name__ == "__main__":
    main()
