"""What lies in inbox/: files, archives, mails, bundles; when it came; how a month is closed."""
