"""Says in words why items are shown or not and emails sent or held, for `recmail explain` and the gallery."""
