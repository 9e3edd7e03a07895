"""Every query on the plugin's tables. What comes out are values, never models."""
