"""Every path and method is answered, the lost ones too, and always in the same shape."""

import httpx
import pytest
from fastapi import FastAPI

from tests.contract import METHODS, almighty, bearer, operations, problem
from tests.doings import varying
from tests.town import Town, good, refused

ID = "00000000-0000-4000-8000-000000000000"
LOST = ("/nowhere", "/", "/v1", "/V1/me", "//", "/healthz/", "/docs/x", "/%00", "/č", "/v2/me")
LOST_INSIDE = (
    "/v1/nowhere",
    "/v1/",
    "/v1/me/",
    "/v1//me",
    "/v1/me/x",
    "/v1/%00",
    "/v1/applications/",
)


async def test_an_unknown_path_is_not_found_signed_in_or_not(town: Town) -> None:
    ana = await town.member()
    for path in LOST:
        for method in METHODS:
            stranger = await town.client.request(method, path)
            assert stranger.status_code == 404, (method, path)
            assert varying(await ana.ask(method, path)) == varying(stranger)
        refused(await town.client.get(path), 404, "not-found")


async def test_an_unknown_path_of_the_api_asks_strangers_to_sign_in(town: Town) -> None:
    ana = await town.member()
    for path in LOST_INSIDE:
        for method in METHODS:
            stranger = await town.client.request(method, path)
            assert stranger.status_code == 401, (method, path)
            assert (await ana.ask(method, path)).status_code == 404, (method, path)
        refused(await town.client.get(path), 401, "not-authenticated")
        refused(await town.client.get(path, headers=bearer("x.y.z")), 401, "not-authenticated")
        refused(await ana.get(path), 404, "not-found")


async def test_without_a_token_every_private_operation_answers_the_same(
    town: Town, app: FastAPI
) -> None:
    lost = await town.client.get("/v1/nowhere")
    refused(lost, 401, "not-authenticated")
    paths = {one.path for one in operations(app) if not one.guard.open_to_all}
    for path in paths:
        for method in METHODS:
            if (method, path) == ("DELETE", "/v1/sessions"):
                continue  # signs out whoever asks, and answers everybody alike
            answer = await town.client.request(method, path, content=b"{", headers=JSON_TYPE)
            assert answer.status_code == 401, (method, path)
            assert varying(answer) == varying(lost)
            assert answer.content == (b"" if method == "HEAD" else lost.content)


