"""The command line `jifen`: which word does what, and how every end of it is said."""

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Final

from cyclopts import App, CycloptsError

from api.commands import (
    closing,
    coupons,
    demo,
    exporting,
    health,
    imports,
    keys,
    ledgers,
    projections,
    reading,
    replaying,
    schemes,
    serving,
    staff,
)
from api.commands.context import Context, standing
from api.commands.failures import MISUSED, Failure, failure_of
from api.commands.languages import spoken
from api.commands.saying import Said, Voice, Words, as_json
from api.settings import Settings, strangers

JSON: Final = "--json"
STOPPED: Final = Failure(
    "interrupted",
    Words("已中断,已入账的都还在。", "Interrupted. What was recorded stays."),
    Words(
        "再运行一次即可继续:导入、月结和重建都不会重复。",
        "Run it again to go on: imports, closing and rebuilding do nothing twice.",
    ),
    exit=130,
)
HELP: Final = """积分:记住每个事实、解释每笔余额的积分账本。
A points ledger that keeps every fact and explains every balance.

任何命令加 --json 输出机器可读的结果;JIFEN_LANG=zh-CN|en 选择语言。
Any command takes --json for machines; JIFEN_LANG=zh-CN|en chooses the language."""


def application() -> App:
    """The tree of commands."""
    # Suppressed, an interrupt would end the process without a word.
    app = App(name="jifen", help=HELP, result_action="return_value", suppress_keyboard_interrupt=False)
    app.command(demo.demo)
    app.command(_group("ledger", "账本 / Ledgers", create=ledgers.create, list=ledgers.list_))
    app.command(imports.import_, name="import")
    app.command(serving.serve)
    app.command(serving.worker)
    app.command(
        _group(
            "scheme",
            "方案 / Schemes",
            check=schemes.check,
            diff=schemes.diff,
            simulate=schemes.simulate,
            adopt=schemes.adopt,
        )
    )
    app.command(
        _group("keys", "密钥 / API keys", create=keys.create, list=keys.list_, revoke=keys.revoke, show=keys.show)
    )
    app.command(_group("staff", "人员 / Staff", add=staff.add, list=staff.list_))
    app.command(reading.balance)
    app.command(reading.statement)
    app.command(reading.explain)
    app.command(reading.lot)
    app.command(closing.close)
    app.command(_group("projections", "投影 / Projections", status=projections.status, rebuild=projections.rebuild))
    app.command(
        _group(
            "coupons",
            "福利券 / Coupons",
            draft=coupons.draft,
            issue=coupons.issue,
            print=coupons.print_,
            unused=coupons.unused,
            **{"try": coupons.try_},
        )
    )
    app.command(_group("codes", "券码 / Codes of coupons", check=coupons.check))
    app.command(replaying.replay)
    app.command(exporting.export)
    app.command(health.doctor)
    app.command(health.settings)
    return app


def _group(name: str, help: str, **commands: Callable[..., Said]) -> App:
    group = App(name=name, help=help, result_action="return_value")
    for word, command in commands.items():
        group.command(command, name=word)
    return group


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 only if all went well."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    words = list(sys.argv[1:] if argv is None else argv)
    voice = Voice(lang=spoken(), json=JSON in words)
    words = [word for word in words if word != JSON]
    for name, near in strangers().items():
        sys.stderr.write(_unheard(name, near).of(voice.lang) + "\n")
    try:
        with standing(Context(Settings.from_environ(), voice)):
            said = application()(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        return _failed(voice, _misused(error))
    except KeyboardInterrupt:
        return _failed(voice, STOPPED)
    except BrokenPipeError:
        # Whoever read our output has heard enough (`| head`).
        sys.stderr.close()
        return 1
    except Exception as error:  # noqa: BLE001 - the end of the line: everything is said as a failure
        return _failed(voice, failure_of(error))
    if isinstance(said, Said):
        voice.say(said)
        return said.code
    return 0


def _failed(voice: Voice, failure: Failure) -> int:
    if voice.json:
        voice.out.write(as_json(failure.data(voice.lang)) + "\n")
    else:
        sys.stderr.write("\n".join(failure.lines(voice.lang)) + "\n")
    return failure.exit


def _unheard(name: str, near: str | None) -> Words:
    """That a variable sets nothing; what it holds may be a secret and is not repeated."""
    zh, en = (f"是否想写 {near}？", f"Did you mean {near}?") if near else ("请核对名称。", "Check its name.")
    return Words(
        f"警告：没有 {name} 这个设置，已忽略。{zh}", f"warning: there is no setting {name}; it is ignored. {en}"
    )


def _misused(error: CycloptsError) -> Failure:
    said = " ".join(str(error).split())
    to_do = Words("用 jifen --help 或 jifen 命令 --help 查看用法。", "See jifen --help, or jifen COMMAND --help.")
    return Failure("usage", Words(f"命令用法有误:{said}", f"Wrong usage: {said}"), to_do, exit=MISUSED)


if __name__ == "__main__":
    sys.exit(main())
