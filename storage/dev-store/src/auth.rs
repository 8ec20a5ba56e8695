//! Tokens of an authenticated publisher: JWTs signed with HS256 that expire and are used once.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use axum::http::{header::AUTHORIZATION, HeaderMap};
use jsonwebtoken::{decode, Algorithm, DecodingKey, Validation};
use serde::Deserialize;

/// The key that tokens are signed with. It is never shown.
#[derive(Clone)]
pub struct JwtSecret(Vec<u8>);

impl JwtSecret {
    /// A key from its bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for JwtSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JwtSecret(hidden)")
    }
}

/// Why a request with or without a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum AuthError {
    #[error("this publisher needs a token: send `Authorization: Bearer <JWT>`")]
    Missing,
    #[error(
        "the token is not a JWT with `exp` and `jti` signed with this publisher's key (HS256)"
    )]
    Invalid,
    #[error("the token has expired: use a new one")]
    Expired,
    #[error("the token was used before: use a new one for every try")]
    Used,
}

#[derive(Deserialize)]
struct Claims {
    /// Seconds since 1970.
    exp: u64,
    jti: String,
}

/// Checks tokens and remembers those that were used until they expire. A restart forgets them.
pub(super) struct Gate {
    key: DecodingKey,
    validation: Validation,
    used: Mutex<HashMap<String, u64>>,
}

impl Gate {
    pub(super) fn new(secret: &JwtSecret) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // The store's own clock decides below.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp"]);
        Self {
            key: DecodingKey::from_secret(&secret.0),
            validation,
            used: Mutex::new(HashMap::new()),
        }
    }

    /// Admits a request at `now` (seconds since 1970) and uses up its token.
    pub(super) fn admit(&self, headers: &HeaderMap, now: u64) -> Result<(), AuthError> {
        let token = bearer(headers)?;
        let claims = decode::<Claims>(token, &self.key, &self.validation)
            .map_err(|_| AuthError::Invalid)?
            .claims;
        if claims.exp <= now {
            return Err(AuthError::Expired);
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, exp| *exp > now);
        match used.insert(claims.jti, claims.exp) {
            None => Ok(()),
            Some(_) => Err(AuthError::Used),
        }
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, AuthError> {
    let header = headers.get(AUTHORIZATION).ok_or(AuthError::Missing)?;
    let text = header.to_str().map_err(|_| AuthError::Invalid)?;
    text.strip_prefix("Bearer ").ok_or(AuthError::Invalid)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{encode, EncodingKey, Header};
    use serde_json::{json, Value};

    use super::*;

    const SECRET: &[u8] = b"a key for tests";

    fn gate() -> Gate {
        Gate::new(&JwtSecret::new(SECRET))
    }

    fn headers(claims: &Value, algorithm: Algorithm, secret: &[u8]) -> HeaderMap {
        let key = EncodingKey::from_secret(secret);
        let token = encode(&Header::new(algorithm), claims, &key).unwrap();
        let value = format!("Bearer {token}").parse().unwrap();
        HeaderMap::from_iter([(AUTHORIZATION, value)])
    }

    fn signed(claims: &Value) -> HeaderMap {
        headers(claims, Algorithm::HS256, SECRET)
    }

    #[test]
    fn a_token_admits_once() {
        let gate = gate();
        let token = signed(&json!({"exp": 100, "jti": "one"}));
        assert_eq!(gate.admit(&token, 99), Ok(()));
        assert_eq!(gate.admit(&token, 99), Err(AuthError::Used));
        let other = signed(&json!({"exp": 100, "jti": "two"}));
        assert_eq!(gate.admit(&other, 99), Ok(()));
    }

    #[test]
    fn an_expired_token_is_told_apart() {
        let token = signed(&json!({"exp": 100, "jti": "one"}));
        assert_eq!(gate().admit(&token, 100), Err(AuthError::Expired));
    }

    #[test]
    fn tokens_of_others_and_incomplete_ones_are_refused() {
        let claims = json!({"exp": 100, "jti": "one"});
        for bad in [
            headers(&claims, Algorithm::HS256, b"another key"),
            headers(&claims, Algorithm::HS384, SECRET),
            signed(&json!({"jti": "one"})),
            signed(&json!({"exp": 100})),
            HeaderMap::from_iter([(AUTHORIZATION, "Basic eA==".parse().unwrap())]),
        ] {
            assert_eq!(gate().admit(&bad, 1), Err(AuthError::Invalid));
        }
        let none = HeaderMap::new();
        assert_eq!(gate().admit(&none, 1), Err(AuthError::Missing));
    }

    #[test]
    fn the_key_is_not_printed() {
        assert!(!format!("{:?}", JwtSecret::new(SECRET)).contains("tests"));
    }
}
