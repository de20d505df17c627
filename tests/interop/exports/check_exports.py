"""Reads what SliceTune exported with other programs and compares every voxel. A line of JSON a check.

Usage: python check_exports.py FOLDER, after write_sources.py and SliceTune itself have filled it (scripts/interop-exports.mjs).
"""

import base64
import contextlib
import io
import json
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import highdicom as hd
import nibabel as nib
import nrrd
import numpy as np
import pydicom
from PIL import Image
from pycocotools.coco import COCO
from skimage.draw import polygon
from skimage.measure import label as components

from sources import LABELS, PICTURES, Source, image, mask, numbered

LPS = np.diag([-1.0, -1.0, 1.0])
#: NIfTI-1 keeps matrices in 32 bits
SINGLE = 2e-6

Check = Callable[[Path], str]
checks: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    def add(function: Check) -> Check:
        checks[name] = function
        return function

    return add


def same(actual: np.ndarray, expected: np.ndarray, what: str) -> int:
    assert actual.shape == expected.shape, f"{what}: {actual.shape} in place of {expected.shape}"
    different = int((actual != expected).sum())
    assert different == 0, f"{what}: {different} of {expected.size} values differ"
    return expected.size


def close(actual: np.ndarray, expected: np.ndarray, what: str, tolerance: float) -> float:
    difference = float(np.abs(actual - expected).max() / np.abs(expected).max())
    assert difference <= tolerance, f"{what}: the affine differs by {difference:.2g} of its largest number"
    return difference


def nifti_volume(file: Path, seed: int, source: Source, original: Path, expected: np.ndarray) -> float:
    volume = nib.load(file)
    same(np.asarray(volume.dataobj), expected, file.name)
    assert nib.aff2axcodes(volume.affine) == nib.aff2axcodes(source.affine), file.name
    difference = close(volume.affine, source.affine, file.name, SINGLE)
    if original.exists():
        own = nib.load(original)
        assert np.array_equal(own.affine, volume.affine), f"{file.name}: not the very affine of its source"
        for field in ("qform_code", "sform_code", "pixdim", "quatern_b", "quatern_c", "quatern_d", "qoffset_x", "xyzt_units"):
            assert np.array_equal(own.header[field], volume.header[field]), f"{file.name}: {field}"
        assert own.header.endianness == volume.header.endianness, file.name
    return difference


def original(folder: Path, source: Source) -> Path:
    return folder / "volumes" / (f"{source.name}.nii" if source.kind == "nifti2" else f"{source.name}.nii.gz")


@check("nibabel: NIfTI labels of NIfTI, NRRD and DICOM sources")
def nifti(folder: Path) -> str:
    worst, voxels = 0.0, 0
    for seed, source in numbered():
        file = folder / f"v-nifti/labels/{source.name}.nii.gz"
        worst = max(worst, nifti_volume(file, seed, source, original(folder, source), mask(seed)))
        voxels += mask(seed).size
    return f"{len(numbered())} volumes, {voxels} voxels identical, affines within {worst:.1g}"


@check("pynrrd: segmentations, where they lie, and 3D Slicer's fields")
def nrrd_files(folder: Path) -> str:
    worst, voxels = 0.0, 0
    for seed, source in numbered():
        values, header = nrrd.read(str(folder / f"v-nrrd/labels/{source.name}.seg.nrrd"))
        voxels += same(values, mask(seed), source.name)
        assert header["space"] == "left-posterior-superior"
        affine = np.eye(4)
        affine[:3, :3] = LPS @ header["space directions"].T
        affine[:3, 3] = LPS @ header["space origin"]
        # Of NIfTI and DICOM the matrix is as exact as the source has it.
        worst = max(worst, close(affine, source.affine, source.name, SINGLE))
        names = {header[f"Segment{index}_Name"]: int(header[f"Segment{index}_LabelValue"]) for index in range(2)}
        assert names == LABELS, names
    return f"{len(numbered())} volumes, {voxels} voxels identical, affines within {worst:.1g}"


