"""recmail in Prefect: each day builds and renders, each hour sends what is due."""

import subprocess

from prefect import flow, serve, task

PROJECT = "/opt/recmail"


@task
def run(*command: str) -> None:
    # secrets and RECMAIL_DATABASE come from the environment
    subprocess.run(command, cwd=PROJECT, check=True)


@flow
def recmail_daily() -> None:
    run("make", "build", "INPUT=/data/shop")
    run("make", "render")


@flow
def recmail_hourly() -> None:
    run("make", "send", "INPUT=/data/shop")


if __name__ == "__main__":
    serve(
        recmail_daily.to_deployment("recmail-daily", cron="30 4 * * *"),
        recmail_hourly.to_deployment("recmail-hourly", cron="0 * * * *"),
    )
