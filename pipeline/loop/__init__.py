"""What goes out each month: forms, letters, slips, cards, and the bundle for the office above."""
