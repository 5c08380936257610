"""What texts mean: folding, calendar, names, numbers, marks, months, notes. Pure, over tables."""
