"""The Flask application: uploads, media, the app's files."""

from __future__ import annotations

from flask import Flask

from backend.api.context import Service
from backend.api.permissions.guard import guard_flask
from backend.api.web.exchange import exchange_blueprint
from backend.api.web.failures import register
from backend.api.web.media import media_blueprint
from backend.api.web.pages import pages_blueprint
from backend.api.web.uploads import uploads_blueprint


def create_flask(service: Service) -> Flask:
    app = Flask("masklet", static_folder=None)
    register(app)
    guard_flask(app, service)
    app.register_blueprint(uploads_blueprint(service))
    app.register_blueprint(media_blueprint(service))
    app.register_blueprint(exchange_blueprint(service))
    app.register_blueprint(pages_blueprint(service.settings.frontend))
    return app
