"""A site that has none of the pages."""

urlpatterns: list[object] = []
