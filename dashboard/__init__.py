"""One page of the metric marts for whoever runs the emails."""
