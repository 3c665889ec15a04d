"""The house about its deployments: what is registered, started and shown to the outer world."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from prefect import Flow

from console.dispatch import DEPLOYMENT

PLACE = Path(__file__).resolve().parents[2] / "deployments"
PREFECT = yaml.safe_load((PLACE / "prefect.yaml").read_text(encoding="utf-8"))
COMPOSE = yaml.safe_load((PLACE / "compose.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS = PREFECT["deployments"]
OURS = ("console", "prefect", "worker")

FLOWS = (
    "authorize",
    "complete",
    "delta",
    "discovery",
    "fields",
    "full_load",
    "mapping",
    "rollback",
    "sample",
    "verify",
)


def flow_of(deployment: dict[str, str]) -> Flow[..., object]:
    module, _, name = deployment["entrypoint"].rpartition(".")
    found: Flow[..., object] = getattr(import_module(module), name)
    return found


def names(deployment: dict[str, str]) -> str:
    return f"{deployment['entrypoint']}/{deployment['name']}"


def test_every_flow_is_deployed_by_its_module():
    assert {one["entrypoint"] for one in DEPLOYMENTS} == {f"flows.{flow}.{flow}" for flow in FLOWS}


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=names)
def test_a_deployment_starts_a_flow_and_passes_the_migrations_id_alone(deployment):
    flow = flow_of(deployment)
    assert isinstance(flow, Flow)
    assert list(deployment["parameters"]) == ["migration_id"]
    required = [
        name
        for name, parameter in inspect.signature(flow.fn).parameters.items()
        if parameter.default is inspect.Parameter.empty
    ]
    assert set(required) <= {"migration_id"}
    assert "migration_id" in inspect.signature(flow.fn).parameters


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=names)
def test_a_flow_keeps_no_result_and_runs_once_at_a_time(deployment):
    flow = flow_of(deployment)
    assert not flow.persist_result
    assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}


def test_the_console_finds_what_it_may_start():
    started = {flow_of(one).name for one in DEPLOYMENTS if one["name"] == DEPLOYMENT}
    assert started == {"sample", "authorize", "delta", "rollback"}


def test_the_schedule_is_registered_switched_off():
    scheduled = [one for one in DEPLOYMENTS if "schedules" in one]
    assert [flow_of(one).name for one in scheduled] == ["delta"]
    assert all(schedule["active"] is False for one in scheduled for schedule in one["schedules"])


def test_only_the_proxy_is_reached_from_outside():
    ports = {name: service.get("ports", []) for name, service in COMPOSE["services"].items()}
    open_ports = {
        name
        for name, published in ports.items()
        if any(not port.startswith("127.0.0.1:") for port in published)
    }
    assert open_ports == {"proxy"}


def test_only_the_worker_holds_the_token():
    holders = {
        name
        for name, service in COMPOSE["services"].items()
        if "PERIO_TOKEN" in service.get("environment", {})
    }
    assert holders == {"worker"}


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_without_rights_they_do_not_need(name):
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["environment"]["DO_NOT_TRACK"] == "1"


def test_no_secret_stands_in_what_is_committed():
    committed = [path.read_text(encoding="utf-8") for path in PLACE.iterdir() if path.is_file()]
    given = r"(?i)(?:password|token|secret|key)\w*[ \t]*[:=][ \t]*[\"']?(?![/$])[a-z0-9+/_-]{12,}"
    assert re.findall(given, "\n".join(committed)) == []
    example = (PLACE / "env.example").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^(?:PERIO_TOKEN|\w+_PASSWORD)=(.+)$", example) == []


def test_every_variable_of_the_compose_file_is_explained():
    text = (PLACE / "compose.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(\w+)", text))
    explained = set(re.findall(r"(?m)^(\w+)=", (PLACE / "env.example").read_text(encoding="utf-8")))
    assert asked == explained


def test_the_proxy_forces_tls_and_serves_nothing_but_the_console():
    text = (PLACE / "Caddyfile").read_text(encoding="utf-8")
    assert "Strict-Transport-Security" in text
    assert "Content-Security-Policy" in text
    assert re.findall(r"reverse_proxy (\S+)", text) == ["console:8501"]
