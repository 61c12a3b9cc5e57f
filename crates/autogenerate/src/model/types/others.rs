//! The types of crates with few of them.

#[cfg(feature = "bigdecimal")]
super::sql_types! {
    sqlx::types::BigDecimal => "numeric",
    sqlx::postgres::types::PgRange<sqlx::types::BigDecimal> => "numrange",
}

#[cfg(feature = "bit-vec")]
super::sql_types! { sqlx::types::BitVec => "varbit" }

// sqlx has no arrays of it.
#[cfg(feature = "bstr")]
impl super::SqlType for sqlx::types::BString {
    const TYPE: super::TypeModel = super::TypeModel::new("bytea");
}

#[cfg(feature = "ipnet")]
super::sql_types! { sqlx::types::ipnet::IpNet => "inet" }

#[cfg(feature = "ipnetwork")]
super::sql_types! { sqlx::types::ipnetwork::IpNetwork => "inet" }

#[cfg(feature = "mac_address")]
super::sql_types! { sqlx::types::mac_address::MacAddress => "macaddr" }

#[cfg(feature = "rust_decimal")]
super::sql_types! {
    sqlx::types::Decimal => "numeric",
    sqlx::postgres::types::PgRange<sqlx::types::Decimal> => "numrange",
}
