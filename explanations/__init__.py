"""Says in a marketer's words why the warehouse proposes, shows, leaves out and holds back: `recmail explain`, and the gallery."""
