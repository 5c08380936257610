"""torimatome: consolidates returned official Excel checklists into one workbook."""

__version__ = "0.1.0"
