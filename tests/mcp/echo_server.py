"""A FastMCP server with one small tool, for the benchmark; the same shape as our fixture's echo."""

import sys

import uvicorn
from fastmcp import FastMCP

server = FastMCP("echo")


@server.tool
def echo(text: str) -> dict[str, str]:
    return {"text": text}


app = server.http_app(path="/mcp", stateless_http=True, json_response=True)
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
