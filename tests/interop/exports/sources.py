"""The images and masks of the check of exports: oblique and left-handed volumes of three formats, and pictures.

Every mask is made by formula, so that the half that checks knows it without reading a file of SliceTune.
"""

from dataclasses import dataclass

import numpy as np

#: Names and numbers of the labels
LABELS = {"Liver": 1, "Lesion, left": 2}
SIZE = (21, 17, 7)
PICTURES = {"grey": (31, 40), "other": (26, 33)}
WINDOWED = -1024


@dataclass(frozen=True)
class Source:
    name: str
    #: nifti, nifti2, nrrd-lps, nrrd-ras or dicom
    kind: str
    #: RAS, of indices x, y, z
    affine: np.ndarray


def turn(x: float, y: float, z: float) -> np.ndarray:
    """A rotation by degrees about the three axes, one after the other."""
    matrix = np.eye(3)
    for axis, degrees in enumerate((x, y, z)):
        angle = np.deg2rad(degrees)
        own = np.eye(3)
        first, second = [index for index in range(3) if index != axis]
        own[first, first] = own[second, second] = np.cos(angle)
        own[first, second], own[second, first] = -np.sin(angle), np.sin(angle)
        matrix = own @ matrix
    return matrix


def affine(matrix: np.ndarray, spacing: tuple[float, float, float], origin: tuple[float, float, float]) -> np.ndarray:
    full = np.eye(4)
    full[:3, :3] = matrix * np.array(spacing)
    full[:3, 3] = origin
    return full


def sources() -> list[Source]:
    oblique, other = turn(12, -7, 31), turn(-20, 15, 5)
    left = oblique @ np.diag([-1.0, 1.0, 1.0])
    # DICOM counts rows and columns as they lie on the film: here sagittal, and oblique.
    sagittal = np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], float)
    return [
        Source("nifti-oblique", "nifti", affine(oblique, (0.7, 0.9, 2.5), (-41.3, 17.25, 93.125))),
        Source("nifti-left", "nifti", affine(left, (0.7, 0.9, 2.5), (40.5, -7.75, 12.0))),
        Source("nifti2-big-endian", "nifti2", affine(other, (1.1, 0.8, 3.0), (0.1, 0.2, 0.3))),
        Source("nrrd-oblique", "nrrd-lps", affine(other, (0.61, 0.83, 1.9), (10.123456789, -20.5, 0.001))),
        Source("nrrd-left", "nrrd-ras", affine(left, (0.5, 0.5, 4.0), (3.3, 4.4, -5.5))),
        Source("dicom-oblique", "dicom", affine(np.diag([-1.0, -1.0, 1.0]) @ oblique, (0.6, 0.8, 3.0), (50.5, 60.25, -70.125))),
        Source("dicom-sagittal", "dicom", affine(sagittal, (0.5, 0.75, 2.0), (12.0, 110.0, 88.0))),
    ]


def image(seed: int, shape: tuple[int, ...] = SIZE) -> np.ndarray:
    """int16 like a CT: air, and something in it."""
    values = np.random.default_rng(seed).integers(-1000, 1200, shape)
    return values.astype(np.int16)


def mask(seed: int, shape: tuple[int, ...] = SIZE) -> np.ndarray:
    """Labels 0, 1 and 2 in blobs with holes and lone pixels."""
    random = np.random.default_rng(1000 + seed).normal(size=shape)
    for axis in range(2):
        random = random + np.roll(random, 1, axis) + np.roll(random, -1, axis)
    labels = np.zeros(shape, np.uint8)
    labels[random > 0.8] = 1
    labels[random < -2.2] = 2
    return labels


def numbered() -> list[tuple[int, Source]]:
    return list(enumerate(sources()))
