// SPDX-License-Identifier: Apache-2.0
//! Modules depend in one direction, and CONTRIBUTING.md says which may use which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module, by the names that lead to its file: `["socket", "pool"]`.
type Module = Vec<String>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file by its module. `mod.rs` and `lib.rs` stand for their folder. Tests are left
/// out.
fn files() -> BTreeMap<Module, PathBuf> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() && !entry.ends_with("tests") {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                files.insert(module_of(&entry), entry);
            }
        }
    }
    files
}

fn module_of(file: &Path) -> Module {
    let inside = file.strip_prefix(root().join("src")).unwrap().with_extension("");
    let mut names: Module = inside.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
    names.pop_if(|last| last == "mod" || last == "lib");
    names
}

/// The text without comments and without the unit tests at its end.
fn code(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let text = match text.find("#[cfg(test)]\nmod tests {") {
        Some(end) => &text[..end],
        None => &text[..],
    };
    text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The paths that a use tree names: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(tree: &str) -> Vec<String> {
    let Some((prefix, rest)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap().trim().to_owned()];
    };
    let inside = rest.rsplit_once('}').unwrap().0;
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(expand).map(|part| format!("{}{part}", prefix.trim())).collect()
}

/// All paths in the code that start with `crate::` or `super::`.
fn paths(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = String::new();
    for statement in code.split(';') {
        match statement.rsplit_once("use ") {
            Some((before, tree))
                if before.trim_end().ends_with(['}', ']', ')']) || before.trim().is_empty() =>
            {
                found.extend(expand(tree));
                rest.push_str(before);
            }
            _ => rest.push_str(statement),
        }
        rest.push(';');
    }
    for start in ["crate::", "super::"] {
        for (at, _) in rest.match_indices(start) {
            let path = rest[at..].find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
            found.push(rest[at..].get(..path.unwrap_or(rest.len() - at)).unwrap().to_owned());
        }
    }
    found
}

/// The modules that each module uses. A module may use what it lies in, and that does not count.
fn uses() -> BTreeMap<Module, BTreeSet<Module>> {
    let files = files();
    let used_by = |module: &Module, path: &str| {
        let mut base = module.clone();
        let mut names = path.split("::").map(str::trim).peekable();
        match names.next()? {
            "crate" => base.clear(),
            "super" => {
                base.pop();
                while names.next_if_eq(&"super").is_some() {
                    base.pop();
                }
            }
            _ => return None,
        }
        base.extend(names.map(str::to_owned));
        while !files.contains_key(&base) {
            base.pop()?;
        }
        (!module.starts_with(&base)).then_some(base)
    };
    files
        .iter()
        .map(|(module, file)| {
            let paths = paths(&code(file));
            (module.clone(), paths.iter().filter_map(|path| used_by(module, path)).collect())
        })
        .collect()
}

#[test]
fn no_module_uses_itself_through_others() {
    let mut left = uses();
    // Take away, again and again, what uses nothing that is left.
    loop {
        let before = left.len();
        let names: BTreeSet<Module> = left.keys().cloned().collect();
        left.retain(|_, used| used.iter().any(|module| names.contains(module)));
        if left.len() == before {
            break;
        }
    }
    assert!(left.is_empty(), "these modules use each other in a circle: {:?}", left.keys());
}

/// A row of the table in CONTRIBUTING.md.
struct Row {
    /// Its places: `src/socket/`, `src/message.rs`, `src/flavour/*/functions/`.
    places: Vec<String>,
    may_use: BTreeSet<String>,
}

/// What is between backquotes.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn table() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `src/"));
    rows.map(|line| {
        let cells: Vec<&str> = line.split('|').collect();
        Row { places: quoted(cells[1]), may_use: quoted(cells[3]).into_iter().collect() }
    })
    .collect()
}

/// How well a place matches a file, by the length of what they share. None if it does not.
fn matches(place: &str, file: &str) -> Option<usize> {
    match place.split_once('*') {
        Some((start, end)) => {
            let rest = file.strip_prefix(start)?;
            let (_, rest) = rest.split_once('/')?;
            rest.starts_with(&end[1..]).then_some(place.len())
        }
        None => file.starts_with(place).then_some(place.len()),
    }
}

#[test]
fn the_table_says_what_each_place_uses() {
    let (table, files) = (table(), files());
    assert!(table.len() > 8, "the table of CONTRIBUTING.md was not found");
    let row_of = |module: &Module| {
        let file = files[module].strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let best = table.iter().enumerate().filter_map(|(index, row)| {
            let length = row.places.iter().filter_map(|place| matches(place, &file)).max()?;
            Some((length, index))
        });
        best.max().map(|(_, index)| index)
    };
    let mut used: Vec<BTreeSet<String>> = vec![BTreeSet::new(); table.len()];
    for (module, targets) in uses() {
        // The root only names the others.
        if module.is_empty() {
            continue;
        }
        let row = row_of(&module).unwrap_or_else(|| panic!("{module:?} is in no row"));
        for target in targets.iter().filter(|target| !target.is_empty()) {
            let below = row_of(target).unwrap();
            if below != row {
                assert!(below > row, "{module:?} uses {target:?}, which is in a row above");
                used[row].insert(table[below].places[0].clone());
            }
        }
    }
    let mut wrong = String::new();
    for (row, used) in table.iter().zip(used) {
        let expected: BTreeSet<String> = used.iter().map(|place| short(place)).collect();
        if row.may_use != expected {
            let cell: Vec<String> = expected.iter().map(|name| format!("`{name}`")).collect();
            wrong += &format!("{}: {}\n", row.places[0], cell.join(", "));
        }
    }
    assert!(wrong.is_empty(), "the column \"may use\" of CONTRIBUTING.md should say:\n{wrong}");
}

/// What a row is called in the column "may use".
fn short(place: &str) -> String {
    let name = place.trim_start_matches("src/").trim_end_matches('/').trim_end_matches(".rs");
    name.replace("/*/", " ")
}
