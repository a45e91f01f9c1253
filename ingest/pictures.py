"""Thumbnails of pictures that came with a delivery, made only where their rights allow it."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from explorer.types import Image, Record

SIDE = 480
MOST_BYTES = 40_000
_MAY = (
    "creativecommons.org/publicdomain/",
    "creativecommons.org/licenses/",
    "rightsstatements.org/vocab/NoC-",
    "rightsstatements.org/vocab/NKC/",
)
_QUALITIES = (80, 65, 50, 35, 20)


def may_show(rights: str) -> bool:
    """Whether these rights let us show a small picture."""
    return any(allowed in rights for allowed in _MAY)


def take_in_pictures(record: Record, delivery: Path, data_dir: Path) -> Record:
    """The record, its pictures that lie beside the delivery now as thumbnails in data/images/."""
    folder = delivery if delivery.is_dir() else delivery.parent
    images, warnings = [], list(record.warnings)
    for i, image in enumerate(record.images):
        rights = image.rights or record.rights.image
        if "://" in image.url or not may_show(rights):
            images.append(replace(image, rights=rights))
            continue
        file = (folder / image.url).resolve()
        made = _thumbnail(file) if file.is_relative_to(folder.resolve()) else None
        if made is None:
            warnings.append(f"picture cannot be opened: {image.url}")
            images.append(replace(image, rights=rights))
        else:
            images.append(_stored(replace(image, rights=rights), made, record.id, i, data_dir))
    return replace(record, images=tuple(images), warnings=tuple(warnings))


def _stored(image: Image, made: bytes, record_id: str, number: int, data_dir: Path) -> Image:
    name = f"{quote(record_id, safe='')}.{number}.webp"
    (data_dir / "images").mkdir(exist_ok=True)
    (data_dir / "images" / name).write_bytes(made)
    return replace(image, thumbnail=name)


def _thumbnail(file: Path) -> bytes | None:
    """The picture as WebP within SIDE and MOST_BYTES; None where it is none or not readable."""
    from PIL import Image as Picture
    from PIL import ImageOps, UnidentifiedImageError

    try:
        with Picture.open(file) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, UnidentifiedImageError, Picture.DecompressionBombError):
        return None
    picture.thumbnail((SIDE, SIDE))
    for quality in _QUALITIES:
        buffer = BytesIO()
        picture.save(buffer, "WEBP", quality=quality)
        if buffer.tell() <= MOST_BYTES:
            break
    return buffer.getvalue()
