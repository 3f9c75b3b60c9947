"""`jifen demo`: one month of a site from end to end, then the ledger is served."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from api.commands.context import Context, here, standing
from api.commands.saying import Said, Voice
from api.demo.cast import PIN
from api.demo.expected import Policy
from api.demo.place import cleared
from api.demo.run import Outcome, run_demo
from api.demo.site import BUYER
from api.settings import Settings
from ledger.people.badges import print_form
from ledger.values import BadgeNumber


def demo(
    *,
    serve: Annotated[bool, Parameter(help="最后提供服务 / Serve at the end")] = True,
    dir: Annotated[Path, Parameter(help="放在哪里,旧的演示会被替换 / Where; an old demo there is replaced")] = Path(
        "var/demo"
    ),
    policy: Annotated[Policy, Parameter(help="可兑换规则 / Spendable policy")] = "threshold",
) -> Said:
    """走完某工地的 2022 年 6 月,每个数字旁边是另一套程序算的 / A site's June, each figure beside an independent one."""
    voice = here().voice
    cleared(dir)
    settings = msgspec.structs.replace(here().settings, data=dir.parent, database_url=None, owner_url=None)
    outcome = run_demo(settings, dir.name, _line(voice), policy=policy, reports=dir / "reports")
    code = 0 if outcome.checks.agree else 1
    _ending(voice, outcome, dir, settings)
    if code == 0 and serve and not voice.json:
        from api.commands.serving import run

        with standing(Context(settings, voice)):
            run(settings, settings.host, settings.port)
    return Said(outcome.data(), code=code)


def _line(voice: Voice) -> Callable[[str], None]:
    def say(line: str) -> None:
        if not voice.json:
            voice.out.write(line + "\n")
            voice.out.flush()

    return say


def _ending(voice: Voice, outcome: Outcome, directory: Path, settings: Settings) -> None:
    if voice.json:
        return
    say = _line(voice)
    agree = outcome.checks.agree
    wrong = sum(not figure.agrees for figure in outcome.checks.figures)
    say("")
    say("✓ 全部一致 / everything agrees" if agree else f"✗ {wrong} 处不一致 / {wrong} figures differ")
    say(f"账本 / ledger: {directory}   (JIFEN_DATA={directory.parent} {sys.argv[0]} balance {BUYER})")
    base = f"http://{settings.host}:{settings.port}"
    say(f"接口 / API: {base}/v1/ledgers/{directory.name}   {base}/docs")
    say(f"柜台 / counter: {base}/counter   胸卡 / badge {print_form(BadgeNumber(BUYER))}   PIN {PIN}")
    say("每个角色一把密钥(仅供演示) / one key for each role, for this demo only:")
    for role, key in outcome.keys.items():
        say(f"   {role:<14} {key}")
