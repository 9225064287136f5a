//! Compose and merge, as an author and a hostile list live them.

mod addresses;
mod blanks;
mod bounds;
mod component_images;
mod components;
mod corpus;
mod desk;
mod escaping;
mod lists;
mod local;
mod markdown;
mod page;
mod places;
mod properties;
mod punctuation;
mod slips;
mod snapshots;
mod strictness;
mod strings;
mod tag_slips;
mod text_part;
mod typed;
mod unfilled;
