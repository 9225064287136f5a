//! Files that are no lists: what they are called, and how a list is had of them.

use crate::finding::Finding;

/// What a file is that is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super::super) enum OtherKind {
    /// A database of SQLite's.
    Sqlite,
    /// A database of Access's.
    Access,
    /// A database of `LibreOffice`'s.
    Base,
    /// Something that gzip made smaller.
    Gzip,
    /// A ZIP archive.
    Zip,
    /// A ZIP archive that is not all there.
    DamagedArchive,
    /// A 7z archive.
    SevenZip,
    /// Something that zstd made smaller.
    Zstd,
    /// Something that xz made smaller.
    Xz,
    /// Something that bzip2 made smaller.
    Bzip2,
    /// A RAR archive.
    Rar,
    /// A tar archive.
    Tar,
    /// Parquet.
    Parquet,
    /// Arrow, Feather.
    Arrow,
    /// Avro.
    Avro,
    /// PDF.
    Pdf,
    /// RTF.
    Rtf,
    /// A picture.
    Picture,
    /// A document of Word or Writer.
    Text,
    /// Slides.
    Presentation,
    /// A workbook of Numbers.
    Numbers,
    /// A workbook of an Excel before 1993.
    OldExcel,
    /// A workbook in the XML of Excel 2003.
    ExcelXml,
    /// A document that a password protects.
    Locked,
    /// An OLE file without anything that is known.
    DamagedOle,
    /// Outlook's store.
    OutlookStore,
    /// A message that Outlook saved.
    OutlookMessage,
    /// Mails.
    Mail,
    /// vCard.
    Vcard,
    /// iCalendar.
    Calendar,
    /// LDIF.
    Ldif,
    /// HTML, also what calls itself an Excel file.
    Html,
    /// A table in Markdown.
    Markdown,
    /// Records with a field in each line, as databases' shells write what is too wide.
    Vertical,
    /// XML of another kind.
    Xml,
}

impl OtherKind {
    /// Why it is no list, and what to do.
    pub(in super::super) fn finding(self, name: &str) -> Finding {
        if self == Self::Locked {
            return Finding::error(
                "list-password",
                format!("the list `{name}` is protected by a password"),
                "save a copy without one: `File`, `Save As` and the program's own options",
            );
        }
        let (what, help) = self.words();
        let help = help.replace("NAME", name);
        Finding::error("list-not-text", format!("the list `{name}` is {what}, not a list"), help)
    }

    /// What it is called, and how a list is had of it.
    fn words(self) -> (&'static str, &'static str) {
        const TABLE: &str =
            "open it in the program that wrote it, and export the table as CSV or as a workbook";
        const UNPACK: &str = "unpack it, and name the file that was in it";
        const FRAME: &str =
            "write it as CSV first, with DuckDB: `COPY (FROM 'NAME') TO 'list.csv'`";
        const ADDRESSES: &str =
            "open it in the address book that wrote it, and export the contacts as CSV";
        match self {
            Self::Sqlite => {
                ("a database", "say which rows: `NAME?query=SELECT email, first_name FROM members`")
            }
            Self::Access => (
                "an Access database",
                "open it in Access, and export the table as CSV or as a workbook",
            ),
            Self::Base => (
                "a database of LibreOffice Base",
                "open it there, and copy the table into a Calc workbook",
            ),
            Self::Gzip => ("packed by gzip", UNPACK),
            Self::Zip => ("a ZIP archive", UNPACK),
            Self::DamagedArchive => (
                "a workbook or ZIP archive of which a part is missing",
                "get it again: it was not copied or downloaded to its end",
            ),
            Self::SevenZip => ("a 7z archive", UNPACK),
            Self::Zstd => ("packed by zstd", UNPACK),
            Self::Xz => ("packed by xz", UNPACK),
            Self::Bzip2 => ("packed by bzip2", UNPACK),
            Self::Rar => ("a RAR archive", UNPACK),
            Self::Tar => ("a tar archive", UNPACK),
            Self::Parquet => ("a Parquet file", FRAME),
            Self::Arrow => (
                "an Arrow or Feather file",
                "write it as CSV first, with pandas: `pandas.read_feather('NAME').to_csv('list.csv')`",
            ),
            Self::Avro => ("an Avro file", FRAME),
            Self::Pdf => {
                ("a PDF", "ask for the table that it was made of, as CSV or as a workbook")
            }
            Self::Rtf => {
                ("an RTF document", "copy its table into a spreadsheet program, and save that")
            }
            Self::Picture => {
                ("a picture", "ask for the table that it shows, as CSV or as a workbook")
            }
            Self::Text => {
                ("a text document", "copy its table into a spreadsheet program, and save that")
            }
            Self::Presentation => {
                ("a presentation", "copy its table into a spreadsheet program, and save that")
            }
            Self::Numbers => (
                "a Numbers workbook",
                "in Numbers choose `File`, `Export To`, and `CSV` or `Excel`",
            ),
            Self::OldExcel => {
                ("a workbook of a very old Excel", "open it in LibreOffice, and save it as `.xlsx`")
            }
            Self::ExcelXml => (
                "a workbook in the XML of Excel 2003",
                "open it in Excel or LibreOffice, and save it as `.xlsx`",
            ),
            Self::DamagedOle => ("a damaged workbook or another Office document", TABLE),
            Self::OutlookStore => (
                "Outlook's store of mails",
                "in Outlook choose `File`, `Open & Export`, `Export to a file`, and CSV for the contacts",
            ),
            Self::OutlookMessage => {
                ("a mail that Outlook saved", "save the list that is attached to it, and name that")
            }
            Self::Mail => {
                ("a mail or a mailbox", "save the list that is attached to it, and name that")
            }
            Self::Vcard => ("a vCard address book", ADDRESSES),
            Self::Calendar => ("a calendar", TABLE),
            Self::Ldif => ("an LDIF address book", ADDRESSES),
            Self::Html => (
                "a web page, whatever its name says",
                "open it in a spreadsheet program, and save it as `.xlsx` or as CSV",
            ),
            Self::Markdown => ("a table in Markdown", TABLE),
            Self::Vertical => (
                "written with a field in each line",
                "export it again with a person in each line, as CSV: psql by `--csv`, Miller by `--ocsv`, mysql without `\\G`",
            ),
            Self::Xml => ("an XML file", TABLE),
            Self::Locked => ("protected by a password", TABLE),
        }
    }
}
