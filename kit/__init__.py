"""`make kit`: 取りまとめキット, a zip that runs on a Windows PC without installing anything."""
