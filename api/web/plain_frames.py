"""WebSockets whose frames are not compressed."""

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from multidict import CIMultiDict


@web.middleware
async def plain_frames(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Decline `permessage-deflate` (RFC 7692), which every browser offers and aiohttp accepts.

    A message is a few hundred bytes: little is saved, while each connection would keep the state
    of its compressor for as long as it lives.
    """
    if hdrs.SEC_WEBSOCKET_EXTENSIONS in request.headers:
        headers = CIMultiDict(request.headers)
        del headers[hdrs.SEC_WEBSOCKET_EXTENSIONS]
        request = request.clone(headers=headers)
    return await handler(request)