@check("pydicom and highdicom: segmentations by the UIDs of their images")
def segmentations(folder: Path) -> str:
    frames = 0
    series = [(seed, source) for seed, source in numbered() if source.kind == "dicom"]
    files = sorted((folder / "v-dicom-seg/segmentations").glob("*.dcm"))
    assert [file.stem for file in files] == [source.name for _, source in series], files
    for seed, source in series:
        file = folder / f"v-dicom-seg/segmentations/{source.name}.dcm"
        seg = hd.seg.segread(file)
        images = [pydicom.dcmread(each) for each in sorted((folder / "volumes" / source.name).glob("*.dcm"))]
        normal = np.cross(images[0].ImageOrientationPatient[:3], images[0].ImageOrientationPatient[3:])
        images.sort(key=lambda each: float(np.dot(normal, each.ImagePositionPatient)))
        labels = {seg.get_segment_description(number).segment_label: number for number in seg.segment_numbers}
        assert labels == LABELS, labels
        pixels = seg.get_pixels_by_source_instance(
            [each.SOPInstanceUID for each in images], combine_segments=True, assert_missing_frames_are_empty=True
        )
        same(pixels.transpose(2, 1, 0), mask(seed), source.name)
        frames += len(seg.PerFrameFunctionalGroupsSequence)
        for keyword in ("FrameOfReferenceUID", "StudyInstanceUID"):
            assert seg[keyword].value == images[0][keyword].value, keyword
        assert seg.SeriesInstanceUID != images[0].SeriesInstanceUID
        assert not seg.PatientName and not seg.PatientID and seg.PatientIdentityRemoved == "YES"
        codes = [seg.get_segment_description(number).segmented_property_type for number in seg.segment_numbers]
        assert (codes[0].value, codes[0].scheme_designator) == ("10200004", "SCT"), codes[0]
        volume_in_place(seg, source, mask(seed))
    return f"{len(series)} series, {frames} frames, every pixel identical, the volume where its images lie"


def volume_in_place(seg: hd.seg.Segmentation, source: Source, expected: np.ndarray) -> None:
    """highdicom counts planes, rows, columns, and towards left, posterior, superior."""
    volume = seg.get_volume(combine_segments=True)
    affine = LPS_4 @ volume.affine
    for index in np.argwhere(volume.array)[::97]:
        voxel = np.linalg.inv(source.affine) @ affine @ [*index, 1]
        assert np.abs(voxel - voxel.round()).max() < 1e-3, voxel
        assert expected[tuple(voxel.round().astype(int)[:3])] == volume.array[tuple(index)], index


LPS_4 = np.diag([-1.0, -1.0, 1.0, 1.0])

#: What documentation/dataset_format.md of nnU-Net v2 asks for
REQUIRED = {"channel_names": dict, "labels": dict, "numTraining": int, "file_ending": str}


@check("nnU-Net: dataset.json field by field, images and labels on one grid")
def nnunet(folder: Path) -> str:
    root = folder / "v-nnunet"
    (data_set,) = root.glob("Dataset*")
    assert re.fullmatch(r"Dataset\d{3}_\w+", data_set.name), data_set.name
    told = json.loads((data_set / "dataset.json").read_text())
    for field, kind in REQUIRED.items():
        assert isinstance(told[field], kind), field
    assert told["channel_names"] == {"0": "CT"}, told["channel_names"]
    assert told["labels"] == {"background": 0, **LABELS}, told["labels"]
    assert sorted(told["labels"].values()) == list(range(len(told["labels"])))
    assert told["file_ending"] == ".nii.gz" and told["numTraining"] == len(numbered())
    cases = sorted(file.name for file in (data_set / "imagesTr").iterdir())
    assert cases == sorted(f"{source.name}_0000.nii.gz" for _, source in numbered()), cases
    for seed, source in numbered():
        picture = nib.load(data_set / f"imagesTr/{source.name}_0000.nii.gz")
        same(np.asarray(picture.dataobj).astype(int), image(seed).astype(int), source.name)
        nifti_volume(data_set / f"labelsTr/{source.name}.nii.gz", seed, source, original(folder, source), mask(seed))
        labels = nib.load(data_set / f"labelsTr/{source.name}.nii.gz")
        assert np.array_equal(picture.affine, labels.affine) and picture.shape == labels.shape, source.name
    return f"{len(cases)} cases, {json.dumps(told['labels'])}"


