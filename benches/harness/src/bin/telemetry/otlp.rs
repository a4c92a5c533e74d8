//! As much of OTLP's protobuf as counting takes. No library of the product's: what arrives is judged by another reader.

/// What stands in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value<'a> {
    /// A message, a text, bytes.
    Bytes(&'a [u8]),
    Fixed64(u64),
    /// A number of another form, which nobody asks for.
    Other,
}

/// A path to the records of an `Export…ServiceRequest`: resources, scopes, records.
pub(crate) const RECORDS: [u64; 3] = [1, 2, 2];
/// From a `Metric` to the points of its sum.
const SUM_POINTS: [u64; 2] = [7, 1];
/// Of a `Metric`.
const NAME: u64 = 1;
/// Of a `NumberDataPoint`.
const AS_INT: u64 = 6;

/// Every message at a path of field numbers. `None`: this is not protobuf.
pub(crate) fn messages<'a>(message: &'a [u8], path: &[u64]) -> Option<Vec<&'a [u8]>> {
    let Some((&number, rest)) = path.split_first() else { return Some(vec![message]) };
    let mut found = Vec::new();
    for (_, value) in fields(message)?.into_iter().filter(|(field, _)| *field == number) {
        if let Value::Bytes(below) = value {
            found.extend(messages(below, rest)?);
        }
    }
    Some(found)
}

/// The name of a `Metric`.
pub(crate) fn metric_name(metric: &[u8]) -> Option<&str> {
    std::str::from_utf8(messages(metric, &[NAME])?.first()?).ok()
}

/// What the points of a counter come to, all attributes together.
pub(crate) fn counter_total(metric: &[u8]) -> Option<u64> {
    let mut total = 0;
    for point in messages(metric, &SUM_POINTS)? {
        for (_, value) in fields(point)?.into_iter().filter(|(field, _)| *field == AS_INT) {
            if let Value::Fixed64(count) = value {
                total += count;
            }
        }
    }
    Some(total)
}

/// Every field of a message, by its number.
fn fields(mut message: &[u8]) -> Option<Vec<(u64, Value<'_>)>> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let tag = varint(&mut message)?;
        let value = match tag & 7 {
            0 => varint(&mut message).map(|_| Value::Other)?,
            1 => Value::Fixed64(u64::from_le_bytes(take(&mut message, 8)?.try_into().ok()?)),
            2 => {
                let length = usize::try_from(varint(&mut message)?).ok()?;
                Value::Bytes(take(&mut message, length)?)
            }
            5 => take(&mut message, 4).map(|_| Value::Other)?,
            _ => return None,
        };
        fields.push((tag >> 3, value));
    }
    Some(fields)
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = message.split_first()?;
        *message = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn take<'a>(message: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = message.split_at_checked(length)?;
    *message = rest;
    Some(taken)
}
