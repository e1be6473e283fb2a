"""The journey with FastMCP's client."""

import asyncio
import os

from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport

from journey import done, journey, refused

URL = os.environ["PLANRANK_URL"] + "/mcp"


def client(key):
    return Client(StreamableHttpTransport(URL, auth=key), timeout=90)


async def main():
    async with client(os.environ["PLANRANK_API_KEY"]) as session:

        async def call(tool, arguments):
            return (await session.call_tool(tool, arguments)).structured_content

        assert len(await session.list_tools()) == 16
        done("fastmcp", await journey(call, "FastMCP"))

    async def wrong(tool, arguments):
        async with client("prk_live_wrong") as session:
            return await session.call_tool(tool, arguments)

    await refused(wrong, str)
    print("ok - fastmcp: a wrong key is told why")


asyncio.run(main())
