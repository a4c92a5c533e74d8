"""Uses the simulator as openai-python does beyond one request and its answer: WebSockets, and responses that are kept.

    python openai_python_sockets.py BASE_URL

Prints the lines of openai_python_client.py.
"""

import base64
import itertools
import json
import sys

import openai
from openai_python_client import MODEL, TOOL, claim, usage

RATE = 24_000


def main(base_url):
    client = openai.OpenAI(base_url=base_url, api_key="sk-sim", max_retries=0, timeout=20)
    claim("responses.connect(): a response over a WebSocket is that over HTTP", lambda: same_as_http(client))
    claim("responses.connect(): the next response goes on from the last", lambda: tool_over_websocket(client))
    claim("responses.connect(): an error leaves the connection usable", lambda: error_over_websocket(client))
    claim("realtime.connect(): a message is answered", lambda: conversation(client))
    claim("realtime.connect(): a tool is called, and its output answered", lambda: tool_in_conversation(client))
    claim("realtime.connect(): an error leaves the connection usable", lambda: error_in_conversation(client))
    claim("realtime.connect(): what is said is transcribed", lambda: transcription(client))
    claim("responses.compact(): its output is the next input", lambda: compacted(client))
    claim("a response in the background is resumed with starting_after", lambda: resumed(client))
    claim("a response in the background is cancelled", lambda: cancelled(client))
    claim("a kept response is retrieved, and gone once deleted", lambda: deleted(client))
    claim("a missing key is refused at the handshake of a WebSocket", lambda: refused(client))


def same_as_http(client):
    expected = client.responses.create(model=MODEL, input="Say hello")
    with client.responses.connect() as connection:
        events = over_websocket(connection, input="Say hello")
    numbers = [event.sequence_number for event in events]
    assert numbers == list(range(len(numbers))), numbers
    deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    final = events[-1].response
    assert final.status == "completed" and final.output_text == deltas == expected.output_text
    assert usage(final) == usage(expected)
    return len(events)


def tool_over_websocket(client):
    with client.responses.connect() as connection:
        question = {"input": "What is the weather in Paris?", "tools": [TOOL]}
        first = over_websocket(connection, **question, tool_choice="required")[-1].response
        call = next(item for item in first.output if item.type == "function_call")
        answer = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny, 21 degrees"}
        following = over_websocket(connection, input=[answer], previous_response_id=first.id, tools=[TOOL])
    text = following[-1].response.output_text
    assert "sunny" in text, text
    return text


def error_over_websocket(client):
    with client.responses.connect() as connection:
        connection.response.create(model=MODEL, input="Say hello", previous_response_id="resp_unknown")
        event = connection.recv()
        assert event.type == "error", event
        code = event.model_dump().get("code") or event.model_dump()["error"]["code"]
        assert code == "previous_response_not_found", event
        assert over_websocket(connection, input="Say hello")[-1].response.status == "completed"
    return code


def over_websocket(connection, **request):
    """All events of one response."""
    connection.response.create(model=MODEL, **request)
    events = []
    for event in connection:
        events.append(event)
        if event.type in ("response.completed", "response.failed", "response.incomplete", "error"):
            break
    assert events[-1].type == "response.completed", events[-1]
    return events


def conversation(client):
    with client.realtime.connect(model="gpt-realtime") as connection:
        assert connection.recv().type == "session.created"
        connection.session.update(session={"type": "realtime", "output_modalities": ["text"]})
        until(connection, "session.updated")
        say(connection, "Say hello")
        connection.response.create()
        events = until(connection, "response.done")
    deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    (done,) = [event.text for event in events if event.type == "response.output_text.done"]
    response = events[-1].response
    assert deltas and deltas == done == response.output[0].content[0].text
    assert response.status == "completed" and response.usage.total_tokens
    return deltas


def tool_in_conversation(client):
    tool = {key: TOOL[key] for key in ("type", "name", "description", "parameters")}
    with client.realtime.connect(model="gpt-realtime") as connection:
        session = {"type": "realtime", "output_modalities": ["text"], "tools": [tool], "tool_choice": "required"}
        connection.session.update(session=session)
        say(connection, "What is the weather in Paris?")
        connection.response.create()
        events = until(connection, "response.done")
        (call,) = [event for event in events if event.type == "response.function_call_arguments.done"]
        item = events[-1].response.output[0]
        assert item.type == "function_call" and item.name == "get_weather" and item.arguments == call.arguments
        assert isinstance(json.loads(call.arguments)["city"], str)
        answer = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny, 21 degrees"}
        connection.conversation.item.create(item=answer)
        connection.response.create(response={"tool_choice": "none"})
        answered = until(connection, "response.done")[-1].response
    assert answered.output[0].type == "message", answered
    return call.arguments


