//! Tokens for publishers that ask who uploads.

use std::{
    fmt, fs,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use jsonwebtoken::{EncodingKey, Header};
use serde::Serialize;
use zeroize::Zeroizing;

/// A JSON Web Token. It is never printed, and wiped from memory when dropped.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// Wraps the token's text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(secret)")
    }
}

/// What a token is asked for.
#[derive(Clone, Copy, Debug)]
pub struct TokenRequest<'a> {
    /// The publisher that will see the token.
    pub endpoint: &'a str,
    /// Bytes of the blob.
    pub size: u64,
    /// Epochs that the blob is to be stored for.
    pub epochs: u32,
}

/// No token could be had. The text must not hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no upload token: {}", crate::text::line(.0))]
pub struct TokenError(pub String);

/// Gives a fresh token for every single try: a publisher accepts each token once, so neither a
/// retry nor another blob may reuse one.
#[async_trait]
pub trait TokenProvider: fmt::Debug + Send + Sync {
    /// A token nobody has used.
    async fn token(&self, request: TokenRequest<'_>) -> Result<Token, TokenError>;
}

/// Reads a secret from a file, in the form a publisher takes it: hexadecimal digits after `0x`, or
/// else the text itself. Space around it does not count.
pub fn read_secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, TokenError> {
    let refuse = |reason: &str| {
        let path = path.display();
        TokenError(format!("the secret in {path} {reason}"))
    };
    let text = fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|error| refuse(&format!("cannot be read: {error}")))?;
    let secret = match text.trim().strip_prefix("0x") {
        Some(digits) => from_hex(digits).ok_or_else(|| refuse("is not hexadecimal"))?,
        None => Zeroizing::new(text.trim().as_bytes().to_vec()),
    };
    if secret.is_empty() {
        return Err(refuse("is empty"));
    }
    Ok(secret)
}

/// Makes tokens itself, from the secret that the publisher was started with
/// (`--jwt-decode-secret`, algorithm HS256): for the owner of a publisher.
///
/// Each token names the exact size and epochs of one upload, so a stolen one is of little use.
pub struct SharedSecretTokens {
    key: EncodingKey,
    lifetime: Duration,
}

impl SharedSecretTokens {
    /// How long a token is valid unless set otherwise: long enough for a slow upload to start.
    pub const LIFETIME: Duration = Duration::from_secs(120);

    /// Makes tokens from the secret's bytes.
    pub fn new(secret: &[u8]) -> Self {
        Self { key: EncodingKey::from_secret(secret), lifetime: Self::LIFETIME }
    }

    /// Reads the secret from a file, as [`read_secret`] does.
    pub fn from_file(path: &Path) -> Result<Self, TokenError> {
        read_secret(path).map(|secret| Self::new(&secret))
    }

    /// The same with tokens that are valid for `lifetime`.
    pub fn with_lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime, ..self }
    }

    fn claims(&self, request: TokenRequest<'_>) -> Claims {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Claims {
            iat: now.as_secs(),
            exp: (now + self.lifetime).as_secs(),
            jti: format!("{:032x}", rand::random::<u128>()),
            epochs: request.epochs,
            size: request.size,
        }
    }
}

fn from_hex(digits: &str) -> Option<Zeroizing<Vec<u8>>> {
    let pairs = digits.as_bytes().chunks(2);
    let byte = |pair: &[u8]| match pair {
        [_, _] if pair.iter().all(u8::is_ascii_hexdigit) => {
            u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
        }
        _ => None,
    };
    pairs.map(byte).collect::<Option<_>>().map(Zeroizing::new)
}

impl fmt::Debug for SharedSecretTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedSecretTokens")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

/// The claims that Walrus's authenticated publisher reads.
#[derive(Debug, Serialize)]
struct Claims {
    iat: u64,
    exp: u64,
    jti: String,
    epochs: u32,
    size: u64,
}

#[async_trait]
impl TokenProvider for SharedSecretTokens {
    async fn token(&self, request: TokenRequest<'_>) -> Result<Token, TokenError> {
        jsonwebtoken::encode(&Header::default(), &self.claims(request), &self.key)
            .map(Token::new)
            .map_err(|error| TokenError(format!("it cannot be signed: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{decode, DecodingKey, Validation};
    use serde_json::Value;

    use super::*;

    const REQUEST: TokenRequest<'static> =
        TokenRequest { endpoint: "http://localhost", size: 5, epochs: 3 };

    async fn claims_of(tokens: &SharedSecretTokens, secret: &[u8]) -> Value {
        let token = tokens.token(REQUEST).await.unwrap();
        let key = DecodingKey::from_secret(secret);
        decode(token.expose(), &key, &Validation::default()).unwrap().claims
    }

    #[tokio::test]
    async fn tokens_name_the_upload_and_are_never_the_same() {
        let tokens = SharedSecretTokens::new(b"secret");
        let first = claims_of(&tokens, b"secret").await;
        let second = claims_of(&tokens, b"secret").await;
        assert_eq!((&first["size"], &first["epochs"]), (&5.into(), &3.into()));
        assert_ne!(first["jti"], second["jti"]);
    }

    #[tokio::test]
    async fn secrets_are_read_in_both_forms() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for (text, secret) in [(" 0x736563\n", &b"sec"[..]), ("plain text\n", b"plain text")] {
            fs::write(&path, text).unwrap();
            let tokens = SharedSecretTokens::from_file(&path).unwrap();
            claims_of(&tokens, secret).await;
        }
    }

    #[test]
    fn unusable_secrets_are_refused_without_being_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for text in ["", " \n", "0x", "0x123", "0xhunter2"] {
            fs::write(&path, text).unwrap();
            let error = SharedSecretTokens::from_file(&path).unwrap_err();
            assert!(!error.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let token = format!("{:?}", Token::new("hunter2".into()));
        let tokens = format!("{:?}", SharedSecretTokens::new(b"hunter2"));
        assert!(!token.contains("hunter2") && !tokens.contains("hunter2"));
    }
}