def pictures() -> list[tuple[str, np.ndarray]]:
    return [(name, mask(50 + seed, shape)) for seed, (name, shape) in enumerate(PICTURES.items())]


@check("nnU-Net: pictures as PNG")
def nnunet_pictures(folder: Path) -> str:
    (data_set,) = (folder / "p-nnunet").glob("Dataset*")
    told = json.loads((data_set / "dataset.json").read_text())
    assert told["file_ending"] == ".png" and told["numTraining"] == len(PICTURES), told
    for name, expected in pictures():
        same(np.array(Image.open(data_set / f"labelsTr/{name}.png")), expected, name)
        source = np.array(Image.open(folder / f"pictures/{name}.png"))
        same(np.array(Image.open(data_set / f"imagesTr/{name}_0000.png")), source, name)
    return f"{len(PICTURES)} pictures"


@check("pycocotools: run lengths, areas and boxes")
def coco(folder: Path) -> str:
    api = COCO(str(folder / "p-coco/annotations.json"))
    names = {one["name"]: one["id"] for one in api.loadCats(api.getCatIds())}
    assert names == LABELS, names
    count = 0
    for one in api.loadImgs(api.getImgIds()):
        expected = dict(pictures())[Path(one["file_name"]).stem]
        drawn = np.zeros_like(expected)
        for annotation in api.loadAnns(api.getAnnIds([one["id"]])):
            pixels = api.annToMask(annotation).astype(bool)
            assert annotation["area"] == pixels.sum()
            rows, columns = np.nonzero(pixels)
            box = [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]
            assert annotation["bbox"] == box, annotation["bbox"]
            drawn[pixels] = annotation["category_id"]
            count += 1
        same(drawn, expected, one["file_name"])
    return f"{count} objects, every pixel identical"


@check("Pillow: masks of labelme JSON")
def labelme_masks(folder: Path) -> str:
    count = 0
    for name, expected in pictures():
        told = json.loads((folder / f"p-labelme/images/{name}.json").read_text())
        assert told["imageData"] is None and (told["imageHeight"], told["imageWidth"]) == expected.shape
        assert (folder / "p-labelme/images" / told["imagePath"]).exists()
        drawn = np.zeros_like(expected)
        for shape in told["shapes"]:
            assert shape["shape_type"] == "mask", shape["shape_type"]
            (x0, y0), (x1, y1) = shape["points"]
            pixels = np.array(Image.open(io.BytesIO(base64.b64decode(shape["mask"])))).astype(bool)
            drawn[y0 : y1 + 1, x0 : x1 + 1][pixels] = LABELS[shape["label"]]
            count += 1
        same(drawn, expected, name)
    return f"{count} masks, every pixel identical"


