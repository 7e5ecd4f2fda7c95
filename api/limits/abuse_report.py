"""What looks like abuse: counted refusals, and what the submissions and buys themselves tell."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.limits.caps import job_ids_from
from api.submissions.database import transaction

SPAN: Final = timedelta(days=1)
MOST: Final = 50
MANY_WALLETS: Final = 3


class AbuseReport:
    """Looks at the last day."""

    def __init__(self, engine: AsyncEngine, *, timeout_ms: int) -> None:
        self._engine = engine
        self._timeout_s = timeout_ms / 1000

    async def read(self, now: datetime) -> dict[str, Any]:
        """Answer refusals by UTC day, users with many wallets, and how often each user cancelled.

        At most 50 of each, the worst first; refusals are yesterday's and today's. Raises
        Unavailable.
        """
        since = now - SPAN
        first = job_ids_from(since)
        async with transaction(self._engine, self._timeout_s) as connection:
            refusals = await connection.execute(_REFUSALS, {"day": since.date(), "most": MOST})
            wallets = await connection.execute(
                _WALLETS, {"first": first, "many": MANY_WALLETS, "most": MOST}
            )
            cancels = await connection.execute(_CANCELS, {"first": first, "most": MOST})
            return {
                "since": since.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "refusals": [
                    {"day": str(r.day), "kind": r.kind, "subject": r.subject, "count": r.count}
                    for r in refusals
                ],
                "manyWallets": [
                    {"userId": r.user_id, "wallets": r.wallets, "buys": r.buys} for r in wallets
                ],
                "cancels": [
                    {
                        "userId": r.user_id,
                        "buys": r.buys,
                        "cancelled": r.cancelled,
                        "ratio": round(r.cancelled / r.buys, 3),
                    }
                    for r in cancels
                ],
            }


_REFUSALS: Final = text("""
    SELECT day, kind, subject, count FROM abuse_counts WHERE day >= :day
    ORDER BY count DESC, day, kind, subject LIMIT :most
""")
_WALLETS: Final = text("""
    SELECT user_id, count(DISTINCT "order" ->> 'wallet') AS wallets, count(*) AS buys
    FROM submissions WHERE job_id >= :first
    GROUP BY user_id HAVING count(DISTINCT "order" ->> 'wallet') >= :many
    ORDER BY wallets DESC, user_id LIMIT :most
""")
_CANCELS: Final = text("""
    SELECT user_id, buys, cancelled FROM (
        SELECT user_id, count(*) AS buys, count(*) FILTER (WHERE status = 'cancelled') AS cancelled
        FROM buys WHERE job_id >= :first GROUP BY user_id
    ) counted
    WHERE cancelled > 0
    ORDER BY cancelled::float / buys DESC, cancelled DESC, user_id LIMIT :most
""")
