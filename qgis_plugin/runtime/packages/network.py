"""Downloads through QGIS's own network settings, and the same settings for uv, which has a network of its own."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from qgis.core import QgsApplication, QgsNetworkAccessManager
from qgis.PyQt.QtCore import QEventLoop, QProcessEnvironment, QTimer, QUrl
from qgis.PyQt.QtNetwork import (
    QNetworkProxy,
    QNetworkProxyFactory,
    QNetworkProxyQuery,
    QNetworkReply,
    QNetworkRequest,
)

from ...words.numbers import filled
from ...words.translation import tr
from ..errors import SetupFailed, explain, offline
from ..journal import Journal, redacted
from ..layout import extended
from ..program import POLL_MS

#: JSON where the index has it, as PEP 691 asks for it; HTML is understood by all.
ACCEPT = b"application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


def fetch(url: str, limit: int, journal: Journal) -> bytes:
    """Return what an address holds, a ``file:`` one too.

    Args:
        url: The address; a name and a password in it are sent along.
        limit: Most bytes that are taken.
        journal: Says when to stop.

    Raises:
        SetupFailed: It cannot be had, or is larger than the limit.
        Cancelled: The person wants no more.
    """
    journal.check()
    doing = tr("Downloading {}").format(redacted(url))
    journal.log(doing)
    content = _read_file(url, limit, doing) if QUrl(url).isLocalFile() else _download(url, limit, doing, journal)
    journal.check()
    if len(content) > limit:
        raise _too_large(doing, limit)
    return content


def _read_file(url: str, limit: int, doing: str) -> bytes:
    path = Path(QUrl(url).toLocalFile())
    path = path / "index.html" if path.is_dir() else path
    try:
        with open(extended(path), "rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise SetupFailed(
            tr("{} failed ({}).").format(doing, error.strerror), tr("Check the folder or the address of the mirror.")
        ) from error


def _download(url: str, limit: int, doing: str, journal: Journal) -> bytes:
    """Read while it comes: ``QgsBlockingNetworkRequest`` would take any size, and only then say how much it was."""
    request = QNetworkRequest(QUrl(url))
    request.setRawHeader(b"Accept", ACCEPT)
    policy = QNetworkRequest.RedirectPolicy.NoLessSafeRedirectPolicy
    request.setAttribute(QNetworkRequest.Attribute.RedirectPolicyAttribute, policy)
    request.setAttribute(
        QNetworkRequest.Attribute.CacheLoadControlAttribute, QNetworkRequest.CacheLoadControl.AlwaysNetwork
    )
    request.setAttribute(QNetworkRequest.Attribute.CacheSaveControlAttribute, False)
    reply = QgsNetworkAccessManager.instance().get(request)
    content = bytearray()
    try:
        while not reply.isFinished():
            _wait(reply)
            journal.check()
            content += bytes(reply.readAll())
            if len(content) > limit:
                raise _too_large(doing, limit)
        content += bytes(reply.readAll())
        if reply.error() != QNetworkReply.NetworkError.NoError:
            raise _refused(reply, redacted(reply.errorString()), doing)
    finally:
        reply.abort()
        reply.deleteLater()
    return bytes(content)


def _wait(reply: QNetworkReply) -> None:
    """Let the network work, in whichever thread this is, until something has come or it is time to look up."""
    loop = QEventLoop()
    reply.readyRead.connect(loop.quit)
    reply.finished.connect(loop.quit)
    QTimer.singleShot(POLL_MS, loop.quit)
    loop.exec()


def _refused(reply: QNetworkReply, message: str, doing: str) -> Exception:
    """A server that answers says why; one that does not is out of reach."""
    if reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute):
        return SetupFailed(
            tr("{} failed ({}).").format(doing, message), tr("Check the address of the package index or mirror.")
        )
    if reply.error() == QNetworkReply.NetworkError.SslHandshakeFailedError:
        return explain(f"invalid peer certificate: {message}", doing)
    if reply.error() == QNetworkReply.NetworkError.ProxyAuthenticationRequiredError:
        return explain(f"407 {message}", doing)
    if reply.error() == QNetworkReply.NetworkError.OperationCanceledError:  # by QGIS's own limit
        message = tr("no answer within the time that QGIS's network options allow")
    return offline(doing, message, route(reply.url().toString()))


def _too_large(doing: str, limit: int) -> SetupFailed:
    return SetupFailed(
        filled(tr("{} failed: it is larger than {:.0f} MB."), doing, limit / 1e6),
        tr("Check the address of the package index or mirror."),
    )


def proxy(url: str) -> QNetworkProxy:
    """Return the proxy that QGIS takes for an address: that of its options, else the system's."""
    manager = QgsNetworkAccessManager.instance()
    chosen = manager.fallbackProxy()
    if chosen.type() == QNetworkProxy.ProxyType.DefaultProxy:
        chosen = QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl(url)))[0]
    return chosen


def route(url: str) -> str:
    """Return which server an address names and through which proxy it is asked, for a person; without passwords."""
    server = QUrl(url).host()
    chosen = proxy(url)
    if not proxy_url(chosen):
        return tr("{}, without a proxy").format(server)
    return tr("{}, through the proxy {}:{}").format(server, chosen.hostName(), chosen.port())


def proxy_url(chosen: QNetworkProxy) -> str:
    """Return a proxy as environment variables name it; an empty string where there is none."""
    schemes = {
        QNetworkProxy.ProxyType.HttpProxy: "http",
        QNetworkProxy.ProxyType.HttpCachingProxy: "http",
        QNetworkProxy.ProxyType.Socks5Proxy: "socks5h",
    }
    if chosen.type() not in schemes or not chosen.hostName():
        return ""
    person = quote(chosen.user(), safe="")
    if person and chosen.password():
        person += ":" + quote(chosen.password(), safe="")
    host = f"[{chosen.hostName()}]" if ":" in chosen.hostName() else chosen.hostName()
    return f"{schemes[chosen.type()]}://{person + '@' if person else ''}{host}:{chosen.port()}"


def pass_on(environment: QProcessEnvironment, url: str, folder: Path) -> None:
    """Give a program QGIS's proxy and the certificates that were imported into QGIS.

    Variables such as HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE that QGIS was started with stay unless QGIS's own
    options say otherwise.

    Args:
        environment: The program's, which is changed.
        url: An address that it will ask for.
        folder: Where a file of certificates can be written.
    """
    address = proxy_url(proxy(url))
    if address:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            environment.remove(name.lower())
            environment.insert(name, address)
        manager = QgsNetworkAccessManager.instance()
        excluded = [QUrl(item).host() or item for item in (*manager.excludeList(), *manager.noProxyList())]
        if excluded:
            environment.remove("no_proxy")
            environment.insert("NO_PROXY", ",".join(excluded))
    certificates = imported_certificates()
    if certificates:
        path = folder / "ca.pem"
        path.write_bytes(certificates)
        environment.insert("SSL_CERT_FILE", str(path))


def imported_certificates() -> bytes:
    """Return all that QGIS trusts, where authorities were imported into it; else nothing: the system's do."""
    manager = QgsApplication.authManager()
    if manager.isDisabled() or not (manager.databaseCAs() or manager.extraFileCAs()):
        return b""
    return bytes(manager.trustedCaCertsPemText())
