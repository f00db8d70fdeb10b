"""The command `matcher`: one file a group of verbs; here they are put together.

Verbs only parse, call and print; what they need is imported when they run, so that a question
is answered without loading what only an import needs.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Any

import orjson
import typer
from typer.core import TyperCommand
from typer.main import get_command

from matcher.errors import BadInput, Bilingual, MatcherError, NotReady

from . import capability, delivery, duplicates, figures, quality, question, registry, template
from .exits import INTERRUPTED, READER_GONE, REFUSED, exit_code

app = typer.Typer(
    name="matcher",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="技术转移合作方匹配 Technology-transfer matchmaking between Beijing and partners abroad.",
)
app.command("demo")(delivery.demo)
app.command("import")(registry.import_verb)
app.command("template")(template.template)
app.command("index")(registry.index)
app.add_typer(registry.snapshots, name="snapshot")
app.add_typer(duplicates.duplicates, name="duplicates")
app.add_typer(capability.capabilities, name="capability")
app.command("query")(question.query)
app.command("match")(question.match)
app.command("explain")(question.explain)
app.command("lists")(delivery.lists)
app.command("show")(question.show_organisation)
app.command("figures")(figures.figures)
app.command("serve")(delivery.serve)
app.command("advise")(quality.advise)
app.command("doctor")(registry.doctor)


class Verb(TyperCommand):
    """A verb that refuses an option given twice where one is meant: typer drops all but the last,
    and a restriction must not be lost unseen."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As typer does; BadInput names an option that is repeated."""
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        for option in given:
            single = not (getattr(option, "multiple", True) or getattr(option, "is_flag", True))
            if single and given.count(option) > 1:
                raise BadInput(
                    Bilingual("这个选项只能给一次。", "this option may be given once only."),
                    Bilingual("只留一个，或分别提问。", "keep one of them, or ask twice."),
                    where=option.opts[0],
                )
        return super().parse_args(ctx, args)


for verb in app.registered_commands:
    verb.cls = Verb

# typer carries its own copy of click, or uses the installed one: either way this is its root.
UsageFault: type[Exception] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What would steer the terminal that an error is shown on, instead of being read there."""
USAGE = {
    "NoSuchOption": "没有这个选项",
    "MissingParameter": "缺少必需的参数",
    "BadParameter": "参数的值不能用",
    "BadOptionUsage": "选项的用法不对",
}


def main() -> None:
    """Run a verb; an error that a user can mend is said in both languages, never a traceback."""
    try:
        code = run(sys.argv[1:])
    except BrokenPipeError:  # as in `matcher query ... | head -1`
        code = READER_GONE
    except KeyboardInterrupt:
        typer.echo("已中断。/ Interrupted.", err=True)
        code = INTERRUPTED
    try:
        sys.stdout.flush()
    except OSError:  # said already; what is left to print has nowhere to go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the verb that `arguments` name; its exit code, its error said."""
    try:
        code = invoke(arguments)
        sys.stdout.flush()
        return code
    except MatcherError as error:
        return say(error, as_json="--json" in arguments)
    except BrokenPipeError:
        raise
    except OSError as error:
        return say(system_refused(error), as_json="--json" in arguments)


def invoke(arguments: list[str]) -> int:
    """The verb itself; what typer says of wrong usage becomes a BadInput."""
    check_characters(arguments)
    try:
        command = get_command(app)
        with command.make_context("matcher", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as leaving:
        return int(leaving.exit_code)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except UsageFault as fault:
        if not arguments or type(fault).__name__ == "NoArgsIsHelpError":
            fault.show()  # type: ignore[attr-defined]
            return REFUSED
        raise usage(fault) from None
    return 0


def usage(fault: Exception) -> BadInput:
    """What typer found wrong with the command line; the English is its own."""
    said = fault.format_message().rstrip(".")  # type: ignore[attr-defined]
    wrong = USAGE.get(type(fault).__name__, "命令行的用法不对")
    quoted = re.search(r"(--?\w[\w-]*)|'([^']*)'|\(([^()]*)\)$|: (\S+)$", said)
    about = f"：{quoted[quoted.lastindex or 0]}" if quoted else ""
    if said.startswith("No such command"):
        wrong = "没有这个命令"
    context = getattr(fault, "ctx", None)
    verb = context.command_path if context else "matcher"
    cure = Bilingual(f"用法见 `{verb} --help`。", f"run `{verb} --help`.")
    if type(fault).__name__ == "NoSuchOption":  # or a question such as "-graphene membranes"
        cure = Bilingual(
            f"{cure.zh}以 - 开头的文字放在最后，前面加 --。",
            f'{cure.en[:-1]}; put a text that begins with "-" last, after "--".',
        )
    return BadInput(Bilingual(f"{wrong}{about}。", f"{said}."), cure, where=verb)


def check_characters(arguments: list[str]) -> None:
    """BadInput where an argument is no text in the terminal's encoding."""
    for number, argument in enumerate(arguments, 1):
        try:
            argument.encode()
        except UnicodeEncodeError:
            shown = legible(argument)
            raise BadInput(
                Bilingual(
                    f"第 {number} 个参数“{shown}”不是 UTF-8 文字。",
                    f'argument {number}, "{shown}", is no UTF-8 text.',
                ),
                Bilingual(
                    "把终端编码设为 UTF-8 后重新输入；文件名则改名。",
                    "set the terminal to UTF-8 and type it again; rename a file so named.",
                ),
            ) from None


def legible(name: str | bytes) -> str:
    """A name from the system as text, whatever its bytes."""
    return os.fsencode(name).decode(errors="backslashreplace")


def system_refused(error: OSError) -> NotReady:
    """What the operating system refused, where, and what to look at."""
    reason = error.strerror or str(error)
    return NotReady(
        Bilingual(f"系统拒绝了操作（{reason}）。", f"the system refused: {reason}."),
        Bilingual(
            "检查该路径的磁盘空间与权限，再试一次。",
            "check disk space and permissions there, then try again.",
        ),
        where=legible(error.filename) if isinstance(error.filename, str | bytes) else "",
    )


def say(error: MatcherError, *, as_json: bool) -> int:
    """Say an error in both languages, as JSON too where that was asked for; its exit code."""
    if as_json:
        sys.stdout.buffer.write(orjson.dumps({"error": error.as_dict()}) + b"\n")
        sys.stdout.buffer.flush()
    for said in (f"错误：{error.message('zh')}", f"Error: {error.message('en')}"):
        typer.echo(CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", said), err=True)
    return exit_code(error)


if __name__ == "__main__":
    main()
