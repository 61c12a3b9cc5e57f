"""What no schema of deploy/ and compose.yaml says, for scripts/lint-deploy: that settings, metrics, runbooks, ports and
tests exist. Reads `metrics`, `base.yaml` and `example.yaml` in the folder that it is given, and writes the queries of
the dashboard there, as rules in `dashboard.json`."""

import json
import re
import sys
from pathlib import Path

import yaml

FAULTS = []
SCRATCH = Path(sys.argv[1])
# Metrics of others, with their labels.
FOREIGN = {"up": set(), "container_memory_working_set_bytes": {"container", "namespace", "pod"}}
# Labels that Prometheus adds.
TARGET = {"job", "instance"}
NOT_METRICS = {"by", "without", "and", "or", "unless", "on", "ignoring", "group_left", "group_right", "bool", "offset"}


def check(holds, fault):
    if not holds:
        FAULTS.append(fault)


def check_settings():
    settings = set(re.findall(r"^#?([A-Z_]+)=", Path(".env.example").read_text(), re.MULTILINE))
    files = [path for path in Path("deploy").rglob("*") if path.is_file()]
    for path in [*files, Path("compose.yaml"), Path("Dockerfile")]:
        for name in re.findall(r"\b(?:CURIO_|DATABASE_URL)[A-Z_]*", path.read_text()):
            check(name in settings, f"{path}: {name} is not in .env.example")


def check_manifests(name):
    manifests = list(yaml.safe_load_all((SCRATCH / name).read_text()))

    def of_kind(kind):
        return [manifest for manifest in manifests if manifest["kind"] == kind]

    def seconds(setting):
        return int(re.fullmatch(r"(\d+)s", settings["data"].get(setting, "0s"))[1])

    (deployment,) = of_kind("Deployment")
    (settings,) = of_kind("ConfigMap")
    template = deployment["spec"]["template"]
    (container,) = template["spec"]["containers"]
    ports = {port["name"] for port in container["ports"]}

    grace = template["spec"]["terminationGracePeriodSeconds"]
    stop = seconds("CURIO_DRAIN_DELAY") + seconds("CURIO_SHUTDOWN_TIMEOUT")
    check(grace > stop, f"{name}: terminationGracePeriodSeconds is {grace}, but stopping may take {stop} s")
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        port = container[probe]["httpGet"]["port"]
        check(port in ports, f"{name}: the container has no port {port} for its {probe}")
    for service in of_kind("Service"):
        spec, title = service["spec"], f"{name}: the Service {service['metadata']['name']}"
        check(spec["selector"].items() <= template["metadata"]["labels"].items(), f"{title} selects no pod")
        for port in spec["ports"]:
            check(port["targetPort"] in ports, f"{title} has the port {port['targetPort']}, and the container does not")
    for policy in of_kind("NetworkPolicy"):
        for port in [port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]]:
            check(port in ports, f"{name}: the NetworkPolicy allows the port {port}, which the container does not have")


def exposed_metrics():
    """The metrics of the service, with their labels."""
    metrics = {}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? ", (SCRATCH / "metrics").read_text(), re.MULTILINE):
        metrics.setdefault(name, set(TARGET)).update(re.findall(r'(\w+)="', labels))
    return metrics


def check_query(where, query, metrics):
    query = re.sub(r'"[^"]*"|\'[^\']*\'', '""', query)
    grouped = re.findall(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)", query)
    selected = re.findall(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}", query)
    bare = re.sub(r"\b(?:by|without|on|ignoring)\s*\([^)]*\)|\{[^}]*\}|\[[^\]]*\]", "", query)
    names = set(re.findall(r"(?<![\w:.])[a-zA-Z_:][\w:]*(?![\w:]|\s*\()", bare)) - NOT_METRICS
    check(names, f"{where}: no metric in {query}")
    for name in names:
        check(name in metrics, f"{where}: the service exposes no metric {name}")
    for name, matchers in selected:
        for label in re.findall(r"(\w+)\s*[=!]", matchers):
            check(label in metrics.get(name, {label}), f"{where}: {name} has no label {label}")
    labels = set().union(*(metrics.get(name, set()) for name in names))
    for label in re.findall(r"\w+", " ".join(grouped)):
        check(label in labels, f"{where}: no metric of the query has the label {label}")


def check_alerts(metrics):
    path = Path("deploy/prometheus/alerts.yaml")
    rules = [rule for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]
    tests = yaml.safe_load(path.with_suffix(".test.yaml").read_text())["tests"]
    fired = {case["alertname"] for test in tests for case in test["alert_rule_test"] if case["exp_alerts"]}
    for rule in rules:
        name, annotations = rule["alert"], rule["annotations"]
        where = f"{path}: {name}"
        check_query(where, rule["expr"], metrics)
        check(name in fired, f"{where} fires in no test")
        for annotation in ("summary", "description", "runbook_url"):
            check(annotations.get(annotation), f"{where} has no {annotation}")
        document, _, section = annotations["runbook_url"].partition("#")
        titles = re.findall(r"^#+ (.*)", Path(document).read_text(), re.MULTILINE)
        check(
            section in [title.lower().replace(" ", "-") for title in titles], f"{where}: {document} has no #{section}"
        )


def check_dashboard(metrics):
    path = Path("deploy/grafana/curio.json")
    dashboard = json.loads(path.read_text())
    panels, rules, taken = dashboard["panels"], [], set()
    check(len({panel["id"] for panel in panels}) == len(panels), f"{path}: two panels have the same id")
    for panel in panels:
        where, grid = f"{path}: {panel['title']}", panel["gridPos"]
        cells = {(grid["x"] + x, grid["y"] + y) for x in range(grid["w"]) for y in range(grid["h"])}
        check(not cells & taken and grid["x"] + grid["w"] <= 24, f"{where} overlaps another panel, or the edge")
        taken |= cells
        for target in panel.get("targets", []):
            check_query(where, target["expr"], metrics)
            expression = target["expr"].replace("$__rate_interval", "1m")
            rules.append({"record": f"panel{panel['id']}:{target['refId']}", "expr": expression})
    for variable in dashboard["templating"]["list"]:
        for query in re.findall(r"label_values\((.*), \w+\)", variable.get("definition", "")):
            check_query(f"{path}: {variable['name']}", query, metrics)
    # JSON is YAML.
    (SCRATCH / "dashboard.json").write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))


check_settings()
check_manifests("base.yaml")
check_manifests("example.yaml")
known = FOREIGN | exposed_metrics()
known["up"] = known["up"] | TARGET
check_alerts(known)
check_dashboard(known)
for fault in FAULTS:
    print(f"lint-deploy: {fault}", file=sys.stderr)
sys.exit(bool(FAULTS))
