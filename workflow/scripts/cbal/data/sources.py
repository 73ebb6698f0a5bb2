"""Choice of the reader for a user's path."""

from pathlib import Path

from cbal.data.decoding import USUAL, Rule
from cbal.data.files_found import in_folder
from cbal.data.folders import folder, zip_archive
from cbal.data.listing import Listing
from cbal.data.parquet import parquet, parquet_files
from cbal.errors import InputError

__all__ = ["Listing", "open_path"]


def open_path(path: Path, rule: Rule = USUAL) -> Listing:
    """Return the listing of a Parquet file, a folder of these, a zip, or a folder of class folders.

    Raises:
        InputError: the path is missing, is none of these, or holds Parquet files and images.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; mend `path:` of the data set")
    if path.suffix.lower() == ".zip":
        return zip_archive(path, rule)
    if path.suffix.lower() == ".parquet":
        return parquet(path, rule)
    if not path.is_dir():
        raise InputError(f"{path}: neither Parquet, nor a zip, nor a folder of class folders")
    found = in_folder(path)
    if not parquet_files(found):
        return folder(path, rule)
    if found.images:
        raise InputError(
            f"{path}: Parquet files and images ({found.images[0]}) in one folder; set `path:` to a "
            "folder with one of them"
        )
    return parquet(path, rule)
