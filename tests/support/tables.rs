//! Tables of texts: ` | ` separates their cells, and so do lines. Signs stand for what is not seen in one.

/// The cells.
#[must_use]
pub fn cells(table: &str) -> Vec<String> {
    raw(table).map(resolved).collect()
}

fn raw(table: &str) -> impl Iterator<Item = &str> {
    let lines = table.trim_matches([' ', '\n']).split('\n');
    lines.flat_map(|line| line.trim_start_matches(' ').split(" | "))
}

fn resolved(cell: &str) -> String {
    const SIGNS: [(char, &str); 6] = [
        ('∅', ""),
        ('␠', " "),
        ('␀', "\0"),
        ('␊', "\n"),
        ('␍', "\r"),
        ('⇥', "\t"),
    ];
    SIGNS
        .iter()
        .fold(cell.to_owned(), |cell, (sign, text)| cell.replace(*sign, text))
}

/// The cells, and what is made of them.
pub fn named<V>(table: &str, make: impl Fn(&str) -> V) -> Vec<(String, V)> {
    let cells = cells(table).into_iter();
    cells.map(|cell| (cell.clone(), make(&cell))).collect()
}

/// Cells with a name in front of a colon.
///
/// # Panics
///
/// If one has none.
pub fn pairs<V>(table: &str, make: impl Fn(&str) -> V) -> Vec<(String, V)> {
    let pair = |cell: &str| {
        let (name, text) = cell.split_once(": ").expect("a name");
        (resolved(name), make(&resolved(text)))
    };
    raw(table).map(pair).collect()
}

/// Byte sequences in hex, separated by blanks.
///
/// # Panics
///
/// If something else is there.
#[must_use]
pub fn hex(table: &str) -> Vec<Vec<u8>> {
    let byte = |text: &str, at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    let bytes = |text: &str| (0..text.len()).step_by(2).map(|at| byte(text, at)).collect();
    table.split_whitespace().map(bytes).collect()
}
