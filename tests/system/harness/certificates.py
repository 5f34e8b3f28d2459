"""Certificates made for one test by openssl."""
from .processes import run

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def _openssl(*arguments):
    result = run(["openssl", *arguments])
    if result.returncode != 0:
        raise RuntimeError(f"openssl: {result.stderr}")


def self_signed(folder, name="localhost"):
    """Writes NAME.pem and NAME.key for a server on loopback; returns their paths."""
    certificate = folder / f"{name}.pem"
    key = folder / f"{name}.key"
    _openssl("req", "-x509", *_KEY, "-days", "2", "-subj", f"/CN={name}", "-addext",
             f"subjectAltName=DNS:{name},IP:127.0.0.1", "-keyout", key, "-out", certificate)
    return certificate, key


class Pki:
    """A private CA and its node certificates, laid out as `warmfront pki` does."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = folder / "ca.pem"
        folder.mkdir(exist_ok=True)
        _openssl("req", "-x509", *_KEY, "-days", "2", "-subj", "/CN=Warmfront test CA", "-addext",
                 "keyUsage=critical,keyCertSign,cRLSign", "-keyout", folder / "ca.key", "-out",
                 self.ca)

    def node(self, name, *addresses, also=()):
        """Paths of the node's certificate and key; made at the first call, for those addresses and
        further names.

        Loopback is in it, too: etcd's gateway and the node beside it call each other there.
        """
        certificate = self.folder / f"{name}.pem"
        key = self.folder / f"{name}.key"
        if not certificate.exists():
            request = self.folder / f"{name}.csr"
            names = ",".join([f"DNS:{name}", "IP:127.0.0.1", *(f"IP:{a}" for a in addresses),
                              *(f"DNS:{other}" for other in also)])
            extensions = self.folder / f"{name}.extensions"
            extensions.write_text(
                f"subjectAltName={names}\nextendedKeyUsage=serverAuth,clientAuth\n"
                "keyUsage=critical,digitalSignature\nbasicConstraints=critical,CA:FALSE\n",
                encoding="ascii")
            _openssl("req", *_KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
            _openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey",
                     self.folder / "ca.key", "-CAcreateserial", "-days", "2", "-extfile",
                     extensions, "-out", certificate)
        return certificate, key
