"""A server that speaks S3's protocol on loopback, with a bucket in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

BUCKET, KEY_ID, SECRET = "photos", "practice", "practice-secret"


def client(url: str) -> Any:
    """Another one's client of that server, to look at it from outside."""
    told = {"aws_access_key_id": KEY_ID, "aws_secret_access_key": SECRET, "region_name": "us-east-1"}
    return boto3.client("s3", endpoint_url=url, **told)


@contextmanager
def s3_server() -> Iterator[str]:
    """Its address, while the block runs."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        client(url).create_bucket(Bucket=BUCKET)
        yield url
    finally:
        server.stop()
