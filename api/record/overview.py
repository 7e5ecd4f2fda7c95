"""How the service stands, for an operator. Pure."""

from collections.abc import Mapping

from api.record.shapes import Ended, OverviewData, VenueFigures
from projections.tally import Tally


def overview_of(tally: Tally, lag: int | None, open_sockets: int) -> OverviewData:
    """Show what was counted."""
    ended = {name: tally.ended.get(name, 0) for name in ("completed", "failed", "cancelled")}
    return OverviewData(
        queued=tally.queued,
        active=tally.active,
        outcome_unknown=tally.outcome_unknown,
        dead_letters=tally.unreadable,
        projection_lag=lag,
        open_sockets=open_sockets,
        last_day=Ended(**ended),
        venues=[
            VenueFigures(platform=one.platform, completed=one.completed, failed=one.failed)
            for one in tally.venues
        ],
    )


def lag_of(read: Mapping[int, int], projected: Mapping[int, int]) -> int:
    """Answer how many events the projection is behind a reader of the log."""
    return sum(max(0, offset - projected.get(p, 0)) for p, offset in read.items())
