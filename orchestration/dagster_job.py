"""recmail in Dagster: each day builds and renders, each hour sends what is due."""

import subprocess

from dagster import Definitions, In, Nothing, ScheduleDefinition, job, op

PROJECT = "/opt/recmail"


def command_op(name: str, *command: str):
    @op(name=name, ins={"before": In(Nothing)})
    def run() -> None:
        # secrets and RECMAIL_DATABASE come from the environment
        subprocess.run(command, cwd=PROJECT, check=True)

    return run


build = command_op("build", "make", "build", "INPUT=/data/shop")
render = command_op("render", "make", "render")
send = command_op("send", "make", "send", "INPUT=/data/shop")


@job
def recmail_daily():
    render(before=build())


@job
def recmail_hourly():
    send()


definitions = Definitions(
    schedules=[
        ScheduleDefinition(job=recmail_daily, cron_schedule="30 4 * * *"),
        ScheduleDefinition(job=recmail_hourly, cron_schedule="0 * * * *"),
    ]
)
