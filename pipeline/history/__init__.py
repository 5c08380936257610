"""Earlier months: what they recorded, under this month's ids, and the promises they carry over."""
