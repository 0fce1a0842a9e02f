"""From the exports of the warehouse to who reads them: ESPs and sites over HTTP, Redis, and a look-up service."""
