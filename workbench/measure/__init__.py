"""Measuring an ONNX file: quality with intervals, size, costs, speed. Every figure is of the file that is shipped."""

from workbench.measure.answers import answers
from workbench.measure.files import file_measures
from workbench.measure.metric import Metric
from workbench.measure.quality import differences, metrics, quality
from workbench.measure.speed import speed, speedup

__all__ = ["Metric", "answers", "differences", "file_measures", "metrics", "quality", "speed", "speedup"]
