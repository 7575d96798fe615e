"""FINDER_* from the environment, read once, frozen; no secret has a default."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a deployment can choose. Engines are named by the scheme of a URL."""

    model_config = SettingsConfigDict(env_prefix="FINDER_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    data_dir: Path = Path("var")
    index_url: str = "memory:"  # or http(s)://… of an Elasticsearch 9
    board_url: str = "memory:"  # or redis(s)://…
    store_url: str = ""  # empty: sqlite in data_dir; or postgresql://…
    sandbox: bool = True  # practice operators inside `finder up`
    operators_file: Path | None = None  # TOML that lists real operators; secrets come from the environment
    city: str = "xinzhou"
    public_url: str = "http://127.0.0.1:8000"
    log_level: str = "INFO"
    log_json: bool = False
    metrics_token: SecretStr | None = None  # where set, /metrics asks for it


def load_settings() -> Settings:
    """Reads the environment. Raises pydantic.ValidationError, which cli turns into words."""
    return Settings()
