"""The journey with the Python SDK, in the newest protocol and in the one with a handshake."""

import asyncio
import os

import httpx2
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from journey import done, journey, refused

URL = os.environ["PLANRANK_URL"] + "/mcp"


def client(key, mode):
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=90)
    return Client(streamable_http_client(URL, http_client=http), mode=mode)


def caller(session):
    async def call(tool, arguments):
        result = await session.call_tool(tool, arguments)
        assert not result.is_error, result.content
        return result.structured_content

    return call


async def main():
    key = os.environ["PLANRANK_API_KEY"]
    for mode in ("auto", "legacy"):
        async with client(key, mode) as session:
            tools = (await session.list_tools()).tools
            assert len(tools) == 16, [tool.name for tool in tools]
            assert {prompt.name for prompt in (await session.list_prompts()).prompts} >= {"plan_a_project"}
            result = await journey(caller(session), f"the Python SDK ({mode})")
            report = await session.read_resource(f"planrank://plans/{result['plan_id']}/report.md")
            assert report.contents[0].text.startswith("#"), report.contents[0].text[:80]
            unknown = await session.call_tool("plan_status", {"planid": "x"})
            assert unknown.is_error and "plan_id" in unknown.content[0].text, unknown
            done(f"python sdk, {mode}", result)

    async def wrong(tool, arguments):
        async with client("prk_live_wrong", "auto") as session:
            return await session.call_tool(tool, arguments)

    await refused(wrong, everything)
    print("ok - python sdk: a wrong key is told why")


def everything(error):
    parts = [str(error)]
    for inner in getattr(error, "exceptions", []):
        parts.append(everything(inner))
    return " ".join(parts)


asyncio.run(main())
