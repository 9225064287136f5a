//! Compose and merge, as an author and a hostile list live them.

mod blanks;
mod bounds;
mod component_images;
mod components;
mod corpus;
mod desk;
mod escaping;
mod local;
mod markdown;
mod page;
mod places;
mod properties;
mod snapshots;
mod strictness;
mod strings;
mod text_part;
mod typed;
mod unfilled;
