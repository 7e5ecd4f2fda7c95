"""The same world, where the transaction is signed by its user's own wallet, or not."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from buyqueue.buy.state import Awaiting
from buyqueue.errors import Code
from tests.chaos.machine import Tally, job, machine, worker
from tests.chaos.world import Flight, Variant

sometimes = st.sampled_from([False, False, True])


def wallet_machine(variant: Variant, tally: Tally) -> type[Any]:
    """Make the machine of a variant of the rules; its holder may do anything at any time."""
    base = machine(variant, tally)

    class WalletMachine(base):  # type: ignore[misc, valid-type]
        @rule(of=job, seen=st.integers(1, 30), signs=st.sampled_from([True, True, True, False]))
        def wallet_answers(self, of: int, seen: int, signs: bool) -> None:  # noqa: FBT001
            """The client answers what it last heard of, in time or late, once or again."""
            signature = self.new_signature() if signs else None
            self.world.answer(of, seen, signature)

        @rule(of=job, back=st.integers(0, 3), really=st.booleans())
        def wallet_sends(self, of: int, back: int, really: bool) -> None:  # noqa: FBT001
            """Its holder signs what it was ever asked for, anew, and sends that alone."""
            asked = self.world.asked(of) if really else []
            if asked:
                one = asked[max(0, len(asked) - 1 - back)]
                flight = (of, self.new_signature(), one.last_valid_block_height, one.transaction)
                self.world.chain.send(Flight(*flight))

        @rule(who=worker, of=job, cancels=st.booleans(), regrets=st.booleans(), really=sometimes)
        def say_no(self, who: int, of: int, cancels: bool, regrets: bool, really: bool) -> None:  # noqa: FBT001
            """What was asked for is refused or cancelled, and sent by its holder all the same."""
            for _ in range(6 if really else 0):
                self.work(who=who, of=of, rounds=2, brink=False)
            if not really or not isinstance(self.world.fold(of), Awaiting):
                return
            self.world.cancel(of, 99) if cancels else self.world.answer(of, 99, None)
            self.work(who=who, of=of, rounds=6, brink=False)
            if regrets:
                self.wallet_sends(of=of, back=0, really=True)
                self.world.chain.produce(lambda _: True)
            else:
                self.blocks(blocks=20, lands="none")
            self.work(who=who, of=of, rounds=2, brink=False)

        def help(self, of: int) -> None:
            """Sign what the buy waits for."""
            self.world.answer(of, 99, self.new_signature())

        def new_signature(self) -> str:
            return f"{next(self.world.numbers):0>88}"

        def teardown(self) -> None:
            super().teardown()
            for of, log in enumerate(self.world.logs):
                types = [event.type for event in log]
                tally.found += "SignatureFound" in types
                tally.proofs += "SignatureExpired" in types
                tally.second_signatures += types.count("SignatureRequested") > 1
                tally.refused += self.world.failed_with(of, Code.SIGNATURE_REFUSED)
                tally.timed_out += self.world.failed_with(of, Code.SIGNATURE_TIMEOUT)

    return WalletMachine