JSON_TYPE = {"Content-Type": "application/json", "Idempotency-Key": "x" * 300}


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/me", "GET, HEAD, PATCH"),
        ("/v1/listings", "GET, HEAD, POST"),
        (f"/v1/listings/{ID}", "DELETE, GET, HEAD, PATCH"),
        (f"/v1/exchanges/{ID}/acceptance", "POST"),
        ("/v1/sessions", "DELETE, GET, HEAD"),
        ("/v1/token", "POST"),
        ("/v1/members", "POST"),
        ("/v1/bank", "GET, HEAD"),
        ("/healthz", "GET, HEAD"),
        ("/.well-known/jwks.json", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_names_all_the_right_ones(town: Town, path: str, allowed: str) -> None:
    ana = await town.member()
    offered = set(allowed.split(", "))
    for method in sorted(set(METHODS) - offered):
        answer = await ana.ask(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed), method
    refused(await ana.ask("PUT", path), 405, "wrong-method")


async def test_a_public_path_names_its_methods_to_strangers(town: Town) -> None:
    for path, allowed in (("/v1/token", "POST"), ("/v1/bank", "GET, HEAD")):
        answer = await town.client.put(path)
        refused(answer, 405, "wrong-method")
        assert answer.headers["allow"] == allowed


async def test_methods_are_named_to_whoever_may_use_one_of_them(town: Town) -> None:
    ana, coordinator = await town.member(), await town.staff("coordinator")
    refused(await ana.ask("PUT", "/v1/applications"), 404, "not-found")
    answer = await coordinator.ask("PUT", "/v1/applications")
    refused(answer, 405, "wrong-method")
    assert answer.headers["allow"] == "GET, HEAD"
    assert (await coordinator.ask("PUT", "/v1/listings")).headers["allow"] == "GET, HEAD, POST"
    nova = await town.applicant()
    refused(await nova.ask("PUT", "/v1/me/account"), 404, "not-found")


async def test_a_trailing_slash_is_another_path_and_never_a_redirect(
    town: Town, app: FastAPI
) -> None:
    person = await almighty(town)
    for method, path, _ in operations(app):
        answer = await person.ask(method, f"{path}/")
        assert answer.status_code == 404, (method, path)


async def test_an_id_that_is_none_does_not_fit(town: Town) -> None:
    ana = await town.member()
    for one in ("1", "x", ID[:-1], "%00", f"{ID}%0a", "..%2f"):
        answer = await ana.get(f"/v1/exchanges/{one}")
        assert answer.status_code in {404, 422}, one
        problem(answer)
    assert refused(await ana.get("/v1/exchanges/x"), 422, "unfit")["errors"][0]["pointer"] == (
        "/path/exchange_id"
    )


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/v1/me", "/v1/listings", "/openapi.json", "/docs", "/v1/bank"]
)
async def test_head_is_get_without_its_body(town: Town, path: str) -> None:
    ana = await town.member()
    whole, head = await ana.get(path), await ana.ask("HEAD", path)
    good_status = (whole.status_code, head.status_code)
    assert (good_status, head.content) == ((200, 200), b"")
    assert int(head.headers["content-length"]) == len(whole.content) > 0
    assert varying(head) == varying(whole)


async def test_head_of_what_is_not_there_has_the_status_and_no_body(town: Town) -> None:
    ana = await town.member()
    for path, status in (("/nowhere", 404), ("/v1/nowhere", 404), ("/v1/token", 405)):
        answer = await ana.ask("HEAD", path)
        assert (answer.status_code, answer.content) == (status, b"")


@pytest.mark.parametrize(
    ("method", "path", "title"),
    [
        ("GET", "/nowhere", "Ni najdeno"),
        ("GET", "/v1/nowhere", "Prijavite se"),
        ("GET", "/v1/bank?bank=nowhere", "Ni najdeno"),
        ("GET", "/v1/bank?bank=-", "Nekaj se ne ujema"),
        ("PUT", "/v1/bank", "Ta metoda tukaj ni na voljo"),
    ],
)
async def test_problems_speak_slovene_and_their_codes_do_not_change(
    client: httpx.AsyncClient, app: FastAPI, method: str, path: str, title: str
) -> None:
    slovene = await client.request(method, path, headers={"Accept-Language": "sl-SI, en;q=0.5"})
    english = await client.request(method, path, headers={"Accept-Language": "uk, en-GB"})
    assert slovene.headers["content-language"] == "sl"
    assert english.headers["content-language"] == "en"
    assert problem(slovene)["title"] == title
    same = ("type", "status")
    assert [problem(slovene)[name] for name in same] == [problem(english)[name] for name in same]
    assert problem(slovene)["title"] != problem(english)["title"]


async def test_what_the_browser_loads_comes_from_here(town: Town) -> None:
    page = await town.client.get("/docs")
    assert page.status_code == 200
    assert "https://" not in page.text.replace("https://fastapi.tiangolo.com/img", "")
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"):
        assert f"/docs-assets/{asset}" in page.text
        assert (await town.client.get(f"/docs-assets/{asset}")).status_code == 200
    refused(await town.client.get("/docs-assets/nothing.js"), 404, "not-found")
    refused(await town.client.get("/docs-assets/..%2f..%2f..%2fpyproject.toml"), 404, "not-found")


async def test_an_answer_that_creates_is_created(town: Town) -> None:
    ana = await town.member()
    good(await ana.get("/v1/listings"))
    listing = await town.listing(ana)
    answer = await ana.delete(f"/v1/listings/{listing['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
