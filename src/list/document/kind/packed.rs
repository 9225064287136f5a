//! What is in a ZIP archive or an OLE file.

use std::fs::File;
use std::io::{BufReader, Read};

use cfb::CompoundFile;

use super::super::trouble::Trouble;
use super::super::workbook::Package;
use super::{Kind, OtherKind, WorkbookKind};

/// How much of a small part is read.
const HEAD: u64 = 1 << 20;

/// By the parts of an archive.
pub(super) fn archive(file: File) -> Kind {
    let mut package = match Package::open(file) {
        Ok(package) => package,
        // Whoever opens it as a workbook is told of the limit.
        Err(Trouble::TooLarge(_)) => return Kind::Workbook(WorkbookKind::Xlsx),
        Err(_) => return Kind::Other(OtherKind::DamagedArchive),
    };
    if let Some(kind) = by_mimetype(&head(&mut package, "mimetype")) {
        return kind;
    }
    // Some writers leave out the part that says it first.
    if head(&mut package, "META-INF/manifest.xml").contains("opendocument.spreadsheet") {
        return Kind::Workbook(WorkbookKind::Ods);
    }
    let types = head(&mut package, "[Content_Types].xml");
    let is_of = |kind: &str| types.contains(kind);
    if is_of("sheet.binary.macroEnabled.main") || package.has("xl/workbook.bin") {
        return Kind::Workbook(WorkbookKind::Xlsb);
    }
    let is_excel = ["spreadsheetml.sheet.main+xml", "spreadsheetml.template.main+xml"];
    let has_macros = ["ms-excel.sheet.macroEnabled.main", "ms-excel.template.macroEnabled.main"];
    if is_excel.into_iter().chain(has_macros).any(is_of) || package.has("xl/workbook.xml") {
        return Kind::Workbook(WorkbookKind::Xlsx);
    }
    let other = if is_of("wordprocessingml") || is_of("ms-word") {
        OtherKind::Text
    } else if is_of("presentationml") {
        OtherKind::Presentation
    } else if is_iwork(&package) {
        OtherKind::Numbers
    } else {
        OtherKind::Zip
    };
    Kind::Other(other)
}

/// By the first part of what `OpenDocument` writes.
fn by_mimetype(mimetype: &str) -> Option<Kind> {
    let kind = mimetype.trim().strip_prefix("application/vnd.oasis.opendocument.")?;
    Some(match kind.split('-').next()? {
        "spreadsheet" => Kind::Workbook(WorkbookKind::Ods),
        "text" => Kind::Other(OtherKind::Text),
        "presentation" => Kind::Other(OtherKind::Presentation),
        "database" | "base" => Kind::Other(OtherKind::Base),
        _ => Kind::Other(OtherKind::Zip),
    })
}

fn is_iwork(package: &Package) -> bool {
    package.names().any(|name| name == "index/document.iwa" || name == "index.zip")
}

fn head(package: &mut Package, part: &str) -> String {
    let mut head = Vec::new();
    if let Ok(Some(part)) = package.part(part) {
        // What cannot be read is not what is looked for.
        let _ = part.take(HEAD).read_to_end(&mut head);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// By the streams of an OLE file.
pub(super) fn compound(file: File) -> Kind {
    let Ok(file) = CompoundFile::open(BufReader::new(file)) else {
        return Kind::Other(OtherKind::DamagedOle);
    };
    let has = |stream: &str| file.is_stream(stream);
    let other = if has("/Workbook") || has("/Book") {
        return Kind::Workbook(WorkbookKind::Xls);
    } else if has("/EncryptedPackage") {
        OtherKind::Locked
    } else if has("/WordDocument") {
        OtherKind::Text
    } else if has("/PowerPoint Document") {
        OtherKind::Presentation
    } else if has("/__properties_version1.0") {
        OtherKind::OutlookMessage
    } else {
        OtherKind::DamagedOle
    };
    Kind::Other(other)
}
