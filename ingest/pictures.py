"""Thumbnails of pictures, made only where their rights allow it: WebP, with a JPEG behind.

A thumbnail's name ends in the hash of its own bytes: a picture that changes never overwrites the
one a serving generation shows. Nothing of the picture's file but its pixels is kept.
"""

import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from explorer.errors import ExplorerError
from explorer.types import Image, Record
from ingest.fetching import host_name, host_of
from ingest.sourcespec import SourceSpec

if TYPE_CHECKING:
    from ingest.gallery import Gallery

Task = TypeVar("Task")
Made = TypeVar("Made")

SIDE = 480
MOST_BYTES = 40_000
MOST_PIXELS = 60_000_000
"""Twice as many in a JPEG, which is made smaller while it is opened."""
AT_ONCE = 4
"""Pictures worked on at the same time."""

_MAY = (
    "creativecommons.org/publicdomain/",
    "creativecommons.org/licenses/",
    "rightsstatements.org/vocab/NoC-",
    "rightsstatements.org/vocab/NKC/",
)
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "JPEG2000")
_SIDES = (SIDE, 320, 200)
_QUALITIES = (80, 65, 50, 35, 20)
_AHEAD = 4 * AT_ONCE
_LARGE = 10_000_000
_one_large = Lock()  # so that the memory of one large picture is enough
_DAMAGED = (
    OSError, ValueError, EOFError, SyntaxError, LookupError, TypeError, ArithmeticError,
    struct.error,
)  # fmt: skip
"""What Pillow says of damaged files."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """One small picture, for browsers that know WebP and for those that do not."""

    webp: bytes
    jpeg: bytes


def may_show(rights: str) -> bool:
    """Whether these rights let us show a small picture."""
    return any(allowed in rights for allowed in _MAY)


def picture_state(record: Record, spec: SourceSpec, data_dir: Path | None = None) -> str:
    """A digest of what is known of the pictures to be shown; "" where there is nothing.

    It changes when a picture's file does, and with `data_dir` as long as one is yet to be fetched.
    """
    from ingest.gallery import owed

    states = []
    for image in record.images:
        file = _beside(spec, image.url) if _is_ours(image, record) else None
        if file is not None:
            with suppress(OSError):
                status = file.stat()
                states.append(f"{image.url} {status.st_size} {status.st_mtime_ns}")
        elif data_dir and _is_near(image, record, spec):
            states.append(f"{image.url} {owed(data_dir, image.url)}")
    return digest("\n".join(states).encode()) if states else ""


def take_in_pictures(
    record: Record, spec: SourceSpec, data_dir: Path, fetch: "Gallery | None" = None
) -> Record:
    """The record, its pictures that may be shown now as thumbnails in data/images/.

    Those on other servers are fetched by `fetch`, from hosts the source names.
    """
    images, warnings = [], list(record.warnings)
    for image in record.images:
        known = replace(image, rights=image.rights or record.rights.image)
        name = ""
        try:
            if _is_ours(image, record):
                name = _from_file(_beside(spec, image.url), image.url, record, data_dir)
            elif fetch is not None and _is_near(image, record, spec):
                name = fetch.thumbnail(image.url)
            elif may_show(known.rights) and (host := host_of(image.url)) not in ("", *spec.hosts):
                warnings.append(f"picture on a host that the source does not name: {host}")
        except ExplorerError as error:
            warnings.append(error.problem)
        if name:
            known = replace(known, thumbnail=name, alt=image.alt or _described(record))
        images.append(known)
    return replace(record, images=tuple(images), warnings=tuple(dict.fromkeys(warnings)))


def several_at_once(work: Callable[[Task], Made], tasks: Iterable[Task]) -> Iterator[Made]:
    """What `work` makes of each task, in their order; servers are waited for together."""
    waiting: deque[Future[Made]] = deque()
    threads = ThreadPoolExecutor(AT_ONCE)
    try:
        for task in tasks:
            waiting.append(threads.submit(work, task))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        threads.shutdown(cancel_futures=True)


def thumbnail(picture: Path | BinaryIO) -> Thumbnail | None:
    """The picture within SIDE and MOST_BYTES, its first frame; None where it is none we open."""
    from PIL import Image as Picture

    try:
        with Picture.open(picture, formats=_FORMATS) as opened:
            pixels = opened.width * opened.height
            if pixels > MOST_PIXELS * (2 if opened.format == "JPEG" else 1):
                return None
            if pixels > _LARGE:
                with _one_large:
                    small = _small(opened)
            else:
                small = _small(opened)
    except (*_DAMAGED, Picture.DecompressionBombError):
        return None
    return Thumbnail(_packed(small, "WEBP"), _packed(small, "JPEG"))


def store(made: Thumbnail, whose: str, data_dir: Path) -> str:
    """The name under which the thumbnail lies in data/images/; `.jpg` for the JPEG behind it."""
    folder = data_dir / "images"
    stem = f"{digest(whose.encode('utf-8', 'surrogatepass'))}.{digest(made.webp)}"
    folder.mkdir(parents=True, exist_ok=True)
    for ending, content in ((".jpg", made.jpeg), (".webp", made.webp)):
        file = folder / (stem + ending)
        if not file.exists():
            begun = folder / f"{file.name}.part"
            begun.write_bytes(content)
            begun.replace(file)
    return f"{stem}.webp"


def digest(data: bytes) -> str:
    """A short name for these bytes."""
    return blake2b(data, digest_size=12).hexdigest()


def _is_ours(image: Image, record: Record) -> bool:
    return "://" not in image.url and may_show(image.rights or record.rights.image)


def _is_near(image: Image, record: Record, spec: SourceSpec) -> bool:
    """Whether the picture may be shown and lies on a host that the source names."""
    if not spec.hosts or not may_show(image.rights or record.rights.image):
        return False
    return host_of(image.url) in {host_name(host) for host in spec.hosts}


def _from_file(file: Path | None, url: str, record: Record, data_dir: Path) -> str:
    made = thumbnail(file) if file else None
    if made is None:
        raise ExplorerError(f"picture cannot be opened: {url}", "Mend or leave out the file.")
    return store(made, record.id, data_dir)


def _beside(spec: SourceSpec, name: str) -> Path | None:
    """The file of that name beside the delivery; None where it is no name, or of another folder."""
    if spec.address and spec.path == Path():
        return None  # nothing lies beside what is harvested
    folder = (spec.path if spec.path.is_dir() else spec.path.parent).resolve()
    try:
        file = (folder / name).resolve()
    except (OSError, RuntimeError, ValueError):  # too long, a circle of links, a NUL
        return None
    return file if file.is_relative_to(folder) else None


def _described(record: Record) -> str:
    """Title, makers and date in the record's words; "" where its titles are in several languages.

    There a page says the title in the visitor's language, which is better.
    """
    titles = [field for _, field in record.named("title")]
    if len({field.lang for field in titles}) != 1:
        return ""
    makers = [
        field.text
        for maker, (_, field) in zip(record.makers, record.named("maker"), strict=False)
        if maker.name and maker.status == "current" and not maker.qualifier
    ]
    dates = [f.text for _, f in record.named("date") if f.lang in ("", titles[0].lang)]
    return ", ".join(dict.fromkeys((titles[0].text, *makers, *dates[:1])))


def _small(opened: Any) -> Any:
    """The first frame in its right position, as a new picture that holds nothing but pixels."""
    from PIL import Image as Picture
    from PIL import ImageOps

    if opened.mode.startswith("I"):  # 16 bits of grey
        picture = opened.convert("I").point(lambda grey: grey / 256).convert("L")
    elif opened.mode in ("P", "PA", "1") or "transparency" in opened.info:
        picture = opened.convert("RGBA")
    else:
        picture = opened
    picture.thumbnail((SIDE, SIDE))
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("RGBA", "LA"):
        picture = picture.convert("RGBA")
        white = Picture.new("RGBA", picture.size, "white")
        picture = Picture.alpha_composite(white, picture)
    bare = Picture.new("RGB", picture.size)
    bare.paste(picture.convert("RGB"))
    return bare


def _packed(picture: Any, form: str) -> bytes:
    """The picture's file within MOST_BYTES; a smaller one where no quality is low enough."""
    for side in _SIDES:
        picture.thumbnail((side, side))
        for quality in _QUALITIES:
            buffer = BytesIO()
            picture.save(buffer, form, quality=quality)
            if buffer.tell() <= MOST_BYTES:
                break
        else:
            continue
        break
    return buffer.getvalue()
