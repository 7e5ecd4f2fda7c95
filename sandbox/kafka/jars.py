"""The jars on this machine: downloaded once into a cache, checked, then used without a network."""

import hashlib
import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import platformdirs
from jgo.maven import MavenContext, PythonResolver

from sandbox.kafka.coordinates import KAFKA_VERSION, Jar, locked
from sandbox.kafka.progress import Progress, Silent

AT_ONCE = 6
ATTEMPTS = 3
TIMEOUT_S = 30


class DownloadFailed(Exception):
    """A jar could not be had, or was not the one that was locked."""


def default_cache() -> Path:
    """Where downloads are kept for this user."""
    return Path(platformdirs.user_cache_dir("buyq")) / f"kafka-{KAFKA_VERSION}"


def missing(cache: Path, jars: tuple[Jar, ...]) -> tuple[Jar, ...]:
    """List the jars that are not in the cache at their size.

    Their content was checked when they were moved there, so a start reads none of it.
    """
    return tuple(jar for jar in jars if not present(cache / jar.filename, jar.size))


def present(path: Path, size: int) -> bool:
    """Tell whether a whole file is there."""
    return path.is_file() and path.stat().st_size == size


def digest(path: Path) -> str:
    """Give the file's sha256."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


class Jars:
    """The cache of jars. Safe for more than one process: a jar appears whole or not at all."""

    def __init__(self, cache: Path | None = None, progress: Progress | None = None) -> None:
        self.cache = cache or default_cache()
        self._progress: Progress = progress or Silent()
        self._cancelled = threading.Event()

    def classpath(self) -> tuple[Path, ...]:
        """All jars, downloading what is missing (blocks); DownloadFailed."""
        jars = locked()
        wanted = missing(self.cache, jars)
        if wanted:
            self._download(wanted)
        return tuple(self.cache / jar.filename for jar in jars)

    def cancel(self) -> None:
        """Make a download that runs in another thread end soon, with DownloadFailed."""
        self._cancelled.set()

    def _download(self, wanted: tuple[Jar, ...]) -> None:
        self.cache.mkdir(parents=True, exist_ok=True)
        self._progress.description(f"Downloading Kafka {KAFKA_VERSION}")
        self._progress.total(sum(jar.size for jar in wanted))
        with (
            tempfile.TemporaryDirectory(prefix=".download-", dir=self.cache) as scratch,
            ThreadPoolExecutor(AT_ONCE) as pool,
        ):
            futures = [pool.submit(self._fetch, jar, Path(scratch)) for jar in wanted]
            try:
                for future in futures:
                    future.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _fetch(self, jar: Jar, scratch: Path) -> None:
        self._advance(0)  # not even begun once cancelled
        failure: Exception | None = None
        for attempt in range(ATTEMPTS):
            repository = scratch / f"{attempt}-{jar.filename}"
            try:
                path = self._resolve(jar, repository)
            except (OSError, RuntimeError) as error:  # requests' errors are OSErrors
                failure = error
                continue
            if digest(path) == jar.sha256:
                path.replace(self.cache / jar.filename)
                shutil.rmtree(repository)
                return
            failure = DownloadFailed(f"{jar.coordinate} is not what was locked")
        raise DownloadFailed(f"{jar.coordinate}: {failure}") from failure

    def _resolve(self, jar: Jar, repository: Path) -> Path:
        resolver = PythonResolver(progress_callback=self._meter)
        context = MavenContext(resolver=resolver, repo_cache=repository, timeout=TIMEOUT_S)
        return Path(context.create_dependency(jar.coordinate).artifact.resolve())

    def _meter(self, _name: str, _size: int) -> AbstractContextManager[object]:
        return nullcontext(self._advance)

    def _advance(self, amount: int) -> None:
        if self._cancelled.is_set():
            raise DownloadFailed("the download was cancelled")
        self._progress.advance(amount)
