"""Writing many rows of a Django model at once, and asking for many, as fast as each database takes them.

`bulk_create` and `bulk_update` build an object and an expression for each row; what writes a hundred thousand rows has
no use for either. Rows are plain tuples here. The plugin and its record book write with it, and any host on Django may.
"""

from cert_completion_bulk.among import Among
from cert_completion_bulk.inserting import insert
from cert_completion_bulk.moments import Moment
from cert_completion_bulk.updating import update

__all__ = ["Among", "Moment", "insert", "update"]
