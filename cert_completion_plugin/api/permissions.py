"""The permissions, as Django names them."""

PERMISSION_UPLOAD = "cert_completion_plugin.upload_completions"
PERMISSION_APPROVE = "cert_completion_plugin.approve_imports"
PERMISSION_UNDO = "cert_completion_plugin.undo_imports"
PERMISSION_VIEW_REPORT = "cert_completion_plugin.view_import_report"
