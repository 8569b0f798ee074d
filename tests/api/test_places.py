"""The bank's lists of places: added, renamed, taken back; what names a place goes on doing so."""

import pytest

from tests.doings import place_of, take
from tests.town import JSON, Town, good, refused

LABELS = {"sl": "Trg", "en": "Square"}


@pytest.mark.parametrize("kind", ["areas", "meeting-points"])
async def test_a_place_is_added_renamed_and_taken_back(town: Town, kind: str) -> None:
    admin, ana = await town.staff("admin"), await town.member()
    path = f"/v1/{kind}/square"
    added = await admin.post(f"/v1/{kind}", {"slug": "square", "labels": LABELS})
    assert good(added) == {
        "slug": "square",
        "label": "Square",
        "labels": LABELS,
        "is_offered": True,
    }
    refused(
        await admin.post(f"/v1/{kind}", {"slug": "square", "labels": LABELS}), 409, "place-taken"
    )
    renamed = {"labels": {"sl": "Tržnica", "en": "Market"}}
    version = {"If-Match": added.headers["etag"]}
    good(await admin.patch(path, renamed, headers=version))
    refused(await admin.patch(path, renamed, headers=version), 412, "stale")
    seen = {one["slug"]: one["label"] for one in good(await ana.get(f"/v1/{kind}"))["items"]}
    assert seen["square"] == "Market"
    for _ in range(2):
        assert (await admin.delete(path)).status_code == 204
    slugs = [one["slug"] for one in good(await ana.get(f"/v1/{kind}"))["items"]]
    assert "square" not in slugs
    one = good(await ana.get(path, headers={"Accept-Language": "sl"}))
    assert (one["label"], one["is_offered"]) == ("Tržnica", False)
    good(await admin.post(f"/v1/{kind}", {"slug": "square", "labels": LABELS}))
    assert good(await ana.get(path))["is_offered"]


async def test_what_names_a_place_goes_on_naming_it_and_nothing_new_can(town: Town) -> None:
    admin, ana, bor = await town.staff("admin"), await town.member("Ana"), await town.member("Bor")
    await place_of(admin, "areas", "hill")
    await place_of(admin, "meeting-points", "inn")
    offer = await town.listing(ana, area="hill")
    proposal = {"listing_id": offer["id"], "minutes": 60, "meeting_point_id": "inn"}
    exchange = good(await bor.post("/v1/exchanges", proposal))
    for path in ("/v1/areas/hill", "/v1/meeting-points/inn"):
        assert (await admin.delete(path)).status_code == 204
    mine = f"/v1/listings/{offer['id']}"
    assert good(await ana.patch(mine, {"title": "Bread"}))["area"] == "hill"
    assert good(await ana.post(f"{mine}/renewal"))["area"] == "hill"
    refused(await ana.patch(mine, {"area": "hill"}), 422, "unknown-area")
    assert good(await take(ana, exchange, "acceptance"))["meeting_point_id"] == "inn"
    refused(await bor.post("/v1/exchanges", proposal), 422, "unknown-meeting-point")
    other = good(await bor.post("/v1/exchanges", proposal | {"meeting_point_id": "library"}))
    countered = await take(
        ana, other, "counterproposal", {"minutes": 30, "meeting_point_id": "inn"}
    )
    refused(countered, 422, "unknown-meeting-point")


async def test_a_bank_offers_at_least_one_area(town: Town) -> None:
    admin = await town.staff("admin")
    first, *others = [one["slug"] for one in good(await admin.get("/v1/areas"))["items"]]
    for slug in others:
        assert (await admin.delete(f"/v1/areas/{slug}")).status_code == 204
    refused(await admin.delete(f"/v1/areas/{first}"), 409, "last-area")
    for one in good(await admin.get("/v1/meeting-points"))["items"]:
        assert (await admin.delete(f"/v1/meeting-points/{one['slug']}")).status_code == 204


async def test_an_admin_changes_the_banks_name_languages_and_time_zone(town: Town) -> None:
    admin, auditor = await town.staff("admin"), await town.staff("auditor")
    changes = {"name": "Ključ", "languages": ["sl", "uk"], "time_zone": "Europe/Kyiv"}
    bank = good(await admin.patch("/v1/bank", {"reason": "We moved.", **changes}))
    assert {name: bank[name] for name in changes} == changes
    (change, *_) = good(await auditor.get("/v1/bank/changes"))["items"]
    assert (change["after"], change["before"]["time_zone"]) == (changes, "Europe/Ljubljana")
    misfits: tuple[JSON, ...] = ({"time_zone": "Mars/Olympus"}, {"languages": []}, {"name": ""})
    for wrong in misfits:
        refused(await admin.patch("/v1/bank", {"reason": "So.", **wrong}), 422, "unfit")
