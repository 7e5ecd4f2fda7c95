"""What ships is read by the programs that it is written for, where this machine has them."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.compose.test_files import COMPOSE


def called(program: str, *words: str) -> str:
    """Call a program; answer what it wrote. Skips the test where it is not."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"needs {program}")
    ran = subprocess.run((found, *words), check=False, capture_output=True, text=True)
    assert 0 == ran.returncode, ran.stdout + ran.stderr
    return ran.stdout


def test_prometheus_can_read_each_question_of_the_dashboard(tmp_path: Path) -> None:
    dashboard = json.loads((COMPOSE / "grafana" / "dashboards" / "buys.json").read_text())
    asked = [one["expr"] for panel in dashboard["panels"] for one in panel["targets"]]
    rules = [{"record": f"question_{n}", "expr": question} for n, question in enumerate(asked)]
    file = tmp_path / "questions.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"{len(asked)} rules found" in called("promtool", "check", "rules", str(file))


def test_the_dashboard_asks_the_source_that_ships_and_no_panel_covers_another() -> None:
    dashboard = json.loads((COMPOSE / "grafana" / "dashboards" / "buys.json").read_text())
    folder = COMPOSE / "grafana" / "provisioning" / "datasources"
    (source,) = yaml.safe_load((folder / "prometheus.yml").read_text())["datasources"]
    panels = dashboard["panels"]
    assert {source["uid"]} == {panel["datasource"]["uid"] for panel in panels}
    assert len(panels) == len({panel["id"] for panel in panels})
    covered = [cell for panel in panels for cell in cells(panel["gridPos"])]
    assert len(covered) == len(set(covered))


def cells(place: dict[str, int]) -> list[tuple[int, int]]:
    rows = range(place["y"], place["y"] + place["h"])
    return [(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in rows]


def test_the_base_is_rendered_and_its_deployments_find_their_settings() -> None:
    text = called("kubectl", "kustomize", str(COMPOSE / "kubernetes"))
    found: dict[str, list[dict[str, Any]]] = {}
    for one in yaml.safe_load_all(text):
        found.setdefault(one["kind"], []).append(one)
    kinds = {kind: len(several) for kind, several in found.items()}
    assert {"ConfigMap": 1, "Deployment": 3, "Service": 1, "PodDisruptionBudget": 1} == kinds
    (settings,) = found["ConfigMap"]
    for deployment in found["Deployment"]:
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        (given,) = container["envFrom"]
        assert settings["metadata"]["name"] == given["configMapRef"]["name"]
