//! Where tensors are computed.

use candle_core::{Device, DeviceLocation};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where to compute. The text form is `auto`, `cpu`, `cuda`, `cuda:1` or `metal`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeviceChoice {
    /// The first CUDA device if there is one, else Metal, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The CUDA device of this number.
    Cuda(usize),
    /// The first Metal device.
    Metal,
}

/// Why a device cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// A text names no device.
    #[error("'{0}' is no device: use auto, cpu, cuda, cuda:N or metal")]
    Unknown(String),
    /// The program lacks the feature.
    #[error("this program was built without {0}: build it with --features {0}, or use cpu")]
    NotBuilt(&'static str),
    /// The device does not open.
    #[error("cannot open {device}: {reason}; check the driver, or use cpu")]
    Unusable {
        /// The device.
        device: String,
        /// What the driver says.
        reason: String,
    },
}

impl DeviceChoice {
    /// Opens the device.
    pub fn open(self) -> Result<Device, DeviceError> {
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda(number) => {
                self.opened("cuda", cfg!(feature = "cuda"), || Device::new_cuda(number))
            }
            Self::Metal => self.opened("metal", cfg!(feature = "metal"), || Device::new_metal(0)),
            Self::Auto => {
                Ok(Self::Cuda(0).open().or_else(|_| Self::Metal.open()).unwrap_or(Device::Cpu))
            }
        }
    }

    /// Opens the device, and says which one it is: never [`Self::Auto`].
    pub fn probe(self) -> Result<Self, DeviceError> {
        Ok(match self.open()?.location() {
            DeviceLocation::Cpu => Self::Cpu,
            DeviceLocation::Cuda { gpu_id } => Self::Cuda(gpu_id),
            DeviceLocation::Metal { .. } => Self::Metal,
        })
    }

    fn opened(
        self,
        feature: &'static str,
        built: bool,
        open: impl FnOnce() -> candle_core::Result<Device>,
    ) -> Result<Device, DeviceError> {
        if !built {
            return Err(DeviceError::NotBuilt(feature));
        }
        open().map_err(|error| DeviceError::Unusable {
            device: self.to_string(),
            reason: first_line(&error.to_string()),
        })
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
            Self::Metal => f.write_str("metal"),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        let unknown = || DeviceError::Unknown(text.to_owned());
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda(0)),
            "metal" => Ok(Self::Metal),
            _ => {
                let number = text.strip_prefix("cuda:").ok_or_else(unknown)?;
                number.parse().map(Self::Cuda).map_err(|_| unknown())
            }
        }
    }
}

impl TryFrom<String> for DeviceChoice {
    type Error = DeviceError;

    fn try_from(text: String) -> Result<Self, DeviceError> {
        text.parse()
    }
}

impl From<DeviceChoice> for String {
    fn from(choice: DeviceChoice) -> Self {
        choice.to_string()
    }
}

/// A device in the words of [`DeviceChoice`].
pub(crate) fn device_name(device: &Device) -> &'static str {
    match device {
        Device::Cpu => "cpu",
        Device::Cuda(_) => "cuda",
        Device::Metal(_) => "metal",
    }
}

/// Tells the tensor library how many threads to use; call it first in `main`.
///
/// candle asks for the number at each matrix product: it reads the variable `RAYON_NUM_THREADS`,
/// and where that is missing it parses `/proc/cpuinfo`, which takes longer than a step of
/// training. Results do not depend on it. Call it while the process has a single thread: the
/// environment must not change while another thread may read it.
pub fn set_compute_threads(threads: usize) {
    std::env::set_var("RAYON_NUM_THREADS", threads.max(1).to_string());
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_read_as_it_is_written() {
        let choices =
            [DeviceChoice::Auto, DeviceChoice::Cpu, DeviceChoice::Cuda(3), DeviceChoice::Metal];
        for choice in choices {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        assert_eq!("cuda".parse(), Ok(DeviceChoice::Cuda(0)));
    }

    #[test]
    fn an_unknown_device_is_named_with_the_known_ones() {
        let refused = "cuda:x".parse::<DeviceChoice>().unwrap_err().to_string();
        assert!(refused.contains("'cuda:x'") && refused.contains("metal"));
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn a_missing_feature_is_named() {
        let refused = DeviceChoice::Cuda(0).open().unwrap_err();
        assert_eq!(refused, DeviceError::NotBuilt("cuda"));
    }

    #[cfg(not(any(feature = "cuda", feature = "metal")))]
    #[test]
    fn auto_falls_back_to_the_cpu() {
        assert!(DeviceChoice::Auto.open().unwrap().is_cpu());
        assert_eq!(DeviceChoice::Auto.probe(), Ok(DeviceChoice::Cpu));
    }
}
