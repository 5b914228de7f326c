"""Hatchling's hook: builds the pages' scripts and styles where Convene is installed or made a wheel of."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesBuildHook(BuildHookInterface[Any]):
    """Runs `bundle.py` before a wheel is put together, or an editable one."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - as hatchling calls it
        """Build."""
        path = Path(self.root) / "service" / "pages" / "assets" / "bundle.py"
        spec = importlib.util.spec_from_file_location("convene_bundle", path)
        assert spec is not None
        assert spec.loader is not None
        bundle = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(bundle)
        bundle.build()
