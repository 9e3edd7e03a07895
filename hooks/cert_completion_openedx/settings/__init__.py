"""What this app adds to the settings of an Open edX service: only what the site does not set itself."""
