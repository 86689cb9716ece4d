//! The bytes of a key of OpenMLS's storage: what its serde form contains, without any framing. So a group's id in the
//! file is the group's id, and the codec of the values can change without touching a key.

use serde::{Serialize, ser};

use crate::StorageError;

pub(crate) fn of(key: &impl Serialize) -> Result<Vec<u8>, StorageError> {
    let mut bytes = Vec::with_capacity(64);
    key.serialize(Collector(&mut bytes)).map_err(|Unsupported(what)| StorageError::Codec { reason: what })?;
    Ok(bytes)
}

struct Collector<'a>(&'a mut Vec<u8>);

/// What a key of OpenMLS never contains.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unsupported(String);

impl ser::Error for Unsupported {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

macro_rules! integers {
    ($($method:ident: $type:ty,)+) => {$(
        fn $method(self, value: $type) -> Result<(), Unsupported> {
            self.0.extend_from_slice(&value.to_be_bytes());
            Ok(())
        }
    )+};
}

macro_rules! refused {
    ($($method:ident($($argument:ty),*) -> $ok:ty;)+) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$ok, Unsupported> {
            Err(Unsupported(concat!("a key that needs ", stringify!($method)).to_owned()))
        }
    )+};
}

impl<'a> ser::Serializer for Collector<'a> {
    type Ok = ();
    type Error = Unsupported;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = ser::Impossible<(), Unsupported>;
    type SerializeMap = ser::Impossible<(), Unsupported>;
    type SerializeStruct = Self;
    type SerializeStructVariant = ser::Impossible<(), Unsupported>;

    integers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
    }

    refused! {
        serialize_bool(bool) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unsupported> {
        Err(Unsupported("a key that needs serialize_newtype_variant".to_owned()))
    }

    fn serialize_str(self, value: &str) -> Result<(), Unsupported> {
        self.serialize_bytes(value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Unsupported> {
        self.0.extend_from_slice(value);
        Ok(())
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Unsupported> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<(), Unsupported> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Unsupported> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Unsupported> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Unsupported> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unsupported> {
        Ok(self)
    }
}

macro_rules! elements {
    ($($trait:ident::$method:ident($($name:ty)?);)+) => {$(
        impl ser::$trait for Collector<'_> {
            type Ok = ();
            type Error = Unsupported;

            fn $method<T: ?Sized + Serialize>(&mut self, $(_: $name,)? value: &T) -> Result<(), Unsupported> {
                value.serialize(Collector(self.0))
            }

            fn end(self) -> Result<(), Unsupported> {
                Ok(())
            }
        }
    )+};
}

elements! {
    SerializeSeq::serialize_element();
    SerializeTuple::serialize_element();
    SerializeTupleStruct::serialize_field();
    SerializeStruct::serialize_field(&'static str);
}
