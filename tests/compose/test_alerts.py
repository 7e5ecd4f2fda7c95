"""Each alert against histories of its metrics, by Prometheus's own `promtool test rules`."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.compose.test_files import COMPOSE, alerts

FAILED = 'buyq_buys_ended_total{outcome="failed",platform="jupiter",code="transaction_failed"}'
COMPLETED = 'buyq_buys_ended_total{outcome="completed",platform="jupiter",code=""}'
RPC = 'buyq_rpc_seconds_count{node="node-1",method="getSlot",outcome="%s"}'
APPENDS = 'buyq_append_seconds_count{outcome="%s"}'

HISTORIES: dict[str, tuple[dict[str, str], str, str, dict[str, str], str]] = {
    # Samples every 15 s ("2x3" is four samples of 2); when it fires; when it is over; labels; text.
    "ProcessDown": (
        {'up{job="worker",instance="worker-2:9100"}': "1x7 0x15 1x20"},
        "4m",
        "7m",
        {"job": "worker", "instance": "worker-2:9100"},
        "worker worker-2:9100 does not answer",
    ),
    "NotReady": (
        {'buyq_ready{job="projector",instance="projector:9100"}': "1x3 0x40 1x20"},
        "8m",
        "13m",
        {"job": "projector", "instance": "projector:9100"},
        "projector projector:9100 is up and not ready",
    ),
    "OutcomeUnknown": (
        {"buyq_outcome_unknown": "0x3 2x40 0x20"},
        "8m",
        "13m",
        {},
        "2 buys neither landed nor are proven dead",
    ),
    "BuysFail": (
        {FAILED: "0+1x80 80x100", COMPLETED: "0+1x180"},
        "15m",
        "35m",
        {},
        "More than a fifth of the buys fail",
    ),
    "QueueGrows": (
        {"buyq_buys_queued": "0+10x120 0x80"},
        "20m",
        "45m",
        {},
        "800 buys wait for a worker, and more by the minute",
    ),
    "ConsumerLags": (
        {'buyq_consumer_lag{job="projector",partition="1"}': "0x3 2000x40 0x20"},
        "8m",
        "13m",
        {"job": "projector"},
        "projector is 2000 records behind the log",
    ),
    "UnreadableRecords": (
        {'buyq_unreadable_records_total{job="projector"}': "0x10 1x100"},
        "5m",
        "25m",
        {"job": "projector"},
        "The log took records that nobody can read",
    ),
    "RpcFails": (
        {RPC % "unanswered": "0+4x40 160x60", RPC % "ok": "0+4x100"},
        "8m",
        "20m",
        {"node": "node-1"},
        "A fifth of the calls to node-1 fail",
    ),
    "AppendsFail": (
        {APPENDS % "unknown": "0x4 1+1x20 21x60", APPENDS % "ok": "0+4x100"},
        "5m",
        "15m",
        {},
        "Kafka does not acknowledge appends",
    ),
}


def test_each_alert_has_a_history() -> None:
    assert sorted(rule["alert"] for rule in alerts()) == sorted(HISTORIES)


@pytest.mark.parametrize("name", HISTORIES)
def test_an_alert_fires_and_is_over(name: str, tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("needs promtool, which comes with Prometheus")
    series, fires, over, labels, text = HISTORIES[name]
    (severity,) = [rule["labels"]["severity"] for rule in alerts() if rule["alert"] == name]
    fired = {
        "exp_labels": labels | {"severity": severity},
        "exp_annotations": {"summary": text},
    }
    given: dict[str, Any] = {
        "rule_files": [str(COMPOSE / "prometheus" / "alerts.yml")],
        "evaluation_interval": "15s",
        "tests": [
            {
                "interval": "15s",
                "input_series": [{"series": s, "values": v} for s, v in series.items()],
                "alert_rule_test": [
                    {"eval_time": "15s", "alertname": name, "exp_alerts": []},
                    {"eval_time": fires, "alertname": name, "exp_alerts": [fired]},
                    {"eval_time": over, "alertname": name, "exp_alerts": []},
                ],
            }
        ],
    }
    file = tmp_path / "histories.yml"
    file.write_text(yaml.safe_dump(given))
    ran = subprocess.run(
        (promtool, "test", "rules", str(file)), check=False, capture_output=True, text=True
    )
    assert 0 == ran.returncode, ran.stdout + ran.stderr
