"""Builds the page whenever the Python package is built or installed from its sources."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface[Any]):
    """Makes `api/page/assets`. What is wrong with the page does not stop the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the page; without it the api says that there is none."""
        sys.path.insert(0, str(Path(__file__).parent))
        try:
            from page_build import build  # noqa: PLC0415 - found by the line above

            build()
        except (ImportError, OSError, ValueError) as error:
            self.app.display_warning(f"the page was not built: {error}")
