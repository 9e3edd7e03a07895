"""What this app adds to the settings of an Open edX service, which looks for it there. Other sites take no notice."""
