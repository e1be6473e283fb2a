"""Holds the compose files and Railway's files against what their readers accept.

Called by scripts/check-deploy with the path of the Compose specification's JSON schema.
"""

import json
import pathlib
import sys
import tomllib

import jsonschema
import yaml

# docs.railway.com/config-as-code/reference. Seconds have to be numbers, whatever its examples say.
RAILWAY = {
    "build": {"builder": str, "dockerfilePath": str, "watchPatterns": list},
    "deploy": {
        "startCommand": str,
        "preDeployCommand": list,
        "healthcheckPath": str,
        "healthcheckTimeout": int,
        "restartPolicyType": str,
        "restartPolicyMaxRetries": int,
        "overlapSeconds": int,
        "drainingSeconds": int,
    },
}
POLICIES = {"ON_FAILURE", "ALWAYS", "NEVER"}


def merged(base, over):
    """As Compose merges files: maps by key, everything else is replaced."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    return {key: merged(base[key], over[key]) if key in base and key in over else
            over.get(key, base.get(key)) for key in {**base, **over}}


def compose_problems(schema):
    main = yaml.safe_load(pathlib.Path("docker-compose.yml").read_text())
    test = yaml.safe_load(pathlib.Path("docker-compose.test.yml").read_text())
    for name, document in {"docker-compose.yml": main, "with the test": merged(main, test)}.items():
        # The schema is older than the project's name in the file, and its extensions are ours.
        known = {key: value for key, value in document.items() if key != "name"}
        for error in jsonschema.Draft7Validator(schema).iter_errors(known):
            yield f"{name}: {'/'.join(map(str, error.path))}: {error.message}"
        yield from (f"{name}: {problem}" for problem in reference_problems(document))


def reference_problems(document):
    services = document["services"]
    for name, service in services.items():
        if "image" not in service and "build" not in service:
            yield f"{name} has no image"
        for other, condition in service.get("depends_on", {}).items():
            if other not in services:
                yield f"{name} waits for {other}, which isn't there"
            elif condition["condition"] == "service_completed_successfully":
                if services[other].get("restart", "no") != "no":
                    yield f"{name} waits for the end of {other}, which is restarted"
        for volume in service.get("volumes", []):
            if volume.split(":")[0] not in document.get("volumes", {}):
                yield f"{name} mounts {volume}, which isn't declared"


def railway_problems(path):
    for section, fields in tomllib.loads(path.read_text()).items():
        for field, value in fields.items():
            kind = RAILWAY.get(section, {}).get(field)
            if kind is None:
                yield f"{path}: Railway knows no {section}.{field}"
            elif not isinstance(value, kind):
                yield f"{path}: {section}.{field} has to be a {kind.__name__}"
    settings = tomllib.loads(path.read_text())
    if settings["deploy"]["restartPolicyType"] not in POLICIES:
        yield f"{path}: restartPolicyType is one of {sorted(POLICIES)}"
    if not pathlib.Path(settings["build"]["dockerfilePath"]).is_file():
        yield f"{path}: there is no {settings['build']['dockerfilePath']}"


def main():
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
    problems = list(compose_problems(schema))
    for path in sorted(pathlib.Path("deploy/railway").glob("*.toml")):
        problems += railway_problems(path)
    print("\n".join(problems), file=sys.stderr)
    sys.exit(bool(problems))


main()
