"""My rights over what is held about me, over HTTP."""

from fastapi import APIRouter
from pydantic import Field, JsonValue

from app.identity.access import FreshSignedIn
from app.kit.errors import NotFound
from app.kit.http import Route, Working
from app.kit.problems import raises
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import Moment, View
from app.rights import exporting, operations
from app.rights.rules import StillStaff

router = APIRouter(prefix="/v1/me", route_class=Route, tags=["rights"])


class ExportView(View):
    """Everything held about me, by table; columns as docs/data-map.md names them."""

    made_at: Moment
    held: dict[str, list[dict[str, JsonValue]]] = Field(examples=[{"member": [{"alias": "Ana"}]}])
    cut: list[str] = Field(
        examples=[[]], description="Tables of which only the first rows are here."
    )


@router.get("/export")
@reaches(Relation.OWN, rate=Rate.HEAVY)
async def get_my_export(caller: FreshSignedIn, work: Working) -> ExportView:
    """Everything held about me, opened. Other people's ids and staff's are left out."""
    found = await exporting.list_everything(work, caller)
    return ExportView(made_at=work.now, held=found.held, cut=found.cut)


@router.delete("", status_code=204, responses=raises(NotFound, StillStaff))
@reaches(Relation.OWN)
async def leave(caller: FreshSignedIn, work: Working) -> None:
    """Leave the bank: hidden at once, then forgotten. What is open ends or goes to a moderator."""
    await operations.leave(work, caller)
