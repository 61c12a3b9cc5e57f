//! The public keys of an issuer: a JWK Set (RFC 7517).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde::Deserialize;
use serde_json::Value;

use crate::{authentication::rejection::Reason, error::Source};

/// The most keys of an issuer.
pub const MAX_KEYS: usize = 100;
/// The fewest bits of an RSA key (RFC 7518 §3.3).
const MIN_RSA_BITS: usize = 2048;
/// The points of Ed25519 of order 1 to 8 without the sign of x, in all their encodings. Anybody
/// can sign for such a key: a constant signature fits each eighth message at least.
const SMALL_ORDER: [&str; 7] = [
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
    "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
    "7P_______________________________________38",
    "7f_______________________________________38",
    "7v_______________________________________38",
];

/// How tokens are signed. None of it is symmetric, so that a public key is never taken for a secret
/// (RFC 8725 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519 (RFC 8037).
    EdDsa,
}

impl Algorithm {
    /// The algorithm with this name (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            "ES256" => Some(Self::Es256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// The keys of an issuer that can verify tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet(Vec<PublicKey>);

/// A key, for one or two algorithms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    kid: Option<String>,
    /// The only algorithm that it is for, if the issuer says so.
    algorithm: Option<Algorithm>,
    material: Material,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256([u8; 65]),
    Ed25519([u8; 32]),
}

/// A key as issuers publish it.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    r#use: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// Parses a JWK Set. Keys that cannot verify tokens are left out, whatever they are
    /// (RFC 7517 §5).
    ///
    /// # Errors
    ///
    /// It is no JWK Set, or has too many keys. It may have none that can be used: an issuer may
    /// withdraw all its keys.
    pub fn parse(json: &[u8]) -> Result<Self, Source> {
        #[derive(Deserialize)]
        struct JwkSet {
            keys: Vec<Value>,
        }
        let JwkSet { keys } = serde_json::from_slice(json).map_err(|error| {
            // What serde quotes may be anything.
            format!("it is not a JWK Set (RFC 7517): line {}, column {}", error.line(), error.column())
        })?;
        if keys.len() > MAX_KEYS {
            return Err(format!("it has {} keys, and may have {MAX_KEYS}", keys.len()).into());
        }
        Ok(Self(keys.into_iter().filter_map(PublicKey::parse).collect()))
    }

    /// How many keys there are that can be used.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The key that signed a token. A token that names none is of the only one for its algorithm.
    ///
    /// # Errors
    ///
    /// [`Reason::UnknownKey`]; or [`Reason::OtherAlgorithm`] if the key is for others.
    pub fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&PublicKey, Reason> {
        let mut fitting = self.0.iter().filter(|key| key.is_for(algorithm));
        let Some(kid) = kid else {
            return fitting.next().filter(|_| fitting.next().is_none()).ok_or(Reason::UnknownKey);
        };
        let has_kid = |key: &&PublicKey| key.kid.as_deref() == Some(kid);
        let is_known = self.0.iter().any(|key| has_kid(&key));
        fitting.find(has_kid).ok_or(if is_known { Reason::OtherAlgorithm } else { Reason::UnknownKey })
    }
}

impl PublicKey {
    fn parse(jwk: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(jwk).ok()?;
        let is_for_signatures = jwk.r#use.as_deref().is_none_or(|purpose| purpose == "sig")
            && jwk.key_ops.as_ref().is_none_or(|operations| operations.iter().any(|name| name == "verify"));
        if !is_for_signatures {
            return None;
        }
        let algorithm = match &jwk.alg {
            Some(name) => Some(Algorithm::from_name(name)?),
            None => None,
        };
        let key = Self { kid: jwk.kid.clone(), algorithm, material: Material::parse(&jwk)? };
        algorithm.is_none_or(|algorithm| key.is_for(algorithm)).then_some(key)
    }

    fn is_for(&self, algorithm: Algorithm) -> bool {
        let fits = match self.material {
            Material::Rsa { .. } => matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256),
            Material::P256(_) => algorithm == Algorithm::Es256,
            Material::Ed25519(_) => algorithm == Algorithm::EdDsa,
        };
        fits && self.algorithm.is_none_or(|only| only == algorithm)
    }

    /// Whether this key made the signature of a message.
    #[must_use]
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let verify = |scheme: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(scheme, key).verify(message, signature)
        };
        let verified = match (&self.material, algorithm) {
            (Material::Rsa { n, e }, Algorithm::Rs256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Material::Rsa { n, e }, Algorithm::Ps256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature)
            }
            (Material::P256(point), Algorithm::Es256) => verify(&ECDSA_P256_SHA256_FIXED, point),
            (Material::Ed25519(key), Algorithm::EdDsa) => verify(&ED25519, key),
            _ => return false,
        };
        verified.is_ok()
    }
}

