"""The plans of an import that waited for approval, to be read."""

from rest_framework.request import Request
from rest_framework.response import Response

from cert_completion_plugin import api
from cert_completion_plugin.rest.base import ApiView
from cert_completion_plugin.rest.describing import described
from cert_completion_plugin.rest.documents.plans import PlanDocument, PlansDocument
from cert_completion_plugin.rest.documents.rows import LinesPage, RowsPage
from cert_completion_plugin.rest.finding import found, plan_of
from cert_completion_plugin.rest.rows import LinesParameters, RowsParameters, lines_page, rows_page


class PlansView(ApiView):
    """All plans of an import."""

    @described("plans", "The plans of an import, the first one first", gives=PlansDocument, problems=["not_found"])
    def get(self, request: Request, reference: str) -> Response:
        batch = found(request, reference)
        plans = [plan for number in api.plan_numbers(batch) if (plan := api.plan_summary(request.user, batch, number))]
        return Response(PlansDocument({"plans": plans}, context={"present": batch.plan}).data)


class PlanView(ApiView):
    """One plan of an import."""

    @described("plan", "What a plan would do", gives=PlanDocument, problems=["not_found"])
    def get(self, request: Request, reference: str, number: int) -> Response:
        batch = found(request, reference)
        return Response(PlanDocument(plan_of(request, batch, number), context={"present": batch.plan}).data)


class PlanRowsView(ApiView):
    """The rows of one plan."""

    opened_by = (api.PERMISSION_VIEW_PERSONAL_DATA,)

    @described(
        "plan_rows",
        "What a plan would do with each row, by line",
        gives=RowsPage,
        parameters=RowsParameters,
        problems=["not_found", "gone", "not_valid"],
    )
    def get(self, request: Request, reference: str, number: int) -> Response:
        batch = found(request, reference)
        return rows_page(request, batch, api.Phase.PLANNED, plan_of(request, batch, number).number)


class PlanLinesView(ApiView):
    """The rows of one plan, without names and cells."""

    @described(
        "plan_lines",
        "What a plan would do with each row, by line, without names and cells",
        gives=LinesPage,
        parameters=LinesParameters,
        problems=["not_found", "gone", "not_valid"],
    )
    def get(self, request: Request, reference: str, number: int) -> Response:
        batch = found(request, reference)
        return lines_page(request, batch, api.Phase.PLANNED, plan_of(request, batch, number).number)
