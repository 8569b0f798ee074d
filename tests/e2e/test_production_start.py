import asyncio
import base64
import re
from collections.abc import Iterator

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.kit.settings import BadSettings, load_settings
from app.main import create_app
from tests.container import command_of, the
from tests.installation import Installation, listening_server, secrets_of_the_readme
from tests.processes import Running
from tests.source import ROOT

BY_SIGTERM = 143
COULD_NOT_RUN = 2
WORKS_SECONDS = 3
ASKED = 8
STAFF_PASSWORD = "four very plain words"
OF_ANOTHER_KIND = Ed25519PrivateKey.generate().private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Secrets, a server with the two roles, the image's files; nothing was migrated yet."""
    folder = tmp_path_factory.mktemp("production")
    outside = secrets_of_the_readme(folder)
    with listening_server(folder / "postgres", outside["POSTGRES_PASSWORD"]) as server:
        done = server.psql("-f", str(ROOT / "migrations" / "roles.sql"), **outside)
        assert done.returncode == 0, done.stderr
        yield Installation.made(folder / "image", server, outside)


@pytest.fixture(scope="module")
def installation(fresh: Installation) -> Installation:
    """The same, migrated by the job of compose.yaml."""
    done = fresh.run("migrate", command_of("migrate"))
    assert done.returncode == 0, done.stderr
    return fresh


@pytest.fixture(scope="module")
def api(installation: Installation) -> Iterator[Running]:
    """The API, by the image's own command, on a free port."""
    with installation.start("api", command_of("api"), PORT="0") as running:
        assert running.url
        yield running


@pytest.fixture
def client(api: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api.url, timeout=10) as client:
        yield client


