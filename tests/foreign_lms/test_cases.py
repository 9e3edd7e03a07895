"""The acceptance cases at the harbour, each with review or without."""

import pytest

from cert_completion_plugin.api import OptionNotOffered
from tests.acceptance.collecting import cases
from tests.acceptance.loading import Broken, Case
from tests.acceptance.running import Differences, run
from tests.acceptance.worlds import CannotRun
from tests.foreign_lms.case_world import HarbourCaseWorld
from tests.foreign_lms.cases_elsewhere import CASES_ELSEWHERE


@pytest.mark.django_db(databases=["default", "registry"])
def test_case(loaded, way):
    if isinstance(loaded, Broken):
        pytest.fail("\n".join([f"The case {loaded.id} cannot be run:", *loaded.faults]), pytrace=False)
    reason = CASES_ELSEWHERE.get(loaded.file, {}).get(loaded.id)
    try:
        run(loaded, way, HarbourCaseWorld())
    except (Differences, CannotRun, OptionNotOffered) as error:
        if reason is None:
            raise error.with_traceback(None) from None
        return
    assert reason is None, f"The case passes here: take {loaded.id!r} off the list in cases_elsewhere.py."


def test_the_list_of_cases_elsewhere_names_cases_that_there_are(request):
    known = {}
    for case in cases(request.config):
        if isinstance(case, Case):
            known.setdefault(case.file, set()).add(case.id)
    for file in known.keys() & CASES_ELSEWHERE.keys():
        assert CASES_ELSEWHERE[file].keys() <= known[file]
    assert all(reason for listed in CASES_ELSEWHERE.values() for reason in listed.values())
