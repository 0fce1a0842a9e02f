"""recmail in Airflow 3: each day builds and renders, each hour sends what is due. No retry of what refuses."""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag

PROJECT = "/opt/recmail"
START = datetime(2026, 1, 1)


def command(name: str, command: str) -> BashOperator:
    """Secrets come from the worker's environment."""
    return BashOperator(
        task_id=name,
        bash_command=command,
        cwd=PROJECT,
        env={"RECMAIL_DATABASE": "/data/shop.duckdb"},
        append_env=True,
        execution_timeout=timedelta(hours=2),
    )


@dag(schedule="30 4 * * *", start_date=START, catchup=False, max_active_runs=1)
def recmail_daily():
    command("build", "make build INPUT=/data/shop") >> command("render", "make render")


@dag(schedule="0 * * * *", start_date=START, catchup=False, max_active_runs=1)
def recmail_hourly():
    command("send", "make send INPUT=/data/shop")


recmail_daily()
recmail_hourly()
