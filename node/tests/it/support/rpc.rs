//! A small JSON-RPC client over a WebSocket.

use std::{collections::VecDeque, net::SocketAddr, net::TcpStream};

use serde_json::{json, Value};
use tungstenite::{Message, WebSocket};

use super::wait::PATIENCE;

/// One connection to a node.
#[derive(Debug)]
pub(crate) struct Client {
    socket: WebSocket<TcpStream>,
    last_id: u64,
    events: VecDeque<Value>,
}

impl Client {
    /// Connects to the JSON-RPC server of a node.
    pub(crate) fn connect(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address).map_err(text)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(text)?;
        let (socket, _) = tungstenite::client(format!("ws://{address}"), stream).map_err(text)?;
        Ok(Self { socket, last_id: 0, events: VecDeque::new() })
    }

    /// Calls a method; an error of the server comes back as its text.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Result<Value, String> {
        self.last_id += 1;
        let request =
            json!({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params});
        self.socket.send(Message::text(request.to_string())).map_err(text)?;
        loop {
            let mut message = self.receive()?;
            if message["id"] != json!(self.last_id) {
                self.events.push_back(message);
            } else if let Some(error) = message.get("error") {
                return Err(format!("{method}: {error}"));
            } else {
                return Ok(message["result"].take());
            }
        }
    }

    /// The next event of a subscription.
    pub(crate) fn next_event(&mut self, subscription: &Value) -> Result<Value, String> {
        let wanted = |event: &Value| event["params"]["subscription"] == *subscription;
        if let Some(position) = self.events.iter().position(wanted) {
            let event = self.events.remove(position).unwrap_or_default();
            return Ok(event["params"]["result"].clone());
        }
        loop {
            let event = self.receive()?;
            if wanted(&event) {
                return Ok(event["params"]["result"].clone());
            }
            self.events.push_back(event);
        }
    }

    fn receive(&mut self) -> Result<Value, String> {
        loop {
            match self.socket.read().map_err(text)? {
                Message::Text(message) => return serde_json::from_str(&message).map_err(text),
                Message::Close(_) => return Err("the node closed the connection".into()),
                _ => (),
            }
        }
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
