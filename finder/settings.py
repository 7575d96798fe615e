"""FINDER_* from the environment, read once, frozen; no secret has a default."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from finder.errors import SettingsError


class Settings(BaseSettings):
    """What a deployment can choose. Engines are named by the scheme of a URL."""

    model_config = SettingsConfigDict(env_prefix="FINDER_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    data_dir: Path = Path("var")
    pwa_dir: Path = Path(__file__).parents[1] / "pwa" / "dist"
    index_url: SecretStr = SecretStr("memory:")  # or http(s)://… of an Elasticsearch 9
    board_url: SecretStr = SecretStr("memory:")  # or redis(s)://…
    store_url: SecretStr = SecretStr("")  # empty: SQLite in data_dir; or postgresql://…
    operators_file: Path | None = None  # TOML that lists real operators; their secrets come from the environment
    city: str = "xinzhou"  # a shipped city, or the path of a city's TOML
    public_url: str = ""  # where operators reach us, for pushes; empty: http://host:port
    practice_speed: float = Field(default=20.0, ge=1, le=3600)  # how much faster than real the practice day runs
    log_level: str = "INFO"
    log_json: bool = False
    metrics_token: SecretStr | None = None  # where set, /metrics asks for it
    secret_key: SecretStr | None = None  # name:base64 of 32 bytes, the newest first; none: a key file in data_dir
    sms_url: str = ""  # a text message gateway (see identity/sms.py); empty: nobody can sign in by phone
    sms_key: SecretStr | None = None
    oidc_file: Path | None = None  # TOML that lists OpenID Connect providers; their secrets come from the environment
    router_url: str = ""  # osrm+http(s)://… or amap+https://…; empty: routes come from the client and the roads
    router_key: SecretStr | None = None  # Amap's
    channels_file: Path | None = None  # TOML that lists our accounts at payment channels; secrets from the environment
    invoices_file: Path | None = None  # TOML that lists who issues invoices; our keys for them from the environment
    car_parks_file: Path | None = None  # TOML that lists car parks that are told who charged; keys likewise
    works: bool = True  # carries out effects in this process too; false where `finder work` does
    roads_reach_km: float = Field(default=10.0, gt=0, le=50)  # how far from a road its stations are known
    photos_url: str = ""  # empty: a folder in data_dir; or s3+https://host/bucket?region=…
    photos_key_id: SecretStr | None = None
    photos_key: SecretStr | None = None
    cases_url: str = ""  # city management's server for cases, https://…; empty: blocked bays are handed to nobody
    cases_secret: SecretStr | None = None  # by which we sign: whsec_ and base64, several with commas, the newest first
    cases_answer_secret: SecretStr | None = None  # by which it does
    cases_plate_key: str = ""  # its public JWK (P-256) for plates; empty: it is told none
    cases_deadline_minutes: int = Field(default=120, ge=15, le=10_080)
    push_contact: str = ""  # mailto: or https: for people of push services; empty: public_url where it is https
    push_loopback: bool = False  # push services on this machine itself; for practice only
    register_loopback: bool = False  # operators' platforms on this machine itself; for practice only

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("use DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @property
    def base_url(self) -> str:
        """Where others reach us, without a slash at the end."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")


def load_settings(**chosen: object) -> Settings:
    """Reads the environment; `chosen` (from the command line) comes first. Raises SettingsError."""
    try:
        return Settings(**chosen)  # type: ignore[arg-type]
    except ValidationError as bad:
        # Only names and reasons: a value may be a secret.
        reasons = "; ".join(f"FINDER_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in bad.errors())
        raise SettingsError(
            f"环境变量有误，请修正后重试：{reasons}", f"the environment is wrong, mend it and try again: {reasons}"
        ) from None


def scheme(url: SecretStr) -> str:
    """The scheme of an engine's URL, in lower case."""
    return urlsplit(url.get_secret_value()).scheme.lower()
