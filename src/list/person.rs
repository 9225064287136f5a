//! Address cells.
use crate::address::{Address, AddressError, Mailbox};

pub(super) fn read(cell: &str) -> Result<Mailbox, AddressError> {
    Mailbox::parse(cell)
}

pub(super) fn everybody(cell: &str) -> Vec<Address> {
    cell.split([';', ',', ' ', '/']).filter_map(|piece| Address::parse(piece).ok()).collect()
}
