//! Reads as much of an ELF file as tells whether the kernel can start it without any other file.

use std::path::Path;

use anyhow::{Context as _, Result};

/// The program header that names a dynamic loader.
const PT_INTERP: u32 = 3;

/// Whether the program at `path` needs no dynamic loader, and so runs in an empty root file system.
pub(crate) fn is_static(path: &Path) -> Result<bool> {
    let file = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    names_no_loader(&file)
        .with_context(|| format!("{} is no 64-bit little-endian ELF program", path.display()))
}

fn names_no_loader(file: &[u8]) -> Option<bool> {
    if !file.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let table = usize::try_from(u64::from_le_bytes(array(file, 32)?)).ok()?;
    let size = usize::from(u16::from_le_bytes(array(file, 54)?));
    let count = usize::from(u16::from_le_bytes(array(file, 56)?));
    for index in 0..count {
        let kind = u32::from_le_bytes(array(file, table.checked_add(index * size)?)?);
        if kind == PT_INTERP {
            return Some(false);
        }
    }
    Some(true)
}

fn array<const N: usize>(file: &[u8], offset: usize) -> Option<[u8; N]> {
    file.get(offset..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::names_no_loader;

    /// An ELF header and program headers of the given kinds.
    fn program(kinds: &[u32]) -> Vec<u8> {
        let mut file = vec![0; 64];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[32] = 64;
        file[54] = 56;
        file[56] = u8::try_from(kinds.len()).unwrap();
        for kind in kinds {
            let mut header = vec![0; 56];
            header[..4].copy_from_slice(&kind.to_le_bytes());
            file.extend(header);
        }
        file
    }

    #[test]
    fn a_program_with_a_loader_is_not_static() {
        assert_eq!(names_no_loader(&program(&[6, 3, 1])), Some(false));
    }

    #[test]
    fn a_program_without_a_loader_is_static() {
        assert_eq!(names_no_loader(&program(&[1, 1, 4])), Some(true));
    }

    #[test]
    fn a_script_or_a_truncated_program_is_no_answer() {
        assert_eq!(names_no_loader(b"#!/bin/sh\n"), None);
        assert_eq!(names_no_loader(&program(&[1, 1])[..100]), None);
    }
}
