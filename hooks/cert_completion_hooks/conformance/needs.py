"""What a check needs of the host; without it, the check is skipped with the reason."""

import pytest

needs_history = pytest.mark.usefixtures("with_history")
needs_expiry = pytest.mark.usefixtures("with_expiry")
needs_assignments = pytest.mark.usefixtures("with_assignments")
needs_evidence = pytest.mark.usefixtures("with_evidence")
needs_undo = pytest.mark.usefixtures("with_undo")
needs_messages = pytest.mark.usefixtures("with_messages")
