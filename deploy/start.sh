#!/bin/sh
# 在容器里启动问规：没有索引就建，没有管理员就用给的密码新增一个，然后打开页面。参数原样交给页面的命令。
# ADMINISTRATOR 管理员的名字；ADMINISTRATOR_PASSWORD_FILE 写着密码的文件（一行，至少 10 个字符）。
set -eu

name=${ADMINISTRATOR:-管理员}
secret=${ADMINISTRATOR_PASSWORD_FILE:-/run/secrets/administrator_password}

# 横向扩展时，建索引和新增管理员只由管理文件的那一个做。
if [ "${WENGUI_LIBRARY_MANAGE:-true}" = true ]; then
    python -m index build --if-stale
    if ! python -m access user list --json | grep -q '"role": "administrator"'; then
        if [ ! -r "$secret" ]; then
            echo "还没有管理员，也没有密码文件 $secret。请写好一行密码（至少 10 个字符）再启动，见 docs/containers.md。" >&2
            exit 2
        fi
        python -m access user add "$name" --role administrator < "$secret"
    fi
fi

# exec：停止容器的信号直接到页面，正在答的问题答完再停。
exec python -m app "$@"
