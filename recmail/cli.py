"""The command `recmail`: one subcommand per step of a user, imported when it is called, so that help is quick."""

from importlib import import_module

import click

from dbt_tools.private_text import without_values

# name → where its command is, and what it does
COMMANDS = {
    "init": (
        "recmail.init:main",
        "Look at files, a schema or a connector's tables: what is found, what is missing.",
    ),
    "load": ("recmail.load:main", "Bring tables of PostgreSQL into a schema of the warehouse."),
    "vars": ("dbt_tools.build_vars:main", "Print the vars that INPUT, AS_OF and VARS stand for."),
    "build": ("recmail.build:main", "Run dbt build beside the warehouse, and take its place at the end."),
    "train": ("ranker.train:main", "Learn from the shop's past what is bought next."),
    "effect": ("recmail.effect:main", "Show what edited rules, seeds and vars would change."),
    "explain": ("recmail.explain:main", "Say why: this item, not that one, this email or none."),
    "power": ("recmail.power:main", "Say how many users and days an experiment needs."),
    "quality": ("recmail.quality_page:main", "Write a page on the quality of the inputs."),
    "dashboard": ("dashboard.cli:dashboard", "Write the page of charts and tables on how the emails did."),
    "forget": ("recmail.forget:main", "Remove what files still hold of people whom a build has erased."),
    "render": ("email_render.cli:render", "Render the queued emails."),
    "preview": ("email_render.cli:preview", "Write a gallery of real emails of every kind."),
    "email-report": (
        "recmail.email_report:main",
        "Count what the queued emails say, and fail on the limits.",
    ),
    "send": ("sending.cli:send", "Send the rendered emails, each at most once."),
    "bounces": ("sending.cli:bounces", "Take in bounces and complaints from a maildir."),
    "events": ("sending.cli:events", "Write the ledger's events for the next build."),
    "endpoint": ("sending.cli:endpoint", "Serve the unsubscribe page."),
    "sync": ("sync.cli:sync", "Bring the exports to an ESP, a site or Redis, what changed alone."),
    "feed": ("sync.feed:feed", "Write what a recommender or a test platform imports."),
    "assignments": (
        "sync.assignments:assignments",
        "Turn a test platform's assignments into an input.",
    ),
    "serve": ("sync.serve:serve", "Answer look-ups of recommendations over HTTP."),
    "watch": ("recmail.watch:watch", "Build, render and send every few minutes."),
    "simulate": ("simulation.cli:simulate", "Let a made-up shop live for weeks, and audit what was sent."),
    "docs": ("recmail.docs:main", "Write the pages of docs/ that follow from the project."),
}


class LazyGroup(click.Group):
    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, function = COMMANDS[name][0].partition(":")
        return getattr(import_module(module), function)

    def invoke(self, context: click.Context) -> object:
        """In a line what no traceback makes clearer. DuckDB has a word of its own for Ctrl-C."""
        try:
            return super().invoke(context)
        except RuntimeError as error:
            if str(error) == "Query interrupted":
                raise KeyboardInterrupt from None
            raise
        except OSError as error:
            # a folder that can't be written, a full disk
            if error.filename is None or error.strerror is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error
        except Exception as error:
            if type(error).__name__ in ("ConversionException", "InvalidInputException"):
                # its message quotes what can't be read, and its traceback would print it
                raise click.ClickException(without_values(str(error)).splitlines()[0]) from None
            # its message names tables and columns
            if type(error).__name__ not in ("BinderException", "CatalogException"):
                raise
            raise click.ClickException(
                "the warehouse is not what this version of recmail reads, such as one that an earlier version built: "
                f"build it anew (dbt build). {str(error).splitlines()[0]}"
            ) from error

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """From COMMANDS: click would import every one of them for its text."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup)
def main() -> None:
    """Product-recommendation emails computed in the warehouse."""
