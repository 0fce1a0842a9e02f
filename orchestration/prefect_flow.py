"""A day of recmail in Prefect: one task a command, each after the one before."""

import subprocess

from prefect import flow, task

PROJECT = "/opt/recmail"


@task
def run(*command: str) -> None:
    # secrets and RECMAIL_DATABASE come from the environment
    subprocess.run(command, cwd=PROJECT, check=True)


@flow
def recmail_daily() -> None:
    run("make", "build", "INPUT=/data/shop")
    run("make", "render")
    run("make", "send")


if __name__ == "__main__":
    recmail_daily.serve(name="recmail-daily", cron="30 4 * * *")
