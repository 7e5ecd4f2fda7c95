"""An authority and certificates of its own, for servers and clients on loopback."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from buyqueue.clock import SystemClock

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates; PEM files in `folder`."""

    folder: Path
    name: x509.Name
    key: Key

    @property
    def file(self) -> Path:
        return self.folder / "authority.pem"

    def sign(self, who: str) -> tuple[Path, Path]:
        """Answer the files of a certificate and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        alternative = x509.SubjectAlternativeName([here])
        begun = _begun(_named(who), self.name, key).add_extension(alternative, critical=False)
        certificate = begun.sign(self.key, hashes.SHA256())
        files = self.folder / f"{who}.pem", self.folder / f"{who}.key"
        files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        files[1].touch(mode=0o600)
        files[1].write_bytes(_private(key))
        return files


def new_authority(folder: Path) -> Authority:
    """Make one; its certificate is in its file."""
    folder.mkdir(parents=True, exist_ok=True)
    key, name = ec.generate_private_key(ec.SECP256R1()), _named("authority")
    may_sign = x509.BasicConstraints(ca=True, path_length=None)
    certificate = (
        _begun(name, name, key).add_extension(may_sign, critical=True).sign(key, hashes.SHA256())
    )
    made = Authority(folder, name, key)
    made.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return made


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _begun(subject: x509.Name, issuer: x509.Name, key: Key) -> x509.CertificateBuilder:
    now = SystemClock().now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _private(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
