"""All three apps, as the platform has them, keep the rules of MySQL and of a live site."""

import pytest

from tests.migrations import checking
from tests.openedx.test_loading import OURS


@pytest.mark.parametrize("label", OURS)
def test_mysql_and_mariadb_take_the_indexes(label):
    assert list(checking.too_long(label)) == []


@pytest.mark.parametrize("label", OURS)
def test_no_migration_moves_data_and_changes_the_schema(label):
    assert list(checking.mixed(label)) == []
