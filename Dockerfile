# dis2 and dis2-train in a container.
#   docker build -t dis2 .                                  for the CPU
#   docker build --build-arg TORCH=cu130 -t dis2:cuda .     for NVIDIA GPUs (cu126 for older ones); docker run --gpus all
#   docker run --rm -v "$PWD:/data" -u "$(id -u)" dis2 segment --model aerial --input rgb=ortho.tif --output map.tif
ARG PYTHON=3.12

FROM python:${PYTHON}-slim-bookworm AS build
ARG TORCH=cpu
WORKDIR /dis2
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY dis2_core dis2_core
COPY training training
# torch first, of PyTorch's own index: there a version carries its build (+cpu, +cu130), which goes before PyPI's.
RUN python -m venv /opt/dis2 \
    && /opt/dis2/bin/pip install --no-cache-dir -c constraints.txt \
        --extra-index-url "https://download.pytorch.org/whl/${TORCH}" torch \
    && /opt/dis2/bin/pip install --no-cache-dir -c constraints.txt '.[training,dask]'

FROM python:${PYTHON}-slim-bookworm
# libexpat: rasterio's wheels take the system's. Debian keeps no old versions that could be pinned.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libexpat1 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/dis2 /opt/dis2
# Any user may run it, and matplotlib wants a folder of its own.
ENV PATH=/opt/dis2/bin:$PATH HOME=/tmp MPLCONFIGDIR=/tmp/matplotlib PYTHONUNBUFFERED=1
USER 65534:65534
WORKDIR /data
ENTRYPOINT ["dis2"]
CMD ["--help"]
