"""What ships beside the code names things that are there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from buyqueue.metrics import Metrics
from buyqueue.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "compose"
OURS = ("migrate", "api-1", "api-2", "worker-1", "worker-2", "projector")
SAMPLE = re.compile(r"\bbuyq_[a-z_]+")


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((COMPOSE / "compose.yaml").read_text()))


def alerts() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((COMPOSE / "prometheus" / "alerts.yml").read_text())["groups"]
    return list(group["rules"])


def resources() -> list[dict[str, Any]]:
    folder = COMPOSE / "kubernetes"
    names = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    return [one for name in names for one in yaml.safe_load_all((folder / name).read_text())]


def samples() -> set[str]:
    """Every name that a process serves."""
    found = set()
    for metric in Metrics().registry.collect():
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
        found |= {metric.name + end for end in suffixes.get(metric.type, [""])}
    return found


def test_alerts_and_the_dashboard_name_metrics_that_there_are() -> None:
    dashboard = json.loads((COMPOSE / "grafana" / "dashboards" / "buys.json").read_text())
    asked = [rule["expr"] for rule in alerts()]
    asked += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    named = set(SAMPLE.findall("\n".join(asked)))
    assert len(named) > 8
    assert set() == named - samples()


def test_every_alert_has_its_runbook() -> None:
    page = (ROOT / "docs" / "operations" / "alerts.md").read_text()
    assert sorted(rule["alert"] for rule in alerts()) == sorted(
        re.findall(r"^## (\w+)$", page, re.MULTILINE)
    )


@pytest.mark.parametrize("name", OURS)
def test_our_processes_have_little_and_are_given_settings_that_there_are(name: str) -> None:
    service = compose()["services"][name]
    known = {field.upper() for field in Settings.model_fields}
    assert set() == set(service["environment"]) - known
    assert set() == {secret.upper() for secret in service["secrets"]} - known
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert (name == "migrate") != ("healthcheck" in service)


def test_only_workers_are_given_the_vaults_private_key() -> None:
    services = compose()["services"]
    holders = [n for n, one in services.items() if "vault_private_key" in one.get("secrets", [])]
    assert holders == ["worker-1", "worker-2"]
    for one in resources():
        if one["kind"] == "Deployment":
            spec = one["spec"]["template"]["spec"]
            volumes = {v["name"]: v for v in spec["volumes"]}
            assert volumes["secrets"]["secret"]["secretName"] == f"buyq-{one['metadata']['name']}"


def test_everything_that_stays_has_limits() -> None:
    for name, service in compose()["services"].items():
        limits = service["deploy"]["resources"]["limits"]
        assert {"cpus", "memory"} == set(limits), name


def test_an_append_is_on_two_brokers_of_three() -> None:
    services = compose()["services"]
    brokers = [one for name, one in services.items() if name.startswith("kafka-")]
    ids = [one["environment"]["KAFKA_NODE_ID"] for one in brokers]
    assert ids == ["1", "2", "3"]
    for one in brokers:
        told = one["environment"]
        assert (told["KAFKA_MIN_INSYNC_REPLICAS"], told["KAFKA_DEFAULT_REPLICATION_FACTOR"]) == (
            "2",
            "3",
        )
        assert told["KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE"] == "false"


def test_the_deployments_run_as_nobody_and_are_asked_how_they_are() -> None:
    found = {one["metadata"]["name"]: one for one in resources() if one["kind"] == "Deployment"}
    assert set(found) == {"api", "worker", "projector"}
    modules = {"api": "api", "worker": "streams", "projector": "projections"}
    for name, one in found.items():
        spec = one["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["command"] == ["python3", "-m", modules[name]]
        paths = [
            container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")
        ]
        assert paths == ["/health/live", "/health/ready"]
        assert {"METRICS_HOST", "METRICS_PORT"} <= {env["name"] for env in container["env"]}


def test_the_image_runs_as_nobody() -> None:
    users = re.findall(r"^USER (.+)$", (COMPOSE / "Dockerfile").read_text(), re.MULTILINE)
    assert users == ["10001:10001"]


def test_a_secret_is_read_from_a_file_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOKEN_SECRET", raising=False)
    (tmp_path / "token_secret").write_text("from-a-file\n")
    settings = Settings(_env_file=None, _secrets_dir=tmp_path)
    assert settings.token_secret
    assert settings.token_secret.get_secret_value() == "from-a-file"
