from .replace import (
    check_replaceable as check_replaceable,
    exists as exists,
    keep_backup as keep_backup,
    real_path as real_path,
    recover_folder as recover_folder,
    recover_folders as recover_folders,
    replace_file as replace_file,
    whole_folder as whole_folder,
)
from .source import (
    UNNAMED as UNNAMED,
    AnyFile as AnyFile,
    GivenFile as GivenFile,
    SourceFile as SourceFile,
    StrPath as StrPath,
    as_path as as_path,
    on_disk as on_disk,
    open_regular as open_regular,
    read_file as read_file,
)