async def test_the_role_of_members_cannot_become_the_one_that_opens_records(
    installation: Installation,
) -> None:
    there = installation.environment("api")["TIMEBANK_DATABASE_URL"].partition("@")[2]
    word = installation.secrets["TIMEBANK_MEMBERS_PASSWORD"]
    connection = await asyncpg.connect(f"postgresql://timebank_members:{word}@{there}", timeout=10)
    for statement in ("SET ROLE timebank_sealed", "SELECT FROM sealed_record"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    assert await connection.fetchval("SHOW log_error_verbosity") == "terse"
    await connection.close()


async def _signs_in(installation: Installation, role: str, password: str, database: str) -> bool:
    where = {"host": "127.0.0.1", "port": installation.server.port, "timeout": 10}
    try:
        connection = await asyncpg.connect(user=role, password=password, database=database, **where)
    except (asyncpg.InvalidPasswordError, asyncpg.InsufficientPrivilegeError):
        return False
    await connection.close()
    return True


async def test_each_role_signs_in_with_its_own_password_only(fresh: Installation) -> None:
    owner = fresh.secrets["TIMEBANK_OWNER_PASSWORD"]
    application = fresh.secrets["TIMEBANK_APP_PASSWORD"]
    assert await _signs_in(fresh, "timebank_owner", owner, "timebank")
    assert await _signs_in(fresh, "timebank_app", application, "timebank")
    members = fresh.secrets["TIMEBANK_MEMBERS_PASSWORD"]
    assert await _signs_in(fresh, "timebank_members", members, "timebank")
    assert not await _signs_in(fresh, "timebank_app", owner, "timebank")


async def test_the_database_is_closed_to_other_roles(fresh: Installation) -> None:
    made = fresh.server.psql("-c", "CREATE ROLE passer_by LOGIN PASSWORD 'let me in'")
    assert made.returncode == 0, made.stderr
    assert not await _signs_in(fresh, "passer_by", "let me in", "timebank")


@pytest.mark.parametrize("service", ["api", "worker"])
def test_nothing_starts_on_a_database_that_was_not_migrated(
    fresh: Installation, service: str
) -> None:
    made = fresh.server.psql("-c", f"CREATE DATABASE empty_{service} OWNER timebank_owner")
    assert made.returncode == 0, made.stderr
    url = fresh.environment(service)["TIMEBANK_DATABASE_URL"]
    other = url.rpartition("/")[0] + f"/empty_{service}"
    done = fresh.run(service, command_of(service), TIMEBANK_DATABASE_URL=other, PORT="0")
    assert done.returncode == COULD_NOT_RUN
    assert done.stderr.count("\n") == 1
    assert "timebank db upgrade" in done.stderr


WEAK = {
    "no database": ("TIMEBANK_DATABASE_URL", None),
    "a database of another kind": ("TIMEBANK_DATABASE_URL", "sqlite:///timebank.sqlite"),
    "a database somewhere": ("TIMEBANK_DATABASE_URL", "postgresql:///timebank"),
    "no master key": ("TIMEBANK_MASTER_KEY", None),
    "a short master key": ("TIMEBANK_MASTER_KEY", base64.b64encode(b"0123456789abcdef").decode()),
    "a master key that nobody drew": ("TIMEBANK_MASTER_KEY", base64.b64encode(b"ab" * 16).decode()),
    "a master key that is a sentence": ("TIMEBANK_MASTER_KEY", "correct horse battery staple"),
    "no place for keys": ("TIMEBANK_KEYSTORE_FOLDER", None),
    "no token key": ("TIMEBANK_TOKEN_KEY", None),
    "a token key that is none": ("TIMEBANK_TOKEN_KEY", "secret"),
    "a token key of another kind": ("TIMEBANK_TOKEN_KEY", OF_ANOTHER_KIND.decode()),
    "a guessable metrics token": ("TIMEBANK_METRICS_TOKEN", "metrics"),
}


@pytest.mark.parametrize("what", WEAK)
def test_production_refuses_weak_settings_and_names_them_and_not_their_value(
    installation: Installation, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable, value = WEAK[what]
    for name, good in installation.environment("api", **{variable: value}).items():
        if name.startswith("TIMEBANK_"):
            monkeypatch.setenv(name, good)
    with pytest.raises(BadSettings) as refused:
        create_app(load_settings())
    assert variable in str(refused.value)
    assert value is None or value not in str(refused.value)


def test_an_operator_reads_one_line_about_a_weak_secret(installation: Installation) -> None:
    variable, value = WEAK["a token key of another kind"]
    done = installation.run("api", command_of("api"), PORT="0", **{variable: value})
    assert done.returncode == COULD_NOT_RUN
    assert done.stderr.count("\n") == 1
    assert variable in done.stderr


def test_the_migration_job_may_run_again(installation: Installation) -> None:
    assert installation.run("migrate", command_of("migrate")).returncode == 0


def test_the_migration_needs_the_owner(installation: Installation) -> None:
    done = installation.run("api", command_of("migrate"))
    assert done.returncode == COULD_NOT_RUN
    assert "TIMEBANK_OWNER_DATABASE_URL" in done.stderr


def test_the_api_is_alive_and_ready(client: httpx.Client) -> None:
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs-assets/swagger-ui.css"])
def test_the_documentation_is_off(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_numbers_are_for_the_operator_only(
    installation: Installation, client: httpx.Client
) -> None:
    token = installation.secrets["TIMEBANK_METRICS_TOKEN"]
    assert client.get("/metrics").status_code == 404
    assert (
        client.get("/metrics", headers={"Authorization": "Bearer " + "x" * 48}).status_code == 404
    )
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert "timebank_requests_total" in answer.text


def test_a_bank_is_founded_and_its_coordinator_signs_in(
    installation: Installation, client: httpx.Client
) -> None:
    bank = ["timebank", "bank", "create", "kljuc", "--name", "Our Town", "--language", "en"]
    staff = ["timebank", "staff", "create", "--bank", "kljuc", "--role", "coordinator"]
    email = "desk@example.org"
    assert installation.run("api", bank).returncode == 0
    hired = installation.run("api", [*staff, "--email", email], f"{STAFF_PASSWORD}\n")
    assert hired.returncode == 0, hired.stderr
    form = {"grant_type": "password", "username": email, "password": STAFF_PASSWORD}
    assert client.post("/v1/token", data=form).status_code == 200
    assert installation.run("api", ["timebank", "ledger", "verify"]).returncode == 0


def test_the_health_check_of_the_image_tells_an_answer_from_none(
    installation: Installation, api: Running
) -> None:
    *python, code = the("HEALTHCHECK").command
    answering = code.replace("http://127.0.0.1:8000", api.url)
    silent = code.replace(":8000", ":1")
    assert installation.run("api", [*python, answering]).returncode == 0
    assert installation.run("api", [*python, silent]).returncode != 0


@pytest.mark.deep  # without the image, test_cli_serving tries it always
def test_several_server_processes_share_the_port_and_their_numbers(
    installation: Installation,
) -> None:
    token = installation.secrets["TIMEBANK_METRICS_TOKEN"]
    command = [*command_of("api"), "--workers", "2"]
    with installation.start("api", command, PORT="0") as running:
        with httpx.Client(base_url=running.url, timeout=30) as client:
            for _ in range(ASKED):
                assert client.get("/healthz", headers={"Connection": "close"}).status_code == 200
            numbers = client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text
        assert running.stopped() == BY_SIGTERM
    counted = re.findall(
        r"^timebank_requests_total\{.*get_health.*\} (\S+)$", numbers, re.MULTILINE
    )
    assert [float(one) for one in counted] == [ASKED]


async def test_the_worker_works_until_it_is_asked_to_stop(installation: Installation) -> None:
    with installation.start("worker", command_of("worker")) as running:
        await asyncio.sleep(WORKS_SECONDS)
        assert running.stopped() == BY_SIGTERM, running.logged
    assert '"error"' not in running.logged, "its role may do what it needs"


def test_the_program_runs_from_the_image_and_writes_nothing_there(
    installation: Installation,
) -> None:
    before = installation.files()
    where = ["python", "-c", "import app; print(app.__file__)"]
    assert str(installation.workdir) in installation.run("api", where).stdout
    with installation.start("api", command_of("api"), PORT="0") as running:
        answer = httpx.get(f"{running.url}/readyz", timeout=10)
        assert running.stopped() == BY_SIGTERM
    assert answer.status_code == 200
    assert installation.files() == before
    said = running.said + running.logged
    assert not [name for name, value in installation.secrets.items() if value in said]
