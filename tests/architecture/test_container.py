import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli.program import program
from app.kit.settings import Settings
from tests.container import (
    HOLE,
    command_of,
    compose,
    copies,
    dockerfile,
    image_environment,
    instructions,
    locked,
    services,
    the,
)
from tests.source import ROOT

SECRET = re.compile(r"KEY(?!STORE)|PASSWORD|SECRET|TOKEN|CREDENTIAL", re.IGNORECASE)
OURS = ("migrate", "api", "worker")
PORT = 8000


def test_the_image_is_slim_and_has_the_oldest_python_that_is_supported() -> None:
    oldest = _project()["requires-python"].removeprefix(">=")
    assert [one.text for one in instructions("FROM")] == [f"python:{oldest}-slim"]


def test_no_image_is_whatever_is_latest() -> None:
    images = [the("FROM").text, *(one["image"] for one in services().values())]
    for image in images:
        _, _, tag = image.partition(":")
        assert tag not in {"", "latest"}, image


def test_nothing_runs_as_root_in_the_image() -> None:
    last = [one for one in dockerfile() if one.name in {"USER", "RUN", "COPY", "WORKDIR"}][-1]
    assert last.name == "USER"
    user, _, group = last.text.partition(":")
    # Numbers can be judged without the image, by Kubernetes too; int() refuses names.
    assert min(int(user), int(group)) > 0


def test_what_the_image_runs_is_no_shell_and_takes_signals_itself() -> None:
    assert the("CMD").command[0] == "timebank"
    assert not instructions("ENTRYPOINT")


def test_the_image_holds_no_secret() -> None:
    names = [*image_environment(), *(one.text.partition("=")[0] for one in instructions("ARG"))]
    assert not [name for name in names if SECRET.search(name)]
    assert image_environment()["TIMEBANK_ENVIRONMENT"] == "production"


def test_the_image_installs_only_what_the_lock_pins_by_hash() -> None:
    installs = [one.text for one in instructions("RUN") if "pip" in one.text]
    assert len(installs) == 1
    assert {"--require-hashes", "--only-binary=:all:", "--no-cache-dir"} <= set(installs[0].split())
    assert installs[0].endswith("--requirement requirements.lock")


def test_the_lock_of_the_image_has_a_hash_for_each_package_and_names_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(locked("requirements.lock"))
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_the_lock_of_the_image_is_the_tested_one_without_tools_and_embedded_database() -> None:
    runtime, tested = locked("requirements.lock"), locked("requirements-dev.lock")
    assert runtime.items() <= tested.items()
    project = _project()
    wanted = {_name(one) for one in project["dependencies"]}
    extras = project["optional-dependencies"]
    unwanted = {_name(one) for one in [*extras["embedded"], *extras["dev"]]}
    assert wanted <= runtime.keys()
    assert not unwanted & runtime.keys()


def _project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return found


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


def test_what_is_copied_exists_and_reaches_the_builder() -> None:
    allowed = _let_through()
    for source, _ in copies():
        assert (ROOT / source).exists(), source
        top = source.partition("/")[0]
        assert top in allowed, f".dockerignore keeps {source} back"
    assert allowed == {source.partition("/")[0] for source, _ in copies()}