@check("scikit-image: polygons of labelme JSON and YOLO, rasterised at the pixels' centres")
def polygons(folder: Path) -> str:
    worst = 0
    for name, expected in pictures():
        told = json.loads((folder / f"p-labelme-polygons/images/{name}.json").read_text())
        lines = (folder / f"p-yolo/labels/train/{name}.txt").read_text().splitlines()
        height, width = expected.shape
        yolo = [(int(label) + 1, np.array(list(map(float, rest))).reshape(-1, 2) * (width, height)) for label, *rest in map(str.split, lines)]
        outlines = [(LABELS[shape["label"]], np.array(shape["points"], float)) for shape in told["shapes"]]
        for kind, rings in (("labelme", outlines), ("YOLO", yolo)):
            for label in LABELS.values():
                drawn = np.zeros(expected.shape, bool)
                for own, ring in rings:
                    if own == label:
                        drawn[polygon(ring[:, 1] - 0.5, ring[:, 0] - 0.5, drawn.shape)] = True
                held = expected == label
                assert (drawn | ~held).all(), f"{kind}, {name}: a pixel of the mask is outside of its outline"
                worst = max(worst, int((drawn & ~held).sum()))
                same(drawn, filled(held), f"{kind}, {name}")
    return f"every pixel of the masks inside, {worst} of holes filled at most"


def filled(held: np.ndarray) -> np.ndarray:
    """What polygons can hold: holes are background that no way leads into, by sides or corners."""
    parts = components(~np.pad(held, 1), connectivity=2)
    return ~(parts == parts[0, 0])[1:-1, 1:-1]


@check("Pillow and numpy: PNG label maps and NPY pairs")
def maps(folder: Path) -> str:
    for name, expected in pictures():
        same(np.array(Image.open(folder / f"p-png/masks/{name}.png")), expected, name)
        same(np.load(folder / f"p-npy/gts/{name}.npy"), expected, name)
        source = np.array(Image.open(folder / f"pictures/{name}.png"))
        same(np.load(folder / f"p-npy/imgs/{name}.npy")[:, :, 1], source, name)
    return f"{len(PICTURES)} pictures"


@check("what is exported twice is the same, but for dates")
def twice(folder: Path) -> str:
    count = 0
    for again in sorted(folder.glob("?-*-again")):
        first = again.with_name(again.name.removesuffix("-again"))
        for file in sorted(again.rglob("*")):
            if file.is_dir() or file.name == "report.json":
                continue
            other = first / file.relative_to(again)
            if file.suffix == ".dcm":
                own, before = pydicom.dcmread(file), pydicom.dcmread(other)
                for data in (own, before):
                    for keyword in ("ContentTime", "ContentDate", "SeriesTime", "SeriesDate"):
                        delattr(data, keyword)
                    del data.InstanceCreationDate, data.InstanceCreationTime
                assert own == before, file
            else:
                assert file.read_bytes() == other.read_bytes(), file
            count += 1
    assert count > 0
    return f"{count} files"


#: Files that come back in each format
BACK = {f"{name}-v": len(numbered()) for name in ("nifti", "nrrd", "nnunet")}
BACK |= {"dicom-seg-v": 2, **{f"{name}-p": len(PICTURES) for name in ("coco", "labelme", "png", "nnunet")}}


@check("what is exported comes back as the same masks")
def back(folder: Path) -> str:
    seeds = {source.name: seed for seed, source in numbered()}
    for name, count in BACK.items():
        files = sorted((folder / f"back-{name}").rglob("labels/*.nii.gz" if name.endswith("-v") else "masks/*.png"))
        assert len(files) == count, f"{name}: {files}"
        for file in files:
            stem = file.name.removesuffix(".nii.gz").removesuffix(".png")
            if name.endswith("-v"):
                same(np.asarray(nib.load(file).dataobj), mask(seeds[stem]), str(file))
            else:
                same(np.array(Image.open(file)), dict(pictures())[stem], str(file))
    return ", ".join(BACK)


def main(folder: Path) -> None:
    for name, function in checks.items():
        try:
            # Libraries that print would stand between the lines of JSON.
            with contextlib.redirect_stdout(sys.stderr):
                result = {"status": "passed", "detail": function(folder)}
        except Exception as error:  # whatever it is, the other checks still run
            traceback.print_exc()
            result = {"status": "failed", "detail": f"{type(error).__name__}: {error}"}
        print(json.dumps({"name": name, **result}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
