"""What gunicorn does however it is started: its own logs are masked like ours. The rest is said on its command line."""

from gunicorn.glogging import Logger

from backbone.config.collecting import look_seldom
from backbone.logs import MaskedFormatter


class MaskedLogger(Logger):
    """Every line goes through the mask: those of the access log too, where somebody turns it on."""

    def setup(self, cfg):
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                if handler.formatter is not None:
                    handler.setFormatter(MaskedFormatter(handler.formatter._fmt, handler.formatter.datefmt))


logger_class = MaskedLogger
preload_app = True  # loaded once, before the workers part ways: they share its memory and are there at once


def when_ready(server):
    """Everything is loaded, and no worker has parted yet."""
    look_seldom()
