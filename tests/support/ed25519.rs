//! Public keys, and tokens of theirs that OpenSSL has signed. The tokens are good until 2100. The private keys were
//! thrown away.

use serde_json::{Value, json};

#[derive(Debug, Clone, Copy)]
pub struct SignedOnce {
    /// The token's `kid`.
    pub kid: &'static str,
    /// As a file.
    pub pem: &'static str,
    /// As a member of a JWK.
    pub x: &'static str,
    /// Signed with it.
    pub token: &'static str,
}

impl SignedOnce {
    /// The key as an entry of a set.
    pub fn jwk(&self) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": self.x })
    }
}

/// One key.
pub const FIRST: SignedOnce = SignedOnce {
    kid: "ed25519-1",
    pem: "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAnkIfjzwTpZlmmEQJZj5+8Xl0OgUryZ6DejVZwjHNtzQ=
-----END PUBLIC KEY-----
",
    x: "nkIfjzwTpZlmmEQJZj5-8Xl0OgUryZ6DejVZwjHNtzQ",
    token: "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImVkMjU1MTktMSJ9.\
            eyJleHAiOjQxMDI0NDQ4MDAsImRpZCI6IkV4YW1wbGVBcHByb292VG9rZW5ESUQ9PSJ9.\
            Lz2JOUkCTcs9vAYOQFYVydjy0jpDXMUWU--ukqftNr1YgGnXOI2Qdvd7V3Jsd8SypQHzUlFi9KUfo7F-AI4nBA",
};

/// Another one.
pub const SECOND: SignedOnce = SignedOnce {
    kid: "ed25519-2",
    pem: "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAhvAzcJi0FunQL/QyVYowZLwZ47ExZIqqMwhDnsvGdGs=
-----END PUBLIC KEY-----
",
    x: "hvAzcJi0FunQL_QyVYowZLwZ47ExZIqqMwhDnsvGdGs",
    token: "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImVkMjU1MTktMiJ9.\
            eyJleHAiOjQxMDI0NDQ4MDAsImRpZCI6IkV4YW1wbGVBcHByb292VG9rZW5ESUQ9PSJ9.\
            ZPcSyaHx309BvuOYpJgbiv01ceVqRJMVaUSeBRCgMvYxfrPZ-db9AtrBJuh9fTrKKR-r2qWEkn-JCX4SHQ8eAw",
};
