"""Asks the simulator the way users of openai-python do, and compares what its two ways of streaming give.

    python openai_python_client.py BASE_URL

Prints one line a claim: `ok` or `failed`, the claim, and what was seen, with tabs between.
"""

import json
import sys
import traceback

import openai

MODEL = "gpt-5"
TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city.",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


def main(base_url):
    client = openai.OpenAI(base_url=base_url, api_key="sk-sim", max_retries=0, timeout=20)
    claim("raw and strict streams of a text agree", lambda: same_text(client))
    claim("raw and strict streams of a tool call agree", lambda: same_tool_call(client))
    claim("a tool's output is answered", lambda: tool_output(client))
    claim("a structured answer fits its schema", lambda: structured(client))
    claim("a plain answer has the text of the streams", lambda: plain(client))
    claim("a missing key is refused", lambda: refused(client))


def claim(text, check):
    try:
        seen = check()
    except Exception:  # any failure of the library is the answer to the claim
        traceback.print_exc()
        print("failed", text, traceback.format_exc().strip().splitlines()[-1], sep="\t", flush=True)
    else:
        print("ok", text, seen, sep="\t", flush=True)


def same_text(client):
    request = {"model": MODEL, "input": "Say hello"}
    raw_text, raw_final = raw_stream(client, request)
    strict_text, strict_final = strict_stream(client, request)
    assert raw_text and raw_text == strict_text == raw_final.output_text == strict_final.output_text
    assert usage(raw_final) == usage(strict_final)
    return raw_text


def same_tool_call(client):
    request = {"model": MODEL, "input": "What is the weather in Paris?", "tools": [TOOL], "tool_choice": "required"}
    finals = [stream(client, request)[1] for stream in (raw_stream, strict_stream)]
    raw, strict = [tool_calls(final) for final in finals]
    assert raw and raw == strict, (raw, strict)
    assert usage(finals[0]) == usage(finals[1])
    name, arguments = raw[0]
    assert name == "get_weather" and isinstance(arguments["city"], str)
    return raw


def tool_output(client):
    first = client.responses.create(
        model=MODEL, input="What is the weather in Paris?", tools=[TOOL], tool_choice="required"
    )
    call = next(item for item in first.output if item.type == "function_call")
    answer = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny, 21 degrees"}
    request = {"model": MODEL, "input": [answer], "previous_response_id": first.id, "tools": [TOOL]}
    text, _ = strict_stream(client, request)
    assert text
    return text


def structured(client):
    schema = TOOL["parameters"]
    text_format = {"format": {"type": "json_schema", "name": "place", "strict": True, "schema": schema}}
    text, _ = strict_stream(client, {"model": MODEL, "input": "Name a city", "text": text_format})
    assert isinstance(json.loads(text)["city"], str)
    return text


def plain(client):
    request = {"model": MODEL, "input": "Say hello"}
    answer = client.responses.create(**request)
    assert answer.status == "completed" and answer.output_text == strict_stream(client, request)[0]
    return answer.output_text


def refused(client):
    without_key = {"Authorization": openai.Omit()}
    try:
        client.responses.create(model=MODEL, input="Say hello", extra_headers=without_key)
    except openai.AuthenticationError as error:
        return error.status_code
    raise AssertionError("it was answered")


def raw_stream(client, request):
    """Every event as it comes; nothing is filled in or checked."""
    text, final, numbers = [], None, []
    for event in client.responses.create(**request, stream=True):
        numbers.append(event.sequence_number)
        if event.type == "response.output_text.delta":
            text.append(event.delta)
        elif event.type == "response.completed":
            final = event.response
    assert final is not None, "no terminal event"
    assert numbers == list(range(len(numbers))), numbers
    return "".join(text), final


def strict_stream(client, request):
    """The helper builds the response from the events; it raises on any that does not fit the ones before."""
    text = []
    with client.responses.stream(**request) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                text.append(event.delta)
        final = stream.get_final_response()
    return "".join(text), final


def tool_calls(response):
    calls = [item for item in response.output if item.type == "function_call"]
    return [(call.name, json.loads(call.arguments)) for call in calls]


def usage(response):
    counts = response.usage
    assert counts.total_tokens == counts.input_tokens + counts.output_tokens
    return counts.input_tokens, counts.output_tokens


if __name__ == "__main__":
    main(sys.argv[1])
