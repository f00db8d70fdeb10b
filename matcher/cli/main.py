"""The command `matcher`: one file a group of verbs; here they are put together.

Verbs only parse, call and print; what they need is imported when they run, so that a question
is answered without loading what only an import needs.
"""

from __future__ import annotations

import sys

import orjson
import typer

from matcher.errors import MatcherError

from . import delivery, question, registry
from .exits import exit_code

app = typer.Typer(
    name="matcher",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="技术转移合作方匹配 Technology-transfer matchmaking between Beijing and partners abroad.",
)
app.command("demo")(delivery.demo)
app.command("import")(registry.import_verb)
app.command("index")(registry.index)
app.add_typer(registry.snapshots, name="snapshot")
app.command("query")(question.query)
app.command("match")(question.match)
app.command("explain")(question.explain)
app.command("lists")(delivery.lists)
app.command("show")(question.show_organisation)
app.command("serve")(delivery.serve)
app.command("doctor")(registry.doctor)


def main() -> None:
    """Run a verb; an error that a user can mend is said in both languages, never a traceback."""
    try:
        app()
    except MatcherError as error:
        if "--json" in sys.argv:
            sys.stdout.buffer.write(orjson.dumps({"error": error.as_dict()}) + b"\n")
        typer.echo(f"错误：{error.message('zh')}", err=True)
        typer.echo(f"Error: {error.message('en')}", err=True)
        sys.exit(exit_code(error))


if __name__ == "__main__":
    main()
