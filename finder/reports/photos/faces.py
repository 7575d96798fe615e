"""Finds faces and number plates with OpenCV's own cascades, and plates of mainland China by their colours besides.

Runs in the worker's process only. Misses some and takes other things for them: see docs/photos.md for how many.
"""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
_CASCADES = Path(cv2.__file__).parent / "data"
FACES_LOOKED_AT = 800  # pixels of the longer side; larger costs memory by the square
TILE, OVERLAP = 720, 160  # pixels; plates are looked for in the whole picture, piece by piece
_FACES = ("haarcascade_frontalface_alt2.xml", "haarcascade_profileface.xml")
_PLATES = ("haarcascade_russian_plate_number.xml", "haarcascade_license_plate_rus_16stages.xml")
# Hue, saturation and value of OpenCV (0-179, 0-255): blue, green and yellow plates; white ones only the cascades find.
_COLOURS = (((98, 90, 50), (128, 255, 255)), ((38, 45, 90), (88, 255, 255)), ((14, 110, 110), (32, 255, 255)))
_ASPECT = (1.6, 6.5)  # 440 by 140 mm and 480 by 140 mm, seen from the side or cut
_LEAST_HEIGHT, _LEAST_FILLED = 7, 0.45
_MOST_OF_PICTURE = 0.25
_MOST = 200  # regions; noise has more


class Region(NamedTuple):
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int


def find_faces(image: Image) -> list[Region]:
    """Of an RGB picture; seen from the front or from either side."""
    scale = min(1.0, FACES_LOOKED_AT / max(image.shape[:2]))
    grey = _grey(image, scale)
    mirrored = np.ascontiguousarray(grey[:, ::-1])
    found = [region for name in _FACES for region in _found(grey, name, 4, 20)]
    found += [Region(grey.shape[1] - x - w, y, w, h) for x, y, w, h in _found(mirrored, _FACES[1], 4, 20)]
    return [Region(*(round(value / scale) for value in region)) for region in found[:_MOST]]


def find_plates(image: Image) -> list[Region]:
    """Of an RGB picture."""
    grey = _grey(image, 1.0)
    found = []
    for top, left in product(_begins(grey.shape[0]), _begins(grey.shape[1])):
        tile = np.ascontiguousarray(grey[top : top + TILE, left : left + TILE])
        for name in _PLATES:
            found += [Region(x + left, y + top, w, h) for x, y, w, h in _found(tile, name, 2, 12)]
    return [*found, *_by_colour(image)][:_MOST]


def _begins(length: int) -> list[int]:
    """Where tiles begin, so that each plate of up to OVERLAP pixels lies within one."""
    count = max(1, -(-(length - OVERLAP) // (TILE - OVERLAP)))
    return [round(n * (length - TILE) / (count - 1)) for n in range(count)] if count > 1 else [0]


def _grey(image: Image, scale: float) -> Image:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.equalizeHist(grey).astype(np.uint8)


def _found(grey: Image, name: str, neighbours: int, least: int) -> list[Region]:
    # Read anew each time: a cascade keeps its buffers, and they are most of what this process may have.
    cascade = cv2.CascadeClassifier(str(_CASCADES / name))
    found = cascade.detectMultiScale(grey, scaleFactor=1.15, minNeighbors=neighbours, minSize=(least, least // 2))
    return [Region(*map(int, each)) for each in found]


def _by_colour(small: Image) -> list[Region]:
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    found = []
    for low, high in _COLOURS:
        mask = cv2.inRange(hsv, np.array(low, dtype=np.uint8), np.array(high, dtype=np.uint8))
        # Characters are not of the plate's colour: their gaps are closed, more along than across.
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 11), np.uint8))
        outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            region = Region(*cv2.boundingRect(outline))
            filled = cv2.contourArea(outline) / (region.width * region.height)
            aspect = region.width / region.height
            small_enough = region.width * region.height <= _MOST_OF_PICTURE * small.shape[0] * small.shape[1]
            of_form = region.height >= _LEAST_HEIGHT and _ASPECT[0] <= aspect <= _ASPECT[1] and filled >= _LEAST_FILLED
            if of_form and small_enough and _written_on(small, region):
                found.append(region)
    return found


def _written_on(small: Image, region: Region) -> bool:
    """Whether there is enough contrast from left to right for writing; a painted sign post has none."""
    part = cv2.cvtColor(
        small[region.y : region.y + region.height, region.x : region.x + region.width], cv2.COLOR_RGB2GRAY
    )
    return bool(np.abs(np.diff(part.astype(np.int16), axis=1)).mean() > 6)


def hide(image: Image, regions: Sequence[Region]) -> None:
    """Leaves of each region, and of a fifth around it, eight colours; what was there cannot be had back."""
    height, width = image.shape[:2]
    for region in regions:
        more_x, more_y = region.width // 5 + 2, region.height // 5 + 2
        left, top = max(region.x - more_x, 0), max(region.y - more_y, 0)
        right, bottom = min(region.x + region.width + more_x, width), min(region.y + region.height + more_y, height)
        part = image[top:bottom, left:right]
        if part.size:
            cells = cv2.resize(part, (4, 2), interpolation=cv2.INTER_AREA)
            image[top:bottom, left:right] = cv2.resize(
                cells, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST
            )
