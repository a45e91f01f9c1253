"""Thumbnails of pictures that came with a delivery, made only where their rights allow it.

A thumbnail is named by the hashes of its record's id and of its own bytes: any id makes a short
name, and a picture that changes never overwrites the one a serving generation shows.
"""

from contextlib import suppress
from dataclasses import replace
from hashlib import blake2b
from io import BytesIO
from pathlib import Path

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


def picture_state(record: Record, delivery: Path) -> str:
    """A digest of size and time of the picture files to be shown, "" where none lies there."""
    states = []
    for image in record.images:
        file = _beside(delivery, image.url) if _is_ours(image, record) else None
        if file is not None:
            with suppress(OSError):
                status = file.stat()
                states.append(f"{image.url} {status.st_size} {status.st_mtime_ns}")
    return _digest("\n".join(states).encode()) if states else ""


def take_in_pictures(record: Record, delivery: Path, data_dir: Path) -> Record:
    """The record, its pictures that lie beside the delivery now as thumbnails in data/images/."""
    images, warnings = [], list(record.warnings)
    for image in record.images:
        known = replace(image, rights=image.rights or record.rights.image)
        if _is_ours(image, record):
            file = _beside(delivery, image.url)
            made = _thumbnail(file) if file else None
            if made is None:
                warnings.append(f"picture cannot be opened: {image.url}")
            else:
                known = replace(known, thumbnail=_stored(made, record.id, data_dir / "images"))
        images.append(known)
    return replace(record, images=tuple(images), warnings=tuple(warnings))


def _is_ours(image: Image, record: Record) -> bool:
    return "://" not in image.url and may_show(image.rights or record.rights.image)


def _beside(delivery: Path, name: str) -> Path | None:
    """The file of that name beside the delivery; None where it is no name, or of another folder."""
    folder = (delivery if delivery.is_dir() else delivery.parent).resolve()
    try:
        file = (folder / name).resolve()
    except (OSError, RuntimeError, ValueError):  # too long, a circle of links, a NUL
        return None
    return file if file.is_relative_to(folder) else None


def _stored(made: bytes, record_id: str, folder: Path) -> str:
    name = f"{_digest(record_id.encode())}.{_digest(made)}.webp"
    if not (folder / name).exists():
        folder.mkdir(exist_ok=True)
        begun = folder / f"{name}.part"
        begun.write_bytes(made)
        begun.replace(folder / name)
    return name


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=12).hexdigest()


def _thumbnail(file: Path) -> bytes | None:
    """The picture as WebP within SIDE and MOST_BYTES; None where it is none or not readable."""
    from PIL import Image as Picture
    from PIL import ImageOps

    try:
        with Picture.open(file) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, EOFError, SyntaxError, Picture.DecompressionBombError):
        return None  # Pillow says SyntaxError of a broken PNG
    picture.thumbnail((SIDE, SIDE))
    for quality in _QUALITIES:
        buffer = BytesIO()
        picture.save(buffer, "WEBP", quality=quality)
        if buffer.tell() <= MOST_BYTES:
            break
    return buffer.getvalue()
