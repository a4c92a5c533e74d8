"""Recordings to transcribe. What is on them does not matter: the server knows beforehand what it will hear."""

import wave


def silence(path, seconds, rate=24_000):
    """Writes a WAV file of 16 bits in one channel. Returns its path."""
    with wave.open(str(path), "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(rate)
        recording.writeframes(bytes(2 * rate * seconds))
    return path
