//! Numbers and texts in the records of the binary formats; a record that is too short is broken.

use super::super::trouble::Trouble;

/// A record, read from its front.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    /// So many bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Trouble> {
        let Some((taken, rest)) = self.0.split_at_checked(count) else {
            return Err(Trouble::broken("a record in it is too short"));
        };
        self.0 = rest;
        Ok(taken)
    }

    /// A byte.
    pub(super) fn u8(&mut self) -> Result<u8, Trouble> {
        Ok(self.array::<1>()?[0])
    }

    /// Two bytes.
    pub(super) fn u16(&mut self) -> Result<u16, Trouble> {
        self.array().map(u16::from_le_bytes)
    }

    /// Four bytes.
    pub(super) fn u32(&mut self) -> Result<u32, Trouble> {
        self.array().map(u32::from_le_bytes)
    }

    /// Eight bytes.
    pub(super) fn f64(&mut self) -> Result<f64, Trouble> {
        self.array().map(f64::from_le_bytes)
    }

    /// A number in four bytes (MS-XLS 2.5.217): an integer or the front of a float, perhaps in
    /// hundredths.
    pub(super) fn rk(&mut self) -> Result<f64, Trouble> {
        let bits = self.u32()?;
        let value = if bits & 2 == 0 {
            f64::from_bits(u64::from(bits & !3) << 32)
        } else {
            f64::from(bits.cast_signed() >> 2)
        };
        Ok(if bits & 1 == 0 { value } else { value / 100.0 })
    }

    /// A text of UTF-16, behind its length in four bytes (MS-XLSB 2.5.168).
    pub(super) fn wide(&mut self) -> Result<String, Trouble> {
        let count = self.u32()?;
        if count == u32::MAX {
            return Ok(String::new());
        }
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Ok(utf16(self.take(count.saturating_mul(2))?))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Trouble> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| Trouble::broken("a record in it is too short"))
    }
}

/// Text of UTF-16, low bytes first.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
