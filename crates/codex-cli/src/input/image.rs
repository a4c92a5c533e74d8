//! Images for the model: files become `data:` URLs.

use std::path::Path;

use codex_api::ContentPart;

use super::{
    bounded_read,
    error::{InputError, Source},
};

/// The largest image file that is sent, in bytes. It grows by a third on its way.
pub(super) const MAX_IMAGE_BYTES: u64 = 20 * 1024 * 1024;

/// The image at a URL or in a file.
pub(super) fn part(image: &str) -> Result<ContentPart, InputError> {
    if ["http://", "https://", "data:"].iter().any(|scheme| image.starts_with(scheme)) {
        return Ok(ContentPart::image_url(image));
    }
    let from = Source::file("--image", image);
    let bytes = match bounded_read::read_file(Path::new(image), &from, MAX_IMAGE_BYTES) {
        Err(InputError::TooLong { from, .. }) => return Err(InputError::LargeImage { from }),
        result => result?,
    };
    match media_type(&bytes) {
        Some(media_type) => Ok(ContentPart::image_bytes(media_type, &bytes)),
        None => Err(InputError::UnknownImage { from }),
    }
}

/// What the first bytes say, since names of files often lie.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use super::*;

    #[test]
    fn the_first_bytes_say_what_an_image_is() {
        for (bytes, expected) in [
            (b"\x89PNG\r\n\x1a\nrest".as_slice(), Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF87a", Some("image/gif")),
            (b"GIF89a", Some("image/gif")),
            (b"GIF90a", None),
            (b"RIFF1234WEBPVP8 ", Some("image/webp")),
            (b"RIFF1234WAVE", None),
            (b"%PDF-1.7", None),
            (b"", None),
        ] {
            assert_eq!(media_type(bytes), expected);
        }
    }
}
