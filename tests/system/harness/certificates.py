"""Certificates made for one test by openssl."""
from .processes import run


def self_signed(folder, name="localhost"):
    """Writes NAME.pem and NAME.key for a server on loopback; returns their paths."""
    certificate = folder / f"{name}.pem"
    key = folder / f"{name}.key"
    result = run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                  "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                  "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1", "-keyout", key, "-out",
                  certificate])
    if result.returncode != 0:
        raise RuntimeError(f"openssl: {result.stderr}")
    return certificate, key
