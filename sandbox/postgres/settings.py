"""The server's settings: one small server for one machine."""

import os

HOST = "127.0.0.1"
USER = "buyq"
DATABASE = "buyq"


def url(password: str, port: int, database: str = DATABASE) -> str:
    """Write where SQLAlchemy finds a database. The password is url-safe by its making."""
    return f"postgresql+asyncpg://{USER}:{password}@{HOST}:{port}/{database}"


def options(port: int) -> tuple[str, ...]:
    """Give what the server is started with; TCP on loopback only, no socket file."""
    settings = {
        "listen_addresses": HOST,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "64MB",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
    }
    return tuple(word for key, value in settings.items() for word in ("-c", f"{key}={value}"))


def environment() -> dict[str, str]:
    """Our environment without what would steer Postgres, in the C locale."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C"}
