"""openai-python: the raw event stream of `responses.create(stream=True)`."""

import sys

from openai import OpenAI


def main() -> None:
    client = OpenAI(base_url=sys.argv[1], api_key="bench", max_retries=0)
    stream = client.responses.create(model="gpt-5.4", input="Say hello", stream=True)
    deltas = text = checksum = item_text = 0
    for event in stream:
        if event.type == "response.output_text.delta":
            data = event.delta.encode()
            ends = (data[0] << 16) | (data[-1] << 24) if data else 0
            deltas += 1
            text += len(data)
            checksum = (checksum * 31 + (ends ^ len(data))) & 0xFFFFFFFF
        elif event.type == "response.output_item.done" and event.item.type == "message":
            item_text += sum(len(part.text.encode()) for part in event.item.content)
    print(f"tally bytes=0 deltas={deltas} text={text} checksum={checksum:08x} item_text={item_text}")


if __name__ == "__main__":
    main()
