"""The server of `workbench dashboard`: Voila, and a page of our own for an address where nothing is."""

from typing import Any

from jupyter_server.base.handlers import Template404
from jupyter_server.utils import url_path_join
from voila.app import Voila


class Dashboard(Voila):
    """Voila sends every address it does not know to its files, where a person reads "403"; and the error pages of Jupyter's
    server, which it leaves in place, need a setting that Voila has not, so that each one ended in a traceback.
    """

    def init_settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = super().init_settings()
        return settings | {"jinja2_env": settings["voila_jinja2_env"]}  # it finds the template's error.html

    def init_handlers(self) -> list[Any]:
        *known, page = super().init_handlers()
        known = [handler for handler in known if "/logout" not in handler[0]]  # nobody logs in here
        return [*known, (url_path_join(self.server_url, "/(?:.+)"), Template404), page]


if __name__ == "__main__":
    Dashboard.launch_instance()
