"""The machine below a month: processes, locks, disks, clusters. Knows nothing of checklists."""
