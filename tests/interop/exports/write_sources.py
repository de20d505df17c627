"""Writes images and masks for the check of exports.

Usage: python write_sources.py FOLDER. Fills FOLDER/volumes, FOLDER/volume-labels, FOLDER/pictures and FOLDER/picture-labels.
"""

import sys
from pathlib import Path

import nibabel as nib
import nrrd
import numpy as np
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from sources import LABELS, PICTURES, WINDOWED, Source, image, mask, numbered

LPS = np.diag([-1.0, -1.0, 1.0])


def main(folder: Path) -> None:
    volumes, labels = folder / "volumes", folder / "volume-labels"
    for each in (volumes, labels, folder / "pictures", folder / "picture-labels"):
        each.mkdir(parents=True)
    for seed, source in numbered():
        write_image(volumes, source, image(seed))
        write_labels(labels / f"{source.name}.nii.gz", mask(seed), source.affine)
    for seed, (name, shape) in enumerate(PICTURES.items()):
        grey = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
        Image.fromarray(grey).save(folder / "pictures" / f"{name}.png")
        Image.fromarray(mask(50 + seed, shape)).save(folder / "picture-labels" / f"{name}.png")
    for each in (labels, folder / "picture-labels"):
        (each / "labels.txt").write_text(itk_snap())


def itk_snap() -> str:
    lines = [f'{value:>5} {255 - 60 * value:>4} {60 * value:>4} 0 1 1 1 "{name}"' for name, value in LABELS.items()]
    return "\n".join(['    0     0    0    0        0  0  0    "Clear Label"', *lines]) + "\n"


def write_image(folder: Path, source: Source, values: np.ndarray) -> None:
    if source.kind == "nifti":
        volume = nib.Nifti1Image(values, source.affine)
        volume.set_qform(source.affine, 1)
        volume.set_sform(source.affine, 2)
        nib.save(volume, folder / f"{source.name}.nii.gz")
    elif source.kind == "nifti2":
        header = nib.Nifti2Header(endianness=">")
        header.set_data_dtype(np.int16)
        nib.save(nib.Nifti2Image(values, source.affine, header), folder / f"{source.name}.nii")
    elif source.kind == "dicom":
        write_series(folder / source.name, source, values)
    else:
        write_nrrd(folder / f"{source.name}.nrrd", source, values)


def write_labels(file: Path, values: np.ndarray, affine: np.ndarray) -> None:
    nib.save(nib.Nifti1Image(values, affine), file)


def write_nrrd(file: Path, source: Source, values: np.ndarray) -> None:
    isLps = source.kind == "nrrd-lps"
    world = LPS if isLps else np.eye(3)
    nrrd.write(
        str(file),
        values,
        {
            "space": "left-posterior-superior" if isLps else "right-anterior-superior",
            "space directions": (world @ source.affine[:3, :3]).T,
            "space origin": world @ source.affine[:3, 3],
            "kinds": ["domain"] * 3,
        },
    )


def write_series(folder: Path, source: Source, values: np.ndarray) -> None:
    folder.mkdir()
    steps, origin = LPS @ source.affine[:3, :3], LPS @ source.affine[:3, 3]
    lengths = np.linalg.norm(steps, axis=0)
    cosines = steps / lengths
    root = f"1.2.826.0.1.3680043.8.498.{sum(source.name.encode())}"
    # The last slice first: what comes in is not in order.
    for number, plane in enumerate(reversed(range(values.shape[2])), start=1):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = f"{root}.3.{plane + 1}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
        data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        data.StudyInstanceUID, data.SeriesInstanceUID = f"{root}.1", f"{root}.2"
        data.FrameOfReferenceUID = f"{root}.4"
        data.PatientName, data.PatientID, data.PatientSex = "Test^Oblique", f"id-{source.name}", "O"
        data.PatientBirthDate, data.StudyDate, data.StudyTime, data.StudyID = "", "20260101", "120000", "1"
        data.AccessionNumber, data.ReferringPhysicianName = "", ""
        data.Modality, data.Manufacturer, data.SeriesNumber = "CT", "none", 1
        data.SeriesDescription, data.InstanceNumber = source.name, number
        data.ImagePositionPatient = [f"{value:.10f}"[:16] for value in origin + plane * steps[:, 2]]
        data.ImageOrientationPatient = [f"{value:.12f}"[:16] for value in (*cosines[:, 0], *cosines[:, 1])]
        data.PixelSpacing = [float(lengths[1]), float(lengths[0])]
        data.SliceThickness = float(lengths[2])
        data.Rows, data.Columns = values.shape[1], values.shape[0]
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
        data.RescaleSlope, data.RescaleIntercept, data.RescaleType = 1, WINDOWED, "HU"
        data.PixelData = (values[:, :, plane].T.astype(int) - WINDOWED).astype("<u2").tobytes()
        data.save_as(folder / f"{number:02}.dcm", enforce_file_format=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
