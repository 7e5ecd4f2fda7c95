"""What can go wrong, in four families.

    BuyQueueError
    ├── Retryable          try again later: nothing was decided
    │   └── Unavailable    another party did not answer, or said that it cannot now
    ├── Refused            the chain or a venue said no; trying again would not help
    ├── InvalidMessage     a record of the log that cannot be read: goes to the dead letters
    └── InvalidInput       what a caller sent is not acceptable: names the field

Anything else that is raised is a bug. Codes are part of the public contract.
"""

from enum import StrEnum


class Code(StrEnum):
    """Why a request was refused or a buy failed, for programs; the text beside it is for people."""

    INVALID_REQUEST = "invalid_request"
    INVALID_TOKEN_ADDRESS = "invalid_token_address"  # noqa: S105 - a mint, not a credential
    INVALID_AMOUNT = "invalid_amount"
    INVALID_SLIPPAGE = "invalid_slippage"
    INVALID_PRIORITY_FEE = "invalid_priority_fee"
    INVALID_WALLET_KEY = "invalid_wallet_key"
    INVALID_SEALED_KEY = "invalid_sealed_key"
    INVALID_SIGNER_ID = "invalid_signer_id"
    VAULT_KEY_CHANGED = "vault_key_changed"
    REFERENCE_USED = "reference_used"
    INVALID_WALLET = "invalid_wallet"
    INVALID_SIGNATURE = "invalid_signature"
    SIGNER_NOT_FOUND = "signer_not_found"
    INVALID_PLATFORM = "invalid_platform"
    INVALID_USER_ID = "invalid_user_id"
    INVALID_IDEMPOTENCY_KEY = "invalid_idempotency_key"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    INSECURE_TRANSPORT = "insecure_transport"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    BODY_TOO_LARGE = "body_too_large"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    WRONG_USER = "wrong_user"
    FOREIGN_ORIGIN = "foreign_origin"
    RATE_LIMITED = "rate_limited"
    SPEND_CAP_REACHED = "spend_cap_reached"
    TOO_MANY_OPEN_JOBS = "too_many_open_jobs"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    JOB_NOT_FOUND = "job_not_found"
    INVALID_WEBHOOK_URL = "invalid_webhook_url"
    WEBHOOK_NOT_FOUND = "webhook_not_found"
    TOO_MANY_WEBHOOKS = "too_many_webhooks"
    TOO_LATE = "too_late"
    ALREADY_FINISHED = "already_finished"
    NO_SIGN_REQUEST = "no_sign_request"
    LOG_UNAVAILABLE = "log_unavailable"
    DATABASE_UNAVAILABLE = "database_unavailable"
    RPC_UNAVAILABLE = "rpc_unavailable"
    AUTH_UNAVAILABLE = "auth_unavailable"
    INTERNAL_ERROR = "internal_error"

    INSUFFICIENT_BALANCE = "insufficient_balance"
    TRANSACTION_FAILED = "transaction_failed"
    SLIPPAGE_EXCEEDED = "slippage_exceeded"
    TRANSACTION_EXPIRED = "transaction_expired"
    TRANSACTION_DROPPED = "transaction_dropped"
    TRANSACTION_UNSAFE = "transaction_unsafe"
    TOKEN_RESTRICTED = "token_restricted"  # noqa: S105 - a mint, not a credential
    ORDER_TOO_OLD = "order_too_old"
    NO_ROUTE = "no_route"
    PLATFORM_UNAVAILABLE = "platform_unavailable"
    KEY_UNAVAILABLE = "key_unavailable"
    SIGNER_UNAVAILABLE = "signer_unavailable"
    SIGNATURE_REFUSED = "signature_refused"
    SIGNATURE_TIMEOUT = "signature_timeout"


class BuyQueueError(Exception):
    """The root of every error that is not a bug."""

    def __init__(self, code: Code, text: str) -> None:
        # Another party's words may be in it, and JSON can spell what UTF-8 and so the log cannot.
        self.text = text.encode(errors="replace").decode()
        super().__init__(self.text)
        self.code = code


class Retryable(BuyQueueError):
    """Nothing was decided; the same call may succeed later."""

    def __init__(self, code: Code, text: str, *, after_ms: int | None = None) -> None:
        super().__init__(code, text)
        self.after_ms = after_ms
        """How long the other party asked us to wait, if it did."""


class Unavailable(Retryable):
    """Another party did not answer, or said that it cannot now."""


class Refused(BuyQueueError):
    """The chain or a venue said no; trying again would not help."""


class InvalidMessage(BuyQueueError):
    """A record of the log that cannot be read."""

    def __init__(self, text: str) -> None:
        super().__init__(Code.INTERNAL_ERROR, text)


class InvalidInput(BuyQueueError):
    """What a caller sent is not acceptable."""

    def __init__(self, code: Code, text: str, *, field: str | None = None) -> None:
        super().__init__(code, text)
        self.field = field
