"""Entry point of web server, worker and commands: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import gc

# A quarter of the start went into looking for garbage among hundreds of modules, of which nothing is ever thrown away.
gc.disable()

from fairs.app import create_app  # noqa: E402

app = create_app()

gc.collect()
gc.freeze()
gc.enable()
gc.set_threshold(10_000, 20, 20)
