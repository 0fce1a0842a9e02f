"""A day of recmail in Airflow 3: one task a command, each after the one before, no retry of what refuses."""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag

PROJECT = "/opt/recmail"
# secrets come from the worker's environment
COMMANDS = {
    "build": "make build INPUT=/data/shop",
    "render": "make render",
    "send": "make send",
}


@dag(schedule="30 4 * * *", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1)
def recmail_daily():
    before = None
    for name, command in COMMANDS.items():
        task = BashOperator(
            task_id=name,
            bash_command=command,
            cwd=PROJECT,
            env={"RECMAIL_DATABASE": "/data/shop.duckdb"},
            append_env=True,
            execution_timeout=timedelta(hours=2),
        )
        if before is not None:
            before >> task
        before = task


recmail_daily()
