"""kill -9 of any of our processes at any moment, while users post, cancel and listen."""

from sandbox.processes.child import Child
from tests.chaos.stage import Scenario, Stage

NAMES = ("worker", "worker", "api", "projector")


def running(stage: Stage, name: str) -> Child:
    """The process of that name that runs now."""
    return next(c for c in stage.site.children if c.command.name == name and c.running)


async def kill_one(stage: Stage, number: int) -> None:
    """Kill one process, and start it again after up to 2 s."""
    name = NAMES[number % len(NAMES)]
    victim = stage.dice.choice(stage.workers) if name == "worker" else running(stage, name)
    stage.mark()
    await stage.kill(victim)
    await stage.pause(0, 2)
    if name == "worker":
        await stage.worker()
    else:
        await victim.start()


KILLS = Scenario(
    "kill -9 of worker, api or projector",
    kill_one,
    between_s=(2, 6),
    over_rest=1.0,
    cancelled=0.1,
)
