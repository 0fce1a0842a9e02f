"""Great Expectations suites, one per input, and the gate that runs them inside `dbt build`."""
