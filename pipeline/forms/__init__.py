"""Forms that we hand out and know again: checklists, their editions, the marks they carry."""
