//! What travels with every mail of a campaign: headers, attachments, images,
//! signing keys, read from disk.

use std::io::Read;
use std::path::Path;

use super::Workshop;
use crate::campaign::Campaign;
use crate::compose::{Letter, LocalImage};
use crate::files;
use crate::finding::{Checked, Finding};
use crate::message::{Attachment, Frame, FrameParts, InlineImage, Signer};
use crate::token::Tokens;

/// The largest file that goes with a mail, and the most that all of them have; Gmail takes
/// 25 MB in all.
const MAX_FILES: u64 = 25 << 20;

impl Workshop {
    /// The frame of the message: headers, attachments, images, read from disk.
    pub fn frame(&self, campaign: &Campaign, letter: &Letter, tokens: &Tokens) -> Checked<Frame> {
        let from = self.from(campaign)?;
        let reply_to = campaign.reply_to.as_ref().or(self.project.sender.reply_to.as_ref());
        let folder = Path::new(campaign.source.name()).parent().unwrap_or(Path::new("")).to_owned();
        let mut findings = Vec::new();
        let mut attachments = Vec::new();
        let mut room = MAX_FILES;
        for file in &campaign.attachments {
            match read_within(&folder, file.text(), room) {
                Ok(bytes) => {
                    room -= bytes.len() as u64;
                    attachments.push(Attachment { name: file_name(file.text()), bytes });
                }
                Err(finding) => findings.push(finding.at(file.place(0..file.text().len()))),
            }
        }
        let mut images = Vec::new();
        for image in &letter.images {
            match self.image_within(campaign, image, room) {
                Ok(bytes) => {
                    room -= bytes.len() as u64;
                    images.push(InlineImage::new(file_name(&image.path), bytes, image.cid.clone()));
                }
                Err(finding) => findings.push(finding),
            }
        }
        let signers = self.signers().unwrap_or_else(|mut unusable| {
            findings.append(&mut unusable);
            Vec::new()
        });
        if !findings.is_empty() {
            return Err(findings);
        }
        let list_name =
            self.project.sender.mailbox.as_ref().and_then(|mailbox| mailbox.name.clone());
        let frame = Frame::new(&FrameParts {
            tokens: tokens.clone(),
            from: &from,
            reply_to,
            campaign_id: &campaign.id,
            list_name: Some(list_name.or_else(|| from.name.clone()).as_deref().unwrap_or("list")),
            language: campaign.lang.as_deref(),
            attachments,
            inline_images: images,
            headers: Vec::new(),
        })?;
        Ok(frame.signed_by(signers))
    }

    /// The keys with which mails are signed, read from disk.
    pub fn signers(&self) -> Checked<Vec<Signer>> {
        let (mut signers, mut findings) = (Vec::new(), Vec::new());
        for dkim in &self.project.dkim {
            match files::signer(&self.project.root, dkim) {
                Ok(signer) => signers.push(signer),
                Err(finding) => findings.push(finding),
            }
        }
        if findings.is_empty() { Ok(signers) } else { Err(findings) }
    }
}

impl Workshop {
    /// The bytes of an image that a letter shows.
    pub(super) fn image(
        &self,
        campaign: &Campaign,
        image: &LocalImage,
    ) -> Result<Vec<u8>, Finding> {
        self.image_within(campaign, image, MAX_FILES)
    }

    /// The same, if they are no more than there is room for.
    fn image_within(
        &self,
        campaign: &Campaign,
        image: &LocalImage,
        most: u64,
    ) -> Result<Vec<u8>, Finding> {
        let folder = Path::new(campaign.source.name()).parent().unwrap_or(Path::new(""));
        // What `handbill.toml` names, such as a logo, is relative to it.
        let root = self.project.root.as_path();
        let is_here = folder.join(&image.path).exists() || !root.join(&image.path).is_file();
        read_within(if is_here { folder } else { root }, &image.path, most)
            .map_err(|finding| finding.at(image.place.clone()))
    }
}

/// Reads a file that goes with a mail.
pub(crate) fn read_file(folder: &Path, name: &str) -> Result<Vec<u8>, Finding> {
    read_within(folder, name, MAX_FILES)
}

fn read_within(folder: &Path, name: &str, room: u64) -> Result<Vec<u8>, Finding> {
    let unusable = |why: String, help: &str| {
        Finding::error("unreadable-file", format!("cannot read `{name}`: {why}"), help)
    };
    let mut bytes = Vec::new();
    files::regular(&folder.join(name))
        .and_then(|file| file.take(room + 1).read_to_end(&mut bytes))
        .map_err(|error| {
            unusable(files::plain(&error), "paths are relative to the campaign's file")
        })?;
    if bytes.len() as u64 > room {
        let most = MAX_FILES >> 20;
        return Err(unusable(
            format!("the files of a mail would be larger than {most} MB in all"),
            "put large files on a website and link to them",
        ));
    }
    Ok(bytes)
}

fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}
