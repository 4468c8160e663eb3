"""Services that run in the platforms, tested over real stores."""
