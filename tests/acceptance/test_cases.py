import pytest

from cert_completion_plugin.api import OptionNotOffered
from tests.acceptance.hosts import WORLDS
from tests.acceptance.loading import Broken, Loaded, Way
from tests.acceptance.running import Differences, run
from tests.acceptance.worlds import CannotRun


@pytest.mark.django_db
def test_case(loaded: Loaded, way: Way) -> None:
    if isinstance(loaded, Broken):
        pytest.fail("\n".join([f"The case {loaded.id} cannot be run:", *loaded.faults]), pytrace=False)
    try:
        run(loaded, way, WORLDS[way.host]())
    except (Differences, CannotRun, OptionNotOffered) as error:
        # Their texts say all there is to say; formatting tracebacks would take longer than running the cases.
        raise error.with_traceback(None) from None
