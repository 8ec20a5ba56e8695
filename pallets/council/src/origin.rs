//! The origins with which motions are enacted.

use crate::Origin;
use frame_support::traits::{EnsureOrigin, OriginTrait};

/// A motion that the council carried, and that nobody stopped in the time that it waited.
#[derive(Debug)]
pub struct EnsureEnacted;

impl<RuntimeOrigin> EnsureOrigin<RuntimeOrigin> for EnsureEnacted
where
    RuntimeOrigin: OriginTrait + From<Origin>,
    for<'a> &'a RuntimeOrigin::PalletsOrigin: TryInto<&'a Origin>,
{
    type Success = ();

    fn try_origin(origin: RuntimeOrigin) -> Result<(), RuntimeOrigin> {
        let enacted = matches!(origin.caller().try_into(), Ok(Origin::Enacted));
        if enacted {
            Ok(())
        } else {
            Err(origin)
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
        Ok(Origin::Enacted.into())
    }
}

/// A motion that the council carried, whether or not it waited.
#[derive(Debug)]
pub struct EnsureEnactedAtOnce;

impl<RuntimeOrigin> EnsureOrigin<RuntimeOrigin> for EnsureEnactedAtOnce
where
    RuntimeOrigin: OriginTrait + From<Origin>,
    for<'a> &'a RuntimeOrigin::PalletsOrigin: TryInto<&'a Origin>,
{
    type Success = ();

    fn try_origin(origin: RuntimeOrigin) -> Result<(), RuntimeOrigin> {
        let enacted =
            matches!(origin.caller().try_into(), Ok(Origin::Enacted | Origin::EnactedAtOnce));
        if enacted {
            Ok(())
        } else {
            Err(origin)
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
        Ok(Origin::EnactedAtOnce.into())
    }
}
