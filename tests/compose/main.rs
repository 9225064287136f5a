//! Compose and merge, as an author and a hostile list live them.

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
mod text_part;
