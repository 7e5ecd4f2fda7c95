"""What the document says of the service as a whole."""

from typing import Final

DESCRIPTION: Final = """\
Buys Solana tokens from users' wallets: at most once on chain, exactly once in the record.

**Units.** Amounts in SOL are JSON numbers; the exact integer stands beside each as a string of
digits, in lamports (10⁻⁹ SOL) or in base units of the token. `slippage` is in percent. Times are
RFC 3339 in UTC, or unix time in ms where they are numbers; durations are in ms.

**Refusals.** Every refusal and failure has the one shape `Refusal`, also an unknown route (404
`not_found`), a method that a route does not take (405 `method_not_allowed`, with `Allow`) and an
expectation that cannot be met (417 `invalid_request`). A request that is refused has queued
nothing, unless the refusal carries a `jobId`.

**Access.** Unless the service is open, which it can be on its own machine alone, a route takes a
bearer token or an API key. Limited callers are told with `RateLimit-Limit`, `RateLimit-Remaining`
and `RateLimit-Reset` on every answer. Pages of allowed origins may call (CORS).

**Live.** `/socket.io/` serves Socket.IO: `join_room` with `{userId, cursors?}`, then
`external_buy_job_created` (`JobCreated`), `external_buy_progress` (`ExternalBuyProgress`),
`external_buy_sign_request` (`ExternalBuySignRequest`, for the user's own wallet) and
`external_buy_result` (`ExternalBuyResult`). The same messages come as server-sent events, of one
job at `/api/external-buy/job/{jobId}/events` and of a user at
`/api/external-buy/user/{userId}/events`; `Last-Event-ID` brings what was missed. Webhooks post
them, signed, where you say.

**Try it.** `/docs` shows all this in a browser and sends requests.
"""