def _let_through() -> set[str]:
    """What `.dockerignore` lets through: it keeps everything back but what it names."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    return {rule.removeprefix("!") for rule in rules if rule.startswith("!")}


def test_the_command_in_the_image_is_the_one_of_the_package() -> None:
    project = _project()
    module, _, function = project["scripts"]["timebank"].partition(":")
    script = (ROOT / "app/cli/__main__.py").read_text()
    assert f"from {module} import {function}\n" in script
    assert f"\n    {function}()\n" in script


def test_the_image_watches_its_health_without_a_program_that_is_not_there() -> None:
    check = the("HEALTHCHECK")
    python, option, code = check.command
    assert (python, option) == ("python", "-c")
    assert f"http://127.0.0.1:{PORT}/healthz" in code
    compile(code, "HEALTHCHECK", "exec")
    assert "timeout=" in code
    assert the("EXPOSE").text == str(PORT)


@pytest.mark.parametrize("service", OURS)
def test_what_a_service_runs_is_a_command_of_ours(service: str) -> None:
    name, *words = command_of(service)
    assert name == "timebank"
    command, words = _found(typer.main.get_command(program), words)
    command.make_context(command.name, words)  # refuses options that it does not have


def _found(command: Any, words: list[str]) -> tuple[Any, list[str]]:
    while words and hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    return command, words


def test_the_api_is_published_on_the_port_that_it_listens_on_and_only_on_this_machine() -> None:
    assert services()["api"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert not [name for name in services() if name != "api" and "ports" in services()[name]]


def test_the_default_port_is_the_one_that_is_checked_and_published() -> None:
    serve, words = _found(typer.main.get_command(program), the("CMD").command[1:])
    context = serve.make_context("serve", words)
    assert context.params["port"] == PORT
    assert context.params["host"] == "0.0.0.0"


def test_compose_holds_no_secret_but_demands_each() -> None:
    for name, service in services().items():
        for variable, value in service.get("environment", {}).items():
            if SECRET.search(variable) and value is not None:
                assert HOLE.fullmatch(value), f"{name}: {variable}"
            if value is not None and "://" in value:
                _, _, password = value.partition("://")[2].partition("@")[0].partition(":")
                assert HOLE.fullmatch(password), f"{name}: {variable}"


def test_each_variable_of_our_services_is_a_setting() -> None:
    known = {f"TIMEBANK_{name.upper()}" for name in Settings.model_fields}
    for service in OURS:
        assert services()[service]["environment"].keys() <= known


NOT_HANDED_ON = {
    "ENVIRONMENT": "the image's",
    "SURFACE": "one process serves all here",
    "OWNER_DATABASE_URL": "the migration's alone",
    "DATA_FOLDER": "of the demo",
    "SECRETS_FOLDER": "needs a volume of its own",
}


@pytest.mark.parametrize("service", ["api", "worker"])
def test_whatever_can_be_set_reaches_our_services(service: str) -> None:
    wanted = {name.upper() for name in Settings.model_fields} - NOT_HANDED_ON.keys()
    assert services()[service]["environment"].keys() == {f"TIMEBANK_{name}" for name in wanted}


def test_only_the_migration_knows_the_owners_password() -> None:
    knows = {name for name in OURS if "OWNER" in str(services()[name]["environment"])}
    assert knows == {"migrate"}
    assert "POSTGRES_PASSWORD" not in str([services()[name] for name in OURS])


def test_the_program_starts_when_the_database_answers_and_the_migrations_are_done() -> None:
    assert services()["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("api", "worker"):
        assert services()[name]["depends_on"] == {
            "database": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }
    assert services()["database"]["healthcheck"]["test"][1] == "pg_isready"
    assert "restart" not in services()["migrate"], "a finished job is not started again"


def test_the_databases_data_outlive_its_container() -> None:
    major = int(services()["database"]["image"].partition(":")[2])
    assert major >= 18, "older images keep their data in another folder"
    assert "database:/var/lib/postgresql" in services()["database"]["volumes"]
    assert "database" in compose()["volumes"]


def test_the_keys_outlive_the_containers_and_lie_where_the_database_does_not() -> None:
    for name in OURS:
        (mount,) = services()[name]["volumes"]
        assert mount == f"keys:{services()[name]['environment']['TIMEBANK_KEYSTORE_FOLDER']}"
        made = next(one.text for one in instructions("RUN") if "useradd" in one.text)
        assert mount.partition(":")[2] in made, "a new volume takes its owner from the image"
    assert "keys" in compose()["volumes"]
    assert "keys" not in str(services()["database"]["volumes"])


@pytest.mark.parametrize("service", OURS)
def test_our_services_can_write_nowhere_and_gain_no_privilege(service: str) -> None:
    found = services()[service]
    assert found["image"] == services()["migrate"]["image"]
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]


def test_what_serves_no_http_is_not_asked_for_its_health() -> None:
    for name in ("migrate", "worker"):
        assert services()[name]["healthcheck"] == {"disable": True}


def test_the_roles_file_is_mounted_where_postgresql_reads_it_and_holds_no_password() -> None:
    mounts = [one for one in services()["database"]["volumes"] if one.startswith("./")]
    (mount,) = mounts
    source, target, mode = mount.split(":")
    assert Path(target).parent == Path("/docker-entrypoint-initdb.d")
    assert mode == "ro"
    text = (ROOT / source).read_text()
    for name in re.findall(r"\\getenv \w+ (\w+)", text):
        assert name in services()["database"]["environment"]
    wanted = [f":'{role}_password';" for role in ("owner", "app", "members")]
    assert re.findall(r" PASSWORD (\S+)", text) == wanted


def test_the_file_with_the_secrets_is_kept_out_of_the_repository() -> None:
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
