//! Numbers and tables as text.

use std::fmt::Write as _;

/// Cells of text; the first row is the heading.
pub type Table = Vec<Vec<String>>;

/// Three digits that say something.
pub fn significant(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value if value >= 1.0 => format!("{value:.2}"),
        value => format!("{value:.3}"),
    }
}

/// A whole number, its thousands apart.
pub fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// For a terminal: columns padded with spaces, `gap` between them.
pub fn padded(table: &Table, gap: &str) -> String {
    let columns = table.first().map_or(0, Vec::len);
    let width = |column: usize| table.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut out = String::new();
    for line in table {
        for (column, (cell, &width)) in line.iter().zip(&widths).enumerate() {
            let _ =
                if column == 0 { write!(out, "{cell:<width$}") } else { write!(out, "{gap}{cell:>width$}") };
        }
        out.push('\n');
    }
    out
}

/// For a page.
pub fn markdown(mut table: Table) -> String {
    let rule = table[0].iter().enumerate().map(|(column, _)| if column == 0 { "---" } else { "---:" });
    table.insert(1, rule.map(str::to_owned).collect());
    table.iter().map(|cells| format!("| {} |\n", cells.join(" | "))).collect()
}
