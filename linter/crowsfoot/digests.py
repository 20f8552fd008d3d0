"""Texts and bytes to what stands for them."""

try:
    from _blake2 import blake2b  # what hashlib has, without the 4 ms that loading OpenSSL takes
except ImportError:
    from hashlib import blake2b


def digest(*parts: bytes | str) -> str:
    """40 hexadecimal digits that differ when any part, or the way the parts are cut, differs."""
    state = blake2b(digest_size=20)
    for part in parts:
        kind = b"s" if isinstance(part, str) else b"b"
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        state.update(b"%s%d:" % (kind, len(data)))
        state.update(data)
    return state.hexdigest()
