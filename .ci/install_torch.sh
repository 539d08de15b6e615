#!/bin/sh
# Installs PyTorch with the given Python: install_torch.sh PYTHON [auto|cpu|cuda]
#
# PyPI's Linux wheel brings gigabytes of CUDA. On a machine without an NVIDIA GPU that is waste, so
# there (auto), or where told (cpu), the CPU build is taken: from the indexes that pip is configured
# with where they have it, else from PyTorch's own index, else PyPI's wheel after all.
set -eu

python=$1
kind=${2:-auto}
cd "$(dirname "$0")/.."
version=$(sed -n 's/^torch==//p' constraints.txt)
installed=$("$python" -c 'import importlib.metadata as m; print(m.version("torch"))' 2>/dev/null || true)

if [ "${installed%%+*}" = "$version" ]; then
    exit 0
fi
if [ "$kind" = auto ]; then
    kind=cuda
    if [ "$(uname -s)" = Linux ] && ! command -v nvidia-smi >/dev/null; then
        kind=cpu
    fi
fi

install() {
    "$python" -m pip install -qq --disable-pip-version-check -c constraints.txt "$@"
}

if [ "$kind" = cpu ]; then
    echo "      PyTorch $version for the CPU (about 200 MB)"
    install "torch==$version+cpu" 2>/dev/null && exit 0
    install --retries 1 --timeout 20 --extra-index-url "${TORCH_CPU_INDEX:-https://download.pytorch.org/whl/cpu}" \
        "torch==$version+cpu" 2>/dev/null && exit 0
    echo "      PyTorch's CPU build cannot be had here; taking PyPI's, which may be several gigabytes"
else
    echo "      PyTorch $version (on Linux with CUDA: several gigabytes)"
fi
install "torch==$version"
