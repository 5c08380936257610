"""The steps between the stages that a run of a month takes; `pipeline.run` has their order."""
