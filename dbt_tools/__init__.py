"""What recmail's Python parts share: the dbt project, its runs, and where it puts what it builds."""
