"""Hold every notebook cell to more than nbval does, wherever pytest is called from."""

pytest_plugins = ["strict_nbval"]
