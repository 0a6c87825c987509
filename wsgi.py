"""Entry point of the web server: `gunicorn wsgi:app`."""

from fairs.app import create_app

app = create_app()
