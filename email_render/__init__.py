"""The thin Python step of recmail: it renders the marts email_queue and user_recommendations into emails."""
