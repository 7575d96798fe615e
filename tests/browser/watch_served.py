"""Serves a finder with a few practice stations whose bays a test may take and free, for the browser.

Run with a port, a folder and a file to write where the practice operators are.
"""

import sys
from pathlib import Path

import uvicorn
from pydantic import SecretStr

from finder.app import build_app
from finder.sandbox.child import PracticeProcess
from finder.settings import Settings


def main(port: int, folder: Path, told: Path) -> None:
    """Serves until it is stopped."""
    with PracticeProcess(speed=20, share=0.05, money=True) as process:
        money = process.money
        assert money is not None
        settings = Settings(
            data_dir=folder,
            port=port,
            public_url=f"http://localhost:{port}",
            sms_url=money.sms_url,
            sms_key=SecretStr(money.sms_key),
        )
        app = build_app(settings, process.connectors, lambda: None, money)
        told.write_text(process.keys.base_url)
        uvicorn.run(app, port=port, ws="websockets-sansio", log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