def error_in_conversation(client):
    with client.realtime.connect(model="gpt-realtime") as connection:
        connection.send({"type": "no.such.event", "event_id": "mine"})
        error = next(event for event in connection if event.type == "error").error
        assert error.type == "invalid_request_error" and error.event_id == "mine", error
        connection.session.update(session={"type": "realtime", "output_modalities": ["text"]})
        say(connection, "Say hello")
        connection.response.create()
        assert until(connection, "response.done")[-1].response.status == "completed"
    return error.code


def say(connection, text):
    content = [{"type": "input_text", "text": text}]
    connection.conversation.item.create(item={"type": "message", "role": "user", "content": content})


def transcription(client):
    audio = base64.b64encode(bytes(2 * RATE)).decode()
    session_input = {"format": {"type": "audio/pcm", "rate": RATE}, "transcription": {"model": "gpt-4o-transcribe"}}
    with client.realtime.connect(extra_query={"intent": "transcription"}) as connection:
        connection.recv()
        connection.session.update(session={"type": "transcription", "audio": {"input": session_input}})
        until(connection, "session.updated")
        connection.input_audio_buffer.append(audio=audio)
        connection.input_audio_buffer.commit()
        events = until(connection, "conversation.item.input_audio_transcription.completed")
    kind = "conversation.item.input_audio_transcription.delta"
    deltas = "".join(event.delta or "" for event in events if event.type == kind)
    assert deltas and deltas == events[-1].transcript, (deltas, events[-1])
    return deltas


def until(connection, kind):
    """The events up to the first of this type; an error is none of them."""
    events = []
    for event in connection:
        assert event.type != "error", event
        events.append(event)
        if event.type == kind:
            return events
    raise AssertionError(f"the connection ended before {kind}")


def compacted(client):
    question = {"role": "user", "content": "What is the weather in Paris?"}
    answer = client.responses.create(model=MODEL, input=[question])
    compaction = client.responses.compact(model=MODEL, input=[question, *as_input(answer.output)])
    assert compaction.object == "response.compaction" and usage(compaction)
    kinds = [item.type for item in compaction.output]
    assert kinds.count("compaction") == 1 and kinds[-1] == "compaction", kinds
    assert set(kinds[:-1]) == {"message"}, kinds
    following = [*as_input(compaction.output), {"role": "user", "content": "Say hello"}]
    assert client.responses.create(model=MODEL, input=following).output_text
    return kinds


def as_input(items):
    return [item.model_dump(exclude_none=True, mode="json") for item in items]


def resumed(client):
    """The stream is left in the middle; what is resumed is exactly the rest, with the text of the whole."""
    stream = client.responses.create(model=MODEL, input="Count from one to ten", background=True, stream=True)
    events = list(itertools.islice(stream, 5))
    stream.close()
    identity = events[0].response.id
    assert client.responses.retrieve(identity).status == "in_progress"
    rest = list(client.responses.retrieve(identity, stream=True, starting_after=events[-1].sequence_number))
    events += rest
    numbers = [event.sequence_number for event in events]
    assert rest and numbers == list(range(len(numbers))), numbers
    deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert events[-1].type == "response.completed" and events[-1].response.output_text == deltas
    again = list(client.responses.retrieve(identity, stream=True))
    assert [event.sequence_number for event in again] == numbers
    return len(rest)


def cancelled(client):
    response = client.responses.create(model=MODEL, input="Count from one to ten", background=True)
    assert response.background and response.status in ("queued", "in_progress"), response.status
    assert client.responses.cancel(response.id).status == "cancelled"
    assert client.responses.cancel(response.id).status == "cancelled", "the second time"
    assert client.responses.retrieve(response.id).status == "cancelled"
    through = client.responses.create(model=MODEL, input="Say hello")
    try:
        client.responses.cancel(through.id)
    except openai.BadRequestError as error:
        return error.message
    raise AssertionError("one that was not in the background was cancelled")


def deleted(client):
    response = client.responses.create(model=MODEL, input="Say hello", store=True)
    kept = client.responses.retrieve(response.id)
    assert kept.output_text == response.output_text
    items = client.responses.input_items.list(response.id).data
    assert json.dumps(items[0].model_dump(mode="json")).find("Say hello") > 0
    client.responses.delete(response.id)
    try:
        client.responses.retrieve(response.id)
    except openai.NotFoundError as error:
        return error.status_code
    raise AssertionError("it is still there")


def refused(client):
    without_key = {"Authorization": openai.Omit()}
    try:
        with client.responses.connect(extra_headers=without_key) as connection:
            over_websocket(connection, input="Say hello")
    except Exception as error:  # the library hands on what its WebSocket library says
        status = getattr(getattr(error, "response", None), "status_code", None)
        assert status == 401, repr(error)
        return status
    raise AssertionError("it was answered")


if __name__ == "__main__":
    main(sys.argv[1])
