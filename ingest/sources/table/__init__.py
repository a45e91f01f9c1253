"""Tables as museums export them, through a mapping file; columns it does not name are not read."""
