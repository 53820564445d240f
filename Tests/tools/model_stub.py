# SPDX-License-Identifier: Apache-2.0
"""A server with the interface of OpenAI that does what the last message says, for tests; prints its port.

    say TEXT            the text          slow SECONDS TEXT    the text, later
    status CODE TEXT    that failure      busy SECONDS         429 with Retry-After, the second time "free"
    flaky N             N times 500, then "free"
    html, nonsense, empty, cut, endless, refuse, filter, context, silent
    count               how many requests have come
"""
import asyncio
import json
import sys

seen = {}
total = 0


def whole(text, request, **more):
    choices = [{"index": k, "message": {"role": "assistant", "content": text}, "finish_reason": "stop", **more}
               for k in range(request.get("n", 1))]
    return {"choices": choices, "usage": {"prompt_tokens": 7, "completion_tokens": len(text.split())}}


def said(request):
    if "messages" in request:
        return request["messages"][-1]["content"]
    return request.get("prompt", "")


async def answer(writer, status, body, kind="application/json", headers=""):
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    writer.write(f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{headers}Content-Length: {len(data)}\r\n\r\n".encode() + data)
    await writer.drain()


async def stream(writer, text, isCut=False, isEndless=False):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")

    async def piece(data):
        writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await writer.drain()
    events = [{"choices": [{"index": 0, "delta": {"content": letter}}]} for letter in text]
    while isEndless:
        await piece(b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": "on and on " * 100}}]}).encode() + b"\n\n")
    if not isCut:
        events += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
                   {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}]
    data = b": a comment\r\n\r\n" + b"".join(b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\r\n\r\n" for event in events)
    data += b"" if isCut else b"data: [DONE]\n\n"
    # Three bytes at a time: characters and lines are torn.
    for k in range(0, len(data), 3):
        await piece(data[k:k + 3])
    if isCut:
        writer.close()
        return
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def serve(reader, writer):
    global total
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode().split("\r\n")
            size = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")), 0)
            key = next((line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("authorization:")), "")
            request = json.loads(await reader.readexactly(size)) if size else {}
            total += 1
            if "input" in request:
                data = [{"index": k, "embedding": [float(len(text)), 1.0]} for k, text in reversed(list(enumerate(request["input"])))]
                await answer(writer, 200, {"data": data, "usage": {"prompt_tokens": 3}})
                continue
            words = said(request).split(" ")
            rest = " ".join(words[1:])
            isStream = request.get("stream", False)
            match words[0]:
                case "say" | "slow":
                    if words[0] == "slow":
                        await asyncio.sleep(float(words[1]))
                        rest = " ".join(words[2:])
                    if isStream:
                        await stream(writer, rest)
                    elif "prompt" in request:
                        await answer(writer, 200, {"choices": [{"text": rest, "finish_reason": "length", "logprobs": {
                            "tokens": rest.split(), "token_logprobs": [None] + [-0.5] * (len(rest.split()) - 1)}}]})
                    else:
                        await answer(writer, 200, whole(rest, request))
                case "request":
                    await answer(writer, 200, whole(json.dumps({**request, "key": key}), request))
                case "status":
                    await answer(writer, int(words[1]), {"error": {"message": " ".join(words[2:]) + "\n\x1b[31m", "code": "x"}})
                case "busy":
                    seen[rest] = seen.get(rest, 0) + 1
                    if seen[rest] == 1:
                        await answer(writer, 429, {"error": {"message": "too many"}}, headers=f"Retry-After: {words[1]}\r\n")
                    else:
                        await answer(writer, 200, whole("free", request))
                case "flaky":
                    seen[rest] = seen.get(rest, 0) + 1
                    if seen[rest] <= int(words[1]):
                        await answer(writer, 500, b"oops", kind="text/plain")
                    else:
                        await answer(writer, 200, whole("free", request))
                case "html":
                    await answer(writer, 200, b"<html>Hello</html>", kind="text/html")
                case "nonsense":
                    if isStream:
                        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 15\r\n\r\ndata: {\"a\": \n\n\n")
                        await writer.drain()
                    else:
                        await answer(writer, 200, b"{\"choices\": [")
                case "empty":
                    await answer(writer, 200, {"choices": []})
                case "cut":
                    if isStream:
                        await stream(writer, "half a", isCut=True)
                    else:
                        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"choi")
                        await writer.drain()
                        writer.close()
                    return
                case "endless":
                    await stream(writer, "", isEndless=True)
                case "refuse":
                    await answer(writer, 200, {"choices": [{"message": {"content": None, "refusal": "I will not"}, "finish_reason": "stop"}]})
                case "filter":
                    await answer(writer, 200, {"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]})
                case "context":
                    await answer(writer, 400, {"error": {"message": "Requested tokens (9000) exceed context window of 2048"}})
                case "silent":
                    await asyncio.sleep(3600)
                case "count":
                    await answer(writer, 200, whole(str(total), request))
                case _:
                    await answer(writer, 404, {"error": "no such command"})
    except (asyncio.IncompleteReadError, ConnectionError, BrokenPipeError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 26, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends with whoever started it.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
