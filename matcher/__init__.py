"""Technology-transfer matchmaking: who should meet whom, and why."""
