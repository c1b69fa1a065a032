# 问规：先装好，再拷进一个没有编译工具、不以 root 运行的镜像。怎样用见 docs/containers.md。
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
# 加装的部分：横向扩展用 --build-arg EXTRAS=[milvus]
ARG EXTRAS=
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY . .
RUN python -m venv /opt/wengui && /opt/wengui/bin/pip install ".${EXTRAS}"

FROM ${PYTHON}
# 内置的语言模型（llama.cpp）要 OpenMP。
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 wengui \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin wengui \
    && install --directory --owner=wengui --group=wengui --mode=0700 /data
COPY --from=build /opt/wengui /opt/wengui
COPY --chmod=0555 deploy/start.sh /usr/local/bin/wengui-start
# 根文件系统只读：要写的只有 /data 和 /tmp。
ENV PATH=/opt/wengui/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HF_HUB_OFFLINE=1 \
    WENGUI_DATA_FOLDER=/data WENGUI_PAGE_HOST=0.0.0.0 WENGUI_ACCESS_ROLES=true WENGUI_LOG_REQUESTS=stderr
WORKDIR /data
VOLUME ["/data"]
USER 10001:10001
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
ENTRYPOINT ["wengui-start"]