impl Material {
    /// The key itself, if it is of a supported kind (RFC 7518 §6, RFC 8037 §2).
    fn parse(jwk: &Jwk) -> Option<Self> {
        let decode = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_ref()?).ok();
        match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => {
                // Some issuers send the leading zero that the sign takes in ASN.1.
                let unsigned = |bytes: Vec<u8>| bytes.into_iter().skip_while(|byte| *byte == 0).collect();
                let (n, e): (Vec<u8>, Vec<u8>) = (unsigned(decode(&jwk.n)?), unsigned(decode(&jwk.e)?));
                let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
                (bits >= MIN_RSA_BITS).then_some(Self::Rsa { n, e })
            }
            ("EC", Some("P-256")) => {
                let (x, y): ([u8; 32], [u8; 32]) =
                    (decode(&jwk.x)?.try_into().ok()?, decode(&jwk.y)?.try_into().ok()?);
                let mut point = [4; 65];
                point[1..33].copy_from_slice(&x);
                point[33..].copy_from_slice(&y);
                Some(Self::P256(point))
            }
            ("OKP", Some("Ed25519")) => {
                let point: [u8; 32] = decode(&jwk.x)?.try_into().ok()?;
                let mut unsigned = point;
                unsigned[31] &= 0x7f;
                let is_weak = SMALL_ORDER.contains(&&*URL_SAFE_NO_PAD.encode(unsigned));
                (!is_weak).then_some(Self::Ed25519(point))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::authentication::tokens::jws::Jws;

    const CLAIMS: &str =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    fn rsa() -> Value {
        json!({
            "kty": "RSA",
            "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
            "e": "AQAB",
        })
    }

    fn p256() -> Value {
        json!({
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        })
    }

    fn ed25519() -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })
    }

    fn key(jwk: &Value) -> Option<PublicKey> {
        PublicKey::parse(jwk.clone())
    }

    fn with(mut jwk: Value, members: &Value) -> Value {
        jwk.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        jwk
    }

    #[test]
    fn the_signatures_of_the_standards_are_verified() {
        // RFC 7515 appendices A.2 and A.3, RFC 8037 appendix A.4.
        let of_rsa = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
        let of_p256 =
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        let of_ed25519 =
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        let text = "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        for (jwk, token) in [
            (rsa(), format!("eyJhbGciOiJSUzI1NiJ9.{CLAIMS}.{of_rsa}")),
            (p256(), format!("eyJhbGciOiJFUzI1NiJ9.{CLAIMS}.{of_p256}")),
            (ed25519(), format!("eyJhbGciOiJFZERTQSJ9.{text}.{of_ed25519}")),
        ] {
            let token = token.parse().unwrap();
            let jws = Jws::parse(&token).unwrap();
            let (_, signed) = token.parts();
            let key = key(&jwk).unwrap();
            let verifies = |message: &str, signature: &[u8]| {
                key.verifies(jws.header.algorithm, message.as_bytes(), signature)
            };
            assert!(verifies(signed, jws.signature()), "{jwk}");
            assert!(!verifies(&format!("{signed}A"), jws.signature()) && !verifies("", jws.signature()));
            let length = jws.signature().len();
            for wrong in [vec![], vec![0; length], vec![0xff; length], jws.signature()[1..].to_vec()] {
                assert!(!verifies(signed, &wrong), "{jwk}");
            }
            for other in [rsa(), p256(), ed25519()].iter().filter(|other| **other != jwk) {
                let other = PublicKey::parse(other.clone()).unwrap();
                assert!(!other.verifies(jws.header.algorithm, signed.as_bytes(), jws.signature()));
            }
        }
    }

    #[test]
    fn tokens_without_an_asymmetric_signature_are_rejected() {
        // RFC 7515 appendices A.1, A.4 and A.5; the first and the last are also in RFC 7519 §3.1
        // and §6.1.
        for token in [
            format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{CLAIMS}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn".into(),
            format!("eyJhbGciOiJub25lIn0.{CLAIMS}."),
        ] {
            assert_eq!(Jws::parse(&token.parse().unwrap()).unwrap_err(), Reason::OtherAlgorithm, "{token}");
        }
    }

    #[test]
    fn keys_that_verify_nothing_are_left_out() {
        let weak = json!({ "n": URL_SAFE_NO_PAD.encode([0xff; 255]) });
        let strong = json!({ "n": URL_SAFE_NO_PAD.encode([&[0][..], &[0xff; 256]].concat()) });
        for (jwk, is_usable) in [
            (rsa(), true),
            (with(rsa(), &json!({ "use": "sig", "key_ops": ["verify"], "alg": "PS256" })), true),
            (with(rsa(), &json!({ "use": "enc" })), false),
            (with(rsa(), &json!({ "key_ops": ["encrypt"] })), false),
            (with(rsa(), &json!({ "alg": "RS512" })), false),
            (with(rsa(), &json!({ "alg": "RSA-OAEP" })), false),
            (with(rsa(), &json!({ "alg": "ES256" })), false),
            (with(rsa(), &json!({ "alg": "HS256" })), false),
            (with(rsa(), &weak), false),
            (with(rsa(), &strong), true),
            (with(rsa(), &json!({ "n": "" })), false),
            (with(rsa(), &json!({ "e": null })), false),
            (with(p256(), &json!({ "crv": "P-384" })), false),
            (with(p256(), &json!({ "crv": "secp256k1" })), false),
            (with(p256(), &json!({ "x": "AAAA" })), false),
            (with(p256(), &json!({ "alg": "RS256" })), false),
            (with(ed25519(), &json!({ "alg": "Ed25519" })), true),
            (with(ed25519(), &json!({ "crv": "X25519" })), false),
            (with(ed25519(), &json!({ "x": SMALL_ORDER[0] })), false),
            (
                with(
                    ed25519(),
                    &json!({ "x": URL_SAFE_NO_PAD.encode([&[1][..], &[0; 30], &[0x80]].concat()) }),
                ),
                false,
            ),
            (json!({ "kty": "oct", "k": "c2VjcmV0", "alg": "HS256" }), false),
            (json!({ "kty": "oct", "k": "c2VjcmV0", "alg": "RS256" }), false),
            (json!({}), false),
            (json!("RSA"), false),
        ] {
            assert_eq!(key(&jwk).is_some(), is_usable, "{jwk}");
        }
    }

    #[test]
    fn a_set_of_keys_is_bounded_and_may_have_none() {
        let parse =
            |set: &Value| KeySet::parse(set.to_string().as_bytes()).map_err(|error| error.to_string());
        let keys = |count| json!({ "keys": vec![p256(); count] });
        assert_eq!(parse(&keys(MAX_KEYS)).unwrap().len(), MAX_KEYS);
        assert_eq!(parse(&keys(MAX_KEYS + 1)).unwrap_err(), "it has 101 keys, and may have 100");
        let mixed = json!({ "keys": [{ "kty": "oct", "k": "AA" }, 1, p256()], "more": true });
        assert_eq!(parse(&mixed).unwrap().len(), 1);
        for none in [json!({ "keys": [] }), json!({ "keys": [with(rsa(), &json!({ "use": "enc" }))] })] {
            assert_eq!(parse(&none).unwrap().len(), 0, "{none}");
        }
        for other in [json!({}), json!([]), json!({ "keys": {} }), json!("secret")] {
            let error = parse(&other).unwrap_err();
            assert!(error.contains("not a JWK Set") && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_key_is_found_by_its_id_and_is_for_its_algorithm() {
        let named = |jwk, kid: &str| with(jwk, &json!({ "kid": kid }));
        let set = json!({ "keys": [
            named(rsa(), "r"),
            named(with(rsa(), &json!({ "alg": "PS256" })), "p"),
            named(p256(), "e"),
            // Two keys may have one name if they are of different kinds (RFC 7517 §4.5).
            named(ed25519(), "e"),
        ] });
        let set = KeySet::parse(set.to_string().as_bytes()).unwrap();
        let find = |kid, algorithm| set.find(kid, algorithm).map(|key| key.kid.clone().unwrap());
        assert_eq!(find(Some("r"), Algorithm::Rs256).as_deref(), Ok("r"));
        assert_eq!(find(Some("r"), Algorithm::Ps256).as_deref(), Ok("r"));
        assert_eq!(find(Some("p"), Algorithm::Rs256), Err(Reason::OtherAlgorithm));
        assert_eq!(find(Some("r"), Algorithm::Es256), Err(Reason::OtherAlgorithm));
        assert!(matches!(set.find(Some("e"), Algorithm::EdDsa).unwrap().material, Material::Ed25519(_)));
        for kid in ["x", "", "R", "../../dev/null", "r' OR '1'='1"] {
            assert_eq!(find(Some(kid), Algorithm::Rs256), Err(Reason::UnknownKey), "{kid}");
        }
        // Without a name, there must be no choice.
        assert_eq!(find(None, Algorithm::Es256).as_deref(), Ok("e"));
        assert_eq!(find(None, Algorithm::Ps256), Err(Reason::UnknownKey));
        assert_eq!(find(None, Algorithm::Rs256).as_deref(), Ok("r"));
    }
}
