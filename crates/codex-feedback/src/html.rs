//! x
pub(crate) enum Files {
    Embedded,
    Listed,
}
pub(crate) fn render(_: &crate::Report, _: Files) -> String {
    String::new()
}
